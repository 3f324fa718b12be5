//! Roll calls over HTTP.

use super::*;

const PATH: &str = "/api/v1/roll-calls";

fn post(body: &str) -> Request<Body> {
    send("POST", PATH, "application/json", body.to_owned())
}

#[tokio::test]
async fn a_call_is_begun_told_of_answered_by_hand_and_ended() {
    let server = server();
    server.import(VENUE).await;
    let (status, item) =
        server.json(post(r#"{"title":"早点名","depth":"ready","places":["35","3501"],"operator":"张三"}"#)).await;
    assert_eq!(
        (status, item["expected"].as_u64(), item["until_ms"].as_u64()),
        (202, Some(1), Some(NOW_MS + 180_000)),
        "{item}"
    );
    assert_eq!((&item["depth"], item.get("forecast")), (&"ready".into(), None), "only who proves forecasts");
    assert_eq!(item["places"], serde_json::json!(["35"]), "what lies in another is asked once");
    let id = item["id"].as_u64().expect("a number");
    let one = format!("{PATH}/{id}");
    let (_, answer) = server.json(get(&one)).await;
    let entry = &answer["entries"][0];
    assert_eq!(
        (&entry["standing"], &entry["reason"], &entry["name"]),
        (&"waiting".into(), &"no-box".into(), &"指挥大厅".into()),
        "{answer}"
    );
    assert_eq!((&answer["cities"][0]["place"], &answer["cities"][0]["expected"]), (&"3501".into(), &1.into()));
    let (revision, epoch) = (&answer["revision"], &answer["epoch_ms"]);
    let since = format!("{one}?since={revision}&epoch={epoch}");
    assert_eq!(server.json(get(&since)).await.1["entries"], serde_json::json!([]), "nothing has changed");
    let venue = format!("{one}/venues/350102001-01");
    for (word, excused_ms) in
        [(r#"{"excuse":"停电","operator":"张三"}"#, Some(0)), (r#"{"excuse":"","operator":"张三"}"#, None)]
    {
        assert_eq!(server.call(send("PUT", &venue, "application/json", word)).await.status().as_u16(), 204);
        let (_, answer) = server.json(get(&since)).await;
        let told = answer["entries"][0].get("excused_ms").and_then(serde_json::Value::as_u64);
        assert_eq!(told, excused_ms, "{answer}");
    }
    let word = r#"{"mode":"telephone","person":"李四","operator":"张三","picture":true,"sound":false}"#;
    assert_eq!(server.call(send("PUT", &venue, "application/json", word)).await.status().as_u16(), 204);
    let (_, answer) = server.json(get(&since)).await;
    let entry = &answer["entries"][0];
    assert_eq!(
        (&entry["standing"], &entry["mode"], &entry["fault"]),
        (&"on-time".into(), &"telephone".into(), &"no-sound".into()),
        "{entry}"
    );
    assert_eq!(
        (&answer["call"]["rate"], &answer["call"]["by_person"]),
        (&0.0.into(), &1.into()),
        "no sound is a result of its own"
    );
    for (form, kind, start) in [
        ("html", "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK"),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK"),
    ] {
        let response = server.call(get(&format!("{one}/report?form={form}"))).await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()[header::CONTENT_TYPE]),
            (200, &kind.parse().expect("a value"))
        );
        let bytes = to_bytes(response.into_body(), 1 << 24).await.expect("a body");
        assert!(bytes.to_ascii_lowercase().starts_with(start.to_ascii_lowercase().as_bytes()), "{form}");
    }
    server.check_problem(get(&format!("{one}/report?form=pdf")), 400).await;
    assert_eq!(
        entry["said"].as_array().map(Vec::len),
        Some(3),
        "the excuse, that it was none, and the answer: {entry}"
    );
    let end = |body: &str| send("POST", &format!("{one}/end"), "application/json", body.to_owned());
    server.check_problem(end(r#"{"by":""}"#), 400).await;
    let of_nobody = r#"{"mode":"person","person":"","operator":"张三"}"#;
    server.check_problem(send("PUT", &venue, "application/json", of_nobody), 400).await;
    server.check_problem(send("PUT", &venue, "application/json", r#"{"excuse":"请假","operator":""}"#), 400).await;
    server.check_problem(end(r#"{"by":"张三"}"#), 400).await;
    assert_eq!(server.call(end(r#"{"by":"张三","reason":"误发"}"#)).await.status().as_u16(), 204);
    server.check_problem(end(r#"{"by":"张三","reason":"误发"}"#), 404).await;
    let call = &server.json(get(&one)).await.1["call"];
    assert_eq!(
        (&call["cancelled"], &call["closed"]["by"], &call["closed"]["reason"]),
        (&true.into(), &"张三".into(), &"误发".into())
    );
    // A slip is corrected after the end, too, and what was said stays.
    for (word, status) in [
        (r#"{"unanswered":"记错会场","operator":"张三"}"#, 204),
        (r#"{"unanswered":"记错会场","operator":"张三"}"#, 409),
        (r#"{"mode":"backup","person":"王五","operator":"张三"}"#, 204),
    ] {
        assert_eq!(
            server.call(send("PUT", &venue, "application/json", word)).await.status().as_u16(),
            status,
            "{word}"
        );
    }
    let (_, answer) = server.json(get(&one)).await;
    let entry = &answer["entries"][0];
    assert_eq!((&entry["mode"], entry["said"].as_array().map(Vec::len)), (&"backup".into(), Some(5)), "{entry}");
    // Revisions of another start mean nothing: everything is told.
    let (_, answer) = server.json(get(&format!("{one}?since={revision}&epoch=1"))).await;
    assert_eq!(answer["entries"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_call_that_proves_says_what_falls_back_and_a_unit_without_a_room_is_answered_for_by_a_person() {
    let server = server();
    server.import(VENUE).await;
    let body = |depth: &str| format!(r#"{{"depth":"{depth}","places":["35"],"confirmed":true}}"#);
    let forecast = |depth: &str| send("POST", "/api/v1/roll-calls/forecast", "application/json", body(depth));
    let (status, told) = server.json(forecast("proven")).await;
    let proof = &told["proof"];
    assert_eq!((status, &proof["fits"], &proof["why"]), (200, &0.into(), &"no-hq".into()), "{told}");
    let (status, told) = server.json(forecast("ready")).await;
    let meant =
        serde_json::json!({ "rooms": 1, "levels": [{ "level": "province", "rooms": 1 }], "excused": 0, "units": 0 });
    assert_eq!((status, &told["proof"], &told["meant"]), (200, &serde_json::Value::Null, &meant), "{told}");
    assert!(server.province.lock().expect("one at a time").calls().open() == 0, "nobody was asked");

    let (status, item) = server.json(post(&body("proven"))).await;
    assert_eq!((status, &item["depth"], &item["forecast"]["called"]), (202, &"proven".into(), &1.into()), "{item}");
    let one = format!("{PATH}/{}", item["id"]);
    let (_, answer) = server.json(get(&one)).await;
    let [room, unit] = answer["entries"].as_array().expect("entries").as_slice() else { panic!("{answer}") };
    let proof = serde_json::json!({ "state": "fell-back", "why": "no-hq", "run": null, "with": null, "at_ms": 0 });
    assert_eq!((&room["proof"], room.get("still"), &room["city"]), (&proof, None, &"3501".into()), "{room}");
    assert_eq!((&unit["venue"], &unit["unit_id"]), (&serde_json::Value::Null, &"shuili".into()), "{unit}");
    assert_eq!(
        (&unit["reason"], &unit["name"], unit.get("proof")),
        (&"no-room".into(), &"水利局".into(), None),
        "{unit}"
    );
    for (sought, expected) in [("zhihui", "350102001-01"), ("slj", "shuili"), ("%E6%B0%B4%E5%88%A9", "shuili")] {
        let (status, found) = server.json(get(&format!("{one}/found?q={sought}"))).await;
        assert_eq!(
            (status, &found["codes"], &found["total"]),
            (200, &serde_json::json!([expected]), &1.into()),
            "{sought}"
        );
    }
    server.check_problem(get(&format!("{one}/found?q=%20")), 400).await;
    let path = format!("{one}/units/shuili");
    let word = r#"{"mode":"telephone","person":"李四","operator":"张三"}"#;
    assert_eq!(server.call(send("PUT", &path, "application/json", word)).await.status().as_u16(), 204);
    let (_, answer) = server.json(get(&one)).await;
    assert_eq!((&answer["call"]["on_time"], &answer["call"]["fell_back"]), (&1.into(), &1.into()), "{answer}");
    let report = server.call(get(&format!("{one}/report?form=html"))).await;
    let report = to_bytes(report.into_body(), 1 << 24).await.expect("a body");
    let report = String::from_utf8_lossy(&report);
    assert!(report.contains("无可用的省级测试会场") && report.contains("退为就绪"), "{report}");
}

#[tokio::test]
async fn what_is_no_call_is_said_and_changes_nothing() {
    let server = server();
    server.import(VENUE).await;
    for body in [
        r#"{"depth":"ready"}"#,
        r#"{"depth":"deep","places":["35"]}"#,
        r#"{"depth":"ready","places":["35"],"deadline_s":9}"#,
        r#"{"depth":"ready","places":["35"],"deadline_s":3601}"#,
        r#"{"depth":"ready","places":["x"]}"#,
        r#"{"depth":"ready","venues":["35"]}"#,
        r#"{"depth":"ready","places":["35"],"title":"a\nb"}"#,
        r#"{"depth":"ready","places":["35"],"nothing":1}"#,
    ] {
        let response = server.call(post(body)).await;
        let status = response.status().as_u16();
        assert!((400..500).contains(&status), "{status} {body}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json", "{body}");
    }
    assert!(server.province.lock().expect("one at a time").calls().open() == 0);
    server.check_problem(get("/api/v1/roll-calls/7"), 404).await;
    server.check_problem(get("/api/v1/roll-calls/x"), 400).await;
    let word =
        |body: &str| send("PUT", "/api/v1/roll-calls/7/venues/350102001-01", "application/json", body.to_owned());
    for body in [r#"{"mode":"auto"}"#, "{}", r#"{"mode":"person","excuse":"停电"}"#] {
        server.check_problem(word(body), 400).await;
    }
}
