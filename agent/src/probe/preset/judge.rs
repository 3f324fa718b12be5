//! What a comparison means: verdict, words, values. Pure.

use avow_shared::outcome::Verdict;
use avow_shared::value::Value;
use avow_shared::venue::Limit;

use super::compare::Comparison;
use crate::probe::limits::{Rule, judge as judge_limits};
use crate::probe::measures::{
    BLOCKED_PERCENT, BRIGHTNESS_RATIO, Measure, PRESET_OFF, SHARPNESS_RATIO, SHIFT_DEGREES, SHIFT_PX,
};

/// What else is seen of a view before it is said to be another scene: below this part of its structure it is covered.
pub(in crate::probe) const COVERED: f32 = 0.45;

/// Of equal grades the first counts. Pixels are those of 640 × 360; 12 are 2 % of the width, which is what a person at HQ
/// notices beside the reference. The others were set by the pictures of the test `preset_pictures`.
pub const RULES: &[Rule] = &[
    Rule::at_most(SHIFT_PX, 12.0, Some(64.0), "camera.preset-moved"),
    Rule::at_most(BLOCKED_PERCENT, 20.0, Some(50.0), "camera.preset-blocked"),
    Rule::at_least(BRIGHTNESS_RATIO, 0.4, Some(0.15), "camera.preset-dark").keyed("brightness_low"),
    Rule::at_least(SHARPNESS_RATIO, 0.2, Some(0.05), "camera.preset-blurred"),
    Rule::at_most(BRIGHTNESS_RATIO, 2.5, None, "camera.preset-bright").keyed("brightness_high"),
];

/// What was found at one preset.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The judgement.
    pub verdict: Verdict,
    /// In words.
    pub words: String,
    /// What was measured.
    pub figures: Vec<(Measure, f64)>,
}

/// How wide a camera looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Width {
    /// From left to right.
    pub degrees: f64,
    /// Its lens is not known well enough to be sure.
    pub is_about: bool,
}

/// Judges a view. `off` is by how many steps the camera says that it missed its position, when that is too many; `width` is
/// how wide it looks there.
#[must_use]
pub fn judge(seen: &Comparison, off: Option<u32>, width: Option<Width>, rules: &[Rule]) -> Judged {
    let mut figures = Vec::new();
    if let Some(distance) = seen.distance() {
        figures.push((SHIFT_PX, f64::from(distance)));
        figures.extend(width.map(|width| (SHIFT_DEGREES, degrees(distance.into(), width.degrees))));
    }
    figures.extend(seen.sharpness.map(|ratio| (SHARPNESS_RATIO, f64::from(ratio))));
    figures.push((BRIGHTNESS_RATIO, seen.brightness.into()));
    figures.push((BLOCKED_PERCENT, seen.blocked.into()));
    figures.extend(off.map(|steps| (PRESET_OFF, f64::from(steps))));
    let verdict = verdict(seen, off, rules, &figures);
    let words = words(&verdict, seen, off, width);
    Judged { verdict, words, figures }
}

fn verdict(seen: &Comparison, off: Option<u32>, rules: &[Rule], figures: &[(Measure, f64)]) -> Verdict {
    let values: Vec<Value> = figures.iter().map(|(measure, number)| measure.of(*number)).collect();
    let finding = |verdict: &Verdict| verdict.finding().map(|code| code.as_str().to_owned());
    let by_limits = judge_limits(rules, &values);
    let light: Vec<Rule> = rules.iter().filter(|rule| rule.finding == "camera.preset-dark").copied().collect();
    if let dark @ Verdict::Fail { .. } = judge_limits(&light, &values) {
        // In the dark nothing else is to be said.
        return dark;
    }
    match (&by_limits, finding(&by_limits).as_deref(), off) {
        _ if seen.shift.is_none() && seen.structure < COVERED => Verdict::fail("camera.preset-blocked"),
        // The head stands elsewhere, so it shows something else: that is the cause.
        (Verdict::Fail { .. }, Some("camera.preset-moved"), Some(_)) => Verdict::fail("camera.preset-off"),
        _ if seen.shift.is_none() && off.is_some() => Verdict::fail("camera.preset-off"),
        _ if seen.shift.is_none() => Verdict::fail("camera.preset-other-scene"),
        (Verdict::Fail { .. }, ..) => by_limits,
        (_, _, Some(_)) => Verdict::degraded("camera.preset-off"),
        _ => by_limits,
    }
}

/// How far a camera that looks `fov` degrees wide has turned when its middle moved by so many pixels of 640.
#[must_use]
pub fn degrees(pixels: f64, fov: f64) -> f64 {
    let half = super::raster::WIDTH as f64 / 2.0;
    (pixels * (fov.to_radians() / 2.0).tan() / half).atan().to_degrees()
}

fn words(verdict: &Verdict, seen: &Comparison, off: Option<u32>, width: Option<Width>) -> String {
    match verdict.finding().map(avow_shared::id::FindingCode::as_str) {
        None => format!("与参考一致（偏移 {:.0} 像素）", seen.distance().unwrap_or(0.0)),
        Some("camera.preset-moved") => moved(seen, width),
        Some("camera.preset-off") => format!("云台偏差 {} 步，{}", off.unwrap_or(0), moved(seen, width)),
        Some("camera.preset-blocked") => format!("画面被遮挡 {:.0}%", seen.blocked),
        Some("camera.preset-blurred") => {
            format!("画面模糊，清晰度为参考的 {:.0}%", seen.sharpness.unwrap_or(0.0) * 100.0)
        }
        Some("camera.preset-dark") => format!("画面过暗，亮度为参考的 {:.0}%", seen.brightness * 100.0),
        Some("camera.preset-bright") => format!("画面过亮，亮度为参考的 {:.0}%", seen.brightness * 100.0),
        _ => "画面与参考对不上".to_owned(),
    }
}

fn moved(seen: &Comparison, width: Option<Width>) -> String {
    let Some((x, y)) = seen.shift else { return "画面与参考对不上".to_owned() };
    let mut parts = Vec::new();
    for (by, forth, back) in [(x, "右", "左"), (y, "下", "上")] {
        if by.abs() >= 1.0 {
            parts.push(format!("{}移 {:.0} 像素", if by > 0.0 { forth } else { back }, by.abs()));
        }
    }
    if (seen.zoom - 1.0).abs() >= 0.015 {
        parts.push(format!("放大 {:.2} 倍", seen.zoom));
    }
    let turned = width.map(|width| {
        let about = if width.is_about { "约 " } else { "" };
        format!("（{about}{:.1}°）", degrees(x.hypot(y).into(), width.degrees))
    });
    let turned = turned.unwrap_or_default();
    if parts.is_empty() { "画面未移动".to_owned() } else { format!("画面{}{turned}", parts.join("、")) }
}

/// The rules as they were when the reference was taken, for those who compare with it later: a limit that was agreed on then
/// holds, whatever a later version of the program thinks.
#[must_use]
pub fn agreed(limits: &[Limit]) -> Vec<Rule> {
    let of = |rule: &Rule| limits.iter().find(|limit| limit.value.as_str() == rule.value && limit.side == rule.side);
    let as_agreed = |rule: &Rule| match of(rule) {
        Some(limit) => Rule { good: limit.good, tolerable: limit.tolerable, ..*rule },
        None => *rule,
    };
    RULES.iter().map(as_agreed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seen: &Comparison, off: Option<u32>, expected: &Verdict, words: &str) {
        let judged = judge(seen, off, Some(Width { degrees: 60.0, is_about: false }), RULES);
        assert_eq!(judged.verdict, *expected, "{judged:?}");
        assert!(judged.words.contains(words), "{}", judged.words);
    }

    #[test]
    fn every_fault_has_its_finding_and_its_words() {
        check(&Comparison::untouched(), None, &Verdict::Pass, "一致");
        let moved = Comparison { shift: Some((40.0, -30.0)), ..Comparison::untouched() };
        check(&moved, None, &Verdict::degraded("camera.preset-moved"), "画面右移 40 像素、上移 30 像素（5.2°）");
        let far = Comparison { shift: Some((-80.0, 0.0)), ..Comparison::untouched() };
        check(&far, None, &Verdict::fail("camera.preset-moved"), "左移 80");
        let zoomed = Comparison { zoom: 1.1, ..Comparison::untouched() };
        check(&zoomed, None, &Verdict::degraded("camera.preset-moved"), "放大 1.10 倍");
        check(
            &Comparison { blocked: 30.0, ..Comparison::untouched() },
            None,
            &Verdict::degraded("camera.preset-blocked"),
            "30%",
        );
        check(
            &Comparison { blocked: 60.0, ..Comparison::untouched() },
            None,
            &Verdict::fail("camera.preset-blocked"),
            "60%",
        );
        let soft = Comparison { sharpness: Some(0.1), ..Comparison::untouched() };
        check(&soft, None, &Verdict::degraded("camera.preset-blurred"), "10%");
        check(
            &Comparison { brightness: 0.3, ..Comparison::untouched() },
            None,
            &Verdict::degraded("camera.preset-dark"),
            "30%",
        );
        check(
            &Comparison { brightness: 3.0, ..Comparison::untouched() },
            None,
            &Verdict::degraded("camera.preset-bright"),
            "300%",
        );
        let lost = Comparison { shift: None, sharpness: None, blocked: 70.0, ..Comparison::untouched() };
        check(&lost, None, &Verdict::fail("camera.preset-other-scene"), "对不上");
    }

    #[test]
    fn degrees_of_a_lens_that_is_not_known_are_said_to_be_about() {
        let moved = Comparison { shift: Some((40.0, -30.0)), ..Comparison::untouched() };
        for (width, words) in [
            (Some(Width { degrees: 60.0, is_about: true }), "上移 30 像素（约 5.2°）"),
            (Some(Width { degrees: 60.0, is_about: false }), "上移 30 像素（5.2°）"),
            (None, "上移 30 像素"),
        ] {
            let judged = judge(&moved, None, width, RULES);
            assert!(judged.words.ends_with(words), "{}", judged.words);
        }
    }

    #[test]
    fn the_cause_outweighs_what_follows_from_it() {
        let lost = Comparison { shift: None, sharpness: None, blocked: 95.0, ..Comparison::untouched() };
        check(&Comparison { structure: 0.1, ..lost.clone() }, None, &Verdict::fail("camera.preset-blocked"), "95%");
        let dark = Comparison { brightness: 0.02, structure: 0.0, ..lost.clone() };
        check(&dark, None, &Verdict::fail("camera.preset-dark"), "过暗");
        check(&lost, Some(400), &Verdict::fail("camera.preset-off"), "云台偏差 400 步");
        let moved = Comparison { shift: Some((100.0, 0.0)), ..Comparison::untouched() };
        check(&moved, Some(90), &Verdict::fail("camera.preset-off"), "右移 100");
        check(&Comparison::untouched(), Some(90), &Verdict::degraded("camera.preset-off"), "未移动");
        let soft = Comparison { sharpness: Some(0.01), ..Comparison::untouched() };
        check(&soft, Some(90), &Verdict::fail("camera.preset-blurred"), "模糊");
    }

    #[test]
    fn the_limits_of_a_reference_hold() {
        let mut strict: Vec<Limit> = RULES.iter().map(Rule::limit).collect();
        strict[0].good = 3.0;
        let moved = Comparison { shift: Some((5.0, 0.0)), ..Comparison::untouched() };
        assert_eq!(judge(&moved, None, None, &agreed(&[])).verdict, Verdict::Pass);
        let judged = judge(&moved, None, None, &agreed(&strict));
        assert_eq!(judged.verdict, Verdict::degraded("camera.preset-moved"));
        assert!(judged.figures.iter().all(|(measure, _)| *measure != SHIFT_DEGREES), "without an angle there are none");
    }

    #[test]
    fn pixels_become_degrees_by_the_field_of_view() {
        assert!((degrees(320.0, 60.0) - 30.0).abs() < 1e-9);
        assert!((degrees(32.0, 60.0) - 3.304).abs() < 0.001);
        assert!((degrees(32.0, 6.0) - 0.3003).abs() < 0.001);
    }
}
