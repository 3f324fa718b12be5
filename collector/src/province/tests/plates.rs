//! What devices say of themselves: the newest by number, what changed, what is forgotten, and what a snapshot keeps.

use avow_shared::facts::{DeviceFacts, Facts, What};
use avow_shared::wire::Report;

use super::build::*;
use crate::province::{Plate, Province};

const V: &str = "350102001-01";

fn facts(probe: &str, serial: &str, firmware: &str, at_ms: u64) -> Report {
    Report::Facts(DeviceFacts {
        venue: venue(V),
        probe: probe.parse().expect("a probe of the test"),
        device: "camera".parse().expect("a device of the test"),
        facts: Facts { serial: serial.into(), firmware: firmware.into(), ..Facts::default() },
        seen_at: wall(at_ms),
    })
}

fn one_venue() -> Province {
    let mut province = empty();
    province.go_live(START_MS);
    let probes = [probe("a", true, 60), probe("b", false, 60)];
    province.fold(&stored(1, agent(1), 1, START_MS, vec![(1, description(&[venue(V)], &probes))]));
    province
}

fn plates(province: &mut Province) -> Vec<Plate> {
    province.publish().venue(venue(V)).expect("the venue").plates()
}

/// Serial, firmware, and what became of the device, the oldest first.
fn told(province: &mut Province) -> Vec<(String, String, Vec<What>)> {
    let told = |plate: Plate| {
        let changes = plate.changes.iter().map(|happened| happened.change.what).collect();
        (plate.facts.serial.to_string(), plate.facts.firmware.to_string(), changes)
    };
    plates(province).into_iter().map(told).collect()
}

#[test]
fn the_newest_facts_are_kept_by_number_and_what_changed_is_told_once() {
    let mut province = one_venue();
    let mut arrival = 1;
    let mut tell = |province: &mut Province, spool: u8, number: u64, serial: &str, firmware: &str| {
        arrival += 1;
        province.fold(&stored(
            arrival,
            agent(1),
            spool,
            START_MS,
            vec![(number, facts("a", serial, firmware, START_MS))],
        ));
    };
    let row =
        |serial: &str, firmware: &str, changes: &[What]| (serial.to_owned(), firmware.to_owned(), changes.to_vec());
    tell(&mut province, 1, 5, "1", "1.05");
    assert_eq!(told(&mut province), [row("1", "1.05", &[What::Seen])]);
    tell(&mut province, 1, 6, "1", "1.06");
    tell(&mut province, 1, 4, "0", "0.99");
    let changed = [What::Seen, What::FirmwareChanged];
    assert_eq!(told(&mut province), [row("1", "1.06", &changed)], "an older one that comes late changes nothing");
    tell(&mut province, 1, 7, "1", "1.06");
    assert_eq!(told(&mut province), [row("1", "1.06", &changed)], "the same again is no change");
    tell(&mut province, 2, 1, "2", "1.06");
    let replaced = [What::Seen, What::FirmwareChanged, What::Replaced];
    assert_eq!(told(&mut province), [row("2", "1.06", &replaced)], "a new box notices the change all the same");
    for number in 2..40 {
        tell(&mut province, 2, number, "2", &number.to_string());
    }
    assert_eq!(told(&mut province)[0].2.len(), 8, "changes have a bound");
}

#[test]
fn facts_of_a_probe_that_a_newer_description_does_not_name_are_forgotten() {
    let mut province = one_venue();
    let news = vec![(2, facts("a", "1", "1", START_MS)), (3, facts("b", "2", "2", START_MS))];
    province.fold(&stored(2, agent(1), 1, START_MS, news));
    assert_eq!(plates(&mut province).len(), 2);
    let only_b = description(&[venue(V)], &[probe("b", true, 60)]);
    province.fold(&stored(3, agent(1), 1, START_MS, vec![(4, only_b), (5, facts("c", "3", "3", START_MS))]));
    let probes: Vec<_> = plates(&mut province).iter().map(|plate| plate.probe.to_string()).collect();
    assert_eq!(probes, ["b", "c"], "what came after the description stays");
}

#[test]
fn a_frozen_province_keeps_the_facts_and_no_change_is_told_twice() {
    let mut province = one_venue();
    province.fold(&stored(2, agent(1), 1, START_MS, vec![(2, facts("a", "1", "1.05", START_MS))]));
    province.fold(&stored(3, agent(1), 1, START_MS + 7, vec![(3, facts("a", "1", "1.06", START_MS + 7))]));
    let before = plates(&mut province);
    assert_eq!((before[0].seen_ms, before[0].changes[1].at_ms), (START_MS + 7, START_MS + 7));
    let frozen = province.freeze();
    let mut again = empty();
    again.thaw(frozen.head(), frozen.records());
    again.go_live(START_MS + 8);
    assert_eq!(plates(&mut again), before);
    again.fold(&stored(4, agent(1), 2, START_MS + 9, vec![(1, facts("a", "1", "1.06", START_MS + 9))]));
    assert_eq!(plates(&mut again)[0].changes, before[0].changes, "the agent says the same again at its start");
}
