//! Schedules of roll calls over HTTP.

use super::*;

const JSON: &str = "application/json";
const PATH: &str = "/api/v1/roll-call-schedules";
const NEW: &str = r#"{"name":"早点名","rule":{"days":"working","times":{"at":["08:30"]}},"places":["35"],"depth":"ready","operator":"王五"}"#;

#[tokio::test]
async fn a_schedule_is_kept_rests_goes_on_and_is_forgotten() {
    let server = server();
    let (status, item) = server.json(send("POST", PATH, JSON, NEW)).await;
    assert_eq!(
        (status, &item["kind"], &item["confirmed"], &item["deadline_s"]),
        (200, &"duty".into(), &false.into(), &180.into()),
        "{item}"
    );
    assert_eq!(item["rule"], serde_json::json!({"days": "working", "times": {"at": ["08:30"]}}));
    assert!(item["next_ms"].as_u64().is_some_and(|next| next > NOW_MS));
    let one = format!("{PATH}/{}", item["id"]);
    let (_, resting) = server.json(send("POST", &format!("{one}/pause"), JSON, r#"{"paused":true}"#)).await;
    assert_eq!((&resting["paused"], &resting["next_ms"]), (&true.into(), &Value::Null));
    let metrics = to_bytes(server.call(get("/metrics")).await.into_body(), 1 << 20).await.expect("a body");
    let metrics = String::from_utf8_lossy(&metrics);
    for line in ["avow_schedules{state=\"paused\"} 1", "avow_schedule_next_seconds -1"] {
        assert!(metrics.lines().any(|one| one == line), "{line}: {metrics}");
    }
    let change =
        NEW.replace("08:30", "09:00").replace("\"places\":[\"35\"]", "\"places\":[\"3501\"],\"confirmed\":true");
    let (status, changed) = server.json(send("PUT", &one, JSON, change)).await;
    assert_eq!((status, &changed["confirmed"], &changed["paused"]), (200, &true.into(), &false.into()), "{changed}");
    let (_, list) = server.json(get(PATH)).await;
    assert_eq!(list["items"], serde_json::json!([changed]));
    assert_eq!(server.call(send("DELETE", &one, JSON, "")).await.status().as_u16(), 204);
    server.check_problem(send("DELETE", &one, JSON, ""), 404).await;
    server.check_problem(send("POST", &format!("{one}/pause"), JSON, r#"{"paused":true}"#), 404).await;
}

#[tokio::test]
async fn what_is_no_schedule_is_said() {
    let server = server();
    for (from, to, status) in [
        ("\"operator\":\"王五\"", "\"operator\":\"\"", 400),
        ("\"name\":\"早点名\"", "\"name\":\"\"", 400),
        ("\"places\":[\"35\"],", "", 400),
        ("\"places\"", "\"group\":1,\"places\"", 400),
        ("08:30", "25:00", 422),
        ("[\"08:30\"]", "[]", 400),
        ("\"working\"", "{\"weekdays\":[8]}", 400),
        ("\"working\"", "\"sometimes\"", 422),
        ("\"ready\"", "\"ready\",\"deadline_s\":9", 400),
    ] {
        server.check_problem(send("POST", PATH, JSON, NEW.replace(from, to)), status).await;
    }
}
