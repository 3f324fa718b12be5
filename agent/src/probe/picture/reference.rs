//! What the picture should show: a reference that was learnt, as presets have it, and what has become of the view since.

use avow_shared::outcome::Verdict;
use avow_shared::value::Value;

use crate::config::ProbeName;
use crate::probe::limits::{Rule, judge};
use crate::probe::measures::{VIEW_BLOCKED, VIEW_SHARPNESS, VIEW_SHIFT};
use crate::probe::preset::compare::{Comparison, compare, steepest, telling_blocks};
use crate::probe::preset::judge::COVERED;
use crate::probe::preset::raster::{Frames, Raster};
use crate::probe::preset::reference::{Picture, Reference};
use crate::probe::preset::shot::apart;
use crate::probe::preset::store::{Error, Store};
use crate::probe::{Context, Found};

/// A picture probe has one reference; this is its number among those of presets.
const ONLY: u8 = 0;
/// As for a preset: so many blocks of 144 must say something, and so steep must its edges be.
const ENOUGH_BLOCKS: usize = 24;
const IN_FOCUS: f32 = 0.1;

/// Of equal grades the first counts. The limits are those of presets, set by the pictures of the test `preset_pictures`.
pub(super) const RULES: &[Rule] = &[
    Rule::at_most(VIEW_SHIFT, 12.0, Some(64.0), "picture.shifted"),
    Rule::at_most(VIEW_BLOCKED, 20.0, Some(50.0), "picture.occluded"),
    Rule::at_least(VIEW_SHARPNESS, 0.2, Some(0.05), "picture.blurred"),
];

/// `found` with what the comparison adds, or what was learnt if that was asked for.
pub(super) async fn judged(
    found: Found,
    frames: Frames,
    whose: &ProbeName,
    rules: &[Rule],
    context: &Context,
) -> Found {
    let (store, owner) = (Store::of(&context.state_dir), whose.clone());
    let Some(now) = frames.raster() else { return found };
    if store.is_wanted(whose) {
        return learnt(found, &frames, now, whose, context).await;
    }
    // A picture that shows nothing shows nothing else either; that was said.
    if matches!(found.verdict, Verdict::Fail { .. }) {
        return found;
    }
    let compared = apart(move || {
        let before = store.newest(&owner, ONLY)?.and_then(|reference| reference.picture);
        Ok::<_, Error>(before.map(|before| compare(&before.raster, &now)))
    });
    match compared.await {
        Ok(Some(seen)) => against(found, &seen, rules),
        Ok(None) => found.with_remark(&format!("没有参考：请执行 avow-agent check {} --learn", whose.probe)),
        Err(error) => {
            found.with_remark(&format!("参考无法读取（{error}）：请执行 avow-agent check {} --learn", whose.probe))
        }
    }
}

fn against(mut found: Found, seen: &Comparison, rules: &[Rule]) -> Found {
    let mut values: Vec<Value> = vec![VIEW_BLOCKED.of(seen.blocked.into())];
    values.extend(seen.distance().map(|distance| VIEW_SHIFT.of(distance.into())));
    values.extend(seen.sharpness.map(|ratio| VIEW_SHARPNESS.of(ratio.into())));
    let verdict = match seen.shift {
        None if seen.structure < COVERED => Verdict::fail("picture.occluded"),
        None => Verdict::fail("picture.shifted"),
        // The figures of the picture itself are not among these values.
        Some(_) => judge(rules, &values),
    };
    found.values.extend(values);
    let words = match verdict.finding().map(avow_shared::id::FindingCode::as_str) {
        None => return found,
        Some("picture.occluded") => format!("画面被遮挡 {:.0}%", seen.blocked),
        Some("picture.blurred") => format!("画面模糊，清晰度为参考的 {:.0}%", seen.sharpness.unwrap_or(0.0) * 100.0),
        _ => match seen.distance() {
            Some(distance) => format!("画面偏移 {distance:.0} 像素"),
            None => "画面与参考对不上".to_owned(),
        },
    };
    let detail = format!("{words}；{}", found.detail);
    let worse =
        if matches!(verdict, Verdict::Fail { .. }) || found.verdict == Verdict::Pass { verdict } else { found.verdict };
    Found { values: found.values, exhibits: found.exhibits, ..Found::new(worse, detail) }
}

/// Keeps the picture as the reference when it is one to be believed: it passes, it lives, it shows enough and is in focus. The wish
/// stays until it is.
async fn learnt(found: Found, frames: &Frames, now: Raster, whose: &ProbeName, context: &Context) -> Found {
    let refuse = |found: Found, why: &str| found.with_remark(&format!("参考未学习：{why}"));
    if found.verdict != Verdict::Pass {
        return refuse(found, "画面不正常");
    }
    if !frames.differs() {
        return refuse(found, "画面静止不动");
    }
    let telling = now.clone();
    let (blocks, steepest) = apart(move || (telling_blocks(&telling), steepest(&telling))).await;
    if blocks < ENOUGH_BLOCKS {
        return refuse(found, "画面细节太少，请对准有桌椅、横幅等景物处");
    }
    if steepest < IN_FOCUS {
        return refuse(found, "画面模糊，请先对焦、擦拭镜头");
    }
    let jpeg = found.exhibits.first().map(|exhibit| exhibit.bytes.clone()).unwrap_or_default();
    let reference = Reference {
        venue: whose.venue,
        probe: whose.probe.clone(),
        preset: ONLY,
        version: 0,
        taken_at: context.wall,
        position: None,
        picture: Some(Picture { raster: now, jpeg }),
        limits: RULES.iter().map(Rule::limit).collect(),
    };
    let (store, owner) = (Store::of(&context.state_dir), whose.clone());
    let kept = apart(move || {
        let kept = store.keep(reference)?;
        // HQ keeps references of presets; this one it sees as the evidence of this run.
        store.told(&owner, ONLY, kept.version);
        store.granted(&owner);
        Ok::<_, Error>(kept.version)
    });
    match kept.await {
        Ok(version) => found.with_remark(&format!("参考已保存：第 {version} 版")),
        Err(error) => refuse(found, &error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: Verdict, seen: &Comparison, expected: &Verdict, words: &str) {
        let found = against(Found::new(before, "画面正常"), seen, RULES);
        assert_eq!(found.verdict, *expected, "{}", found.detail);
        assert!(found.detail.contains(words), "{}", found.detail);
        assert!(found.values.iter().any(|value| value.name.as_str() == "view_blocked"));
    }

    #[test]
    fn every_change_of_the_view_has_its_finding_and_its_words() {
        check(Verdict::Pass, &Comparison::untouched(), &Verdict::Pass, "画面正常");
        let moved = Comparison { shift: Some((30.0, -40.0)), ..Comparison::untouched() };
        check(Verdict::Pass, &moved, &Verdict::degraded("picture.shifted"), "画面偏移 50 像素");
        let far = Comparison { shift: Some((90.0, 0.0)), ..Comparison::untouched() };
        check(Verdict::degraded("picture.cast"), &far, &Verdict::fail("picture.shifted"), "90");
        check(
            Verdict::Pass,
            &Comparison { blocked: 60.0, ..Comparison::untouched() },
            &Verdict::fail("picture.occluded"),
            "60%",
        );
        let soft = Comparison { sharpness: Some(0.1), ..Comparison::untouched() };
        check(Verdict::Pass, &soft, &Verdict::degraded("picture.blurred"), "10%");
        let lost = Comparison { shift: None, sharpness: None, blocked: 90.0, ..Comparison::untouched() };
        check(Verdict::Pass, &lost, &Verdict::fail("picture.shifted"), "对不上");
        check(Verdict::Pass, &Comparison { structure: 0.1, ..lost }, &Verdict::fail("picture.occluded"), "90%");
    }

    #[test]
    fn what_was_said_before_stays_when_nothing_worse_is_found() {
        let soft = Comparison { sharpness: Some(0.1), ..Comparison::untouched() };
        check(Verdict::degraded("picture.cast"), &soft, &Verdict::degraded("picture.cast"), "模糊");
    }
}
