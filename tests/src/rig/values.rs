//! Whether HQ holds what was invented, value by value, and nothing else.

use std::collections::BTreeMap;

use avow_shared::outcome::Outcome;
use avow_shared::time::{ClockQuality, EARLIEST_MS, WallTime};
use serde_json::Value;

use super::{FleetLog, Http};

/// Compares the newest outcome of every probe with the log, and the whole raw history of every `sample`th venue.
///
/// # Panics
/// When HQ holds something else than what was invented, or what it holds was never invented.
pub async fn assert_values_as_logged(http: &Http, log: &FleetLog, sample: usize) {
    for (at, (venue, probes)) in by_venue(log).into_iter().enumerate() {
        compare_newest(&venue, &http.json(&format!("/api/v1/venues/{venue}")).await, &probes);
        if at % sample.max(1) == 0 {
            for probe in probes.keys() {
                compare_history(http, log, &venue, probe).await;
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

/// Every point of the raw history was invented, as often as it stands there.
async fn compare_history(http: &Http, log: &FleetLog, venue: &str, probe: &str) {
    let is_meant = |it: &&Outcome| it.venue.to_string() == venue && it.probe.as_str() == probe;
    let logged: Vec<&Outcome> = log.outcomes().map(|(_, outcome)| outcome).filter(is_meant).collect();
    let query = format!("probe={probe}&resolution=raw&from_ms=0&to_ms=4102444800000");
    let json = http.json(&format!("/api/v1/venues/{venue}/history?{query}")).await;
    assert_eq!(json["truncated"], false, "{venue} {probe}");
    let verdicts = points(&json["verdicts"]);
    assert!(!verdicts.is_empty(), "{venue} {probe} has no history");
    within("verdicts", verdicts, invented(&logged, |it| Some(it.verdict.word().to_owned())));
    for series in json["series"].as_array().into_iter().flatten() {
        let name = series["name"].as_str().expect("a series has a name");
        within(name, points(&series["points"]), invented(&logged, |it| number_of(it, name)));
    }
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

/// Takes every point out of what was invented: at its own time, else among those without one.
#[track_caller]
fn within(what: &str, held: Vec<(u64, String)>, mut invented: Bag) {
    for (at_ms, text) in held {
        let mut take = |key| invented.get_mut(&key).filter(|left| **left > 0).map(|left| *left -= 1);
        let taken = take((Some(at_ms), text.clone())).or_else(|| take((None, text.clone())));
        assert!(taken.is_some(), "{what}: HQ holds {text} at {at_ms} more often than it was invented");
    }
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
        within("rtt", points(&held), counted([(None, "2.5".to_owned()), (Some(7), "1.5".to_owned())].into_iter()));
    }
}
