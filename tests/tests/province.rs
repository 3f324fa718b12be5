//! Every place of the province: what the collector folds is what a naïve model counts.

use std::collections::BTreeMap;
use std::time::Duration;

use avow_shared::divisions::Divisions;
use avow_shared::id::VenueId;
use avow_shared::place::Level;
use avow_tests::fleet::invent::Inventor;
use avow_tests::rig::{Collector, CollectorPlan, Fleet, FleetLog, FleetPlan, Folder, Http, Random, wait_until};
use serde_json::Value;

/// As many as there are divisions in Fujian.
const VENUES: u32 = 18_762;
const CLASSES: [&str; 6] = ["silent", "fail", "stale", "unknown", "degraded", "pass"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_places_of_the_province_fold_as_a_naive_model_counts() {
    let (folder, mut random) = (Folder::new(), Random::printed("the province"));
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let http = collector.api();
    let mut plan = FleetPlan::new(VENUES, collector.mqtt, random.number() >> 16);
    plan.report_every = "30";
    plan.batch = 2;
    plan.more = ["--faults", FAULTS].map(str::to_owned).into();
    let mut fleet = Fleet::launch(&folder, &plan);
    fleet.ready(VENUES, Duration::from_secs(120)).await;
    wait_until("reports of most venues", Duration::from_secs(90), async || {
        let counts = &http.json("/api/v1/places/35").await["counts"];
        (number(counts, "venues") == u64::from(VENUES) && number(counts, "unknown") < u64::from(VENUES) / 4)
            .then_some(())
    })
    .await;
    fleet.drain(Duration::from_secs(60)).await;

    let expected = naive(&FleetLog::read([fleet.log()]));
    assert!(CLASSES[1..].iter().filter(|class| expected["35"].contains_key(**class)).count() >= 3, "a dull province");
    for (code, expected) in &expected {
        let counts = http.json(&format!("/api/v1/places/{code}")).await["counts"].clone();
        compare(code, &counts, expected);
    }
    children_add_up(&http).await;
}

const FAULTS: &str = "share=0.5";

type Counts = BTreeMap<String, u64>;

/// Class by class for the province and every city and county, without any tree: a venue of each division counts for each prefix.
fn naive(log: &FleetLog) -> BTreeMap<String, Counts> {
    let all = Divisions::fujian().list().iter().map(|division| (format!("{}-01", division.code), vec![])).collect();
    let mut verdicts: BTreeMap<String, Vec<&str>> = all;
    let is_required = |probe: &str| Inventor::probes().any(|id| id == probe);
    for ((venue, _), outcome) in log.newest().into_iter().filter(|((_, probe), _)| is_required(probe)) {
        verdicts.entry(venue).or_default().push(outcome.verdict.word());
    }
    let mut places: BTreeMap<String, Counts> = BTreeMap::new();
    for (venue, verdicts) in verdicts {
        let worst = ["fail", "unknown", "degraded"].into_iter().find(|class| verdicts.contains(class));
        // Of a venue that described itself and has not been tested yet nothing can be said.
        let class = worst.unwrap_or(if verdicts.is_empty() { "unknown" } else { "pass" });
        for length in [2, 4, 6] {
            if let Some(code) = venue.split('-').next().and_then(|place| place.get(..length)) {
                *places.entry(code.to_owned()).or_default().entry(class.to_owned()).or_default() += 1;
            }
        }
    }
    places
}

#[track_caller]
fn compare(code: &str, held: &Value, expected: &Counts) {
    for class in CLASSES {
        assert_eq!(number(held, class), expected.get(class).copied().unwrap_or(0), "{code} {class}: {held}");
    }
    assert_eq!(number(held, "venues"), expected.values().sum::<u64>(), "{code}: {held}");
}

fn number(counts: &Value, name: &str) -> u64 {
    counts[name].as_u64().unwrap_or_else(|| panic!("no number '{name}' in {counts}"))
}

/// Every place is the sum of its children and of the venues that stand in it itself: one each here.
async fn children_add_up(http: &Http) {
    let divisions = Divisions::fujian();
    let above = divisions.list().iter().filter(|division| division.code.level() <= Level::County);
    for division in above {
        let place = http.json(&format!("/api/v1/places/{}", division.code)).await;
        let children = place["children"].as_array().expect("a list of children");
        assert_eq!(children.len(), divisions.children(division.code).count(), "{}", division.code);
        let below: u64 = children.iter().map(|child| number(&child["counts"], "venues")).sum();
        let own: VenueId = format!("{}-01", division.code).parse().expect("a venue");
        assert_eq!(number(&place["counts"], "venues"), below + 1, "{} has {own} itself", division.code);
        let classes: u64 = CLASSES.iter().map(|class| number(&place["counts"], class)).sum();
        assert_eq!(number(&place["counts"], "venues"), classes, "{}: the classes add up", division.code);
    }
}
