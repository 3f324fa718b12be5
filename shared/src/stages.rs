//! What is said of the stages of a venue's chains: the newest verdicts of its probes put to [`blame`](crate::blame::blame). Used on site, where
//! it names a cable, and at HQ, where it is shown.

use std::collections::BTreeSet;

use crate::blame::{Blame, Observation, Says, blame};
use crate::id::{ProbeId, StageId};
use crate::outcome::Verdict;
use crate::venue::{Probe, Venue};

/// Blaming is work that grows fast with failures and stages: beyond this nobody is blamed.
const MOST_FAILURES: usize = 16;
const MOST_COVERED: usize = 32;

/// What is to blame; none when more is wrong than can be blamed.
#[must_use]
pub fn blamed<'a>(venue: &Venue, newest: impl Fn(&ProbeId) -> Option<&'a Verdict>) -> Option<Blame<ProbeId, StageId>> {
    let all: Vec<_> = venue.probes.iter().map(|probe| observation(probe, newest(&probe.id))).collect();
    let failures = || all.iter().filter(|observation| observation.says == Says::Fails);
    let is_much = failures().count() > MOST_FAILURES || failures().any(|failure| failure.covers.len() > MOST_COVERED);
    (!is_much).then(|| blame(&all))
}

fn observation<'a>(probe: &'a Probe, verdict: Option<&'a Verdict>) -> Observation<'a, ProbeId, StageId> {
    let says = match verdict {
        Some(Verdict::Pass) => Says::Works,
        Some(Verdict::Degraded { .. } | Verdict::Fail { .. }) => Says::Fails,
        Some(Verdict::Unknown { .. }) | None => Says::Nothing,
    };
    let function = verdict.and_then(Verdict::finding).map_or(probe.kind.as_str(), |finding| finding.as_str());
    let kind = function.split('.').next().unwrap_or_default();
    Observation { probe: probe.id.clone(), kind, says, covers: &probe.covers }
}

/// The stages that may be at fault: those of every explanation.
#[must_use]
pub fn accused(blamed: Option<&Blame<ProbeId, StageId>>) -> BTreeSet<&StageId> {
    match blamed {
        Some(Blame::Explained { explanations, .. }) => explanations.iter().flatten().collect(),
        _ => BTreeSet::new(),
    }
}

/// What is said of one stage, in the words of [`Verdict::word`]. A blamed stage has the worst of what accuses it; another is cleared by
/// a pass; what only failures of others cover is unknown; what nothing has covered yet has none.
#[must_use]
pub fn word<'a>(
    venue: &Venue,
    newest: impl Fn(&ProbeId) -> Option<&'a Verdict>,
    stage: &StageId,
    is_blamed: bool,
) -> Option<&'static str> {
    let covering = venue.probes.iter().filter(|probe| probe.covers.contains(stage));
    let words: Vec<_> = covering.filter_map(|probe| newest(&probe.id)).map(Verdict::word).collect();
    let first_of = |order: &[&'static str]| order.iter().copied().find(|word| words.contains(word));
    if is_blamed {
        return first_of(&["fail", "degraded"]);
    }
    if words.is_empty() { None } else { first_of(&["pass"]).or(Some("unknown")) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::interlock::Disturbance;

    fn venue(probes: &[(&str, &str, &[&str])]) -> Venue {
        let probe = |(id, kind, covers): &(&str, &str, &[&str])| Probe {
            id: id.parse().expect("a probe"),
            name: (*id).into(),
            kind: (*kind).into(),
            interval_s: 60,
            required: true,
            disturbance: Disturbance::None,
            covers: covers.iter().map(|stage| stage.parse().expect("a stage")).collect(),
            limits: vec![],
        };
        Venue {
            id: "350102-01".parse().expect("a venue"),
            name: "".into(),
            unit: "".into(),
            two_way: true,
            devices: vec![],
            chains: vec![],
            probes: probes.iter().map(probe).collect(),
        }
    }

    #[test]
    fn a_cable_is_named_and_what_is_behind_it_is_not_known() {
        let venue = venue(&[
            ("camera", "camera", &["camera"]),
            ("picture", "picture", &["camera", "cable", "terminal"]),
            ("screen", "picture", &["terminal", "screen"]),
            ("idle", "line", &["line"]),
        ]);
        let said: BTreeMap<&str, Verdict> =
            [("camera", Verdict::Pass), ("picture", Verdict::fail("picture.black")), ("screen", Verdict::Pass)]
                .into_iter()
                .collect();
        let newest = |probe: &ProbeId| said.get(probe.as_str());
        let blamed = blamed(&venue, newest);
        let stage = |id: &str| id.parse::<StageId>().expect("a stage");
        // The camera answers, which says nothing of its picture.
        let (cable, camera) = (stage("cable"), stage("camera"));
        assert_eq!(accused(blamed.as_ref()), [&cable, &camera].into_iter().collect());
        let word = |id: &str, is_blamed| word(&venue, newest, &stage(id), is_blamed);
        assert_eq!([word("cable", true), word("terminal", false)], [Some("fail"), Some("pass")]);
        assert_eq!([word("cable", false), word("line", false), word("nothing", false)], [Some("unknown"), None, None]);
    }

    #[test]
    fn where_everything_fails_nobody_is_blamed() {
        let ids: Vec<String> = (0..17).map(|n| format!("p{n}")).collect();
        let probes: Vec<(&str, &str, &[&str])> =
            ids.iter().map(|id| (id.as_str(), "line", ["line"].as_slice())).collect();
        let failed = Verdict::fail("line.down");
        assert_eq!(blamed(&venue(&probes), |_| Some(&failed)), None);
        assert!(matches!(blamed(&venue(&probes[..16]), |_| Some(&failed)), Some(Blame::Explained { .. })));
    }
}
