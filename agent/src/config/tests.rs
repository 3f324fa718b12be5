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
