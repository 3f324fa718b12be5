//! Saved groups over HTTP, and the scopes of a roll call that have a name.

use super::*;

const JSON: &str = "application/json";
const GROUPS: &str = "/api/v1/groups";
const CALLS: &str = "/api/v1/roll-calls";

#[tokio::test]
async fn a_group_is_saved_called_changed_and_forgotten() {
    let server = server();
    server.import(VENUE).await;
    let new = r#"{"name":"重点会场","venues":["350102001-01","350102001-01"],"by":"王五"}"#;
    let (status, group) = server.json(send("POST", GROUPS, JSON, new)).await;
    assert_eq!(
        (status, &group["venues"], &group["changed_by"]),
        (200, &serde_json::json!(["350102001-01"]), &"王五".into())
    );
    server.check_problem(send("POST", GROUPS, JSON, new), 409).await;
    let call = format!(r#"{{"depth":"present","group":{}}}"#, group["id"]);
    let (status, item) = server.json(send("POST", CALLS, JSON, call)).await;
    assert_eq!(
        (status, &item["group"]["name"], &item["kind"]),
        (202, &"重点会场".into(), &"spot-check".into()),
        "{item}"
    );
    assert_eq!((&item["venues"], &item["schedule"]), (&group["venues"], &Value::Null));
    let one = format!("{GROUPS}/{}", group["id"]);
    let (status, group) =
        server.json(send("PUT", &one, JSON, r#"{"name":"甲","places":["3501"],"units":["a"]}"#)).await;
    assert_eq!(
        (status, &group["places"], &group["units"]),
        (200, &serde_json::json!(["3501"]), &serde_json::json!(["a"]))
    );
    let (_, list) = server.json(get(GROUPS)).await;
    assert_eq!(list["items"], serde_json::json!([group]));
    assert_eq!(server.call(send("DELETE", &one, JSON, "")).await.status().as_u16(), 204);
    server.check_problem(send("DELETE", &one, JSON, ""), 404).await;
}

#[tokio::test]
async fn one_scope_is_called_and_a_meeting_gives_its_venues() {
    let server = server();
    server.import(VENUE).await;
    let mut meetings = crate::meetings::Meetings::default();
    let whom = crate::meetings::Whom::Place("3501".parse().expect("a place"));
    meetings.put(9, Arc::new(crate::meetings::Meeting { title: "调度会".into(), from_ms: 1, to_ms: 2, whom }));
    server.shared.books.meetings.store(Arc::new(meetings));
    let (status, item) = server.json(send("POST", CALLS, JSON, r#"{"depth":"present","meeting":9}"#)).await;
    assert_eq!(
        (status, &item["meeting"]["name"], &item["kind"]),
        (202, &"调度会".into(), &"before-meeting".into()),
        "{item}"
    );
    assert_eq!(item["places"], serde_json::json!(["3501"]));
    for (body, status) in [
        (r#"{"depth":"present","meeting":8}"#, 404),
        (r#"{"depth":"present","group":8}"#, 404),
        (r#"{"depth":"present","meeting":9,"group":8}"#, 400),
        (r#"{"depth":"present","meeting":9,"places":["35"]}"#, 400),
        (r#"{"depth":"present","places":["35"],"kind":"party"}"#, 422),
    ] {
        server.check_problem(send("POST", CALLS, JSON, body), status).await;
    }
    for (body, status) in [
        (r#"{"name":"","places":["35"]}"#, 400),
        (r#"{"name":"甲"}"#, 400),
        (r#"{"name":"甲","places":["x"]}"#, 400),
        (r#"{"name":"甲","units":["a/b"]}"#, 400),
        (r#"{"name":"甲","places":["35"],"more":1}"#, 422),
    ] {
        server.check_problem(send("POST", GROUPS, JSON, body), status).await;
    }
}

#[tokio::test]
async fn calls_are_told_page_by_page_and_by_time() {
    let server = server();
    server.import(VENUE).await;
    let (_, item) =
        server.json(send("POST", CALLS, JSON, r#"{"depth":"present","places":["35"],"kind":"duty"}"#)).await;
    let head = Arc::clone(server.shared.books.roll_calls.load().newest().next().expect("one"));
    let mut heads = crate::roll_call::Heads::default();
    for n in 0..5u64 {
        let mut asked = head.asked.clone();
        asked.given_ms = NOW_MS - n * 1_000;
        heads.put(Arc::new(crate::roll_call::Head {
            id: NOW_MS - n * 1_000,
            asked,
            ..crate::roll_call::Head::clone(&head)
        }));
    }
    server.shared.books.roll_calls.store(Arc::new(heads));
    let ids = |list: &Value| {
        list["items"].as_array().expect("items").iter().map(|item| item["id"].clone()).collect::<Vec<_>>()
    };
    let (_, first) = server.json(get(&format!("{CALLS}?limit=2"))).await;
    assert_eq!((&first["total"], ids(&first).len(), &first["next"]), (&5.into(), 2, &(NOW_MS - 1_000).into()));
    assert_eq!(first["items"][0]["id"], item["id"]);
    let (_, second) = server.json(get(&format!("{CALLS}?limit=2&before={}", first["next"]))).await;
    assert_eq!(ids(&second), [NOW_MS - 2_000, NOW_MS - 3_000]);
    let (_, last) = server.json(get(&format!("{CALLS}?limit=2&before={}", second["next"]))).await;
    assert_eq!((ids(&last).len(), &last["next"]), (1, &Value::Null));
    let (_, some) = server.json(get(&format!("{CALLS}?from_ms={}&to_ms={}&kind=duty", NOW_MS - 3_000, NOW_MS))).await;
    assert_eq!(ids(&some), [NOW_MS - 1_000, NOW_MS - 2_000, NOW_MS - 3_000]);
    let (_, none) = server.json(get(&format!("{CALLS}?kind=emergency"))).await;
    assert_eq!((&none["total"], &none["next"]), (&0.into(), &Value::Null));
    for query in ["limit=501", "before=x", "kind=party", "page=2"] {
        server.check_problem(get(&format!("{CALLS}?{query}")), 400).await;
    }
}

#[tokio::test]
async fn whoever_removes_a_group_that_plans_follow_is_told_which_and_agrees() {
    let server = server();
    server.import(VENUE).await;
    let (_, group) = server.json(send("POST", GROUPS, JSON, r#"{"name":"重点会场","places":["35"]}"#)).await;
    assert_eq!(group["plans"], serde_json::json!([]));
    let mut plans = crate::inspection::Plans::default();
    let plan = |title: &str, follows: Option<u64>| {
        let work = crate::inspection::run_for_tests(2).ordered.work;
        let follows = follows.map(|id| crate::scope::Named { id, name: "重点会场".into() });
        Box::new(crate::inspection::Plan {
            title: title.into(),
            work,
            when: crate::inspection::When::ByHand,
            enabled: true,
            operator: "".into(),
            basis: "".into(),
            created_ms: 0,
            updated_ms: 0,
            upto_ms: 0,
            meetings: std::collections::BTreeSet::new(),
            missed: vec![],
            follows,
        })
    };
    let id = group["id"].as_u64();
    for (title, follows) in [("早巡", id), ("周检", id), ("别的", None)] {
        plans.change(crate::inspection::PlanChange::Put(None, plan(title, follows)), NOW_MS).expect("is kept");
    }
    server.shared.books.plans.store(Arc::new(plans));
    let (_, list) = server.json(get(GROUPS)).await;
    let names: Vec<_> = list["items"][0]["plans"].as_array().expect("plans").iter().map(|plan| &plan["name"]).collect();
    assert_eq!(names, ["周检", "早巡"]);
    let one = format!("{GROUPS}/{}", group["id"]);
    let (status, problem) = server.json(send("DELETE", &one, JSON, "")).await;
    let detail = problem["detail"].as_str().expect("words");
    assert!(status == 409 && detail.contains("周检、早巡") && !detail.contains("别的"), "{problem}");
    let agreed = send("DELETE", &format!("{one}?confirmed=true"), JSON, "");
    assert_eq!(server.call(agreed).await.status().as_u16(), 204);
}

#[tokio::test]
async fn how_many_rooms_of_which_levels_an_inspection_means_is_told_before_it_begins() {
    let server = server();
    server.import(VENUE).await;
    let asks = |body: &str| send("POST", "/api/v1/inspections/forecast", JSON, body.to_owned());
    let (status, told) = server.json(asks(r#"{"places":["35"]}"#)).await;
    let levels = serde_json::json!([{ "level": "city", "rooms": 1 }, { "level": "township", "rooms": 2 }]);
    assert_eq!((status, &told["rooms"], &told["excused"], &told["levels"]), (200, &3.into(), &1.into(), &levels));
    let (_, told) = server.json(asks(r#"{"places":["35"],"levels":["city"]}"#)).await;
    assert_eq!(told["rooms"], 1, "{told}");
    let (_, group) = server.json(send("POST", GROUPS, JSON, r#"{"name":"甲","places":["3501"]}"#)).await;
    let (_, told) = server.json(asks(&format!(r#"{{"group":{}}}"#, group["id"]))).await;
    assert_eq!(told["rooms"], 2, "{told}");
    for (body, status) in [("{}", 400), (r#"{"group":7}"#, 404), (r#"{"group":7,"places":["35"]}"#, 400)] {
        server.check_problem(asks(body), status).await;
    }
}
