//! Every refusal names the file, the key and what was expected.

use super::*;

const GOOD: &str = r#"
[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:1883"
http = "http://127.0.0.1:8080/"
[interlock]
quiet = ["22:00-07:00"]
may_disturb = ["350102001-01/front"]
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.device]]
id = "camera-front"
name = "摄像机"
kind = "camera"
address = "rtsp://admin:secret@10.1.2.3/live"
[[venue.chain]]
id = "main"
name = "主用"
stages = [{ id = "camera-front", name = "摄像机", device = "camera-front" }]
[[venue.probe]]
id = "host"
name = "本机"
kind = "host"
[[venue.probe]]
id = "front"
name = "主席台"
kind = "camera"
device = "camera-front"
port = "/dev/ttyUSB0"
preset = 1
covers = ["camera-front"]
"#;

fn parse(text: &str) -> Result<Config, Error> {
    Config::parse(text, Path::new("agent.toml"))
}

/// What is said when `from` is replaced by `to` in the good file.
#[track_caller]
fn said(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    parse(&GOOD.replacen(from, to, 1)).expect_err("refused").to_string()
}

#[test]
fn a_good_file_becomes_a_description_without_secrets() {
    let config = parse(GOOD).expect("good");
    assert_eq!(config.http, "http://127.0.0.1:8080");
    assert_eq!(config.description.venues[0].devices[0].address, "rtsp://10.1.2.3/live");
    assert_eq!(config.exercises.iter().map(|e| e.listed).collect::<Vec<_>>(), [false, true]);
    assert_eq!(config.description.check(), Ok(()));
    assert_eq!(camera(&config.exercises, "camera-front"), camera(&config.exercises, "front"));
}

#[test]
fn the_example_is_good() {
    let text = include_str!("../../agent.example.toml");
    assert!(parse(text).is_ok_and(|config| config.broker.is_loopback()));
}

#[test]
fn a_refusal_names_file_key_and_expectation() {
    let check = |from: &str, to: &str, expected: &str| {
        let said = said(from, to);
        assert!(said.starts_with("agent.toml: ") && said.contains(expected), "{said}");
    };
    check("\"350102001\"\n", "\"3501020\"\n", "agent.place: '3501020' is not a division code");
    check("\"350102001\"\n", "350102001\n", "agent.place: expected a text, found 350102001");
    check("[agent]\n", "[agent]\nplaec = 1\n", "agent.plaec: there is no such key, expected one of place, domain");
    check("mqtt://127.0.0.1", "tcp://127.0.0.1", "hq.broker: expected mqtt://host:port");
    check("mqtt://127.0.0.1", "mqtts://127.0.0.1", "hq.broker: mqtts:// comes with a later version");
    check("mqtt://127.0.0.1", "mqtt://10.0.0.1", "hq.key: expected HQ's public key");
    check("http = \"http://127.0.0.1:8080/\"\n", "", "hq.http: expected a text, found nothing");
    check("22:00-07:00", "22-7", "interlock.quiet[0]: expected hours like '22:00-07:00', found '22-7'");
    check("/front\"]", "/rear\"]", "interlock.may_disturb[0]: expected a probe of this file");
    check("kind = \"host\"", "kind = \"hots\"", "venue[0].probe[0].kind: expected one of 'line'");
    check(
        "kind = \"host\"",
        "kind = \"host\"\ninterval_s = -1",
        "venue[0].probe[0].interval_s: expected a whole number",
    );
    check("preset = 1", "preset = 200", "venue[0].probe[1].preset: expected 0 to 127, found '200'");
    check("preset = 1", "presett = 1", "venue[0].probe[1].presett: unknown field `presett`");
    check(
        "device = \"camera-front\"\nport",
        "device = \"camera\"\nport",
        "venue[0].probe[1].device: expected a device",
    );
    check("covers = [\"camera-front\"]", "covers = [\"mcu\"]", "lets probe 'front' refer to stage 'mcu'");
    check("id = \"350102001-01\"", "id = \"350102002-01\"", "interlock.may_disturb[0]");
    check("[agent]", "[agent", "expected TOML");
}

#[test]
fn a_box_joins_one_network() {
    let two = said("[hq]", "domain = [\"internet\", \"command-network\"]\n[hq]");
    assert!(two.contains("agent.domain") && two.contains("a box never joins two"), "{two}");
    let other = said("[hq]", "domain = \"lan\"\n[hq]");
    assert!(other.contains("expected one of 'government-extranet', 'command-network', 'internet'"), "{other}");
}

#[test]
fn a_missing_file_is_named() {
    let said = Config::load(Path::new("/nowhere/agent.toml")).expect_err("missing").to_string();
    assert!(said.starts_with("/nowhere/agent.toml: "), "{said}");
}

#[test]
fn a_day_and_time_are_those_of_china() {
    let said = |at_s: u64| month_to_minute(at_s * 1_000);
    // date -u -d @…: 2026-01-01 00:00, 2026-11-26 16:01, 2028-02-28 16:00, 2028-02-29 16:00.
    let times = [1_767_225_600, 1_795_708_860, 1_835_366_400, 1_835_452_800].map(said);
    assert_eq!(times, ["01-01 08:00", "11-27 00:01", "02-29 00:00", "03-01 00:00"]);
}

#[test]
fn quiet_hours_pass_midnight() {
    let night: Quiet = "22:00-07:00".parse().expect("hours");
    assert!([22 * 60, 0, 6 * 60 + 59].into_iter().all(|minute| night.contains(minute)));
    assert!([7 * 60, 12 * 60, 21 * 60 + 59].into_iter().all(|minute| !night.contains(minute)));
    let noon: Quiet = "12:00-14:00".parse().expect("hours");
    assert!(noon.contains(13 * 60) && !noon.contains(14 * 60));
    for wrong in ["", "22:00", "24:01-07:00", "22:60-07:00", "2:00-7:00", "22:00–07:00"] {
        assert!(wrong.parse::<Quiet>().is_err(), "{wrong}");
    }
}

const RELAY: &str = r#"
[[venue.relay]]
id = "power"
name = "摄像机电源"
line = "pinctrl-bcm2711:22"
off_level = "high"
powers = "camera-front"
after = { probe = "front", failing_minutes = 20 }
"#;

#[test]
fn a_relay_is_a_device_that_hq_knows_and_acts_by_itself_only_when_that_is_written() {
    let config = parse(&format!("{GOOD}{RELAY}")).expect("good");
    let power = &config.relays[0];
    assert_eq!((power.wiring.off.as_secs(), power.rule.at_most_a_day), (10, 3));
    assert_eq!(power.rule.after.map(|after| (after.exercise, after.failing_ms)), Some((1, 20 * 60_000)));
    let device = config.description.venues[0].devices.last().expect("a device");
    assert_eq!((device.kind.as_str(), device.address.as_str()), ("relay", "pinctrl-bcm2711:22 → camera-front"));
    for name in ["power", "350102001-01/power", "camera-front"] {
        assert_eq!(relay(&config.relays, name), Some(0), "{name}");
    }
    assert_eq!(relay(&config.relays, "mixer"), None);
    let silent = RELAY.replace("after = { probe = \"front\", failing_minutes = 20 }", "");
    assert_eq!(parse(&format!("{GOOD}{silent}")).expect("good").relays[0].rule.after, None);
}

#[test]
fn a_wrong_relay_names_its_key() {
    for (from, to, expected) in [
        ("off_level = \"high\"\n", "", "venue[0].relay[0].off_level: expected the level that takes the power"),
        ("\"high\"", "\"up\"", "venue[0].relay[0].off_level: expected one of 'high', 'low'"),
        ("bcm2711:22", "bcm2711", "venue[0].relay[0].line: expected a GPIO line like"),
        ("powers = \"camera-front\"", "powers = \"mixer\"", "venue[0].relay[0].powers: expected a device"),
        ("powers = \"camera-front\"\n", "", "venue[0].relay[0].powers: expected a device of this venue, found nothing"),
        ("probe = \"front\"", "probe = \"back\"", "venue[0].relay[0].after.probe: expected a probe of this venue"),
        (
            "failing_minutes = 20",
            "failing_minutes = 1",
            "venue[0].relay[0].after.failing_minutes: expected a whole number from 2",
        ),
        ("id = \"power\"", "id = \"camera-front\"", "names device 'camera-front' twice"),
        (
            "off_level",
            "at_most_a_day = 11\noff_level",
            "venue[0].relay[0].at_most_a_day: expected a whole number from 1 to 10",
        ),
    ] {
        assert!(RELAY.contains(from), "{from}");
        let said = parse(&format!("{GOOD}{}", RELAY.replacen(from, to, 1))).expect_err("refused").to_string();
        assert!(said.contains(expected), "{said}");
    }
    let two = format!("{GOOD}{RELAY}{}", RELAY.replace("\"power\"", "\"other\""));
    assert!(parse(&two).expect_err("refused").to_string().contains("a GPIO line for each relay"));
}

#[test]
fn what_the_example_shows_of_sensors_and_relays_is_good_too() {
    let text = include_str!("../../agent.example.toml");
    let (before, shown) = text.split_once("\n# 传感器（I²C）").expect("the part on sensors");
    let is_key =
        |line: &str| line.starts_with("[[") || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
    let keys: Vec<&str> =
        shown.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| is_key(line)).collect();
    let config = parse(&format!("{before}\n{}", keys.join("\n").replace("terminal-web", "http-hq"))).expect("good");
    let kinds: Vec<&str> = config.exercises.iter().map(|exercise| exercise.work.kind()).collect();
    assert_eq!((&kinds[3..], config.relays.len()), (&["sensor", "sensor", "input"][..], 1));
}

#[test]
fn a_camera_names_its_picture_by_a_probe_of_its_venue_or_by_a_source() {
    let picture = |text: &str| {
        let with = format!("preset = 1\npicture = \"{text}\"");
        let eyes =
            "[[venue.probe]]\nid = \"eyes\"\nname = \"画面\"\nkind = \"picture\"\nsource = \"v4l2:/dev/video7\"\n";
        parse(&(GOOD.replacen("preset = 1", &with, 1) + eyes))
    };
    for (text, source) in [("eyes", "/dev/video7"), ("rtsp://10.1.2.3/live", "rtsp://10.1.2.3/live")] {
        let config = picture(text).expect("good");
        let Work::Camera(setup) = &config.exercises[1].work else { panic!("a camera") };
        let proof = setup.proof.as_ref().expect("resolved");
        assert_eq!((proof.whose.venue.to_string().as_str(), proof.whose.probe.as_str()), ("350102001-01", "front"));
        let found = format!("{:?}", proof.picture.as_ref().expect("a picture").source);
        assert!(found.contains(source), "{found}");
    }
    let said = picture("ears").expect_err("refused").to_string();
    assert!(said.contains("venue[0].probe[1].picture") && said.contains("ears"), "{said}");
    let said = picture("http://u:secret@h/").expect_err("refused").to_string();
    assert!(!said.contains("secret"), "{said}");
}
