//! The agent plants its canary on time, takes it away at once, and lets nobody else be called so.

use avow_shared::canary::{FINDING, PROBE, planted};
use avow_shared::outcome::Outcome;

use super::*;

fn canaries(world: &World) -> Vec<&Outcome> {
    world
        .sent
        .iter()
        .filter_map(|report| match report {
            Report::Outcome(outcome) if outcome.probe.as_str() == PROBE => Some(outcome),
            _ => None,
        })
        .collect()
}

fn world(more: &str) -> World {
    let config = format!("{CONFIG}\n{more}");
    let mut world = World::of(&config, NOON_MS, ClockQuality::Free, false);
    world.connect();
    world
}

#[test]
fn a_canary_is_planted_on_its_schedule_and_gone_with_the_next_report() {
    let mut world = world("[canary]\nevery = '1h'");
    for minute in 0..=200 {
        world.tick(minute * 60_000);
        let produced = world.agent.reporter().keeper().ledger().produced();
        world.receive(world.ack(produced).seal(&hq()));
    }
    let found = canaries(&world);
    assert_eq!(found.len(), 8, "in the first tenth of an hour, then hourly");
    for pair in found.chunks(2) {
        assert_eq!((planted(pair[0]), planted(pair[1])), (Some(3_600), None));
        assert_eq!((&pair[0].verdict, &pair[1].verdict), (&Verdict::fail(FINDING), &Verdict::Pass));
    }
}

#[test]
fn one_that_is_off_plants_nothing() {
    let mut world = world("[canary]\noff = true");
    (0..=200).for_each(|minute| world.tick(minute * 60_000));
    assert!(canaries(&world).is_empty());
}

#[test]
fn no_probe_is_called_like_the_canary() {
    let config = CONFIG.replace("id = \"host\"", "id = \"canary\"");
    let said = Config::parse(&config, Path::new("agent.toml")).expect_err("refused").to_string();
    assert!(said.contains("id: expected another name"), "{said}");
}
