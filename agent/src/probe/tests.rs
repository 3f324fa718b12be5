//! What all probes have in common: their configuration, their values and their findings.

use std::path::Path;

use super::*;
use crate::words;

fn parse(kind: &str, text: &str) -> Result<Work, BadSetup> {
    Work::parse(kind, text.parse().expect("a table"))
}

#[track_caller]
fn refused(kind: &str, text: &str, words: &[&str]) {
    let error = parse(kind, text).expect_err("must be refused").to_string();
    assert!(words.iter().all(|word| error.contains(word)), "{error}");
}

#[test]
fn every_kind_is_read_from_its_smallest_form() {
    for (kind, text, disturbance) in [
        ("line", "to='10.0.0.1'", Disturbance::Line),
        ("http", "url='https://hq.example/'", Disturbance::Line),
        ("camera", "port='/dev/ttyUSB0'", Disturbance::None),
        ("camera", "port='/dev/ttyUSB0'\npreset=1", Disturbance::Motion),
        ("camera", "port='onvif://h'\nuser='admin'\npassword_file='p'\nprofile='main'", Disturbance::None),
        ("camera", "port='pelco-d:/dev/ttyUSB1'\naddress=200\npreset=1", Disturbance::Motion),
        ("surveillance", "address='10.0.0.1'", Disturbance::Picture),
        ("surveillance", "address='10.0.0.1'\nsnapshot=false", Disturbance::Line),
        ("display", "address='10.0.0.1'", Disturbance::Line),
        ("picture", "source='v4l2:/dev/video0'", Disturbance::Picture),
        ("sound", "play='pulse:a'\nrecord='pulse:b'", Disturbance::Sound),
        ("listen", "source='pulse:a'", Disturbance::None),
        ("sensor", "chip='bh1750'\nbus='/dev/i2c-1'", Disturbance::None),
        ("input", "line='gpio:3'\nnormal='low'", Disturbance::None),
        ("host", "", Disturbance::None),
    ] {
        let work = parse(kind, text).expect(kind);
        assert_eq!((work.kind(), work.disturbance()), (kind, disturbance));
        assert!(work.least_disturbance() <= disturbance && work.default_interval_s() > 0);
        assert!(work.default_deadline() > Duration::ZERO);
    }
}

#[test]
fn an_error_names_the_key_and_what_is_expected() {
    refused("fax", "", &["kind", "line", "fax"]);
    refused("line", "", &["to", "missing"]);
    refused("line", "to='h'\ncuont=3", &["cuont", "count"]);
    refused("line", "to='h'\ncount='many'", &["count", "u32"]);
    refused("line", "to='h'\ncount=0", &["count", "1 to 1000"]);
    refused("line", "to='http://h'", &["to", "without scheme"]);
    refused("line", "to='h'\nmethod='tcp'", &["port"]);
    refused("line", "to='h'\nmethod='carrier'", &["method", "ping"]);
    refused("http", "url='ftp://h/'", &["url", "http"]);
    refused("http", "url='http://h/'\nstatus=[]", &["status"]);
    refused("camera", "port='/dev/x'\naddress=8", &["address", "1 to 7"]);
    refused("camera", "port='visca://h'", &["port", "visca-udp://host", "visca://h"]);
    refused("camera", "port='visca-udp://h'\naddress=2", &["address", "visca-udp"]);
    refused("camera", "port='visca-tcp://h'\nbaud=9600", &["baud", "network"]);
    refused("camera", "port='visca-tcp://h'\nrs485=true", &["rs485", "serial"]);
    refused("camera", "port='pelco-d:/dev/x'\nrs485=true", &["rs485", "Pelco"]);
    refused("camera", "port='/dev/x'\nrs485='yes'", &["rs485", "boolean"]);
    refused("device", "profile='extron-sis'\naddress='h'\nrs485=true", &["rs485", "network"]);
    refused("camera", "port='/dev/x'\nexpect={pan=1,tilt=1,zoom=1}", &["preset"]);
    refused("camera", "port='visca-udp://h'\nuser='admin'", &["user", "onvif://"]);
    refused("camera", "port='onvif://h'\npassword_file='p'", &["user", "password_file"]);
    refused("camera", "port='onvif://h'\nbaud=9600", &["baud", "network"]);
    refused("camera", "port='onvif://h'\naddress=2", &["address", "1 to 1"]);
    refused("camera", "port='pelco-p:/dev/x'\naddress=33", &["address", "1 to 32"]);
    refused("camera", "port='pelco-d:/dev/x'\npreset=0", &["preset", "1 to 127"]);
    refused("camera", "port='pelco-d:/dev/x'\npreset=1\nexpect={pan=1,tilt=1,zoom=1}", &["expect", "Pelco"]);
    refused("surveillance", "address='h'\npassword_file='p'", &["user", "password_file"]);
    refused("surveillance", "address='h'\ntimeout_ms=1", &["timeout_ms", "500 to 10000"]);
    refused("camera", "port='/dev/x'\npresets=[1,2,1]", &["presets", "once"]);
    refused("camera", "port='/dev/x'\npresets=[1,2,3,4,5,6,7,8,9]", &["presets", "0 to 8"]);
    refused("camera", "port='/dev/x'\npresets=[200]", &["presets", "127"]);
    refused("camera", "port='/dev/x'\nreturn_to='home'", &["return_to", "before", "home"]);
    refused("camera", "port='/dev/x'\nfov_degrees=0.5", &["fov_degrees", "1 to 170"]);
    refused("camera", "port='/dev/x'\nlimits={ loss={ good=1 } }", &["limits", "shift_px", "loss"]);
    refused("picture", "source='webcam'", &["source", "v4l2"]);
    refused("host", "limits={ loss={ good=1 } }", &["limits", "disk_free", "loss"]);
    refused("line", "to='h'\nlimits={ loss={ good=20 } }", &["limits.loss", "tolerable"]);
    refused("line", "to='h'\nlimits={ loss={ best=20 } }", &["best", "good"]);
}

#[test]
fn declared_limits_are_those_that_judge() {
    let work = parse("line", "to='h'\nlimits={ loss={ good=0.5 } }").expect("a line");
    let loss = &work.limits()[0];
    assert_eq!((loss.value.as_str(), loss.good, loss.tolerable), ("loss", 0.5, Some(10.0)));
    let limits = |keys: &str| parse("picture", &format!("source='file:a'\n{keys}")).expect("a picture").limits().len();
    let all = limits("");
    assert_eq!(
        (limits("overlay=[0, 0, 100, 100]"), limits("reference=true"), limits("watch=true")),
        (all + 1, all + 3, 1)
    );
}

#[test]
fn one_device_is_one_key() {
    let key = |kind, text| parse(kind, text).expect("work").device_key();
    assert_eq!(key("camera", "port='/dev/ttyUSB0'").as_deref(), Some("/dev/ttyUSB0"));
    assert_eq!(key("camera", "port='visca-udp://h/'").as_deref(), Some("visca-udp://h:52381"));
    assert_eq!(key("camera", "port='onvif://h'\nprofile='2'").as_deref(), Some("onvif://h:80 2"));
    assert_eq!(key("picture", "source='v4l2:/dev/video0'").as_deref(), Some("/dev/video0"));
    assert_eq!(key("display", "address='10.0.0.1'"), key("display", "address='10.0.0.1:4352'"));
    assert_eq!(key("picture", "source='rtsp://h/x'"), None);
}

#[test]
fn what_is_found_keeps_its_bounds() {
    let found = Found::missing("长".repeat(500)).with_exhibit(Some(Exhibit::picture(vec![0; MAX_EVIDENCE_BYTES + 1])));
    assert_eq!(found.detail.chars().count(), MAX_DETAIL_CHARS);
    assert!(found.exhibits.is_empty(), "too long to travel");
    let Verdict::Unknown { why: Why::Missing { what } } = found.verdict else { panic!("missing") };
    assert_eq!(what.chars().count(), MAX_DETAIL_CHARS);
}

#[test]
fn of_equal_grades_the_first_rule_names_the_finding() {
    use measures::{LOSS, RTT_AVG};
    let rules = [
        limits::Rule::at_most(LOSS, 1.0, Some(2.0), "line.loss"),
        limits::Rule::at_most(RTT_AVG, 1.0, Some(9.0), "line.delay"),
    ];
    let judged = |loss, rtt| limits::judge(&rules, &[RTT_AVG.of(rtt), LOSS.of(loss)]);
    assert_eq!(judged(1.5, 5.0), Verdict::degraded("line.loss"));
    assert_eq!(judged(1.5, 9.5), Verdict::fail("line.delay"));
    assert_eq!(limits::judge(&rules, &[]), Verdict::Pass);
}

/// The sources in these folders without their tests, every file there is.
fn sources(folders: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let within = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| within.join(folder)).collect();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.file_name().is_some_and(|name| name != "tests.rs" && name != "measures.rs") {
                let text = std::fs::read_to_string(&path).expect("a source");
                let shipped = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
                found.push((path, shipped));
            }
        }
    }
    assert!(found.len() >= 10, "only {} files", found.len());
    found
}

/// What a probe names by itself would reach an operator as a bare name; a profile's names are its author's.
#[test]
fn no_probe_makes_a_value_that_is_not_in_the_table() {
    for (path, text) in sources(&["probe"]) {
        assert!(!text.contains("Value::new(") && !text.contains("Value {"), "{}", path.display());
    }
}

/// The sources themselves are searched: a finding without words would reach an operator as a bare code.
#[test]
fn every_finding_that_a_probe_can_make_has_words() {
    let is_code = |text: &&str| {
        let kind = text.split('.').next().unwrap_or_default();
        let tail = text.get(kind.len() + 1..).unwrap_or_default();
        // What two venues find of each other stands under one word.
        (kind == "across" || measures::BY_KIND.iter().any(|(known, _)| *known == kind))
            && !tail.is_empty()
            && tail.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    };
    let sources = sources(&["probe", "profile"]);
    // The baseline is judged behind the probes.
    let baseline = include_str!("../baseline.rs").split("#[cfg(test)]").next().unwrap_or_default();
    let texts = sources.iter().map(|(_, text)| text.as_str()).chain([baseline]);
    let codes: Vec<&str> = texts.flat_map(|text| text.split('"')).filter(|text| is_code(text)).collect();
    for code in &codes {
        assert!(words::of(code).is_some(), "{code} has no words");
    }
    // These are found at HQ, out of both halves of a run.
    let at_hq = ["across.delay", "across.echo"];
    for words in words::FINDINGS {
        let is_found = codes.contains(&words.code) || at_hq.contains(&words.code);
        assert!(is_found, "no probe finds {}", words.code);
    }
}
