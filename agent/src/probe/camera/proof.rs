//! Proves presets: sends the camera to each, reads its position, looks at its picture and compares both with the reference.
//! The worst of what is found counts.

use std::time::Duration;

use avow_shared::camera::Command;
use avow_shared::outcome::{Verdict, Why};
use avow_shared::sort;
use avow_shared::value::Value;

use super::away::Away;
use super::fov::Lens;
use super::judgement::{Seen, describe, facts_of, name_of, told, values};
use super::{Position, Proof, ReturnTo, SHOT_S, Setup, Sight, fov, is_on, optional};
use crate::camera::desk::Camera;
use crate::camera::words::{Answer, Question, Trouble};
use crate::ffmpeg;
use crate::probe::limits::Rule;
use crate::probe::measures::{
    BLOCKED_PERCENT, BRIGHTNESS_RATIO, Measure, PRESET_OFF, SHARPNESS_RATIO, SHIFT_DEGREES, SHIFT_PX,
};
use crate::probe::preset::compare::compare;
use crate::probe::preset::judge::{Judged, Width, agreed, judge};
use crate::probe::preset::reference::{Picture, Reference};
use crate::probe::preset::shot::{self, apart};
use crate::probe::preset::store::Store;
use crate::probe::{Context, Exhibit, Found};

/// Pictures of one outcome: with the transcript its evidence is full.
const PICTURES: usize = 3;

/// What was found at one preset.
struct One {
    preset: u8,
    judged: Judged,
    jpeg: Option<Vec<u8>>,
}

impl One {
    fn new(preset: u8, verdict: Verdict, words: impl Into<String>) -> Self {
        Self { preset, judged: Judged { verdict, words: words.into(), figures: Vec::new() }, jpeg: None }
    }

    fn missing(preset: u8, what: impl Into<String>) -> Self {
        let what: String = what.into();
        let why =
            Why::Missing { what: what.chars().take(avow_shared::outcome::MAX_DETAIL_CHARS).collect::<String>().into() };
        Self::new(preset, Verdict::Unknown { why }, what)
    }

    /// The worse, the greater.
    const fn weight(&self) -> u8 {
        match self.judged.verdict {
            Verdict::Pass => 0,
            Verdict::Unknown { .. } => 1,
            Verdict::Degraded { .. } => 2,
            Verdict::Fail { .. } => 3,
        }
    }
}

pub(super) async fn run(setup: &Setup, proof: &Proof, camera: &Camera, context: &Context) -> Found {
    let seen = match look(camera).await {
        Ok(seen) if seen.is_on => seen,
        seen => return told(seen, None, setup).with_exhibit(Some(Exhibit::transcript(&camera.transcript().await))),
    };
    let away = Away::from(setup, camera, seen.position());
    let lens = Lens::of(&setup.port, seen.identity().map_or("", |identity| &identity.model));
    let mut all = Vec::new();
    let mut last = None;
    for preset in setup.proven() {
        match at(setup, proof, camera, context, lens, preset).await {
            Ok((one, position)) => {
                all.push(one);
                last = position;
            }
            // The camera itself fails: that is what is to be said.
            Err(trouble) => {
                away.forget();
                return told(Err(trouble), None, setup)
                    .with_exhibit(Some(Exhibit::transcript(&camera.transcript().await)));
            }
        }
    }
    let back = go_back(setup, camera, seen.position()).await;
    away.forget();
    let transcript = if all.iter().any(|one| one.weight() > 0) { Some(camera.transcript().await) } else { None };
    let seen = Seen { position: last.map(Answer::Position), ..seen };
    gathered(&seen, all, back.as_deref(), transcript.as_deref())
}

async fn look(camera: &Camera) -> Result<Seen, Trouble> {
    let identity = optional(camera.ask(Question::Identity).await)?;
    let is_on = is_on(camera).await?;
    if !is_on {
        return Ok(Seen { identity, is_on, ..Seen::default() });
    }
    let position = optional(camera.ask(Question::Position).await)?;
    let settings = optional(camera.ask(Question::Settings).await)?;
    Ok(Seen { identity, is_on, position, settings, sight: Sight::ask(camera).await })
}

/// One preset; an error is the camera's or its line's.
async fn at(
    setup: &Setup,
    proof: &Proof,
    camera: &Camera,
    context: &Context,
    lens: Lens,
    preset: u8,
) -> Result<(One, Option<Position>), Trouble> {
    let reference = {
        let (store, whose) = (Store::of(&context.state_dir), proof.whose.clone());
        apart(move || store.newest(&whose, preset)).await
    };
    camera.command(Command::Recall(preset)).await?;
    let position = match optional(camera.ask(Question::Position).await)? {
        Some(Answer::Position(position)) => Some(position),
        _ => None,
    };
    let expected = setup.expect.filter(|_| setup.preset == Some(preset));
    let one = match (reference, expected) {
        (Ok(Some(reference)), _) => compared(setup, proof, lens, &reference, position).await,
        (Ok(None), Some(expect)) => by_position(setup, preset, Some(expect), position),
        (Ok(None), None) => {
            let what = format!("没有参考：请执行 avow-agent camera {} learn {preset}", proof.whose.probe);
            One::missing(preset, what)
        }
        (Err(error), _) => {
            let name = &proof.whose.probe;
            One::missing(preset, format!("参考无法读取（{error}）：请重新执行 avow-agent camera {name} learn {preset}"))
        }
    };
    Ok((one, position))
}

fn off(setup: &Setup, wanted: Option<Position>, position: Option<Position>) -> Option<u32> {
    let distance = wanted?.distance(position?);
    (distance > setup.tolerance.into()).then_some(distance)
}

fn by_position(setup: &Setup, preset: u8, wanted: Option<Position>, position: Option<Position>) -> One {
    match (off(setup, wanted, position), wanted.zip(position)) {
        (_, None) => One::missing(preset, "摄像机不报告位置，又没有画面可比对"),
        (None, _) => One::new(preset, Verdict::Pass, "到位"),
        (Some(steps), _) => {
            let mut one = One::new(preset, Verdict::degraded("camera.preset-off"), format!("偏差 {steps} 步"));
            one.judged.figures.push((PRESET_OFF, steps.into()));
            one
        }
    }
}

async fn compared(setup: &Setup, proof: &Proof, lens: Lens, reference: &Reference, position: Option<Position>) -> One {
    let preset = reference.preset;
    let (Some(kept), Some(source)) = (&reference.picture, &proof.picture) else {
        return by_position(setup, preset, reference.position, position);
    };
    tokio::time::sleep(Duration::from_secs(setup.settle_s)).await;
    let off = off(setup, reference.position, position);
    let width = fov::width(setup.fov_degrees, position.map(|position| position.zoom), lens);
    let rules = setup.limits.apply(&agreed(&reference.limits));
    // A camera that does not say where it stands does not say when it has arrived either.
    let mut says_position = position.is_some();
    let mut one = None;
    for look in 0..2 {
        if look == 1 {
            tokio::time::sleep(Duration::from_secs(setup.again_s)).await;
        }
        let longest = Duration::from_secs(SHOT_S);
        let taken = if says_position {
            shot::take(&source.source, longest).await
        } else {
            shot::take_at_rest(&source.source, longest).await
        };
        says_position = true;
        one = Some(match taken {
            Ok(picture) => judged(preset, kept, picture, off, width, &rules).await,
            Err(error) => {
                let found = unshown(&error);
                One::new(preset, found.verdict, found.detail.as_str())
            }
        });
        if !one.as_ref().is_some_and(may_pass) {
            break;
        }
    }
    one.unwrap_or_else(|| One::missing(preset, "没有图像"))
}

/// What somebody who walks by, or sits down, may cause: the second look counts.
fn may_pass(one: &One) -> bool {
    let finding = one.judged.verdict.finding().map(avow_shared::id::FindingCode::as_str);
    matches!(finding, Some("camera.preset-blocked" | "camera.preset-other-scene" | "picture.no-signal"))
}

async fn judged(
    preset: u8,
    kept: &Picture,
    now: Picture,
    off: Option<u32>,
    width: Option<Width>,
    rules: &[Rule],
) -> One {
    let (before, newest) = (kept.raster.clone(), now.raster);
    let seen = apart(move || compare(&before, &newest)).await;
    One { preset, judged: judge(&seen, off, width, rules), jpeg: Some(now.jpeg.to_vec()) }
}

/// What there was instead of a picture.
pub(super) fn unshown(error: &shot::Error) -> Box<Found> {
    Box::new(match error {
        shot::Error::Tool(ffmpeg::Error::NotInstalled) => Found::missing("没有安装 ffmpeg：请执行 apt install ffmpeg"),
        shot::Error::Tool(error) => Found::missing(format!("ffmpeg 无法运行：{error}")),
        shot::Error::Busy(device) => Found::missing(format!("{device} 被其他程序占用：请关闭占用它的程序")),
        shot::Error::NoPicture(why) => Found::new(Verdict::fail("picture.no-signal"), format!("没有图像：{why}")),
        shot::Error::Restless => Found::new(Verdict::fail("camera.not-executable"), "画面一直在移动：云台停不下来"),
    })
}

/// Where the configuration wants the camera afterwards; what stood against it.
async fn go_back(setup: &Setup, camera: &Camera, before: Option<Position>) -> Option<String> {
    let gone = match (setup.return_to?, before) {
        (ReturnTo::Preset(preset), _) => camera.command(Command::Recall(preset)).await,
        (ReturnTo::Before, Some(position)) => camera.command(Command::Go(position)).await,
        (ReturnTo::Before, None) => return Some("摄像机不报告位置，未回到原处".to_owned()),
    };
    gone.err().map(|trouble| format!("未回到原处（{trouble}）"))
}

fn gathered(seen: &Seen, all: Vec<One>, back: Option<&str>, transcript: Option<&str>) -> Found {
    let mut worst: Vec<&One> = all.iter().collect();
    sort::short_by_key(&mut worst, |one| std::cmp::Reverse(one.weight()));
    let verdict = worst.first().map_or(Verdict::Pass, |one| one.judged.verdict.clone());
    let words: Vec<String> = worst.iter().map(|one| format!("预置位 {}：{}", one.preset, one.judged.words)).collect();
    let place = describe(seen.position());
    let detail = [words.join("；"), back.map(|back| format!("；{back}")).unwrap_or_default()].concat();
    let detail = format!("{detail}（{}，{place}）", name_of(seen));
    let mut values = values(seen);
    values.extend(figures(&all));
    let mut found = Found::new(verdict, detail).with_values(values).with_facts(facts_of(seen));
    let pictures: Vec<Vec<u8>> = worst.iter().filter_map(|one| one.jpeg.clone()).take(PICTURES).collect();
    for jpeg in pictures {
        found = found.with_exhibit(Some(Exhibit::picture(jpeg)));
    }
    found.with_exhibit(transcript.map(Exhibit::transcript))
}

/// The worst of each under its own name; where there are several presets, each preset's under `name_pN` too.
fn figures(all: &[One]) -> Vec<Value> {
    let mut values = Vec::new();
    for measure in [PRESET_OFF, SHIFT_PX, SHIFT_DEGREES, SHARPNESS_RATIO, BRIGHTNESS_RATIO, BLOCKED_PERCENT] {
        let of = |one: &One| one.judged.figures.iter().find(|(other, _)| *other == measure).map(|(_, number)| *number);
        let each: Vec<(u8, f64)> = all.iter().filter_map(|one| Some((one.preset, of(one)?))).collect();
        let numbers = each.iter().map(|(_, number)| *number);
        values.extend(
            numbers
                .max_by(|one, other| badness(measure, *one).total_cmp(&badness(measure, *other)))
                .map(|n| measure.of(n)),
        );
        if all.len() > 1 {
            values.extend(each.iter().filter_map(|(preset, number)| measure.of_preset(*preset, *number)));
        }
    }
    values
}

fn badness(measure: Measure, number: f64) -> f64 {
    match measure {
        SHARPNESS_RATIO => -number,
        BRIGHTNESS_RATIO => number.max(1e-3).ln().abs(),
        _ => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::words::Identity;

    #[test]
    fn who_the_camera_is_and_how_it_is_set_is_told_whatever_its_presets_show() {
        let identity = Identity { make: "Sony".into(), model: "EVI-D70".into(), ..Identity::default() };
        let seen = Seen {
            identity: Some(Answer::Identity(identity)),
            is_on: true,
            settings: Some(Answer::Settings(vec![("ntp", "DHCP".into())])),
            sight: Sight { exposure: Some("auto".into()), ..Sight::default() },
            ..Seen::default()
        };
        for verdict in [Verdict::Pass, Verdict::degraded("camera.preset-moved")] {
            let found = gathered(&seen, vec![One::new(1, verdict.clone(), "到位")], None, None);
            let facts = found.facts.expect("a plate");
            assert_eq!((found.verdict, facts.model.as_str(), facts.settings.len()), (verdict, "EVI-D70", 2));
        }
    }
}
