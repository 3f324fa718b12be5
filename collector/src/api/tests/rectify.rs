//! The 整改台账 over the API. The clock stands.

use super::*;

const JSON: &str = "application/json";
const DAY: u64 = 86_400_000;

impl Server {
    async fn matter(&self, path: &str, body: Value) -> (u16, Value) {
        self.json(send("POST", &format!("/api/v1/rectifications{path}"), JSON, body.to_string())).await
    }

    async fn matters(&self, query: &str) -> Value {
        let (status, list) = self.json(get(&format!("/api/v1/rectifications{query}"))).await;
        assert_eq!(status, 200, "{list}");
        list
    }
}

fn new(subject: &str, problem: &str) -> Value {
    serde_json::json!({ "subject": subject, "problem": problem, "unit": "鼓楼区应急局", "due_ms": NOW_MS + DAY, "person": "王五" })
}

#[tokio::test]
async fn a_matter_goes_from_its_opening_to_its_end_and_keeps_every_step() {
    let server = server();
    server.import(VENUE).await;
    let (status, opened) = server.matter("", new("350102001-01", "主话筒无声")).await;
    assert_eq!((status, &opened["item"]["state"], &opened["item"]["name"]), (200, &"open".into(), &"指挥大厅".into()));
    let path = format!("/{}/steps", opened["item"]["id"]);
    let again = server.matter("", new("350102001-01", "主话筒无声")).await;
    assert_eq!(again.0, 409, "{}", again.1);
    let early = serde_json::json!({ "step": "closed", "person": "赵六" });
    assert_eq!(server.matter(&path, early).await.0, 409, "no re-test and no reason");
    let later = serde_json::json!({ "step": "changed", "person": "王五", "due_ms": NOW_MS + 2 * DAY, "note": "缺件" });
    let (_, changed) = server.matter(&path, later).await;
    assert_eq!(
        (&changed["item"]["due_ms"], &changed["item"]["unit"]),
        (&(NOW_MS + 2 * DAY).into(), &"鼓楼区应急局".into())
    );
    server.matter(&path, serde_json::json!({ "step": "fixed", "person": "李四" })).await;
    let both = serde_json::json!({ "subject": "350102001-01", "kind": "retest",
        "near": { "person": "甲" }, "far": { "person": "乙" } });
    let (_, test) = server.json(send("POST", "/api/v1/joint-tests", JSON, both.to_string())).await;
    let proof =
        serde_json::json!({ "step": "retested", "person": "甲", "proof": { "kind": "joint-test", "id": test["id"] } });
    let (status, passed) = server.matter(&path, proof).await;
    assert_eq!((status, &passed["item"]["state"]), (200, &"passed".into()), "{passed}");
    let (_, closed) = server.matter(&path, serde_json::json!({ "step": "closed", "person": "赵六" })).await;
    let steps: Vec<_> = closed["history"].as_array().expect("a history").iter().map(|step| &step["step"]).collect();
    assert_eq!(steps, ["opened", "changed", "fixed", "retested", "closed"]);
    assert_eq!(
        (&closed["item"]["state"], &closed["history"][3]["proof"]["kind"]),
        (&"closed".into(), &"joint-test".into())
    );
}

#[tokio::test]
async fn matters_are_found_by_what_people_know_of_them_and_written_as_a_workbook() {
    let server = server();
    server.import(VENUE).await;
    for (subject, problem) in [("350102001-01", "无声"), ("3502-01", "黑屏"), ("350102", "专线丢包")] {
        assert_eq!(server.matter("", new(subject, problem)).await.0, 200);
    }
    let all = server.matters("").await;
    assert_eq!((&all["total"], &all["sums"]["open"], &all["units"][0]["open"]), (&3.into(), &3.into(), &3.into()));
    for (query, total) in [
        ("?place=3501", 2),
        ("?place=3501&state=closed", 0),
        ("?q=xmzhc", 1),
        ("?q=%E9%BB%91%E5%B1%8F", 1),
        ("?subject=350102", 1),
        ("?overdue=true", 0),
        ("?origin=hand", 3),
        ("?origin=roll-call", 0),
    ] {
        assert_eq!(server.matters(query).await["total"], total, "{query}");
    }
    for (form, kind) in [("xlsx", "spreadsheetml"), ("html", "text/html"), ("docx", "wordprocessingml")] {
        let file = server.call(get(&format!("/api/v1/rectifications/export?form={form}&place=3501"))).await;
        assert_eq!(file.status().as_u16(), 200);
        assert!(file.headers()[header::CONTENT_TYPE].to_str().expect("text").contains(kind));
    }
}

#[tokio::test]
async fn the_faults_of_a_roll_call_are_opened_once() {
    let server = server();
    server.import(VENUE).await;
    let call = serde_json::json!({ "places": ["350102001"], "depth": "present", "deadline_s": 60 });
    let (status, call) = server.json(send("POST", "/api/v1/roll-calls", JSON, call.to_string())).await;
    assert_eq!(status, 202, "{call}");
    let from = serde_json::json!({ "origin": { "kind": "roll-call", "id": call["id"] }, "due_ms": NOW_MS + DAY, "person": "王五" });
    let (status, opened) = server.matter("/from", from.clone()).await;
    assert_eq!((status, opened["opened"].as_array().map(Vec::len)), (200, Some(1)), "{opened}");
    let (_, again) = server.matter("/from", from).await;
    assert_eq!((again["opened"].as_array().map(Vec::len), again["known"].as_array().map(Vec::len)), (Some(0), Some(1)));
    let list = server.matters("?origin=roll-call").await;
    assert_eq!((&list["items"][0]["unit"], &list["items"][0]["item"]), (&"应急局".into(), &"roll-call".into()));
}

#[tokio::test]
async fn garbage_about_matters_is_a_problem() {
    let server = server();
    for (path, status) in [
        ("/api/v1/rectifications?state=late", 400),
        ("/api/v1/rectifications?place=99", 404),
        ("/api/v1/rectifications?limit=501", 400),
        ("/api/v1/rectifications?subject=x", 400),
        ("/api/v1/rectifications/7", 404),
        ("/api/v1/rectifications/x", 400),
        ("/api/v1/rectifications/export?form=pdf", 400),
    ] {
        server.check_problem(get(path), status).await;
    }
    let due = |due_ms: u64| serde_json::json!({ "subject": "350102", "problem": "x", "unit": "y", "due_ms": due_ms, "person": "z" });
    let with = |key: &str, value: Value| {
        let mut body = due(NOW_MS + DAY);
        body[key] = value;
        body
    };
    for (path, body, status) in [
        ("", due(NOW_MS), 400),
        ("", due(u64::MAX), 400),
        ("", with("subject", "999999".into()), 404),
        ("", with("problem", "".into()), 400),
        ("", with("unit", "长".repeat(65).into()), 400),
        ("", with("origin", serde_json::json!({ "kind": "roll-call" })), 400),
        ("", with("origin", serde_json::json!({ "kind": "roll-call", "id": 5 })), 404),
        ("", with("what", "".into()), 422),
        ("/1/steps", serde_json::json!({ "step": "fixed", "person": "z" }), 404),
        ("/from", serde_json::json!({ "origin": { "kind": "hand" }, "due_ms": NOW_MS + DAY, "person": "z" }), 400),
    ] {
        let request = send("POST", &format!("/api/v1/rectifications{path}"), JSON, body.to_string());
        server.check_problem(request, status).await;
    }
}

#[tokio::test]
async fn a_joint_test_that_stays_abnormal_proves_no_repair() {
    let server = server();
    server.import(VENUE).await;
    let (_, opened) = server.matter("", new("350102001-01", "无声")).await;
    let path = format!("/{}/steps", opened["item"]["id"]);
    server.matter(&path, serde_json::json!({ "step": "fixed", "person": "李四" })).await;
    let both = serde_json::json!({ "subject": "350102001-01", "kind": "retest", "near": { "person": "甲" },
        "far": { "person": "乙" }, "sheet": { "conclusion": "abnormal", "problem": "仍无声" } });
    let (_, test) = server.json(send("POST", "/api/v1/joint-tests", JSON, both.to_string())).await;
    let proof = serde_json::json!({ "step": "retested", "person": "甲", "passed": true,
        "proof": { "kind": "joint-test", "id": test["id"] } });
    let (status, tested) = server.matter(&path, proof).await;
    assert_eq!((status, &tested["item"]["state"]), (200, &"open".into()), "whatever was said: {tested}");
}
