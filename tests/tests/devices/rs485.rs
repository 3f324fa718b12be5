//! RS-485 that is asked of the port reaches the port: a pseudo terminal refuses it, and the words say what to do.

use avow_agent::probe::{Context, Found, Work, run};
use avow_tests::sim::pty::Pty;

use crate::site;

/// What a probe with these keys finds at a line where nobody is.
async fn found(kind: &str, keys: &str) -> Found {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tty485");
    let _pty = Pty::at(&path).expect("a terminal");
    let text = keys.replace("PORT", &path.display().to_string());
    let work = Work::parse(kind, text.parse().expect("a table")).unwrap_or_else(|wrong| panic!("{keys}: {wrong}"));
    let context = Context { state_dir: folder.path().to_owned(), ..site::context() };
    run(&work, &context).await
}

#[tokio::test]
async fn a_port_that_does_no_rs485_is_said_to_need_none_asked() {
    for (kind, keys) in [
        ("camera", "port='PORT'"),
        ("modbus", "address='PORT'\ntimeout_ms=50\nregisters=[{ at=0, name='x' }]"),
        ("device", "address='PORT'\nprofile='power-sequencer'"),
    ] {
        let found = found(kind, &format!("rs485=true\n{keys}")).await;
        assert_eq!(found.verdict.word(), "unknown", "{kind}: {}", found.detail);
        for words in ["RS-485", "去掉 rs485 = true", "tty485"] {
            assert!(found.detail.contains(words), "{kind}: {}", found.detail);
        }
    }
}

#[tokio::test]
async fn who_does_not_ask_for_it_speaks_on_the_same_port() {
    for keys in ["", "rs485=false\n"] {
        let found =
            found("modbus", &format!("{keys}address='PORT'\ntimeout_ms=50\nregisters=[{{ at=0, name='x' }}]")).await;
        assert_eq!(found.verdict.word(), "fail", "asked, and nobody answers: {}", found.detail);
    }
}
