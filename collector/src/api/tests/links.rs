//! The phone page behind a one-time link.

use axum::extract::ConnectInfo;

use super::*;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const VENUE_ID: &str = "350102001-01";

async fn text(response: Response<Body>) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    assert_eq!(response.headers()["referrer-policy"], "no-referrer");
    assert!(response.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("text").contains("default-src 'none'"));
    assert!(!response.headers().contains_key(header::SET_COOKIE));
    let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    (status, String::from_utf8(bytes.to_vec()).expect("text"))
}

async fn begun(server: &Server) -> String {
    server.import(VENUE).await;
    let body = r#"{"title":"早点名","depth":"present","places":["35"]}"#;
    let (_, item) = server.json(send("POST", "/api/v1/roll-calls", JSON, body)).await;
    format!("/api/v1/roll-calls/{}", item["id"])
}

async fn link(server: &Server, call: &str) -> Value {
    let path = format!("{call}/venues/{VENUE_ID}/link");
    let (status, link) = server.json(send("POST", &path, JSON, r#"{"by":"张三"}"#)).await;
    assert_eq!(status, 200, "{link}");
    link
}

#[tokio::test]
async fn whoever_holds_the_link_answers_once_and_as_a_person_on_the_page() {
    let server = server();
    let call = begun(&server).await;
    let (old, new) = (link(&server, &call).await, link(&server, &call).await);
    let path = |link: &Value| link["path"].as_str().expect("a path").to_owned();
    let (status, page) = text(server.call(get(&path(&old))).await).await;
    assert!(status == 410 && page.contains("已作废"), "{status} {page}");
    let (status, page) = text(server.call(get(&path(&new))).await).await;
    assert!(status == 200 && page.contains("指挥大厅") && page.contains("早点名") && page.contains("应急局"), "{page}");
    assert!(!page.contains(path(&new).trim_start_matches("/p/")), "the page does not hold its address");
    let answer = |body: &str| send("POST", &path(&new), FORM, body.to_owned());
    let (status, page) = text(server.call(answer("state=no-sound&person=&telephone=1")).await).await;
    assert!(status == 422 && page.contains("no-sound\" required checked"), "{status} {page}");
    let mut elsewhere = answer("state=both&person=a&telephone=1");
    elsewhere.headers_mut().insert("sec-fetch-site", "cross-site".parse().expect("a value"));
    assert_eq!(text(server.call(elsewhere).await).await.0, 403);
    let said = "state=no-sound&person=%E6%9D%8E%E5%9B%9B&telephone=13800000000&note=%E8%AF%9D%E7%AD%92%E5%9D%8F";
    let (status, page) = text(server.call(answer(said)).await).await;
    assert!(status == 200 && page.contains("已登记"), "{status} {page}");
    let (_, told) = server.json(get(&call)).await;
    let entry = &told["entries"][0];
    assert_eq!(
        (&entry["mode"], &entry["fault"], &entry["standing"]),
        (&"person".into(), &"no-sound".into(), &"on-time".into()),
        "{entry}"
    );
    let person = &entry["person"];
    assert_eq!(
        (&person["via"], &person["person"], &person["telephone"]),
        (&"page".into(), &"李四".into(), &"13800000000".into())
    );
    let (status, page) = text(server.call(answer(said)).await).await;
    assert!(status == 410 && page.contains("已使用"), "{status} {page}");
    assert_eq!(text(server.call(get(&path(&new))).await).await.0, 410);
    let (_, list) = server.json(get(&format!("{call}/links"))).await;
    let states: Vec<&Value> = list["items"].as_array().expect("items").iter().map(|item| &item["state"]).collect();
    assert!(states.contains(&&"used".into()) && states.contains(&&"revoked".into()), "{list}");
    assert!(!list.to_string().contains(path(&new).trim_start_matches("/p/")), "an address is told once");
    server.check_problem(send("POST", &format!("{call}/venues/{VENUE_ID}/link"), JSON, "{}"), 409).await;
    let metrics = server.call(get("/metrics")).await;
    let metrics = to_bytes(metrics.into_body(), 1 << 20).await.expect("a body");
    let metrics = String::from_utf8_lossy(&metrics);
    for line in ["avow_links{state=\"used\"} 1", "avow_links{state=\"revoked\"} 1", "avow_link_wrong_total 0"] {
        assert!(metrics.lines().any(|one| one == line), "{line}: {metrics}");
    }
}

#[tokio::test]
async fn a_unit_without_a_room_has_a_page_of_its_own() {
    let server = server();
    server.import(VENUE).await;
    let body = r#"{"depth":"present","places":["35"]}"#;
    let (_, item) = server.json(send("POST", "/api/v1/roll-calls", JSON, body)).await;
    let call = format!("/api/v1/roll-calls/{}", item["id"]);
    let (status, made) =
        server.json(send("POST", &format!("{call}/units/shuili/link"), JSON, r#"{"by":"张三"}"#)).await;
    assert_eq!(status, 200, "{made}");
    let path = made["path"].as_str().expect("a path").to_owned();
    let (status, page) = text(server.call(get(&path)).await).await;
    assert!(status == 200 && page.contains("水利局"), "{status} {page}");
    let said = "state=both&person=%E6%9D%8E%E5%9B%9B&telephone=13800000000";
    let (status, page) = text(server.call(send("POST", &path, FORM, said)).await).await;
    assert!(status == 200 && page.contains("已登记"), "{status} {page}");
    let (_, told) = server.json(get(&call)).await;
    let unit =
        told["entries"].as_array().expect("entries").iter().find(|one| one["unit_id"] == "shuili").expect("called");
    assert_eq!((&unit["standing"], &unit["person"]["via"]), (&"on-time".into(), &"page".into()), "{unit}");
    let (_, list) = server.json(get(&format!("{call}/links"))).await;
    assert_eq!((&list["items"][0]["venue"], &list["items"][0]["state"]), (&"shuili".into(), &"used".into()), "{list}");
    server.check_problem(send("POST", &format!("{call}/units/shuili/link"), JSON, "{}"), 409).await;
    server.check_problem(send("POST", &format!("{call}/units/nobody/link"), JSON, "{}"), 404).await;
}

#[tokio::test]
async fn a_link_ends_with_its_call_or_by_hand_and_who_guesses_is_not_listened_to() {
    let server = server();
    let call = begun(&server).await;
    let made = link(&server, &call).await;
    let path = made["path"].as_str().expect("a path");
    let (status, page) = {
        let mut request = get(path);
        request.headers_mut().insert(header::ACCEPT_LANGUAGE, "en-GB,zh".parse().expect("a value"));
        text(server.call(request).await).await
    };
    assert!(status == 200 && page.contains("Answer before"), "{page}");
    let revoke = format!("/api/v1/links/{}", made["id"].as_str().expect("a name"));
    assert_eq!(server.call(send("DELETE", &revoke, JSON, "")).await.status().as_u16(), 204);
    server.check_problem(send("DELETE", &revoke, JSON, ""), 409).await;
    assert_eq!(text(server.call(get(path)).await).await.0, 410);
    let again = link(&server, &call).await;
    server.call(send("POST", &format!("{call}/end"), JSON, r#"{"by":"张三","reason":"误发"}"#)).await;
    let (status, page) = text(server.call(get(again["path"].as_str().expect("a path"))).await).await;
    assert!(status == 410 && page.contains("已结束"), "{page}");
    server.check_problem(send("POST", &format!("{call}/venues/{VENUE_ID}/link"), JSON, "{}"), 409).await;
    server.check_problem(send("POST", &format!("{call}/venues/x/link"), JSON, "{}"), 400).await;
    server.check_problem(send("POST", "/api/v1/roll-calls/7/venues/350102001-01/link", JSON, "{}"), 404).await;
    for n in 0..20 {
        let (status, _) = text(server.call(get(&format!("/p/{n:032x}"))).await).await;
        assert_eq!(status, 404, "{n}");
    }
    let (status, page) = text(server.call(get(&format!("/p/{:032x}", 21))).await).await;
    assert!(status == 429 && page.contains("一分钟"), "{page}");
    let mut of_another = get(&format!("/p/{:032x}", 21));
    let proxy = std::net::SocketAddr::from(([127, 0, 0, 1], 4711));
    of_another.extensions_mut().insert(ConnectInfo(proxy));
    of_another.headers_mut().insert("x-forwarded-for", "203.0.113.7".parse().expect("a value"));
    assert_eq!(text(server.call(of_another).await).await.0, 404, "another phone behind the proxy is listened to");
    let mut foreign = get(path);
    foreign.headers_mut().insert(header::HOST, "evil.example".parse().expect("a host"));
    assert_eq!(server.call(foreign).await.status().as_u16(), 421, "the guard stands before the page too");
}

#[tokio::test]
async fn a_village_hands_its_record_in_by_phone_once_and_it_goes_up() {
    let server = server();
    let manual = r#""manual":[{"key":"cables","title":"线缆","standard":"<无破损>"},{"key":"power","title":"充电"}]"#;
    let run = format!(r#"{{"title":"早巡","operator":"张三","work":{{"kind":"daily","places":["35"],{manual}}}}}"#);
    let (status, item) = server.json(send("POST", "/api/v1/inspections/runs", JSON, run)).await;
    assert_eq!(status, 202, "{item}");
    let run = format!("/api/v1/inspections/runs/{}", item["id"]);
    let (_, page) = server.json(get(&format!("{run}/venues?limit=1"))).await;
    let venue = format!("{run}/venues/{}", page["items"][0]["venue"].as_str().expect("a venue"));
    let (status, link) = server.json(send("POST", &format!("{venue}/link"), JSON, r#"{"by":"张三"}"#)).await;
    assert_eq!(status, 200, "{link}");
    let path = link["path"].as_str().expect("a path");
    let (status, page) = text(server.call(get(path)).await).await;
    assert!(
        status == 200 && page.contains("早巡") && page.contains("线缆") && page.contains("&lt;无破损&gt;"),
        "{page}"
    );
    assert!(!page.contains(path.trim_start_matches("/p/")), "the page does not hold its address");
    let answer = |body: &str| send("POST", path, FORM, body.to_owned());
    let (status, page) = text(server.call(answer("r0=abnormal&n0=a&person=a&telephone=1")).await).await;
    assert!(status == 422 && page.contains("value=\"abnormal\" required checked"), "one item has no result: {page}");
    let said = "r0=abnormal&n0=%E7%A0%B4%E6%8D%9F&r1=normal&remark=&person=%E6%9D%8E%E5%9B%9B&telephone=13800000000";
    let (status, page) = text(server.call(answer(said)).await).await;
    assert!(status == 200 && page.contains("已提交并上报"), "{page}");
    let (_, record) = server.json(get(&venue)).await;
    assert_eq!(
        (&record["venue"]["filled"], &record["venue"]["review"]["state"], record["steps"].as_array().map(Vec::len)),
        (&2.into(), &"reviewing".into(), Some(1)),
        "{record}"
    );
    let entries = record["entries"].as_array().expect("entries");
    let cables = entries.iter().find(|entry| entry["key"] == "cables").expect("is there");
    assert_eq!(
        (&cables["now"]["result"], &cables["now"]["person"], &cables["note"]),
        (&"abnormal".into(), &"李四".into(), &"破损".into())
    );
    assert_eq!(text(server.call(answer(said)).await).await.0, 410, "it is used up");
    server.check_problem(send("POST", &format!("{venue}/link"), JSON, "{}"), 409).await;
}

/// The field of a form by which it is seen what was shown.
fn shown(page: &str) -> &str {
    let (_, rest) = page.split_once("name=\"of\" value=\"").expect("a field");
    &rest[..16]
}

#[tokio::test]
async fn the_far_end_confirms_a_joint_test_by_its_link_and_the_record_says_that_it_did_so_itself() {
    let server = server();
    let near = serde_json::json!({ "person": "王五", "telephone": "0591" });
    let sheet = serde_json::json!({ "system": "主用系统", "network": "专线", "joined_ms": null, "problem": "<b>无声</b>", "handling": "重插话筒",
        "conclusion": "fixed", "marks": { "sound_in": "fixed", "picture_in": "normal" } });
    let new =
        serde_json::json!({ "subject": "350102", "kind": "monthly", "note": "第一次", "near": near, "sheet": sheet });
    let (status, test) = server.json(send("POST", "/api/v1/joint-tests", JSON, new.to_string())).await;
    assert_eq!((status, &test["near"]["by_link"]), (200, &false.into()), "{test}");
    let path = format!("/api/v1/joint-tests/{}", test["id"]);
    let link_of = |end: &str| send("POST", &format!("{path}/{end}/link"), JSON, r#"{"by":"张三"}"#);
    let (status, told) = server.json(link_of("near")).await;
    assert_eq!((status, told["detail"].as_str()), (409, Some("this end is confirmed already")));
    assert_eq!(server.json(link_of("middle")).await.0, 400);
    let (_, link) = server.json(link_of("far")).await;
    let page_path = link["path"].as_str().expect("a path").to_owned();
    let (status, page) = text(server.call(get(&page_path)).await).await;
    assert_eq!(status, 200, "{page}");
    for expected in [
        "月度联调",
        "主用系统",
        "专线",
        "对端→本端声音 整改后正常",
        "&lt;b&gt;无声&lt;/b&gt;",
        "重插话筒",
        "整改后正常",
        "第一次",
        "鼓楼区",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert!(!page.contains("未测"), "what was not tested is not shown: {page}");
    let sent = |page: &str, rest: &str| send("POST", &page_path, FORM, format!("of={}&{rest}", shown(page)));
    let incomplete = server.call(sent(&page, "person=%E6%9D%8E%E5%9B%9B&telephone=1")).await;
    assert_eq!(text(incomplete).await.0, 422, "nobody has said that it is true");
    let same = "true=yes&person=%E7%8E%8B%E4%BA%94&telephone=0591";
    let (status, told) = text(server.call(sent(&page, same)).await).await;
    assert!(status == 409 && told.contains("不同的人"), "{status} {told}");
    // What was shown is corrected before it is confirmed.
    let correct = r#"{"person":"王五","telephone":"0591","end":"near","note":"第二次"}"#;
    assert_eq!(server.json(send("POST", &format!("{path}/correct"), JSON, correct)).await.0, 200);
    let yes = "true=yes&person=%E6%9D%8E%E5%9B%9B&telephone=13800000000";
    let (status, anew) = text(server.call(sent(&page, yes)).await).await;
    assert!(status == 409 && anew.contains("有改动") && anew.contains("第二次"), "{status} {anew}");
    let (status, told) = text(server.call(sent(&anew, yes)).await).await;
    assert!(status == 200 && told.contains("已确认"), "{status} {told}");
    let (_, list) = server.json(get("/api/v1/joint-tests?subject=350102")).await;
    let far = &list["items"][0]["far"];
    assert_eq!(
        (&far["person"], &far["telephone"], &far["by_link"], &list["items"][0]["counts"]),
        (&"李四".into(), &"13800000000".into(), &true.into(), &true.into())
    );
    assert_eq!(text(server.call(sent(&anew, yes)).await).await.0, 410, "a link works once");
}

#[tokio::test]
async fn all_who_have_something_to_fill_in_get_a_link_at_once_and_each_works_once() {
    let server = server();
    let manual = r#""manual":[{"key":"cables","title":"线缆","standard":"无破损"}]"#;
    let run = format!(r#"{{"title":"早巡","operator":"张三","work":{{"kind":"yearly","places":["35"],{manual}}}}}"#);
    let (_, item) = server.json(send("POST", "/api/v1/inspections/runs", JSON, run)).await;
    let run = format!("/api/v1/inspections/runs/{}", item["id"]);
    let make = |body: &str| send("POST", &format!("{run}/links"), JSON, body.to_owned());
    server.check_problem(make(r#"{"by":" "}"#), 400).await;
    server.check_problem(make(r#"{"by":"张三","place":"3599"}"#), 404).await;
    server.check_problem(make(r#"{"by":"张三","level":"province"}"#), 409).await;
    server.check_problem(make(r#"{"by":"张三","per_day":5001}"#), 400).await;
    let (status, first) = server.json(make(r#"{"by":"张三"}"#)).await;
    let of = |made: &Value| -> Vec<String> {
        let items = made["items"].as_array().expect("links").iter();
        items.map(|item| item["path"].as_str().expect("a path").to_owned()).collect()
    };
    assert_eq!((status, of(&first).len()), (200, 2), "{first}");
    let said = "r0=normal&n0=&remark=&person=%E6%9D%8E%E5%9B%9B&telephone=13800000000";
    let answer = |path: &str| send("POST", path, FORM, said);
    assert_eq!(text(server.call(answer(&of(&first)[0])).await).await.0, 200);
    assert_eq!(text(server.call(answer(&of(&first)[0])).await).await.0, 410, "once");
    let (_, second) = server.json(make(r#"{"by":"张三"}"#)).await;
    assert_eq!(
        (of(&second).len(), &second["items"][0]["venue"]),
        (1, &first["items"][1]["venue"]),
        "who is done needs none"
    );
    assert_eq!(text(server.call(get(&of(&first)[1])).await).await.0, 410, "the one before is taken back");
    assert_eq!(text(server.call(answer(&of(&second)[0])).await).await.0, 200);
    server.check_problem(make(r#"{"by":"张三"}"#), 409).await;
}

#[tokio::test]
async fn persons_of_a_county_are_asked_on_different_days_unless_it_is_urgent() {
    let server = server();
    let begin = |kind: &str| {
        let manual = r#""manual":[{"key":"cables","title":"线缆","standard":"无破损"}]"#;
        let work = format!(r#""work":{{"kind":"{kind}","places":["35"],{manual}}}"#);
        send("POST", "/api/v1/inspections/runs", JSON, format!(r#"{{"title":"巡检","operator":"张三",{work}}}"#))
    };
    let (_, yearly) = server.json(begin("yearly")).await;
    let mut runs = crate::inspection::Runs::clone(&server.shared.books.inspections.load());
    for run in runs.open.values_mut() {
        Arc::make_mut(run).records = crate::inspection::run_for_tests(8).records;
    }
    server.shared.books.inspections.store(Arc::new(runs));
    let links = format!("/api/v1/inspections/runs/{}/links", yearly["id"]);
    let (_, told) = server.json(get(&links)).await;
    assert_eq!((&told["waiting"], &told["per_day"], &told["days"]), (&8.into(), &30.into(), &1.into()), "{told}");
    let (_, told) = server.json(get(&format!("{links}?per_day=1"))).await;
    assert_eq!((&told["per_day"], &told["days"]), (&1.into(), &2.into()), "two rooms in each of four counties: {told}");
    let (_, none) = server.json(get(&format!("{links}?level=province"))).await;
    assert_eq!((&none["waiting"], &none["days"], &none["first"]), (&0.into(), &0.into(), &Value::Null));
    server.check_problem(get(&format!("{links}?place=3599")), 404).await;
    let (status, made) = server.json(send("POST", &links, JSON, r#"{"by":"张三","per_day":1}"#)).await;
    let items = made["items"].as_array().expect("links");
    let on: Vec<_> = items.iter().map(|item| &item["send_on"]).collect();
    let (first, last) = (&told["first"], &told["last"]);
    assert_eq!(
        (status, on),
        (200, vec![first, first, first, first, last, last, last, last]),
        "in the order in which they are sent: {made}"
    );
    assert!(first.as_str() < last.as_str(), "{told}");
    assert_ne!(
        items[0]["venue"].as_str().map(|venue| &venue[..6]),
        items[1]["venue"].as_str().map(|venue| &venue[..6])
    );
    assert!(items[0]["until_ms"].as_u64() < items[7]["until_ms"].as_u64(), "each has its week");
    assert_eq!(text(server.call(get(items[7]["path"].as_str().expect("a path"))).await).await.0, 200, "works before");
    let (_, same) = server.json(get(&format!("{links}?per_day=1"))).await;
    assert_eq!((&same["first"], &same["last"]), (first, last), "they would be replaced");
    let mut runs = crate::inspection::Runs::clone(&server.shared.books.inspections.load());
    let mut other = crate::inspection::Run::clone(runs.open.values().next().expect("a run"));
    other.id += 1;
    runs.heads.insert(other.id, Arc::new(crate::inspection::Head::of(&other)));
    let links = format!("/api/v1/inspections/runs/{}/links", other.id);
    runs.open.insert(other.id, Arc::new(other));
    server.shared.books.inspections.store(Arc::new(runs));
    let (_, told) = server.json(get(&format!("{links}?per_day=1"))).await;
    assert!(told["first"].as_str() > last.as_str(), "nobody of a county is asked beside those of another run: {told}");

    let (_, urgent) = server.json(begin("assurance")).await;
    let (_, told) = server.json(get(&format!("/api/v1/inspections/runs/{}/links", urgent["id"]))).await;
    assert_eq!((&told["per_day"], &told["days"]), (&0.into(), &1.into()), "{told}");
}
