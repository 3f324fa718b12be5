//! Heightened assurance over the API. The clock stands.

use super::*;

const JSON: &str = "application/json";
const HOUR: u64 = 3_600_000;

impl Server {
    async fn assure(&self, path: &str, body: Value) -> (u16, Value) {
        self.json(send("POST", &format!("/api/v1/assurance{path}"), JSON, body.to_string())).await
    }
}

pub(super) fn new(level: &str, place: &str, freeze: bool) -> Value {
    serde_json::json!({ "title": "防台风", "hazard": "台风", "level": level, "authority": "省防指", "places": [place],
        "freeze": freeze, "approver": "陈六", "person": "王五" })
}

#[tokio::test]
async fn responses_are_started_adjusted_and_ended_and_places_follow_the_highest() {
    let server = server();
    server.import(VENUE).await;
    let (status, wide) = server.assure("", new("iv", "35", false)).await;
    assert_eq!((status, &wide["state"], &wide["venues"]), (200, &"on".into(), &3.into()), "{wide}");
    let (_, city) = server.assure("", new("ii", "3501", true)).await;
    let (_, now) = server.json(get("/api/v1/assurance")).await;
    assert_eq!((&now["in_force"], &now["responses"][0]["id"]), (&"ii".into(), &city["id"]));
    assert_eq!((&now["places"][1]["level"], &now["places"][1]["freeze"]), (&"ii".into(), &true.into()), "{now}");
    assert_eq!(now["responses"][0]["check_every_s"], 300);
    let adjust = format!("/{}/adjust", city["id"]);
    let said = serde_json::json!({ "level": "i", "places": ["3502"], "person": "王五", "note": "升级" });
    let (_, raised) = server.assure(&adjust, said).await;
    assert_eq!(
        (&raised["level"], &raised["names"][0], &raised["freeze"]),
        (&"i".into(), &"厦门市".into(), &true.into())
    );
    let end = format!("/{}/end", city["id"]);
    let person = serde_json::json!({ "person": "王五" });
    let (_, ended) = server.assure(&end, person.clone()).await;
    assert_eq!((&ended["state"], ended["history"].as_array().map(Vec::len)), (&"ended".into(), Some(3)));
    assert_eq!(server.assure(&end, person).await.0, 409);
    let (_, now) = server.json(get("/api/v1/assurance")).await;
    assert_eq!((&now["in_force"], now["responses"].as_array().map(Vec::len)), (&"iv".into(), Some(2)));
}

#[tokio::test]
async fn a_freeze_is_refused_with_who_may_approve_and_lifted_by_a_named_approval() {
    let server = server();
    server.import(VENUE).await;
    server.assure("", new("ii", "3501", true)).await;
    let venue = "350102001-01".parse().expect("a venue");
    let refused = crate::api::assurance::thawed(&server.shared, venue).expect_err("frozen");
    assert!(refused.status == StatusCode::CONFLICT && refused.detail.contains("陈六"), "{refused:?}");
    let approval = serde_json::json!({ "subject": "350102001-01", "what": "更换摄像机", "person": "陈六", "until_ms": NOW_MS + HOUR });
    let (status, given) = server.assure("/approvals", approval).await;
    assert_eq!((status, &given["on"], &given["name"]), (200, &true.into(), &"指挥大厅".into()), "{given}");
    assert_eq!(crate::api::assurance::thawed(&server.shared, venue), Ok(()));
    let revoke = format!("/approvals/{}/revoke", given["id"]);
    let (_, taken) = server.assure(&revoke, serde_json::json!({ "person": "陈六" })).await;
    assert_eq!((&taken["on"], &taken["revoked_by"]), (&false.into(), &"陈六".into()));
    assert!(crate::api::assurance::thawed(&server.shared, venue).is_err());
}

#[tokio::test]
async fn rules_are_changed_whole_and_garbage_is_a_problem() {
    let server = server();
    let (_, mut rules) = server.json(get("/api/v1/assurance/rules")).await;
    assert_eq!((&rules["levels"][3]["check_every_s"], &rules["levels"][0]["extra_staff"]), (&1_800.into(), &5.into()));
    rules["levels"][3]["check_every_s"] = 600.into();
    let put = |rules: &Value| send("PUT", "/api/v1/assurance/rules", JSON, rules.to_string());
    rules["levels"][3]["depth"] = "ready".into();
    server.check_problem(put(&rules), 422).await;
    let expected = rules.clone();
    rules["person"] = "王五".into();
    assert_eq!(server.json(put(&rules)).await, (200, expected));
    let (_, changes) = server.json(get("/api/v1/rules/changes?kind=levels")).await;
    let parts = serde_json::json!([{ "name": "iv.check_every_s", "was": "1800", "is": "600" },
        { "name": "iv.depth", "was": "present", "is": "ready" }]);
    assert_eq!((&changes["total"], &changes["items"][0]["person"]), (&1.into(), &"王五".into()), "{changes}");
    assert_eq!(changes["items"][0]["parts"], parts);
    assert_eq!(server.json(get("/api/v1/rules/changes?kind=frequent")).await.1["total"], 0);
    server.check_problem(get("/api/v1/rules/changes?kind=other"), 400).await;
    rules["levels"][3]["depth"] = "proven".into();
    server.check_problem(put(&rules), 400).await;
    rules["levels"][3]["depth"] = "ready".into();
    rules["levels"][3]["check_every_s"] = 5.into();
    server.check_problem(put(&rules), 400).await;
    rules["levels"] = Value::Array(Vec::new());
    server.check_problem(put(&rules), 400).await;
    let with = |key: &str, value: Value| {
        let mut body = new("ii", "3501", true);
        body[key] = value;
        body
    };
    for (path, body, status) in [
        ("", with("places", serde_json::json!([])), 400),
        ("", with("places", serde_json::json!(["99"])), 404),
        ("", with("level", "v".into()), 422),
        ("", with("approver", "".into()), 400),
        ("", with("to_ms", NOW_MS.into()), 400),
        ("/7/end", serde_json::json!({ "person": "x" }), 404),
        ("/x/end", serde_json::json!({ "person": "x" }), 400),
        ("/approvals", serde_json::json!({ "subject": "3501", "what": "x", "person": "x", "until_ms": NOW_MS }), 400),
        ("/approvals/7/revoke", serde_json::json!({ "person": "x" }), 404),
    ] {
        let request = send("POST", &format!("/api/v1/assurance{path}"), JSON, body.to_string());
        server.check_problem(request, status).await;
    }
}

#[tokio::test]
async fn who_is_called_in_by_level_is_on_duty_of_a_response_and_stands_in_its_report() {
    let server = server();
    server.import(VENUE).await;
    let of = |level: &str, staff: Value| serde_json::json!({ "level": level, "staff": staff });
    let two = serde_json::json!([{ "name": "王五", "telephone": "0591-1", "post": "网络" }, { "name": "赵六" }]);
    let none = || Value::Array(Vec::new());
    let levels = [of("i", none()), of("ii", two), of("iii", none()), of("iv", none())];
    let put = |levels: &[Value]| {
        let body = serde_json::json!({ "levels": levels, "person": "陈七" });
        send("PUT", "/api/v1/assurance/staff", JSON, body.to_string())
    };
    let (status, kept) = server.json(put(&levels)).await;
    assert_eq!((status, &kept["changed_by"]), (200, &"陈七".into()), "{kept}");
    assert_eq!(server.json(get("/api/v1/assurance/staff")).await.1, kept);
    server.check_problem(put(&levels[1..]), 400).await;

    let (_, started) = server.assure("", new("ii", "3501", true)).await;
    assert_eq!(
        (&started["staff"][0]["telephone"], &started["staff_missing"]),
        (&"0591-1".into(), &1.into()),
        "{started}"
    );
    let adjust = format!("/{}/adjust", started["id"]);
    let same = serde_json::json!({ "to_ms": NOW_MS + HOUR, "person": "王五", "note": "定时" });
    let (_, kept) = server.assure(&adjust, same).await;
    assert_eq!(kept["staff"], started["staff"], "they stay");
    let (_, lowered) =
        server.assure(&adjust, serde_json::json!({ "level": "iii", "person": "王五", "note": "降级" })).await;
    assert_eq!((&lowered["staff"], &lowered["staff_missing"]), (&none(), &1.into()), "those of the level");
    let other = serde_json::json!({ "staff": [{ "name": "钱八" }], "person": "王五", "note": "换班" });
    assert_eq!(server.assure(&adjust, other).await.1["staff"][0]["name"], "钱八");

    let report = async |query: &str| {
        let answer = server.call(get(&format!("/api/v1/assurance/{}/report?form=html{query}", started["id"]))).await;
        let (status, body) = (answer.status().as_u16(), to_bytes(answer.into_body(), 1 << 20).await.expect("a body"));
        (status, String::from_utf8_lossy(&body).into_owned())
    };
    let (year, month, day) = crate::calendar::civil((NOW_MS + 8 * HOUR) / (24 * HOUR));
    let today = format!("{year:04}-{month:02}-{day:02}");
    let (status, html) = report(&format!("&day={today}")).await;
    assert!(status == 200 && ["重保日报", "钱八", "降级", "Ⅲ级"].iter().all(|said| html.contains(said)), "{html}");
    assert_eq!((report("").await.0, report("&day=2020-01-01").await.0, report("&day=x").await.0), (409, 400, 400));
    let sign = async |body: Value| server.assure(&format!("/{}/report/sign?day={today}", started["id"]), body).await;
    assert_eq!(sign(serde_json::json!({ "by": "陈七" })).await.0, 409, "the day is not over");
    let person = serde_json::json!({ "person": "王五" });
    assert_eq!(server.assure(&format!("/{}/end", started["id"]), person).await.0, 200);
    let (status, sealed) = sign(serde_json::json!({ "by": "陈七" })).await;
    assert_eq!((status, &sealed["edition"]), (200, &1.into()), "{sealed}");
    assert_eq!(sign(serde_json::json!({ "by": "陈七" })).await.0, 409, "a correction needs a reason");
    let other = serde_json::json!({ "subject": "3501", "what": "再升级", "person": "陈六", "until_ms": NOW_MS + HOUR });
    assert_eq!(server.assure("/approvals", other).await.0, 200);
    let (_, html) = report(&format!("&day={today}")).await;
    assert!(html.contains("陈七") && !html.contains("再升级"), "as it was signed: {html}");
    assert_eq!(sign(serde_json::json!({ "by": "陈七", "reason": "补登升级" })).await.1["edition"], 2);
    let editions = format!("/api/v1/assurance/{}/report/editions?day={today}", started["id"]);
    assert_eq!(server.json(get(&editions)).await.1["items"].as_array().map(Vec::len), Some(2));
    assert!(report(&format!("&day={today}")).await.1.contains("再升级"));
    let (status, html) = report("").await;
    assert!(status == 200 && html.contains("重保总结报告") && html.contains("终止"), "{html}");
    server.check_problem(get("/api/v1/assurance/1/report"), 404).await;
}

#[tokio::test]
async fn what_was_signed_is_handed_out_also_when_its_response_is_no_longer_kept() {
    let server = server();
    let (heads, sections, signatures) = (Vec::new(), Vec::new(), Vec::new());
    let title = "防台风\n重保日报".to_owned();
    let paper = crate::document::Document { title, heads, sections, signatures, generated_at_ms: NOW_MS };
    let signed = server.shared.documents.sign(&paper, "assurance/7/2020-01-01", ("陈七", NOW_MS), None);
    signed.expect("is signed");
    let answer = server.call(get("/api/v1/assurance/7/report?form=html&day=2020-01-01")).await;
    let status = answer.status();
    let html = to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
    assert!(status == StatusCode::OK && String::from_utf8_lossy(&html).contains("防台风"), "{status}");
    server.check_problem(get("/api/v1/assurance/7/report?form=html&day=2020-01-02"), 404).await;
}

#[tokio::test]
async fn a_venue_says_which_response_it_follows_and_whether_it_is_frozen() {
    let server = server();
    server.import(VENUE).await;
    let response = async || server.json(get("/api/v1/venues/350102001-01")).await.1["response"].take();
    assert_eq!(response().await, Value::Null);
    server.assure("", new("iv", "35", true)).await;
    let (_, city) = server.assure("", new("ii", "3501", false)).await;
    let expected =
        serde_json::json!({ "id": city["id"], "title": "防台风", "level": "ii", "check_every_s": 300, "frozen": true });
    assert_eq!(response().await, expected, "the level of one, the freeze of the other");
}

#[tokio::test]
async fn what_a_response_calls_is_told_with_it_and_is_no_schedule_of_an_operator() {
    let server = server();
    server.import(VENUE).await;
    let (_, started) = server.assure("", new("ii", "3501", false)).await;
    assert_eq!(started["roll_calls"], Value::Null, "the core has not followed it yet");
    let books = &server.shared.books;
    let mut schedules = crate::schedules::Schedules::clone(&books.schedules.load());
    schedules.follow(&books.assurance.load().calls(&server.shared.view.load().tree, NOW_MS), |_| true, NOW_MS);
    books.schedules.store(Arc::new(schedules));
    let (_, now) = server.json(get("/api/v1/assurance")).await;
    let calls = &now["responses"][0]["roll_calls"];
    assert_eq!(calls["times"], serde_json::json!(["02:00", "08:00", "14:00", "20:00"]), "{now}");
    assert!(calls["next_ms"].as_u64().is_some_and(|next| next > NOW_MS && next <= NOW_MS + 6 * HOUR), "{calls}");
    let (_, own) = server.json(get("/api/v1/roll-call-schedules")).await;
    assert_eq!(own["items"], Value::Array(Vec::new()));
}
