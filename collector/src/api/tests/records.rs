//! The record of a roll call: written about, signed off, corrected, checked.

use super::*;

const JSON: &str = "application/json";

async fn file(server: &Server, path: &str) -> Vec<u8> {
    let response = server.call(get(path)).await;
    assert_eq!(response.status().as_u16(), 200, "{path}");
    to_bytes(response.into_body(), 1 << 24).await.expect("a body").to_vec()
}

#[tokio::test]
async fn a_record_is_signed_off_once_corrected_with_a_reason_and_proven_anywhere() {
    let server = server();
    server.import(VENUE).await;
    let body = r#"{"depth":"present","places":["3501"],"operator":"张三"}"#;
    let (_, item) = server.json(send("POST", "/api/v1/roll-calls", JSON, body)).await;
    let one = format!("/api/v1/roll-calls/{}", item["id"]);
    let put = |body: &str| send("PUT", &format!("{one}/notice"), JSON, body.to_owned());
    let sign = |body: &str| send("POST", &format!("{one}/sign"), JSON, body.to_owned());
    let (status, noted) = server.json(put(r#"{"notice":"情况良好。\n请保持。","kind":"duty","by":"张三"}"#)).await;
    assert_eq!(
        (status, &noted["notice"], &noted["kind"], &noted["edition"]),
        (200, &"情况良好。\n请保持。".into(), &"duty".into(), &0.into())
    );
    server.check_problem(sign(r#"{"by":"王五"}"#), 409).await;
    server.call(send("POST", &format!("{one}/end"), JSON, r#"{"by":"张三","reason":"误发"}"#)).await;
    for (body, status) in [
        (r#"{"by":""}"#, 400),
        (r#"{"by":"王五","reason":"数字有误"}"#, 409),
        (r#"{"by":"王五","notice":"a\u0007"}"#, 400),
        (r#"{}"#, 422),
    ] {
        server.check_problem(sign(body), status).await;
    }
    let (status, first) = server.json(sign(r#"{"by":"王五"}"#)).await;
    assert_eq!(
        (status, &first["edition"], &first["by"], &first["corrects"]),
        (200, &1.into(), &"王五".into(), &Value::Null),
        "{first}"
    );
    let (_, answer) = server.json(get(&one)).await;
    let call = &answer["call"];
    assert_eq!((&call["edition"], &call["signed_by"], &call["kind"]), (&1.into(), &"王五".into(), &"duty".into()));

    // What was signed is what is handed out, by either way, and proven without this server.
    let name = first["name"].as_str().expect("a name").to_owned();
    let document = format!("/api/v1/documents/{name}");
    let seal = file(&server, &format!("{document}?form=seal")).await;
    for form in ["html", "xlsx", "docx"] {
        let sealed = file(&server, &format!("{document}?form={form}")).await;
        assert_eq!(sealed, file(&server, &format!("{one}/report?form={form}")).await, "{form}");
        let proof = crate::document::archive::prove(&sealed, &seal).expect("is proven");
        assert_eq!((proof.key, proof.name.to_string()), (signer().public(), name.clone()));
    }
    let html = String::from_utf8(file(&server, &format!("{document}?form=html")).await).expect("text");
    assert!(html.contains("情况良好") && html.contains("值班点名") && html.contains("王五"), "{html}");

    server.check_problem(put(r#"{"notice":"别的"}"#), 409).await;
    server.check_problem(sign(r#"{"by":"王五"}"#), 409).await;
    server.check_problem(sign(r#"{"by":"王五","reason":"没有不同"}"#), 409).await;
    let (status, second) = server.json(sign(r#"{"by":"赵六","notice":"情况一般。","reason":"通报意见有误"}"#)).await;
    assert_eq!((status, &second["edition"], &second["corrects"]), (200, &2.into(), &name.clone().into()), "{second}");
    let (_, list) = server.json(get(&format!("{one}/editions"))).await;
    assert_eq!(list["items"], serde_json::json!([second, first]));
    // What a person says afterwards is in the next edition, and the sealed ones stay.
    let word = r#"{"mode":"telephone","person":"李四","operator":"张三"}"#;
    let said = server.call(send("PUT", &format!("{one}/venues/350102001-01"), JSON, word)).await;
    assert_eq!(said.status().as_u16(), 204);
    let (status, third) = server.json(sign(r#"{"by":"赵六","reason":"漏登电话应答"}"#)).await;
    assert_eq!((status, &third["edition"]), (200, &3.into()), "{third}");
    let page = String::from_utf8(file(&server, &format!("{one}/report?form=html")).await).expect("text");
    assert!(page.contains("李四"), "{page}");
    let (_, all) = server.json(get("/api/v1/documents?kind=roll-call&limit=1")).await;
    assert_eq!((&all["total"], &all["kept"], &all["kinds"]["roll-call"]), (&3.into(), &3.into(), &3.into()), "{all}");
    assert_eq!(all["items"].as_array().map(Vec::len), Some(1), "a page");
    let names = async |query: &str| {
        let (_, found) = server.json(get(&format!("/api/v1/documents?{query}"))).await;
        let items = found["items"].as_array().expect("items").iter();
        items.map(|item| item["edition"].as_u64().expect("a number")).collect::<Vec<_>>()
    };
    assert_eq!(names("newest=true").await, [3], "what was corrected is left out");
    assert_eq!(names("q=%E7%8E%8B%E4%BA%94").await, [1], "by who signed it");
    assert_eq!(names("subject=roll-call/1").await, [] as [u64; 0]);
    let subject = first["subject"].as_str().expect("a subject");
    assert_eq!(names(&format!("subject={subject}")).await, [3, 2, 1], "the editions, the newest first");
    let called = names("place=350102").await;
    assert_eq!((called, names("place=3502").await), (vec![3, 2, 1], vec![]), "by whom the record is about");
    server.check_problem(get("/api/v1/documents?place=fuzhou"), 400).await;
    assert_eq!((names("kind=inspection").await, names("to_ms=1").await), (vec![], vec![]));
    server.check_problem(get("/api/v1/documents?from_ms=2&to_ms=2"), 400).await;
    server.check_problem(get("/api/v1/documents?limit=501"), 400).await;
    assert!(String::from_utf8_lossy(&file(&server, &format!("{one}/report?form=html")).await).contains("情况一般"));
    assert_eq!(file(&server, &format!("{document}?form=html")).await, html.as_bytes(), "the first edition stays");

    let (_, check) = server.json(get(&format!("{document}/verify"))).await;
    assert_eq!(
        (&check["intact"], &check["own_key"], &check["key"]),
        (&true.into(), &true.into(), &to_hex(&signer().public().bytes()).into())
    );
    let path = server.shared.data.join("documents").join(&name).join("document.docx");
    std::fs::remove_file(&path).expect("was there");
    let (_, check) = server.json(get(&format!("{document}/verify"))).await;
    assert_eq!((&check["intact"], &check["changed"]), (&false.into(), &serde_json::json!(["document.docx"])));
    server.check_problem(get(&format!("{document}?form=docx")), 409).await;
    server.check_problem(get(&format!("{document}?form=pdf")), 400).await;
    server.check_problem(get("/api/v1/documents/x?form=html"), 400).await;
    server.check_problem(get(&format!("/api/v1/documents/{}?form=html", "0".repeat(64))), 404).await;
    server.check_problem(send("PUT", "/api/v1/roll-calls/7/notice", JSON, r#"{"notice":"a"}"#), 404).await;
    server.check_problem(send("POST", "/api/v1/roll-calls/7/sign", JSON, r#"{"by":"a"}"#), 404).await;
}
