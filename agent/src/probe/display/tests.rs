//! The keys of a display probe. What it finds is tested against the simulated display, across programs.

use super::*;
use crate::probe::Work;

fn setup(keys: &str) -> Result<Setup, String> {
    let table = keys.parse().expect("a table");
    match Work::parse("display", table).map_err(|error| error.to_string())? {
        Work::Display(setup) => Ok(setup),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_address_is_a_host_and_perhaps_a_port() {
    for (text, expected) in [
        ("10.1.2.3", Some("10.1.2.3:4352")),
        ("10.1.2.3:4353", Some("10.1.2.3:4353")),
        ("wall.local", Some("wall.local:4352")),
        ("::1", Some("[::1]:4352")),
        ("[fe80::1]", Some("[fe80::1]:4352")),
        ("[fe80::1]:4353", Some("[fe80::1]:4353")),
        ("", None),
        (":4352", None),
        ("h:", None),
        ("h:0", None),
        ("h:70000", None),
        ("[::1]4352", None),
        ("pjlink://h", None),
        ("user@h", None),
        ("a b", None),
    ] {
        let read = text.parse::<Address>().ok().map(|address| address.to_string());
        assert_eq!(read.as_deref(), expected, "{text}");
    }
}

#[test]
fn what_is_not_said_is_the_tolerant_choice() {
    let setup = setup("address='10.1.2.3'").expect("a setup");
    assert_eq!((setup.wanted, setup.sound, setup.input), (Wanted::Any, Sound::On, None));
    assert!(setup.rules().is_empty() && setup.password_file.is_none());
    assert_eq!(setup.device_key(), "pjlink 10.1.2.3:4352");
}

#[test]
fn a_wrong_key_is_named() {
    for (keys, word) in [
        ("", "address"),
        ("address='http://h/'", "address: expected host or host:port"),
        ("address='h'\ninput='HDMI1'", "input: expected an input like '31'"),
        ("address='h'\nwanted='off'", "wanted"),
        ("address='h'\nlamp_hours_limit=0", "lamp_hours_limit: expected 1 to 99999"),
        ("address='h'\ntimeout_ms=50", "timeout_ms: expected 100 to 10000"),
        ("address='h'\npassword='secret'", "password"),
    ] {
        let error = setup(keys).expect_err(keys);
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn a_lamp_has_a_limit_when_one_is_named() {
    let setup = setup("address='h'\nlamp_hours_limit=4000").expect("a setup");
    let limits: Vec<f64> = Work::Display(setup).limits().iter().map(|limit| limit.good).collect();
    assert_eq!(limits, [4000.0]);
}

#[tokio::test]
async fn a_password_file_holds_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("password");
    for (content, expected) in
        [("secret\n", Some("secret")), ("secret\r\nmore", Some("secret")), ("", None), ("\n", None)]
    {
        std::fs::write(&path, content).expect("writes");
        assert_eq!(password(&path).await.ok(), expected.and_then(Password::new), "{content:?}");
    }
    assert!(password(&folder.path().join("none")).await.is_err());
}
