//! Calls to us over HTTP.

use avow_shared::check::Checked;
use avow_shared::order::OrderNumber;
use avow_shared::outcome::Verdict;
use avow_shared::time::WallTime;

use super::*;
use crate::inbound::{Boxes, Lane, Need, Reach, Room, Step, What};

const PATH: &str = "/api/v1/inbound";
const JSON: &str = "application/json";

/// Boxes that nobody reaches; the number of an order is the place of its step.
pub(super) struct Away;

impl Boxes for Away {
    fn reach(&self, _: AgentId) -> Reach {
        Reach::Away
    }

    fn number(&self) -> OrderNumber {
        use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
        static LAST: AtomicU64 = AtomicU64::new(NOW_MS);
        LAST.fetch_add(1, Relaxed)
    }
}

/// The room of these tests.
pub(super) fn room() -> Room {
    Room { name: "指挥大厅".into(), unit: "区指挥部".into(), agent: Some(signer().id()), steps: steps() }
}

/// What it is checked for.
fn steps() -> Vec<Step> {
    let step = |what, probe: &str| Step {
        what,
        probe: probe.parse().expect("a probe"),
        lane: Lane::Free,
        about_ms: 3_000,
        after_preset: false,
    };
    vec![step(What::Main(Need::Line), "line"), step(What::Backup(Some(Need::Line)), "line-b")]
}

impl Server {
    async fn begin(&self, body: &str) -> (u16, Value) {
        self.json(send("POST", PATH, JSON, body.to_owned())).await
    }

    async fn word(&self, id: &Value, word: Value) -> (u16, Value) {
        self.json(send("POST", &format!("{PATH}/{id}/words"), JSON, word.to_string())).await
    }

    /// What the newest order of a step found.
    fn checked(&self, id: &Value, step: usize, verdict: Verdict, after_ms: u64) {
        let mut desk = Desk::clone(&self.shared.books.inbound.load());
        let inbound = desk.get(id.as_u64().expect("a number")).expect("kept");
        let checked = Checked {
            order: inbound.errands[step].as_ref().expect("asked for").number,
            venue: inbound.call.venue,
            probe: inbound.call.steps[step].0.probe.clone(),
            at: WallTime::default(),
            took_ms: 10,
            verdict,
        };
        desk.checked(signer().id(), &checked, &Away, NOW_MS + after_ms);
        self.shared.books.inbound.store(Arc::new(desk));
    }
}

#[tokio::test]
async fn a_call_is_begun_once_told_as_it_goes_answered_by_hand_and_closed() {
    let server = server();
    server.import(VENUE).await;
    let new = r#"{"venue":"350102001-01","caller":"应急管理部","kind":"emergency","key":"yj-1"}"#;
    let (status, answer) = server.begin(new).await;
    assert_eq!((status, &answer["call"]["state"]), (202, &"open".into()), "{answer}");
    let call = &answer["call"];
    assert_eq!(
        (&call["name"], &call["kind"], &call["left_ms"]),
        (&"指挥大厅".into(), &"emergency".into(), &180_000.into())
    );
    assert_eq!((&answer["box"], &answer["open"]), (&"away".into(), &serde_json::json!(["line"])));
    assert_eq!(answer["steps"][0]["state"], "running");
    let id = call["id"].clone();
    let (status, again) = server.begin(new).await;
    assert_eq!((status, &again["call"]["id"]), (200, &id), "said twice, it is one");

    server.checked(&id, 0, Verdict::fail("line.down"), 2_000);
    let one = format!("{PATH}/{id}");
    let (_, answer) = server.json(get(&one)).await;
    let fault = &answer["faults"][0];
    assert_eq!((&fault["remedy"], &fault["finding"]), (&"finding".into(), &"line.down".into()), "{answer}");
    server.checked(&id, 1, Verdict::Pass, 4_000);
    let (_, answer) = server.json(get(&one)).await;
    assert_eq!(
        (&answer["call"]["ready"], &answer["call"]["first_ready_ms"]),
        (&"backup".into(), &4_000.into()),
        "{answer}"
    );
    let fault = &answer["faults"][0];
    assert_eq!((&fault["remedy"], &fault["backup"]), (&"use-backup".into(), &1.into()), "{answer}");

    let said = serde_json::json!({ "word": "step", "step": 0, "works": true, "person": "王五" });
    let (status, answer) = server.word(&id, said).await;
    let step = &answer["steps"][0];
    assert_eq!((status, &step["state"], &step["person"]), (200, &"works".into(), &"王五".into()));
    assert_eq!(answer["call"]["ready"], "main");
    let (status, _) = server.word(&id, serde_json::json!({ "word": "answered", "how": "auto" })).await;
    assert_eq!(status, 200);
    let by = |name: &str| serde_json::json!({ "word": "answered", "how": "person", "person": name });
    let (_, answer) = server.word(&id, by("王五")).await;
    let reply = &answer["call"]["answer"];
    assert_eq!(
        (&reply["how"], &reply["person"], &reply["after_ms"]),
        (&"person".into(), &"王五".into(), &5_000.into())
    );
    assert_eq!(server.word(&id, by("赵六")).await.0, 409, "the first counts");
    let (_, answer) = server.word(&id, serde_json::json!({ "word": "close" })).await;
    assert_eq!((&answer["call"]["state"], &answer["call"]["left_ms"]), (&"on-time".into(), &0.into()));
    assert_eq!(server.word(&id, serde_json::json!({ "word": "close" })).await.0, 409);

    let (_, list) = server.json(get(&format!("{PATH}?open=false&venue=350102001-01"))).await;
    assert_eq!((&list["total"], &list["items"][0]["id"]), (&1.into(), &id));
    assert_eq!(server.json(get(&format!("{PATH}?open=true"))).await.1["total"], 0);
    let (_, sums) = server.json(get(&format!("{PATH}/summary?from_ms={NOW_MS}"))).await;
    assert_eq!((&sums["count"], &sums["rate"], &sums["median_ready_ms"]), (&1.into(), &1.0.into(), &4_000.into()));
    assert_eq!(server.json(get(&format!("{PATH}/summary?to_ms={NOW_MS}"))).await.1["rate"], Value::Null);
}

#[tokio::test]
async fn the_report_of_a_call_comes_in_three_forms_and_says_how_its_checks_went() {
    let server = server();
    server.import(VENUE).await;
    let (_, answer) = server.begin(r#"{"venue":"350102001-01","caller":"应急管理部","basis":"来电"}"#).await;
    let id = answer["call"]["id"].clone();
    server.checked(&id, 0, Verdict::fail("line.down"), 2_000);
    server.word(&id, serde_json::json!({ "word": "answered", "how": "telephone", "person": "王五" })).await;
    for (form, start) in [("html", "<!DOCTYPE html>"), ("xlsx", "PK"), ("docx", "PK")] {
        let response = server.call(get(&format!("{PATH}/{id}/report?form={form}"))).await;
        assert_eq!(response.status().as_u16(), 200, "{form}");
        let bytes = to_bytes(response.into_body(), 1 << 24).await.expect("a body");
        assert!(bytes.to_ascii_lowercase().starts_with(start.to_ascii_lowercase().as_bytes()), "{form}");
        if form == "html" {
            let text = String::from_utf8(bytes.to_vec()).expect("text");
            for part in
                ["接到应急管理部", "应答前检查", "线路中断（line.down）", "问题与处置", "王五", "鼓楼区", "来电"]
            {
                assert!(text.contains(part), "{part}");
            }
        }
    }
    server.check_problem(get(&format!("{PATH}/{id}/report?form=pdf")), 400).await;
}

#[tokio::test]
async fn a_call_that_is_over_is_signed_off_once_and_keeps_what_was_mended_and_what_the_room_was_called() {
    let server = server();
    server.import(VENUE).await;
    let (_, answer) = server.begin(r#"{"venue":"350102001-01","caller":"应急管理部"}"#).await;
    let id = answer["call"]["id"].clone();
    server.checked(&id, 0, Verdict::fail("line.down"), 2_000);
    server.word(&id, serde_json::json!({ "word": "again", "step": 0 })).await;
    server.checked(&id, 0, Verdict::Pass, 9_000);
    let (one, sign) = (format!("{PATH}/{id}"), format!("{PATH}/{id}/sign"));
    let by = |reason: Option<&str>| {
        send("POST", &sign, JSON, serde_json::json!({ "by": "李主任", "reason": reason }).to_string())
    };
    server.check_problem(by(None), 409).await;
    server.word(&id, serde_json::json!({ "word": "answered", "how": "person", "person": "王五" })).await;
    server.word(&id, serde_json::json!({ "word": "close" })).await;
    // The register calls the room otherwise by now: the record does not.
    server.import(&VENUE.replace("指挥大厅", "新大厅")).await;
    let (_, answer) = server.json(get(&one)).await;
    assert_eq!((&answer["call"]["name"], &answer["call"]["unit"]), (&"指挥大厅".into(), &"区指挥部".into()));
    let step = &answer["steps"][0];
    let earlier = &step["earlier"][0];
    assert_eq!((&step["state"], step["earlier"].as_array().map(Vec::len)), (&"pass".into(), Some(1)), "{step}");
    assert_eq!(
        (&earlier["state"], &earlier["finding"], &earlier["ended_ms"]),
        (&"fail".into(), &"line.down".into(), &2_000.into())
    );
    let (status, signed) = server.json(by(None)).await;
    assert_eq!((status, &signed["edition"], &signed["by"]), (200, &1.into(), &"李主任".into()), "{signed}");
    server.check_problem(by(None), 409).await;
    server.check_problem(by(Some("漏登")), 409).await;
    let (_, editions) = server.json(get(&format!("{one}/editions"))).await;
    assert_eq!(
        (&editions["items"][0]["name"], &editions["items"][0]["subject"]),
        (&signed["name"], &format!("inbound/{id}").into())
    );
    assert_eq!(server.json(get(&one)).await.1["call"]["edition"], 1);
    for (place, found) in [("35", 1), ("350102001", 1), ("350103", 0)] {
        let (_, here) = server.json(get(&format!("/api/v1/documents?kind=inbound&place={place}"))).await;
        assert_eq!(here["total"], found, "the record is about its room: {place} {here}");
    }
    // What was signed is read also when the call itself is forgotten.
    server.shared.books.inbound.store(Arc::new(Desk::default()));
    let response = server.call(get(&format!("{one}/report?form=html"))).await;
    let bytes = to_bytes(response.into_body(), 1 << 24).await.expect("a body");
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    for part in ["指挥大厅", "李主任", "1.1", "线路中断（line.down）", "1.2"] {
        assert!(text.contains(part), "{part}");
    }
}

#[tokio::test]
async fn what_is_no_call_or_no_word_is_a_problem_and_changes_nothing() {
    let server = server();
    server.import(VENUE).await;
    for (body, status) in [
        (r#"{"venue":"x","caller":"部"}"#, 400),
        (r#"{"venue":"350102001-01","caller":" "}"#, 400),
        (r#"{"venue":"350102001-01","caller":"部","deadline_s":9}"#, 400),
        (r#"{"venue":"350102001-01","caller":"部","key":""}"#, 400),
        (r#"{"venue":"350102001-01","caller":"部","kind":"love"}"#, 422),
        (r#"{"venue":"350102001-01","caller":"部","more":1}"#, 422),
    ] {
        server.check_problem(send("POST", PATH, JSON, body), status).await;
    }
    let (_, answer) = server.begin(r#"{"venue":"350102001-01","caller":"部"}"#).await;
    let words = format!("{PATH}/{}/words", answer["call"]["id"]);
    for (body, status) in [
        (r#"{"word":"love"}"#, 422),
        (r#"{"word":"again","step":2}"#, 404),
        (r#"{"word":"step","step":0,"works":true,"person":""}"#, 400),
        (r#"{"word":"answered","how":"person"}"#, 400),
        (r#"{"word":"answered","how":"auto","person":"王五"}"#, 400),
        (r#"{"word":"drop","person":"王五","reason":""}"#, 400),
    ] {
        server.check_problem(send("POST", &words, JSON, body), status).await;
    }
    for (path, status) in
        [("/7", 404), ("/x", 400), ("?limit=501", 400), ("?venue=x", 400), ("/summary?from_ms=2&to_ms=2", 400)]
    {
        server.check_problem(get(&format!("{PATH}{path}")), status).await;
    }
    let unchanged = server.shared.books.inbound.load().newest().next().map(|inbound| inbound.revision);
    assert_eq!(unchanged, Some(1));
}
