//! Paths that a description has, and how they stand after what probes said and time that passed.

use super::*;
use crate::interlock::Disturbance;
use crate::venue::Device;

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a name of the test")
}

fn device(name: &str, kind: &str, backup_for: Option<&str>) -> Device {
    let text = || SmolStr::default();
    Device {
        id: id(name),
        name: name.into(),
        kind: kind.into(),
        make: text(),
        model: text(),
        serial: text(),
        firmware: text(),
        address: text(),
        backup_for: backup_for.map(id),
    }
}

fn probe(name: &str, kind: &str, covers: &[&str]) -> Probe {
    Probe {
        id: id(name),
        name: name.into(),
        kind: kind.into(),
        interval_s: 60,
        required: true,
        disturbance: Disturbance::Line,
        covers: covers.iter().map(|covered| id(covered)).collect(),
        limits: vec![],
    }
}

/// `stages`: names, a device behind a slash: `mic/mic-1`.
fn chain(name: &str, role: Role, stages: &[&str]) -> Chain {
    let stage = |text: &&str| {
        let (stage, device) = text.split_once('/').map_or((*text, None), |(stage, device)| (stage, Some(id(device))));
        Stage { id: id(stage), name: stage.into(), device }
    };
    Chain { id: id(name), name: name.into(), role, stages: stages.iter().map(stage).collect() }
}

fn venue(devices: Vec<Device>, chains: Vec<Chain>, probes: Vec<Probe>) -> Venue {
    let venue = id("350102001-01");
    Venue { id: venue, name: "厅".into(), unit: "局".into(), two_way: true, devices, chains, probes }
}

/// A hall with everything twice.
fn hall() -> Venue {
    venue(
        vec![
            device("terminal-1", "terminal", None),
            device("terminal-2", "terminal", Some("terminal-1")),
            device("mic-1", "microphone", None),
            device("mic-2", "mic-array", Some("mic-1")),
            device("ups-1", "ups", None),
        ],
        vec![
            chain("main", Role::Main, &["mic/mic-1", "terminal/terminal-1", "extranet", "mcu"]),
            chain("line", Role::Backup, &["mic/mic-1", "terminal/terminal-1", "internet", "mcu"]),
            chain("second", Role::Backup, &["terminal-b/terminal-2", "satellite", "cloud"]),
        ],
        vec![
            probe("level", "picture", &["mic"]),
            probe("call", "device", &["terminal", "mcu"]),
            probe("net", "line", &["internet"]),
            probe("sat", "line", &["satellite", "cloud"]),
            probe("power", "ups", &[]),
        ],
    )
}

fn named<'a>(paths: &'a [Path], whose: &str) -> &'a Path {
    paths.iter().find(|path| path.whose.to_string() == whose).unwrap_or_else(|| panic!("{whose}: {paths:?}"))
}

#[test]
fn every_backup_chain_device_and_power_supply_is_a_path_of_its_kind() {
    let paths = paths(&hall(), None);
    let found: Vec<(String, Kind, u16)> =
        paths.iter().map(|path| (path.whose.to_string(), path.kind, path.within_days)).collect();
    let expected = [
        ("chain/line", Kind::Line, 7),
        ("chain/second", Kind::Platform, 7),
        ("device/terminal-2", Kind::Terminal, 7),
        ("device/mic-2", Kind::Microphone, 7),
        ("device/ups-1", Kind::Ups, 90),
    ];
    assert_eq!(found, expected.map(|(whose, kind, days)| (whose.to_owned(), kind, days)));
}

#[test]
fn a_chain_is_of_the_kind_of_what_it_has_for_itself() {
    #[track_caller]
    fn check(own: &str, device_kind: Option<&str>, expected: Kind) {
        let devices = device_kind.map(|kind| device("d", kind, None)).into_iter().collect();
        let stage = if device_kind.is_some() { format!("{own}/d") } else { own.to_owned() };
        let chains = vec![chain("main", Role::Main, &["mcu"]), chain("b", Role::Backup, &[&stage, "mcu"])];
        assert_eq!(paths(&venue(devices, chains, vec![]), None)[0].kind, expected, "{stage}");
    }
    check("internet", None, Kind::Line);
    check("whatever", None, Kind::Line);
    check("mcu-2", None, Kind::Platform);
    check("box", Some("codec"), Kind::Terminal);
    check("box", Some("omni_mic"), Kind::Microphone);
    check("box", Some("router"), Kind::Line);
    check("box", Some("camera"), Kind::Other);
    check("mcu", None, Kind::Line);
}

#[test]
fn a_supply_without_a_device_is_its_probe_and_one_that_is_named_is_asked_by_its_own() {
    let mut hall = hall();
    hall.devices.retain(|device| device.kind != "ups");
    assert_eq!(named(&paths(&hall, None), "probe/power").kind, Kind::Ups);
    hall.devices.extend([device("ups-1", "ups", None), device("ups-2", "ups", None)]);
    let none = paths(&hall, None);
    assert_eq!(named(&none, "device/ups-2").unexercised().count(), 1, "nothing says which of the two it asks");
    assert_eq!(named(&none, "probe/power").unexercised().count(), 0);
    let terms = Terms { venue: hall.id, about: vec![(id("power"), id("ups-2"))], within: vec![] };
    let told = paths(&hall, Some(&terms));
    assert_eq!(named(&told, "device/ups-2").parts[0].probes, [id::<ProbeId>("power")]);
    assert!(told.iter().all(|path| path.whose != Whose::Probe(id("power"))));
}

#[test]
fn terms_say_what_a_probe_is_about_and_within_how_many_days() {
    let within = vec![(Whose::Chain(id("line")), 1), (Whose::Device(id("ups-1")), 30)];
    let terms = Terms { venue: hall().id, about: vec![(id("level"), id("mic-2"))], within };
    let paths = paths(&hall(), Some(&terms));
    let days = ["chain/line", "chain/second", "device/ups-1"].map(|whose| named(&paths, whose).within_days);
    assert_eq!(days, [1, 7, 30]);
    let spare = named(&paths, "device/mic-2");
    assert_eq!((&spare.parts[0].probes, &spare.accusers), (&vec![id("level")], &vec![id("level")]));
}

const NOW_MS: u64 = 1_795_000_000_000;

/// `seen`: probe, days since its last pass, whether it fails now.
#[track_caller]
fn check(whose: &str, seen: &[(&str, u64, bool)], state: State, proven_days: Option<u64>, by: Option<&str>) {
    let paths = paths(&hall(), None);
    let look = |probe: &ProbeId| {
        let found = seen.iter().find(|(name, ..)| *name == probe.as_str());
        found.map_or(Seen::default(), |(_, days, fails)| Seen { passed_ms: NOW_MS - days * DAY_MS, fails: *fails })
    };
    let standing = named(&paths, whose).standing(look, Some(NOW_MS));
    let days = standing.proven_ms.map(|ms| (NOW_MS - ms) / DAY_MS);
    assert_eq!((standing.state, days, standing.by.as_ref().map(ProbeId::as_str)), (state, proven_days, by), "{seen:?}");
}

#[test]
fn a_path_is_proven_by_the_oldest_of_what_was_seen_of_its_parts() {
    let (all, line) = (["level", "call", "net"], "chain/line");
    check(line, &all.map(|probe| (probe, 1, false)), State::Proven, Some(1), Some("level"));
    check(line, &[("level", 1, false), ("call", 6, false), ("net", 2, false)], State::Proven, Some(6), Some("call"));
    check(line, &[("level", 1, false), ("call", 8, false), ("net", 2, false)], State::Overdue, Some(8), Some("call"));
    check(line, &[("level", 1, false), ("call", 1, false)], State::Never, None, Some("net"));
    check(line, &[("level", 1, false), ("call", 1, false), ("net", 1, true)], State::Failing, Some(1), Some("net"));
    check("chain/second", &[("sat", 1, false)], State::Unexercised, None, Some("sat"));
    check("device/terminal-2", &[], State::Unexercised, None, None);
    check("device/ups-1", &[("power", 89, false)], State::Proven, Some(89), Some("power"));
    check("device/ups-1", &[("power", 91, false)], State::Overdue, Some(91), Some("power"));
}

#[test]
fn the_last_moment_is_still_in_time_and_nothing_is_late_without_a_time() {
    let paths = paths(&hall(), None);
    let seen = |_: &ProbeId| Seen { passed_ms: NOW_MS, fails: false };
    let state = |now_ms: Option<u64>| named(&paths, "chain/line").standing(seen, now_ms).state;
    let due_ms = NOW_MS + 7 * DAY_MS;
    assert_eq!([Some(due_ms), Some(due_ms + 1), None].map(state), [State::Proven, State::Overdue, State::Proven]);
}

#[test]
fn a_failure_that_also_is_about_the_main_way_accuses_no_device_but_the_path_through_it() {
    let mut hall = hall();
    hall.probes.push(probe("loop", "device", &["terminal-b", "extranet"]));
    let paths = paths(&hall, None);
    let seen = |probe: &ProbeId| Seen { passed_ms: NOW_MS, fails: probe.as_str() == "loop" };
    assert_eq!(named(&paths, "device/terminal-2").standing(seen, None).state, State::Proven);
    assert_eq!(named(&paths, "chain/second").standing(seen, None).state, State::Proven);
    hall.probes.push(probe("spare", "device", &["terminal-b"]));
    let paths = super::paths(&hall, None);
    let seen = |probe: &ProbeId| Seen { passed_ms: NOW_MS, fails: probe.as_str() == "spare" };
    assert_eq!(named(&paths, "device/terminal-2").standing(seen, None).state, State::Failing);
    assert_eq!(named(&paths, "chain/second").standing(seen, None).state, State::Failing);
}

#[test]
fn what_nothing_exercises_is_named() {
    let paths = paths(&hall(), None);
    let named: Vec<(String, Vec<&str>)> =
        unexercised(&paths).into_iter().map(|(path, parts)| (path.whose.to_string(), parts)).collect();
    let expected = [("chain/second", "terminal-b"), ("device/terminal-2", "terminal-2"), ("device/mic-2", "mic-2")];
    assert_eq!(named, expected.map(|(whose, part)| (whose.to_owned(), vec![part])));
}

#[test]
fn a_probe_is_for_the_backup_only_when_no_main_chain_passes_what_it_covers() {
    #[track_caller]
    fn check(covers: &[&str], expected: bool) {
        let covers: Vec<StageId> = covers.iter().map(|covered| id(covered)).collect();
        assert_eq!(is_for_backup_only(&hall(), &covers), expected, "{covers:?}");
    }
    check(&["internet"], true);
    check(&["satellite", "cloud"], true);
    check(&["internet", "mcu"], false);
    check(&["extranet"], false);
    check(&[], false);
}
