//! Who owes joint tests, over the API. The clock stands in September 2026.

use super::*;

const JSON: &str = "application/json";

impl Server {
    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.json(send("POST", &format!("/api/v1{path}"), JSON, body.to_string())).await
    }

    async fn board(&self, query: &str) -> Value {
        let (status, board) = self.json(get(&format!("/api/v1/obligations{query}"))).await;
        assert_eq!(status, 200, "{board}");
        board
    }
}

#[tokio::test]
async fn a_county_has_done_its_month_once_both_ends_confirmed_it() {
    let server = server();
    server.import("会场编码,排除原因\n350527,未通线路\n").await;
    let board = server.board("?of=county").await;
    assert_eq!((&board["year"], &board["periods"][8]["first"]), (&2026.into(), &"2026-09".into()));
    let sums = &board["sums"][8];
    let counties = board["owing"].as_u64().expect("a number");
    assert_eq!((&sums["owed"], &sums["excused"], &sums["overdue"]), (&(counties - 1).into(), &1.into(), &0.into()));
    let new = serde_json::json!({ "subject": "350102", "kind": "monthly", "near": { "person": "王五" } });
    let (status, test) = server.post("/joint-tests", new).await;
    assert_eq!((status, &test["counts"], &test["far"]), (200, &false.into(), &Value::Null));
    let waiting = server.board("?of=county&place=350102").await;
    let cell = &waiting["items"][0]["cells"][8];
    assert_eq!((&cell["state"], &cell["half"], &waiting["total"]), (&"owed".into(), &true.into(), &1.into()));
    let confirm = format!("/joint-tests/{}/confirm", test["id"]);
    let (status, _) = server.post(&confirm, serde_json::json!({ "end": "far", "person": "王五" })).await;
    assert_eq!(status, 409, "one person is not two");
    let (_, test) =
        server.post(&confirm, serde_json::json!({ "end": "far", "person": "赵六", "telephone": "1" })).await;
    assert_eq!((&test["counts"], &test["far"]["telephone"]), (&true.into(), &"1".into()));
    let done = server.board("?of=county&state=done").await;
    assert_eq!((&done["total"], &done["items"][0]["subject"]), (&1.into(), &"350102".into()));
    let withdraw = format!("/joint-tests/{}/withdraw", test["id"]);
    let (status, _) = server.post(&withdraw, serde_json::json!({ "person": "王五", "reason": "记错" })).await;
    assert_eq!((status, &server.board("?of=county&state=done").await["total"]), (200, &0.into()));
    let (_, list) = server.json(get("/api/v1/joint-tests?subject=350102")).await;
    assert_eq!((&list["total"], &list["items"][0]["withdrawn"]["reason"]), (&1.into(), &"记错".into()));
    let form = server.call(get("/api/v1/joint-tests/report?subject=350102&form=html")).await;
    let html = to_bytes(form.into_body(), 1 << 20).await.expect("a body");
    assert!(String::from_utf8_lossy(&html).contains("记错（王五）"));
    // What is wrong in the question is the asker's matter, not ours.
    for (wrong, status) in [("place=garbage", 400), ("place=999999", 404), ("subject=35", 400), ("subject=3599", 400)] {
        let answer = server.call(get(&format!("/api/v1/joint-tests/report?{wrong}"))).await;
        assert_eq!(answer.status().as_u16(), status, "{wrong}");
    }
}

#[tokio::test]
async fn rooms_owe_by_the_year_and_rules_can_be_changed() {
    let server = server();
    server.import(VENUE).await;
    let board = server.board("?of=venue").await;
    assert_eq!(
        (&board["owing"], &board["sums"][0]["owed"], &board["sums"][0]["excused"]),
        (&3.into(), &2.into(), &1.into())
    );
    let found = server.board("?of=venue&q=xmzhc").await;
    assert_eq!((&found["total"], &found["items"][0]["subject"]), (&1.into(), &"3502-01".into()));
    let rules = serde_json::json!({ "county_months": null, "venue_months": 6, "since": "2026-01" });
    let (status, kept) = server.json(send("PUT", "/api/v1/obligations/rules", JSON, rules.to_string())).await;
    assert_eq!((status, &kept), (200, &rules));
    let (_, read) = server.json(get("/api/v1/obligations/rules")).await;
    assert_eq!(read, rules);
    let half_years = server.board("?of=venue&state=overdue").await;
    assert_eq!((&half_years["sums"][0]["overdue"], &half_years["sums"][1]["owed"]), (&2.into(), &2.into()));
    let none = server.board("?of=county").await;
    assert_eq!((&none["every"], &none["total"], &none["periods"]), (&Value::Null, &0.into(), &serde_json::json!([])));
}

#[tokio::test]
async fn garbage_about_obligations_is_a_problem() {
    let server = server();
    for (path, status) in [
        ("/api/v1/obligations", 400),
        ("/api/v1/obligations?of=city", 400),
        ("/api/v1/obligations?of=county&year=1", 400),
        ("/api/v1/obligations?of=county&place=99", 404),
        ("/api/v1/obligations?of=county&state=late", 400),
        ("/api/v1/joint-tests?subject=3501", 400),
        ("/api/v1/joint-tests?limit=501", 400),
    ] {
        server.check_problem(get(path), status).await;
    }
    let near = "\"near\":{\"person\":\"王\"}";
    for (method, path, body, status) in [
        ("POST", "/api/v1/joint-tests", format!("{{\"subject\":\"3501\",\"kind\":\"monthly\",{near}}}"), 400),
        ("POST", "/api/v1/joint-tests", format!("{{\"subject\":\"999999\",\"kind\":\"monthly\",{near}}}"), 404),
        ("POST", "/api/v1/joint-tests", format!("{{\"subject\":\"110000001-01\",\"kind\":\"yearly\",{near}}}"), 404),
        (
            "POST",
            "/api/v1/joint-tests",
            "{\"subject\":\"350102\",\"kind\":\"monthly\",\"near\":{\"person\":\" \"}}".into(),
            400,
        ),
        ("POST", "/api/v1/joint-tests", "{\"subject\":\"350102\",\"kind\":\"monthly\",\"at_ms\":1}".into(), 400),
        ("POST", "/api/v1/joint-tests/1/confirm", "{\"end\":\"far\",\"person\":\"赵\"}".into(), 404),
        ("POST", "/api/v1/joint-tests/x/confirm", "{\"end\":\"far\",\"person\":\"赵\"}".into(), 400),
        ("POST", "/api/v1/joint-tests/1/correct", "{\"person\":\"赵\",\"note\":\"改\"}".into(), 404),
        ("POST", "/api/v1/joint-tests", "{\"subject\":\"350102001-01\",\"kind\":\"monthly\",\"run\":7}".into(), 404),
        ("POST", "/api/v1/joint-tests/1/withdraw", "{\"person\":\"赵\",\"reason\":\"\"}".into(), 400),
        ("PUT", "/api/v1/obligations/rules", "{\"county_months\":5,\"venue_months\":12,\"since\":null}".into(), 400),
        (
            "PUT",
            "/api/v1/obligations/rules",
            "{\"county_months\":1,\"venue_months\":12,\"since\":\"soon\"}".into(),
            400,
        ),
    ] {
        server.check_problem(send(method, path, JSON, body), status).await;
    }
}

#[tokio::test]
async fn what_the_form_asks_is_kept_told_and_written_and_must_agree_with_its_conclusion() {
    let server = server();
    server.import(VENUE).await;
    let new = |conclusion: &str, problem: &str| {
        let sheet = serde_json::json!({ "system": "视频会议系统", "network": "专线", "joined_ms": 1, "conclusion": conclusion,
            "marks": { "picture_out": "normal", "sound_in": "abnormal", "backup_far": "none" }, "problem": problem });
        serde_json::json!({ "subject": "350102001-01", "kind": "retest", "near": { "person": "王五" }, "sheet": sheet })
    };
    assert_eq!(server.post("/joint-tests", new("normal", "")).await.0, 400);
    assert_eq!(server.post("/joint-tests", new("abnormal", "")).await.0, 400);
    let (status, test) = server.post("/joint-tests", new("abnormal", "对端无声")).await;
    let marks = &test["sheet"]["marks"];
    assert_eq!(
        (status, &marks["sound_in"], &marks["presets"]),
        (200, &"abnormal".into(), &"untested".into()),
        "{test}"
    );
    let (_, list) = server.json(get("/api/v1/joint-tests")).await;
    assert_eq!(list["items"][0], test);
    let form = server.call(get("/api/v1/joint-tests/report?form=html")).await;
    let html = to_bytes(form.into_body(), 1 << 20).await.expect("a body");
    let html = String::from_utf8_lossy(&html);
    assert!(["视频会议系统", "未测/异常", "对端无声", "未测/无"].iter().all(|said| html.contains(said)), "{html}");
    let (_, often) = server.json(get("/api/v1/frequent?failed_tests=1")).await;
    assert_eq!(often["items"][0]["tests"], serde_json::json!([test["id"]]), "{often}");

    // The clock stands in September: August is over.
    let month = |month: &str, what: &str| format!("/joint-tests/months/{month}/{what}");
    let by = |reason: Option<&str>| serde_json::json!({ "by": "陈七", "reason": reason });
    assert_eq!(server.post(&month("2026-09", "sign"), by(None)).await.0, 409, "tests may come");
    let old = |at_ms: u64| {
        let near = serde_json::json!({ "person": "王五" });
        serde_json::json!({ "subject": "350102001-01", "kind": "monthly", "at_ms": at_ms, "near": near, "note": "补登" })
    };
    let (status, sealed) = server.post(&month("2026-08", "sign"), by(None)).await;
    assert_eq!((status, &sealed["edition"]), (200, &1.into()), "{sealed}");
    assert_eq!(server.post("/joint-tests", old(NOW_MS - 31 * 86_400_000)).await.0, 200);
    let written = async || {
        let form = server.call(get(&format!("/api/v1{}?form=html", month("2026-08", "report")))).await;
        String::from_utf8_lossy(&to_bytes(form.into_body(), 1 << 20).await.expect("a body")).into_owned()
    };
    assert!(!written().await.contains("补登"), "as it was signed");
    assert_eq!(server.post(&month("2026-08", "sign"), by(Some("漏登一次"))).await.1["edition"], 2);
    let html = written().await;
    assert!(html.contains("补登") && html.contains("陈七"), "{html}");
    let (_, editions) = server.json(get(&format!("/api/v1{}", month("2026-08", "editions")))).await;
    assert_eq!(editions["items"][1], sealed);
    server.check_problem(get("/api/v1/joint-tests/months/2026-13/report?form=html"), 400).await;
}

#[tokio::test]
async fn what_both_ends_confirmed_counts_until_both_confirmed_its_correction() {
    let server = server();
    let new = serde_json::json!({ "subject": "350102", "kind": "monthly", "near": { "person": "王五" } });
    let (_, test) = server.post("/joint-tests", new).await;
    let act = |what: &str| format!("/joint-tests/{}/{what}", test["id"]);
    let sheet = |conclusion: &str| serde_json::json!({ "conclusion": conclusion, "marks": { "sound_in": conclusion }, "problem": "无声" });
    // The form comes later, by the person at our end, who confirms it with it.
    let fill = serde_json::json!({ "person": "王五", "end": "near", "sheet": sheet("normal") });
    let (status, filled) = server.post(&act("correct"), fill).await;
    assert_eq!(
        (status, &filled["sheet"]["conclusion"], &filled["edition"]),
        (200, &"normal".into(), &1.into()),
        "{filled}"
    );
    assert_eq!((&filled["near"]["person"], &filled["changed"]["person"]), (&"王五".into(), &"王五".into()));
    let confirm = |end: &str, person: &str| serde_json::json!({ "end": end, "person": person });
    assert_eq!(server.post(&act("confirm"), confirm("far", "赵六")).await.1["counts"], Value::from(true));

    let correct = |reason: &str| serde_json::json!({ "person": "陈七", "reason": reason, "sheet": sheet("abnormal") });
    assert_eq!(server.post(&act("correct"), correct("")).await.0, 400, "why?");
    let (status, pending) = server.post(&act("correct"), correct("漏记")).await;
    assert_eq!((status, &pending["counts"], &pending["sheet"]["conclusion"]), (200, &true.into(), &"normal".into()));
    assert_eq!((&pending["correction"]["edition"], &pending["correction"]["near"]), (&2.into(), &Value::Null));
    let board = server.board("?of=county&state=done").await;
    assert_eq!(board["total"], 1, "it counts meanwhile");
    let cells = board["items"][0]["cells"].as_array().expect("cells");
    assert_eq!(cells.iter().filter(|cell| cell["correcting"] == true).count(), 1, "and says that a word is waited for");
    // Another that nobody at the other end has confirmed, elsewhere.
    let new = serde_json::json!({ "subject": "350203", "kind": "monthly", "near": { "person": "王五" } });
    server.post("/joint-tests", new).await;
    let waiting = |board: &Value| (board["waiting"]["confirmation"].as_u64(), board["waiting"]["correction"].as_u64());
    assert_eq!(waiting(&server.board("?of=county").await), (Some(1), Some(1)));
    assert_eq!(waiting(&server.board("?of=county&place=3501").await), (Some(0), Some(1)));
    for (asked, subject) in [("confirmation", "350203"), ("correction", "350102")] {
        let (_, list) = server.json(get(&format!("/api/v1/joint-tests?waiting={asked}"))).await;
        assert_eq!((&list["total"], &list["items"][0]["subject"]), (&1.into(), &subject.into()), "{list}");
        assert_eq!((&list["items"][0]["waits_for"], waiting(&list)), (&asked.into(), (Some(1), Some(1))));
    }
    for (place, expected) in [("3501", 0), ("3502", 1), ("35", 1)] {
        let path = format!("/api/v1/joint-tests?waiting=confirmation&place={place}");
        assert_eq!(server.json(get(&path)).await.1["total"], expected, "{place}");
    }
    server.check_problem(get("/api/v1/joint-tests?waiting=x"), 400).await;
    let (_, half) = server.post(&act("confirm"), confirm("near", "王五")).await;
    assert_eq!((&half["edition"], &half["sheet"]["conclusion"]), (&1.into(), &"normal".into()), "one end is not both");
    let (_, done) = server.post(&act("confirm"), confirm("far", "赵六")).await;
    assert_eq!(
        (&done["edition"], &done["sheet"]["conclusion"], &done["correction"]),
        (&2.into(), &"abnormal".into(), &Value::Null)
    );
    assert_eq!(
        (&done["earlier"][0]["sheet"]["conclusion"], &done["changed"]["reason"]),
        (&"normal".into(), &"漏记".into())
    );
    let form = server.call(get("/api/v1/joint-tests/report?form=html")).await;
    let html = to_bytes(form.into_body(), 1 << 20).await.expect("a body");
    assert!(String::from_utf8_lossy(&html).contains("漏记"));
}

#[tokio::test]
async fn the_network_of_the_register_fills_a_form_and_cities_add_up() {
    let server = server();
    server.import("会场编码,网络域\n350102001-01,应急指挥信息网\n350102-01,政务外网\n350102-02,政务外网\n350103-01,互联网\n350103-02,政务外网\n").await;
    server.import("会场编码,排除原因\n350527,未通线路\n350103-02,停用\n").await;
    let sheet = |network: &str| serde_json::json!({ "network": network, "conclusion": "normal", "marks": { "sound_in": "normal" } });
    for (subject, said, expected) in [
        ("350102001-01", "", "应急指挥信息网"),
        ("350102001-01", "专线", "专线"),
        ("350102", "", "政务外网"),
        ("350103", "", ""),
        ("350104", "", ""),
    ] {
        let new = serde_json::json!({ "subject": subject, "kind": "monthly", "sheet": sheet(said) });
        let (status, test) = server.post("/joint-tests", new).await;
        assert_eq!((status, &test["sheet"]["network"]), (200, &expected.into()), "{subject}: {test}");
    }
    let (_, venue) = server.json(get("/api/v1/venues/350102001-01")).await;
    assert_eq!(venue["venue"]["network"], "应急指挥信息网");
    for of in ["county", "venue"] {
        let board = server.board(&format!("?of={of}&limit=500")).await;
        let cities = board["cities"].as_array().expect("cities");
        let sum = |key: &str, period: usize| {
            cities.iter().map(|city| city["sums"][period][key].as_u64().expect("a number")).sum::<u64>()
        };
        for (period, sums) in board["sums"].as_array().expect("sums").iter().enumerate() {
            for (key, value) in sums.as_object().expect("states") {
                assert_eq!(value.as_u64(), Some(sum(key, period)), "{of} {key} {period}");
            }
        }
        let owing: u64 = cities.iter().map(|city| city["owing"].as_u64().expect("a number")).sum();
        assert_eq!(board["owing"].as_u64(), Some(owing));
        assert_eq!(cities.len(), if of == "county" { 9 } else { 1 }, "{cities:?}");
    }
    let board = server.board("?of=county&place=3501&limit=500").await;
    let networks: Vec<_> = board["items"].as_array().expect("rows").iter().map(|row| row["network"].clone()).collect();
    assert_eq!((&networks[0], &networks[1]), (&"政务外网".into(), &Value::Null), "several, and none");
    assert_eq!((&board["cities"][0]["place"], board["cities"].as_array().map(Vec::len)), (&"3501".into(), Some(1)));
}
