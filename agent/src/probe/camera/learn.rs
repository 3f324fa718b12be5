//! Learns a preset: goes there, looks whether the picture is one to be believed, and keeps it with the position.

use std::time::Duration;

use avow_shared::camera::Command;
use avow_shared::outcome::Verdict;

use super::away::Away;
use super::judgement::{describe, told};
use super::proof::unshown;
use super::{Position, Proof, SHOT_S, Setup, obey};
use crate::camera::desk::Camera;
use crate::camera::words::{Answer, Question};
use crate::probe::limits::Rule;
use crate::probe::measures::{PAN, SHARPNESS_RATIO, TILT, ZOOM};
use crate::probe::preset::compare::{compare, steepest, telling_blocks};
use crate::probe::preset::judge::RULES;
use crate::probe::preset::reference::{Picture, Reference};
use crate::probe::preset::shot::{self, apart};
use crate::probe::preset::store::Store;
use crate::probe::{Context, Exhibit, Found, picture};

/// A scene with fewer blocks (of 144) that say something cannot be found again.
const ENOUGH_BLOCKS: usize = 24;
/// A picture whose edges are all flatter than this was never in focus: what a blur of about 1.5 pixels of 640 leaves.
const IN_FOCUS: f32 = 0.1;

pub(super) async fn run(setup: &Setup, proof: &Proof, camera: &Camera, preset: u8, context: &Context) -> Found {
    let before = match camera.ask(Question::Position).await {
        Ok(Answer::Position(position)) => Some(position),
        // What is wrong with the camera its recall will say.
        _ => None,
    };
    let away = Away::from(setup, camera, before);
    let found = learn(setup, proof, camera, preset, context).await;
    away.forget();
    found
}

async fn learn(setup: &Setup, proof: &Proof, camera: &Camera, preset: u8, context: &Context) -> Found {
    let seen = match obey(camera, Command::Recall(preset)).await {
        Ok(seen) if seen.is_on => seen,
        seen => return told(seen, None, setup).with_exhibit(Some(Exhibit::transcript(&camera.transcript().await))),
    };
    let position = seen.position();
    let picture = match &proof.picture {
        None if position.is_none() => {
            return Found::missing("摄像机不报告位置，又没有图像源：请在该摄像机的配置中写 picture");
        }
        None => None,
        Some(source) => match believable(setup, proof, source, preset, context).await {
            Ok(picture) => Some(picture),
            Err(found) => return *found,
        },
    };
    let reference = Reference {
        venue: proof.whose.venue,
        probe: proof.whose.probe.clone(),
        preset,
        version: 0,
        taken_at: context.wall,
        position,
        picture,
        limits: setup.limits.apply(RULES).iter().map(Rule::limit).collect(),
    };
    let store = Store::of(&context.state_dir);
    match apart(move || store.keep(reference)).await {
        Ok(reference) => kept(reference),
        Err(error) => Found::missing(format!("参考未能保存，原参考不变：{error}")),
    }
}

fn kept(reference: Reference) -> Found {
    let Reference { preset, version, position, picture, .. } = &reference;
    let place = describe(*position);
    let shown = if picture.is_some() { "含画面" } else { "无图像源，只有位置" };
    let detail = format!("预置位 {preset} 的参考已保存：第 {version} 版，{place}，{shown}");
    let values = position
        .map(|Position { pan, tilt, zoom }| vec![PAN.of(pan.into()), TILT.of(tilt.into()), ZOOM.of(zoom.into())]);
    let exhibit = picture.as_ref().map(|picture| Exhibit::picture(picture.jpeg.to_vec()));
    let mut found = Found::new(Verdict::Pass, detail).with_values(values.unwrap_or_default()).with_exhibit(exhibit);
    found.learnt = Some(Box::new(reference));
    found
}

/// A picture that lives, shows enough, stands still and is in focus; else what is wrong with it.
async fn believable(
    setup: &Setup,
    proof: &Proof,
    source: &picture::Setup,
    preset: u8,
    context: &Context,
) -> Result<Picture, Box<Found>> {
    tokio::time::sleep(Duration::from_secs(setup.settle_s)).await;
    let looked_at = picture::run_alone(source).await;
    if looked_at.verdict != Verdict::Pass {
        let detail = format!("未学习，画面不可信：{}", looked_at.detail);
        return Err(Box::new(Found { detail: detail.into(), ..looked_at }));
    }
    let picture =
        shot::take_at_rest(&source.source, Duration::from_secs(SHOT_S)).await.map_err(|error| unshown(&error))?;
    let refused = |verdict, detail: String| {
        let exhibit = Exhibit::picture(picture.jpeg.to_vec());
        Err(Box::new(Found::new(verdict, detail).with_exhibit(Some(exhibit))))
    };
    let raster = picture.raster.clone();
    let (blocks, steepest) = apart(move || (telling_blocks(&raster), steepest(&raster))).await;
    if blocks < ENOUGH_BLOCKS {
        let detail = "未学习：画面细节太少，无法比对；请选有桌椅、横幅等景物的画面".to_owned();
        return refused(Verdict::fail("picture.flat"), detail);
    }
    if steepest < IN_FOCUS {
        return refused(Verdict::fail("camera.preset-blurred"), "未学习：画面模糊，请先对焦、擦拭镜头".to_owned());
    }
    // Softer than the last time at the same scene: out of focus, not another taste.
    let before = {
        let (store, whose) = (Store::of(&context.state_dir), proof.whose.clone());
        let newest = apart(move || store.newest(&whose, preset)).await;
        newest.ok().flatten().and_then(|before| before.picture)
    };
    if let Some(before) = before {
        let now = picture.raster.clone();
        let sharpness = apart(move || compare(&before.raster, &now)).await.sharpness;
        let least = setup.limits.apply(RULES).into_iter().find(|rule| rule.value == SHARPNESS_RATIO.name);
        if let Some((ratio, rule)) = sharpness.zip(least).filter(|(ratio, rule)| f64::from(*ratio) < rule.good) {
            let detail = format!(
                "未学习：清晰度只有上一版的 {:.0}%（下限 {:.0}%），请先对焦、擦拭镜头",
                ratio * 100.0,
                rule.good * 100.0
            );
            return refused(Verdict::fail("camera.preset-blurred"), detail);
        }
    }
    Ok(picture)
}
