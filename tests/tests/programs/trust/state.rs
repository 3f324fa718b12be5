//! What HQ believes, to be compared before and after, and what it counts.

use std::collections::BTreeMap;

use avow_tests::rig::Http;
use serde_json::Value;

/// Everything that garbage must not change.
#[derive(Debug, PartialEq)]
pub(crate) struct State {
    accounting: Value,
    counts: BTreeMap<String, Value>,
    venues: Vec<String>,
    agents: Vec<(String, String)>,
}

impl State {
    pub(crate) async fn of(http: &Http) -> Self {
        let province = http.json("/api/v1/places/35?depth=2").await;
        let mut counts = BTreeMap::from([("35".to_owned(), province["counts"].clone())]);
        collect_counts(&province, &mut counts);
        let venues = list(&http.json("/api/v1/venues?limit=500&sort=code").await, |item| text(item, "id"));
        let agents = list(&serde_json::json!({ "items": http.agents("").await }), |item| {
            (text(item, "id"), text(item, "state"))
        });
        Self { accounting: http.json("/api/v1/accounting").await, counts, venues, agents }
    }
}

fn collect_counts(place: &Value, into: &mut BTreeMap<String, Value>) {
    for child in place["children"].as_array().into_iter().flatten() {
        into.insert(text(child, "code"), child["counts"].clone());
        collect_counts(child, into);
    }
}

fn list<T: Ord>(answer: &Value, of: impl Fn(&Value) -> T) -> Vec<T> {
    let mut items: Vec<T> = answer["items"].as_array().expect("a list of items").iter().map(of).collect();
    items.sort();
    items
}

fn text(item: &Value, name: &str) -> String {
    item[name].as_str().unwrap_or_else(|| panic!("no '{name}' in {item}")).to_owned()
}

/// The counters of `/metrics` by their names; those with labels are summed.
pub(crate) async fn counters(http: &Http) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for line in http.text("/metrics").await.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, number)) = line.rsplit_once(' ') {
            let name = name.split('{').next().unwrap_or(name).to_owned();
            *sums.entry(name).or_default() += number.parse::<f64>().unwrap_or(0.0);
        }
    }
    sums
}

/// By how much all counters grew whose names contain `part`.
pub(crate) fn growth(before: &BTreeMap<String, f64>, after: &BTreeMap<String, f64>, part: &str) -> f64 {
    let sum = |counters: &BTreeMap<String, f64>| -> f64 {
        counters.iter().filter(|(name, _)| name.contains(part)).map(|(_, number)| number).sum()
    };
    assert!(after.keys().any(|name| name.contains(part)), "no counter '{part}' in {:?}", after.keys());
    sum(after) - sum(before)
}
