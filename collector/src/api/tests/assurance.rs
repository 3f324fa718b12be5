//! Heightened assurance over the API. The clock stands.

use super::*;

const JSON: &str = "application/json";
const HOUR: u64 = 3_600_000;

impl Server {
    async fn assure(&self, path: &str, body: Value) -> (u16, Value) {
        self.json(send("POST", &format!("/api/v1/assurance{path}"), JSON, body.to_string())).await
    }
}

fn new(level: &str, place: &str, freeze: bool) -> Value {
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
    assert_eq!(server.json(put(&rules)).await, (200, rules.clone()));
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
