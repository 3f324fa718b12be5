//! From what came from the other end to a verdict, its line and its values. Pure. Delays are judged at HQ, which has both halves.

use std::fmt::Write as _;

use avow_shared::mouth_to_ear::{Part, Whom, join};
use avow_shared::outcome::Verdict;
use avow_shared::value::Value;

use crate::probe::Found;
use crate::probe::limits::{Rule, judge};
use crate::probe::measures::{
    ECHO_LEVEL, FAR_FPS, FAR_LEVEL, FAR_MISSING, FAR_REPEATED, FAR_SNR, FAR_STILL, LIP_SYNC, LIP_SYNC_ERROR,
};

/// Level and ratio: what a person has to strain to follow, and what he does not follow. Half a second without a frame is seen, two
/// are a picture that stands. Lip sync after ITU-R BT.1359-1: detected beyond +45/−125 ms, not accepted beyond +90/−185 ms.
pub(super) const RULES: [Rule; 5] = [
    Rule::at_least(FAR_LEVEL, -45.0, Some(-60.0), "across.faint"),
    Rule::at_least(FAR_SNR, 6.0, Some(0.0), "across.faint"),
    Rule::at_most(LIP_SYNC, 45.0, Some(90.0), "across.lip-sync").keyed("lip_sync_early"),
    Rule::at_least(LIP_SYNC, -125.0, Some(-185.0), "across.lip-sync").keyed("lip_sync_late"),
    Rule::at_most(FAR_STILL, 500.0, Some(2_000.0), "across.frozen"),
];

/// The verdict on what came. `remarks`: what went wrong here.
pub(super) fn judged(rules: &[Rule], part: Part, remarks: &[String], looked: bool) -> Found {
    let way = join(None, Some(&part)).ways[0];
    let values = values(&part);
    let verdict = match (sound(way.heard), way.seen.and_then(picture).filter(|_| looked)) {
        (Some(finding), _) | (None, Some(finding)) => Verdict::fail(finding),
        (None, None) => judge(rules, &values),
    };
    let mut words = heard_words(way.heard, &part);
    match way.seen {
        _ if !looked => {}
        Some(seen) => words.push_str(&seen_words(seen, &part)),
        // Its marker says whether it shows something; without the marker HQ knows.
        None if way.heard == Whom::Right => words.push_str("；对方不放画面"),
        None => words.push_str("；也看不到画面"),
    }
    for remark in remarks {
        let _ = write!(words, "；{remark}");
    }
    let mut found = Found::new(verdict, words).with_values(values);
    found.part = Some(Box::new(part));
    found
}

const fn sound(whom: Whom) -> Option<&'static str> {
    match whom {
        Whom::Right => None,
        Whom::Other(_) => Some("across.other-venue"),
        Whom::Itself => Some("across.echo-only"),
        Whom::Nobody => Some("across.silent"),
    }
}

const fn picture(whom: Whom) -> Option<&'static str> {
    match whom {
        Whom::Right => None,
        Whom::Other(_) => Some("across.other-picture"),
        Whom::Itself => Some("across.own-picture"),
        Whom::Nobody => Some("across.no-picture"),
    }
}

fn heard_words(whom: Whom, part: &Part) -> String {
    match whom {
        Whom::Right => {
            let far = part.heard.iter().find(|one| one.venue == part.other);
            let [level, snr] = far.map_or([0.0; 2], |one| [f64::from(one.level) / 10.0, f64::from(one.snr) / 10.0]);
            format!("听到 {}，{level:.1} dBFS，信噪比 {snr:.0} dB", part.other)
        }
        Whom::Other(venue) if venue == part.other => format!("听到 {venue} 另一次测试的声音"),
        Whom::Other(venue) => format!("听到的是 {venue}，不是 {}", part.other),
        Whom::Itself => format!("只听到本会场自己的声音，没有 {}", part.other),
        Whom::Nobody => format!("听不到 {}", part.other),
    }
}

fn seen_words(whom: Whom, part: &Part) -> String {
    let mut words = match whom {
        Whom::Right => String::new(),
        Whom::Other(venue) => format!("；看到的是 {venue}"),
        Whom::Itself => "；看到的是本会场自己的画面".to_owned(),
        Whom::Nobody => "；看不到对方画面".to_owned(),
    };
    if let Some(running) = part.picture.filter(|running| running.frames > 0) {
        let fps = f64::from(running.rate) / 1_000.0;
        let still_s = f64::from(running.longest_still_ms) / 1_000.0;
        let _ = write!(words, "；画面 {fps:.1} 帧/秒，缺 {} 帧，最长停顿 {still_s:.1} 秒", running.missing);
    }
    if let Some(sync) = part.lip_sync {
        let [early, error] = [f64::from(sync.early_us) / 1_000.0, f64::from(sync.error_us) / 1_000.0];
        let side = if early < 0.0 { "声音滞后" } else { "声音超前" };
        let _ = write!(words, "；{side} {:.0}±{error:.0} ms", early.abs());
    }
    words
}

fn values(part: &Part) -> Vec<Value> {
    let of = |venue| part.heard.iter().find(move |one| one.venue == venue && one.run == part.run());
    let mut values = Vec::new();
    if let Some(far) = of(part.other) {
        values.extend([FAR_LEVEL.of(f64::from(far.level) / 10.0), FAR_SNR.of(f64::from(far.snr) / 10.0)]);
    }
    values.extend(of(part.venue).map(|own| ECHO_LEVEL.of(f64::from(own.level) / 10.0)));
    if let Some(sync) = part.lip_sync {
        values.push(LIP_SYNC.of(f64::from(sync.early_us) / 1_000.0));
        values.push(LIP_SYNC_ERROR.of(f64::from(sync.error_us) / 1_000.0));
    }
    if let Some(running) = part.picture.filter(|running| running.frames > 0) {
        values.push(FAR_FPS.of(f64::from(running.rate) / 1_000.0));
        values.push(FAR_MISSING.of(running.missing.into()));
        values.push(FAR_REPEATED.of(running.repeated.into()));
        values.push(FAR_STILL.of(running.longest_still_ms.into()));
    }
    values
}
