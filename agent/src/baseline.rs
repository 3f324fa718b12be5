//! The baseline: how each device was set when a person accepted it. What reads otherwise later is a drift. Pure; the state
//! folder keeps it, whole or not at all.
//!
//! A deliberate change is accepted by learning again: a new version, the old ones stay to be looked at.

use std::collections::BTreeMap;

use avow_shared::facts::{Facts, Setting};
use avow_shared::id::ValueName;
use avow_shared::outcome::Verdict;
use avow_shared::time::WallTime;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::probe::Found;

/// So many versions are kept; the oldest goes.
pub const MOST_VERSIONS: usize = 8;
/// The form of the document.
const FORM: u8 = 1;

/// The settings that one probe reads off one device.
pub type Wanted = BTreeMap<ValueName, SmolStr>;

/// What was accepted at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// From 1, one more each time.
    pub version: u32,
    /// When a person had it learnt.
    pub learnt_at: WallTime,
    /// By probe, `350102001-01/mixer`.
    pub settings: BTreeMap<SmolStr, Wanted>,
}

/// All versions that are kept, the newest last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    form: u8,
    versions: Vec<Version>,
}

impl Default for Baseline {
    fn default() -> Self {
        Self { form: FORM, versions: Vec::new() }
    }
}

/// A setting that reads otherwise than accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// By whom it was read, `350102001-01/mixer`.
    pub probe: SmolStr,
    /// Which setting.
    pub name: ValueName,
    /// As accepted.
    pub wanted: SmolStr,
    /// As read.
    pub found: SmolStr,
}

impl Baseline {
    /// The document as the state folder has it; none when it is not one of ours.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|read: &Self| read.form == FORM)
    }

    /// As the state folder keeps it.
    #[must_use]
    pub fn written(&self) -> String {
        // Writing into memory fails for no document: every key is a text.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// What is wanted; none when nobody ever had it learnt.
    #[must_use]
    pub fn newest(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// All versions that are kept, the newest last.
    #[must_use]
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// Accepts what these probes read; the others stay as they were accepted. Says how many settings are new or different.
    pub fn learn<'a>(&mut self, read: impl IntoIterator<Item = (SmolStr, &'a Facts)>, at: WallTime) -> usize {
        let mut settings = self.newest().map(|newest| newest.settings.clone()).unwrap_or_default();
        let before = settings.clone();
        for (probe, facts) in read {
            let wanted = settings.entry(probe).or_default();
            wanted.extend(facts.settings.iter().map(|Setting { name, value }| (name.clone(), value.clone())));
        }
        settings.retain(|_, wanted| !wanted.is_empty());
        let flat = |all: &BTreeMap<SmolStr, Wanted>| -> Vec<_> {
            let one = |(probe, wanted): (&SmolStr, &Wanted)| {
                wanted.iter().map(|(name, value)| (probe.clone(), name.clone(), value.clone())).collect::<Vec<_>>()
            };
            all.iter().flat_map(one).collect()
        };
        let known = flat(&before);
        let changed = flat(&settings).iter().filter(|one| !known.contains(one)).count();
        if changed > 0 {
            let version = self.newest().map_or(1, |newest| newest.version.saturating_add(1));
            self.versions.push(Version { version, learnt_at: at, settings });
            let surplus = self.versions.len().saturating_sub(MOST_VERSIONS);
            self.versions.drain(..surplus);
        }
        changed
    }

    /// What a probe reads otherwise than accepted. What it did not read this time is no drift.
    #[must_use]
    pub fn drifts(&self, probe: &str, facts: &Facts) -> Vec<Drift> {
        let wanted = self.newest().and_then(|newest| newest.settings.get(probe));
        let differs = |(name, wanted): (&ValueName, &SmolStr)| {
            let found = facts.setting(name).filter(|found| *found != wanted)?;
            Some(Drift { probe: probe.into(), name: name.clone(), wanted: wanted.clone(), found: found.clone() })
        };
        wanted.into_iter().flatten().filter_map(differs).collect()
    }

    /// The outcome of a run with what drifted: a pass becomes a finding, what is worse stays and tells it too.
    #[must_use]
    pub fn judge(&self, probe: &str, found: Found) -> Found {
        let drifts = found.facts.as_ref().map(|facts| self.drifts(probe, facts)).unwrap_or_default();
        if drifts.is_empty() {
            return found;
        }
        let told: Vec<String> = drifts.iter().map(Drift::line).collect();
        let told = format!("设置偏离基线：{}", told.join("，"));
        let (verdict, detail) = match &found.verdict {
            Verdict::Pass => (Verdict::degraded("device.settings-drift"), format!("{told}；{}", found.detail)),
            worse => (worse.clone(), format!("{}；{told}", found.detail)),
        };
        Found {
            in_call: found.in_call,
            values: found.values,
            exhibits: found.exhibits,
            facts: found.facts,
            ..Found::new(verdict, detail)
        }
    }
}

impl Drift {
    /// For a person: the setting, what was accepted, what was found.
    #[must_use]
    pub fn line(&self) -> String {
        let shown = |value: &SmolStr| if value.is_empty() { "（空）".into() } else { value.clone() };
        format!("{} 应为 {}，现为 {}", setting_name(&self.name), shown(&self.wanted), shown(&self.found))
    }
}

/// A setting's name for a person, where it is a common one.
#[must_use]
pub fn setting_name(name: &ValueName) -> String {
    let chinese = SETTINGS.iter().find(|(known, ..)| *known == name.as_str()).map(|(_, chinese, _)| *chinese);
    chinese.map_or_else(|| name.to_string(), str::to_owned)
}

/// Names of settings that probes and shipped profiles use, with their words in Chinese and English.
pub const SETTINGS: &[(&str, &str, &str)] = &[
    ("auto_answer", "自动应答", "auto answer"),
    ("encryption", "加密", "encryption"),
    ("exposure", "曝光方式", "exposure mode"),
    ("focus_mode", "对焦方式", "focus mode"),
    ("gain_db", "增益 (dB)", "gain (dB)"),
    ("gatekeeper", "网守地址", "gatekeeper"),
    ("input", "输入", "input"),
    ("mute", "静音", "mute"),
    ("ntp", "校时服务器", "NTP server"),
    ("picture_mute", "画面遮断", "picture mute"),
    ("preset", "预置方案", "preset"),
    ("rate_kbps", "速率 (kbit/s)", "rate (kbit/s)"),
    ("resolution", "分辨率", "resolution"),
    ("sip_proxy", "SIP 服务器", "SIP server"),
    ("white_balance", "白平衡方式", "white balance mode"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(settings: &[(&'static str, &str)]) -> Facts {
        settings.iter().fold(Facts::default(), |facts, (name, value)| facts.with(name, value)).tidied()
    }

    fn at(at_ms: u64) -> WallTime {
        WallTime { at_ms, ..WallTime::default() }
    }

    fn learnt(settings: &[(&'static str, &str)]) -> Baseline {
        let mut baseline = Baseline::default();
        assert_eq!(baseline.learn([("v/mixer".into(), &facts(settings))], at(1)), settings.len());
        baseline
    }

    fn found(settings: &[(&'static str, &str)], verdict: Verdict) -> Found {
        Found::new(verdict, "数字调音台，正常").with_facts(facts(settings))
    }

    #[test]
    fn without_a_baseline_there_is_no_finding() {
        let judged = Baseline::default().judge("v/mixer", found(&[("mute", "on")], Verdict::Pass));
        assert_eq!(judged.verdict, Verdict::Pass);
        let judged = learnt(&[("mute", "off")]).judge("v/other", found(&[("mute", "on")], Verdict::Pass));
        assert_eq!(judged.verdict, Verdict::Pass, "another probe's baseline is not its");
    }

    #[test]
    fn what_reads_otherwise_than_accepted_is_named_with_both_values() {
        let baseline = learnt(&[("gain_db", "-6"), ("mute", "off"), ("ntp", "")]);
        let judged =
            baseline.judge("v/mixer", found(&[("gain_db", "0"), ("mute", "off"), ("ntp", "x")], Verdict::Pass));
        assert_eq!(judged.verdict, Verdict::degraded("device.settings-drift"));
        let line = "设置偏离基线：增益 (dB) 应为 -6，现为 0，校时服务器 应为 （空），现为 x；数字调音台，正常";
        assert_eq!(judged.detail, line);
        assert!(judged.facts.is_some(), "the facts go on");
    }

    #[test]
    fn a_worse_finding_stays_and_what_was_not_read_is_no_drift() {
        let baseline = learnt(&[("gain_db", "-6"), ("mute", "off")]);
        let judged = baseline.judge("v/mixer", found(&[("mute", "on")], Verdict::fail("device.state")));
        assert_eq!(judged.verdict, Verdict::fail("device.state"));
        assert!(judged.detail.contains("静音 应为 off，现为 on") && !judged.detail.contains("增益"));
        let judged = baseline.judge("v/mixer", found(&[("mute", "off")], Verdict::Pass));
        assert_eq!(judged.verdict, Verdict::Pass);
    }

    #[test]
    fn learning_again_accepts_a_change_and_keeps_the_old_for_a_while() {
        let mut baseline = learnt(&[("gain_db", "-6"), ("mute", "off")]);
        let read = facts(&[("mute", "on")]);
        assert_eq!(baseline.learn([("v/mixer".into(), &read)], at(2)), 1);
        assert_eq!(baseline.drifts("v/mixer", &read), []);
        assert_eq!(
            baseline.drifts("v/mixer", &facts(&[("gain_db", "0")])).len(),
            1,
            "what was not read stays accepted"
        );
        assert_eq!(baseline.learn([("v/mixer".into(), &read)], at(3)), 0, "nothing new is no new version");
        assert_eq!(baseline.versions().iter().map(|one| one.version).collect::<Vec<_>>(), [1, 2]);
        for n in 0..20 {
            baseline.learn([("v/mixer".into(), &facts(&[("gain_db", &n.to_string())]))], at(4));
        }
        assert_eq!(
            baseline.versions().iter().map(|one| one.version).collect::<Vec<_>>(),
            (15..=22).collect::<Vec<_>>()
        );
    }

    #[test]
    fn the_document_of_the_first_form_is_read_and_written_for_good() {
        let golden = include_str!("../tests/golden/baseline-1.json");
        let mut baseline = learnt(&[("gain_db", "-6"), ("mute", "off")]);
        baseline
            .learn([("v/mixer".into(), &facts(&[("mute", "on")])), ("v/tv".into(), &facts(&[("input", "31")]))], at(2));
        assert_eq!(baseline.written(), golden);
        assert_eq!(Baseline::read(golden), Some(baseline));
        assert_eq!(Baseline::read(&golden.replace("\"form\": 1", "\"form\": 2")), None, "a newer one is not misread");
        for end in 0..golden.trim_end().len() {
            if golden.is_char_boundary(end) {
                assert_eq!(Baseline::read(&golden[..end]), None, "cut at {end}");
            }
        }
    }

    #[test]
    fn every_common_setting_is_a_name_and_stands_once() {
        for (at, (name, ..)) in SETTINGS.iter().enumerate() {
            assert!(name.parse::<ValueName>().is_ok(), "{name}");
            assert_eq!(SETTINGS.iter().position(|(other, ..)| other == name), Some(at), "{name}");
        }
    }
}
