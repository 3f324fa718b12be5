//! Canaries: seen when readers see them, counted nowhere, and missed when they do not come.

use avow_shared::canary::{EVERY, FINDING, PROBE};
use avow_shared::outcome::Verdict;
use avow_shared::time::{ClockQuality, WallTime};
use avow_shared::value::{Unit, Value};
use avow_shared::wire::Report;

use super::build::*;
use crate::fact::AgentState;
use crate::province::{Class, Province};

const V: &str = "350102001-01";
const HOUR_MS: u64 = 3_600_000;

fn planted(at: WallTime) -> Report {
    let Report::Outcome(mut outcome) = outcome(venue(V), PROBE, Verdict::fail(FINDING), at.at_ms) else {
        unreachable!("it is one")
    };
    (outcome.at, outcome.values) = (at, vec![Value::new(EVERY, Unit::Second, 3_600.0)]);
    Report::Outcome(outcome)
}

fn gone(at_ms: u64) -> Report {
    outcome(venue(V), PROBE, Verdict::Pass, at_ms)
}

/// A live province with one connected venue that is well.
fn well() -> Province {
    let mut province = empty();
    province.go_live(START_MS);
    province.agent_state(agent(1), AgentState::Accepted, &[venue(V)]);
    let reports = vec![
        (1, description(&[venue(V)], &[probe("a", true, 36_000)])),
        (2, outcome(venue(V), "a", Verdict::Pass, START_MS)),
    ];
    province.fold(&stored(1, agent(1), 1, START_MS, reports));
    province.connection(agent(1), true);
    province
}

#[test]
fn a_canary_is_measured_when_readers_see_it_and_changes_nothing_else() {
    let mut province = well();
    let before = province.publish();
    let reports = vec![(3, planted(wall(START_MS + 100))), (4, gone(START_MS + 100))];
    province.fold(&stored(2, agent(1), 1, START_MS + 250, reports));
    assert!(province.has_news());
    assert_eq!(province.see_canaries(START_MS + 400), [(agent(1), Some(300))]);
    assert!(province.see_canaries(START_MS + 500).is_empty(), "once");
    let view = province.publish();
    let (was, is) = (before.venue(venue(V)).expect("a venue"), view.venue(venue(V)).expect("a venue"));
    assert_eq!((is.class(), is.probes.len(), &is.finding), (Some(Class::Pass), was.probes.len(), &None));
    assert_eq!(view.newest_changes(0, 9).len(), before.newest_changes(0, 9).len(), "nobody is alarmed");
    let sums = view.canaries(START_MS + 1_400);
    assert_eq!((sums.agents, sums.p50_ms, sums.p99_ms, sums.oldest_ms), (1, Some(300), Some(300), Some(1_000)));
}

#[test]
fn who_is_connected_and_whose_canary_does_not_come_is_stopped() {
    let mut province = well();
    province.fold(&stored(2, agent(1), 1, START_MS, vec![(3, planted(wall(START_MS)))]));
    province.see_canaries(START_MS);
    let last_ms = START_MS + 2 * HOUR_MS + 60_000;
    let stopped = |province: &mut Province, now_ms| province.publish().canaries(now_ms).stopped;
    assert_eq!(stopped(&mut province, last_ms), []);
    assert_eq!(stopped(&mut province, last_ms + 1), [venue(V)]);
    province.connection(agent(1), false);
    assert_eq!(stopped(&mut province, last_ms + 1), [], "who is not connected is silent, and that is said already");
}

#[test]
fn without_a_clock_it_is_seen_and_not_measured_and_a_snapshot_keeps_it() {
    let mut province = well();
    let unset = WallTime { at_ms: 0, quality: ClockQuality::Unset };
    province.fold(&stored(2, agent(1), 1, START_MS, vec![(3, planted(unset))]));
    assert_eq!(province.see_canaries(START_MS + 9), [(agent(1), None)]);
    let file = tempfile::NamedTempFile::new().expect("a file");
    crate::snapshot::write(file.path(), &province.freeze(), &[]).expect("writes");
    let mut again = empty();
    crate::snapshot::read(file.path(), &mut again).expect("reads");
    let sums = again.publish().canaries(START_MS + 1_009);
    assert_eq!((sums.agents, sums.p50_ms, sums.oldest_ms), (1, None, Some(1_000)));
}
