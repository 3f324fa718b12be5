//! The client commands against a server on a port of its own.

use std::path::PathBuf;

use super::args::{AssuranceAction, RectifyAction, RectifyFilter};
use super::*;
use crate::api::tests::{Server as Fake, server};

struct Running {
    http: String,
    folder: tempfile::TempDir,
    fake: Fake,
}

async fn running() -> Running {
    let fake = server();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let http = format!("http://{}", listener.local_addr().expect("bound"));
    let router = fake.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    Running { http, folder: tempfile::tempdir().expect("a folder"), fake }
}

impl Running {
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("writes");
        path
    }

    async fn check(&self, verb: Verb, expected: u8) {
        let said = format!("{verb:?}");
        let found = code(Client { http: self.http.clone(), json: true, verb }, Words::Chinese).await;
        assert_eq!(found, expected, "{said}");
    }
}

fn to(file: &Path) -> args::Output {
    args::Output { output: Some(file.to_owned()), file: None }
}

fn saved(file: &Path) -> args::Saved {
    args::Saved { output: to(file), form: None }
}

#[tokio::test]
async fn exit_codes_say_what_happened() {
    let running = running().await;
    let good = running.file("good.csv", "venue,name\n350102001-01,大厅\n");
    let bad = running.file("bad.csv", "venue\n350102001-1\n");
    let out = running.folder.path().join("out.csv");
    let id = "00".repeat(16).parse().expect("an id");
    running.check(Verb::Import { file: good.clone(), dry_run: true }, 0).await;
    running.check(Verb::Import { file: good, dry_run: false }, 0).await;
    running.check(Verb::Import { file: bad.clone(), dry_run: false }, BAD_ANSWER).await;
    running.check(Verb::Import { file: running.folder.path().join("gone"), dry_run: false }, FILE).await;
    running.check(Verb::Status { place: None }, 0).await;
    running.check(Verb::Status { place: Some("350102001-01".to_owned()) }, 0).await;
    running.check(Verb::Status { place: Some("350102001-77".to_owned()) }, BAD_ANSWER).await;
    running.check(Verb::Status { place: Some("../agents".to_owned()) }, REFUSED).await;
    running.check(Verb::Systems { place: None }, 0).await;
    running.check(Verb::Systems { place: Some("99".to_owned()) }, REFUSED).await;
    running.check(Verb::Agents { action: None }, 0).await;
    running.check(Verb::Agents { action: Some(AgentAction::Accept { id }) }, REFUSED).await;
    running.check(Verb::Export { output: to(&out) }, 0).await;
    assert!(std::fs::read_to_string(&out).expect("reads").contains("350102001-01,大厅"));
    running.check(Verb::Import { file: out, dry_run: false }, 0).await;
    let units = running.file("units.csv", "unit,name,kind,venues\nfz,市局,member,350102001-01\n");
    let no_units = running.file("no-units.csv", "unit,name,kind\nfz,市局,bureau\n");
    let of_units = running.folder.path().join("of-units.csv");
    let import =
        |file: &PathBuf, dry_run| Verb::Units { action: Some(UnitAction::Import { file: file.clone(), dry_run }) };
    let show = |unit: &str| Verb::Units { action: Some(UnitAction::Show { unit: unit.to_owned() }) };
    running.check(import(&units, true), 0).await;
    running.check(show("fz"), REFUSED).await;
    running.check(import(&units, false), 0).await;
    running.check(import(&no_units, false), BAD_ANSWER).await;
    running.check(show("fz"), 0).await;
    running.check(Verb::Units { action: None }, 0).await;
    running.check(Verb::Units { action: Some(UnitAction::Export(to(&of_units))) }, 0).await;
    running.check(import(&of_units, false), 0).await;
    let board = |of: &str| {
        Verb::Obligations(args::ObligationArgs { place: None, of: of.to_owned(), year: Some(2026), state: None })
    };
    running.check(board("county"), 0).await;
    running.check(board("venue"), 0).await;
    let rectify = |action| Verb::Rectify { action: Some(Box::new(action)) };
    running.check(Verb::Assurance { action: None }, 0).await;
    let end = AssuranceAction::End { id: 7, person: "王五".to_owned(), note: String::new() };
    running.check(Verb::Assurance { action: Some(Box::new(end)) }, REFUSED).await;
    let matters = running.folder.path().join("matters.xlsx");
    let export =
        |file: &PathBuf| rectify(RectifyAction::Export { saved: saved(file), filter: RectifyFilter::default() });
    running.check(Verb::Rectify { action: None }, 0).await;
    running.check(rectify(RectifyAction::Show { id: 7 }), REFUSED).await;
    running.check(export(&matters), 0).await;
    assert!(std::fs::read(&matters).expect("reads").starts_with(b"PK"));
    running.check(export(&running.folder.path().join("matters.pdf")), USAGE).await;
    let data = running.folder.path().join("data");
    running.check(Verb::Restore { file: bad.clone(), data: None }, REFUSED).await;
    running.check(Verb::Restore { file: bad, data: Some(data.clone()) }, BAD_ANSWER).await;
    running.check(Verb::Restore { file: running.folder.path().join("gone"), data: Some(data) }, FILE).await;
}

#[tokio::test]
async fn groups_schedules_and_records_are_kept_and_a_report_is_proven_without_a_server() {
    let running = running().await;
    let save = |whom: &str| Verb::Groups {
        action: Some(GroupAction::Save {
            name: "重点".to_owned(),
            whom: vec![whom.to_owned()],
            except: vec![],
            levels: vec![],
            units: vec![],
            note: String::new(),
            by: String::new(),
        }),
    };
    let remove = || Verb::Groups { action: Some(GroupAction::Remove { group: "重点".to_owned(), confirmed: false }) };
    running.check(save("350102001-01"), 0).await;
    running.check(save("3501"), 0).await;
    running.check(save("x"), REFUSED).await;
    running.check(Verb::Groups { action: None }, 0).await;
    running.check(remove(), 0).await;
    running.check(remove(), REFUSED).await;
    let calls = |action| Verb::Calls(Box::new(action));
    running.check(calls(args::RollCallAction::List { limit: 5 }), 0).await;
    running.check(calls(args::RollCallAction::Schedules { action: None }), 0).await;
    running.check(calls(args::RollCallAction::Show { id: 7 }), REFUSED).await;

    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let send = |path: &str, body: &'static str| {
        http.post(format!("{}/api/v1/{path}", running.http)).header("content-type", JSON).body(body).send()
    };
    let begun = send("roll-calls", r#"{"depth":"present","places":["35"]}"#).await.expect("answers");
    let begun: serde_json::Value = begun.json().await.expect("JSON");
    let id = begun["id"].as_u64().expect("a number");
    let sign = || args::RollCallAction::Sign { id, by: "王五".to_owned(), notice: None, reason: None };
    running.check(calls(sign()), REFUSED).await;
    let end = send(&format!("roll-calls/{id}/end"), r#"{"by":"张三","reason":"误发"}"#).await.expect("answers");
    assert_eq!(end.status().as_u16(), 204);
    running.check(calls(sign()), 0).await;
    let file = running.folder.path().join("report.html");
    let report = || args::RollCallAction::Report { id, saved: saved(&file) };
    running.check(calls(report()), 0).await;
    let key = avow_shared::hash::to_hex(&running.fake.signer().public().bytes());
    let verify = |key: Option<&str>| {
        let verify = args::Verify { file: file.clone(), seal: None, key: key.map(str::to_owned) };
        Verb::Documents { action: Some(Box::new(args::DocumentAction::Verify(verify))) }
    };
    running.check(verify(None), 0).await;
    running.check(verify(Some(&key)), 0).await;
    running.check(verify(Some(&"00".repeat(32))), BAD_ANSWER).await;
    running.check(verify(Some("zz")), USAGE).await;
    let documents = |action| Verb::Documents { action: Some(Box::new(action)) };
    running.check(Verb::Documents { action: None }, 0).await;
    let list = http.get(format!("{}/api/v1/documents", running.http)).send().await.expect("answers");
    let list: serde_json::Value = list.json().await.expect("JSON");
    let name = list["items"][0]["name"].as_str().expect("a name").to_owned();
    let copy = running.folder.path().join("copy.docx");
    running.check(documents(args::DocumentAction::Save { name, saved: saved(&copy) }), 0).await;
    let verify_copy = args::Verify { file: copy.clone(), seal: None, key: Some(key.clone()) };
    running.check(documents(args::DocumentAction::Verify(verify_copy)), 0).await;
    let lost = args::DocumentAction::Save { name: "00".repeat(32), saved: saved(&copy) };
    running.check(documents(lost), REFUSED).await;
    let mut text = std::fs::read_to_string(&file).expect("reads");
    text.push(' ');
    std::fs::write(&file, text).expect("writes");
    running.check(verify(None), BAD_ANSWER).await;
}

#[tokio::test]
async fn a_backup_that_fails_leaves_no_file() {
    let running = running().await;
    let file = running.folder.path().join("backup");
    running.check(Verb::Backup { file }, UNAVAILABLE).await;
    assert_eq!(std::fs::read_dir(running.folder.path()).expect("reads").count(), 0);
}

#[tokio::test]
async fn nobody_there_is_told_apart_from_a_wrong_address() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    let free = format!("http://{}", listener.local_addr().expect("bound"));
    drop(listener);
    for (http, expected) in [(free, UNAVAILABLE), ("127.0.0.1:8080".to_owned(), USAGE)] {
        let client = Client { http, json: false, verb: Verb::Status { place: None } };
        assert_eq!(code(client, Words::Chinese).await, expected);
    }
}

struct Refusing(ErrorKind);

impl Write for Refusing {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_has_read_enough_is_no_error_but_a_full_disk_is() {
    assert!(put(&mut Refusing(ErrorKind::BrokenPipe), b"x").is_ok());
    assert!(matches!(put(&mut Refusing(ErrorKind::StorageFull), b"x"), Err(Failure::File { .. })));
}
