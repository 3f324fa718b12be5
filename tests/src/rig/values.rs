//! Whether HQ holds what was invented, value by value, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use avow_shared::outcome::Outcome;
use avow_shared::time::{ClockQuality, EARLIEST_MS, WallTime};
use serde_json::Value;

use super::{Ends, FleetLog, Http, accounting, wait_until};

/// After a start the history gets its part of the journal beside everything else.
const HISTORY_WITHIN: Duration = Duration::from_secs(60);

/// Compares the newest outcome of every probe with the log, and the whole raw history of every `sample`th venue: nothing
/// in it that was never invented, and all that was, where every number of the venue's agents is stored.
///
/// # Panics
/// When HQ holds something else than what was invented, or what it holds was never invented.
pub async fn assert_values_as_logged(http: &Http, log: &FleetLog, sample: usize) {
    let lossy = lossy_venues(&accounting(http).await.1, log);
    for (at, (venue, probes)) in by_venue(log).into_iter().enumerate() {
        compare_newest(&venue, &http.json(&format!("/api/v1/venues/{venue}")).await, &probes);
        if at % sample.max(1) == 0 {
            for probe in probes.keys() {
                compare_history(http, log, &venue, probe, !lossy.contains(&venue)).await;
            }
        }
    }
}

fn by_venue(log: &FleetLog) -> BTreeMap<String, BTreeMap<String, &Outcome>> {
    let mut venues: BTreeMap<String, BTreeMap<String, &Outcome>> = BTreeMap::new();
    for ((venue, probe), outcome) in log.newest() {
        venues.entry(venue).or_default().insert(probe, outcome);
    }
    venues
}

fn compare_newest(venue: &str, json: &Value, probes: &BTreeMap<String, &Outcome>) {
    let held = json["outcomes"].as_array().expect("a list of outcomes");
    let names: Vec<&str> = held.iter().filter_map(|outcome| outcome["probe"].as_str()).collect();
    assert!(names.iter().all(|name| probes.contains_key(*name)), "{venue} holds {names:?}, some never invented");
    for (probe, logged) in probes {
        let found = held.iter().find(|outcome| outcome["probe"] == probe.as_str());
        let found = found.unwrap_or_else(|| panic!("{venue} {probe} is not held"));
        assert_eq!(summary(found), summary_of(logged), "{venue} {probe}: HQ (left) and log (right)");
    }
}

/// When, verdict, finding, and each value with its unit.
type Summary = (Option<u64>, String, Option<String>, BTreeMap<String, (String, f64)>);

fn summary(held: &Value) -> Summary {
    let text = |name: &str| held[name].as_str().map(str::to_owned);
    let value = |value: &Value| {
        let unit = value["unit"].as_str()?.to_owned();
        Some((value["name"].as_str()?.to_owned(), (unit, value["number"].as_f64()?)))
    };
    let values = held["values"].as_array().into_iter().flatten().filter_map(value).collect();
    (held["at_ms"].as_u64(), text("verdict").unwrap_or_default(), text("finding"), values)
}

fn summary_of(logged: &Outcome) -> Summary {
    let finding = logged.verdict.finding().map(ToString::to_string);
    let values =
        logged.values.iter().map(|value| (value.name.to_string(), (value.unit.symbol().to_owned(), value.number)));
    (Some(logged.at.at_ms), logged.verdict.word().to_owned(), finding, values.collect())
}

/// The venues of whose reports some may not be stored: dropped, void, refused, or never heard of by HQ.
fn lossy_venues(rows: &[(String, String, Ends)], log: &FleetLog) -> BTreeSet<String> {
    let whole: BTreeMap<_, _> = rows
        .iter()
        .filter(|(.., ends)| ends.stored == ends.produced)
        .map(|(agent, spool, ends)| ((agent.as_str(), spool.as_str()), ends.produced))
        .collect();
    let upto = |agent: &str, spool: &str| whole.get(&(agent, spool)).copied().unwrap_or(0);
    let lost = log.lines().iter().filter(|line| line.number > upto(&line.agent, &line.spool));
    lost.filter_map(|line| Some(line.outcome.as_ref()?.venue.to_string())).collect()
}

/// Every point of the raw history was invented, as often as it stands there; and every one that was invented stands there
/// when `whole`.
async fn compare_history(http: &Http, log: &FleetLog, venue: &str, probe: &str, whole: bool) {
    let is_meant = |it: &&Outcome| it.venue.to_string() == venue && it.probe.as_str() == probe;
    let logged: Vec<&Outcome> = log.outcomes().map(|(_, outcome)| outcome).filter(is_meant).collect();
    let query = format!("probe={probe}&resolution=raw&from_ms=0&to_ms=4102444800000");
    let mut lacking = Vec::new();
    let compared = wait_until("a whole history", 2 * HISTORY_WITHIN, async || {
        let json = http.json(&format!("/api/v1/venues/{venue}/history?{query}")).await;
        assert_eq!(json["truncated"], false, "{venue} {probe}");
        lacking = compare_series(&json, &logged);
        (lacking.is_empty() || !whole).then_some(())
    });
    let in_time = tokio::time::timeout(HISTORY_WITHIN, compared).await.is_ok();
    assert!(in_time, "{venue} {probe}: HQ's history lacks what was stored: {lacking:?}");
}

/// What the history lacks of what was invented: of each series the first of the points, and how many.
fn compare_series(json: &Value, logged: &[&Outcome]) -> Vec<String> {
    let names: BTreeSet<&str> = logged.iter().flat_map(|it| &it.values).map(|value| value.name.as_str()).collect();
    let series = json["series"].as_array().map(Vec::as_slice).unwrap_or_default();
    let held = |name: &str| series.iter().find(|series| series["name"] == name).map(|series| points(&series["points"]));
    let from_nowhere = series.iter().find(|series| !names.contains(series["name"].as_str().unwrap_or_default()));
    assert!(from_nowhere.is_none(), "a series that was never invented: {from_nowhere:?}");
    let verdicts = invented(logged, |it| Some(it.verdict.word().to_owned()));
    let mut left = vec![("verdicts", within("verdicts", points(&json["verdicts"]), verdicts))];
    for name in names {
        let invented = invented(logged, |it| number_of(it, name));
        left.push((name, within(name, held(name).unwrap_or_default(), invented)));
    }
    let lacks = |(name, bag): (&str, Bag)| {
        let count: usize = bag.values().sum();
        bag.keys().next().map(|first| format!("{name}: {count}, such as {first:?}"))
    };
    left.into_iter().filter_map(lacks).collect()
}

fn number_of(outcome: &Outcome, name: &str) -> Option<String> {
    outcome.values.iter().find(|value| value.name.as_str() == name).map(|value| value.number.to_string())
}

/// Points with their time, none for those whose agent did not know it: HQ puts them where they came. Each as often as it
/// is there.
type Bag = BTreeMap<(Option<u64>, String), usize>;

fn invented(logged: &[&Outcome], text: impl Fn(&Outcome) -> Option<String>) -> Bag {
    let is_known = |at: &WallTime| at.quality != ClockQuality::Unset && at.at_ms >= EARLIEST_MS;
    counted(logged.iter().filter_map(|it| Some((is_known(&it.at).then_some(it.at.at_ms), text(it)?))))
}

fn counted(points: impl Iterator<Item = (Option<u64>, String)>) -> Bag {
    points.fold(Bag::new(), |mut bag, point| {
        *bag.entry(point).or_default() += 1;
        bag
    })
}

fn points(list: &Value) -> Vec<(u64, String)> {
    let point = |pair: &Value| {
        let text = pair[1].as_str().map(str::to_owned).or_else(|| pair[1].as_f64().map(|number| number.to_string()));
        (pair[0].as_u64().unwrap_or_default(), text.unwrap_or_default())
    };
    list.as_array().into_iter().flatten().map(point).collect()
}

/// Takes every point out of what was invented: at its own time, else among those without one. What is left is not held.
#[track_caller]
fn within(what: &str, held: Vec<(u64, String)>, mut invented: Bag) -> Bag {
    for (at_ms, text) in held {
        let mut take = |key| invented.get_mut(&key).filter(|left| **left > 0).map(|left| *left -= 1);
        let taken = take((Some(at_ms), text.clone())).or_else(|| take((None, text.clone())));
        assert!(taken.is_some(), "{what}: HQ holds {text} at {at_ms} more often than it was invented");
    }
    invented.retain(|_, left| *left > 0);
    invented
}

#[cfg(test)]
mod tests {
    use avow_shared::outcome::Verdict;
    use avow_shared::value::Unit;
    use serde_json::json;

    use super::*;

    fn logged(number: f64) -> Outcome {
        Outcome {
            venue: "35-01".parse().expect("a venue"),
            probe: "p".parse().expect("a probe"),
            at: WallTime { at_ms: 7, quality: ClockQuality::Free },
            took_ms: 1,
            verdict: Verdict::Pass,
            detail: "".into(),
            values: vec![avow_shared::value::Value::new("rtt", Unit::Millisecond, number)],
            evidence: vec![],
        }
    }

    fn held(number: f64) -> Value {
        json!({ "outcomes": [{ "probe": "p", "at_ms": 7, "verdict": "pass", "finding": null,
                               "values": [{ "name": "rtt", "unit": "ms", "number": number, "limit": null }] }] })
    }

    #[test]
    fn equal_values_are_equal() {
        compare_newest("v", &held(1.5), &BTreeMap::from([("p".to_owned(), &logged(1.5))]));
    }

    #[test]
    #[should_panic(expected = "HQ (left) and log (right)")]
    fn another_value_is_found() {
        compare_newest("v", &held(1.5), &BTreeMap::from([("p".to_owned(), &logged(1.6))]));
    }

    #[test]
    #[should_panic(expected = "some never invented")]
    fn an_outcome_from_nowhere_is_found() {
        compare_newest("v", &held(1.5), &BTreeMap::new());
    }

    #[test]
    #[should_panic(expected = "more often than it was invented")]
    fn a_point_that_stands_twice_is_found() {
        let twice = json!([[7, 1.5], [7, 1.5]]);
        within("rtt", points(&twice), counted([(Some(7), "1.5".to_owned())].into_iter()));
    }

    #[test]
    fn a_point_of_an_agent_without_a_clock_may_stand_anywhere_once() {
        let held = json!([[7, 1.5], [8, 2.5]]);
        let invented = counted([(None, "2.5".to_owned()), (Some(7), "1.5".to_owned())].into_iter());
        assert_eq!(within("rtt", points(&held), invented), Bag::new());
    }

    #[test]
    fn what_the_history_lacks_is_found_in_every_series() {
        let (one, other) =
            (logged(1.5), Outcome { at: WallTime { at_ms: 8, quality: ClockQuality::Unset }, ..logged(2.5) });
        let history = |verdicts: Value, series: Value| json!({ "verdicts": verdicts, "series": series });
        let whole =
            history(json!([[7, "pass"], [9, "pass"]]), json!([{ "name": "rtt", "points": [[7, 1.5], [9, 2.5]] }]));
        let half = history(json!([[7, "pass"], [9, "pass"]]), json!([{ "name": "rtt", "points": [[7, 1.5]] }]));
        let no_series = history(json!([[9, "pass"]]), json!([]));
        for (json, lacks) in [(&whole, &[][..]), (&half, &["rtt: 1,"]), (&no_series, &["verdicts: 1,", "rtt: 2,"])] {
            let found = compare_series(json, &[&one, &other]);
            assert_eq!(found.len(), lacks.len(), "{found:?}");
            assert!(found.iter().zip(lacks).all(|(found, lacks)| found.starts_with(lacks)), "{found:?}");
        }
    }

    #[test]
    fn a_venue_is_lossless_when_all_that_was_logged_of_it_is_stored() {
        let line = |agent: &str, number| {
            let venue = format!("35-0{agent}");
            let outcome = json!({ "venue": venue, "probe": "p", "at": { "at_ms": 9, "quality": "free" }, "took_ms": 1,
                "verdict": "pass", "detail": "", "values": [], "evidence": [] });
            json!({ "agent": agent, "spool": "s", "number": number, "kind": "outcome", "outcome": outcome }).to_string()
        };
        let folder = crate::rig::Folder::new();
        let text = [line("1", 2), line("2", 2), line("3", 3), line("4", 1)].map(|line| line + "\n").concat();
        std::fs::write(folder.file("log"), text).expect("written");
        let log = FleetLog::read([folder.file("log").as_path()]);
        let row = |agent: &str, stored, dropped| {
            let ends = Ends { produced: 2, stored, dropped, ..Ends::default() };
            (agent.to_owned(), "s".to_owned(), ends)
        };
        let lossy = lossy_venues(&[row("1", 2, 0), row("2", 1, 1), row("3", 2, 0)], &log);
        assert_eq!(lossy.into_iter().collect::<Vec<_>>(), ["35-02", "35-03", "35-04"]);
    }
}
