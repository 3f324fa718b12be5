//! Inspection runs over HTTP.

use super::*;
use crate::command::Inspect;
use crate::inspection::{Head, Plans, Runs};

/// As the core does, without a disk and without boxes.
pub(super) fn obey(wish: Inspect, books: &Books) {
    let mut runs = Runs::clone(&books.inspections.load());
    let no_run = || Refusal::NotFound("there is no such run".to_owned());
    match wish {
        Inspect::Begin { ordered, reply } => {
            let mut run = crate::inspection::run_for_tests(2);
            (run.id, run.ordered) = (ordered.given_ms, *ordered);
            runs.heads.insert(run.id, Arc::new(Head::of(&run)));
            drop(reply.send(Ok(run.id)));
            runs.open.insert(run.id, Arc::new(run));
        }
        Inspect::OfRun { id, word, reply } => {
            let run = runs.open.get_mut(&id).map(Arc::make_mut);
            let said = run.map(|run| run.word(&word, NOW_MS).map_err(Refusal::from));
            drop(reply.send(said.unwrap_or_else(|| Err(no_run()))));
        }
        Inspect::OfRecord { id, venue, word, reply } => {
            let run = runs.open.get_mut(&id).map(Arc::make_mut);
            let said = run.map(|run| {
                let at = run.at(venue).ok_or(crate::inspection::No::NotInIt)?;
                let mut said = Ok(());
                run.edit(at, |record| {
                    said = record.word(&word, NOW_MS);
                    said.is_ok()
                });
                said
            });
            drop(reply.send(said.map_or_else(|| Err(no_run()), |said| said.map_err(Refusal::from))));
        }
        Inspect::Pass { id, word, from, reply, .. } => {
            let run = runs.open.get_mut(&id).map(Arc::make_mut);
            // Of one part each, so that whoever asks has to go on.
            let (at, next) = (from as usize..from as usize + 1, (from == 0).then_some(1));
            let passed = run.map(|run| crate::command::Passed { passed: run.pass(at, &word, |_| true, NOW_MS), next });
            drop(reply.send(passed.ok_or_else(no_run)));
        }
        Inspect::Read { reply, .. } | Inspect::ReadRecord { reply, .. } => drop(reply.send(Err(no_run()))),
        Inspect::Plan { change, reply } => {
            let mut next = Plans::clone(&books.plans.load());
            let said = next.change(change, NOW_MS).map_err(|no| Refusal::NotFound(no.to_string()));
            books.plans.store(Arc::new(next));
            drop(reply.send(said));
        }
    }
    let heads: Vec<Head> = runs.open.values().map(|run| Head::of(run)).collect();
    runs.heads.extend(heads.into_iter().map(|head| (head.id, Arc::new(head))));
    books.inspections.store(Arc::new(runs));
}

const JSON: &str = "application/json";
const RUNS: &str = "/api/v1/inspections/runs";

fn work() -> Value {
    serde_json::json!({
        "kind": "daily", "places": ["35"], "probe_mode": "kinds", "probe_list": ["line", "camera"],
        "manual": [{ "key": "cables", "title": "线缆", "standard": "无破损" }],
        "quiet": { "from": "22:00", "to": "06:00" }, "window_min": 60
    })
}

async fn post(server: &Server, path: &str, body: Value) -> (u16, Value) {
    server.json(send("POST", path, JSON, body.to_string())).await
}

#[tokio::test]
async fn all_that_lies_with_a_level_and_is_filled_in_goes_up_at_once_and_is_counted_before() {
    let server = server();
    let (_, item) =
        post(&server, RUNS, serde_json::json!({ "title": "早巡", "operator": "张三", "work": work() })).await;
    let one = format!("{RUNS}/{}", item["id"]);
    post(&server, &format!("{one}/deeds"), serde_json::json!({ "person": "张三", "deed": "cancel" })).await;
    let (_, page) = server.json(get(&format!("{one}/venues"))).await;
    let level = page["items"][0]["review"]["level"].as_str().expect("a level").to_owned();
    let lying = || get(&format!("{one}/review?level={level}"));
    assert_eq!(server.json(lying()).await.1, serde_json::json!({ "ready": 0, "unfilled": 2, "returned": 0 }));
    for venue in page["items"].as_array().expect("venues") {
        let path = format!("{one}/venues/{}/manual", venue["venue"].as_str().expect("a code"));
        let said = serde_json::json!({ "person": "李四", "items": [{ "key": "cables", "result": "normal" }] });
        assert_eq!(server.json(send("PUT", &path, JSON, said.to_string())).await.0, 200);
    }
    assert_eq!(server.json(lying()).await.1["ready"], 2);
    let all = |level: &str, person: &str| serde_json::json!({ "level": level, "person": person });
    let review = format!("{one}/review");
    assert_eq!(post(&server, &review, all("state", "王五")).await.0, 400);
    assert_eq!(post(&server, &review, all(&level, " ")).await.0, 400, "by somebody");
    let unknown = serde_json::json!({ "level": level, "person": "王五", "place": "3599" });
    assert_eq!(post(&server, &review, unknown).await.0, 404);
    // Part by part: the first leaves the second room lying.
    let some = serde_json::json!({ "level": level, "person": "王五", "from": 0 });
    let (_, first) = post(&server, &review, some).await;
    assert_eq!((&first["passed"], &first["lying"]["ready"], &first["next"]), (&1.into(), &1.into(), &1.into()));
    let (status, done) = post(&server, &review, all(&level, "王五")).await;
    let nothing = serde_json::json!({ "ready": 0, "unfilled": 0, "returned": 0 });
    assert_eq!((status, &done["passed"], &done["lying"]), (200, &1.into(), &nothing), "{done}");
    assert_eq!(done["next"], Value::Null);
    assert_eq!(post(&server, &review, all(&level, "王五")).await.1["passed"], 0);
    assert_eq!(server.json(get(&one)).await.1["run"]["tally"]["reviewing"], 2);
}

#[tokio::test]
async fn a_run_is_begun_paused_filled_in_reviewed_and_ended() {
    let server = server();
    let (status, item) =
        post(&server, RUNS, serde_json::json!({ "title": "早巡", "operator": "张三", "work": work() })).await;
    assert_eq!((status, &item["state"], &item["tally"]["venues"]), (202, &"running".into(), &2.into()), "{item}");
    assert_eq!((&item["work"]["quiet"]["from"], &item["rate"]), (&"22:00".into(), &Value::Null));
    let one = format!("{RUNS}/{}", item["id"]);
    let (_, answer) = server.json(get(&one)).await;
    assert_eq!(
        (answer["cities"].as_array().map(Vec::len), answer["counties"].as_array().map(Vec::len)),
        (Some(1), Some(2))
    );
    assert_eq!((&answer["forecast"]["remaining"], &answer["forecast"]["waiting_away"]), (&2.into(), &2.into()));
    let (_, page) = server.json(get(&format!("{one}/venues?conclusion=open&limit=1"))).await;
    assert_eq!((&page["total"], page["items"].as_array().map(Vec::len)), (&2.into(), Some(1)), "{page}");
    let venue = page["items"][0]["venue"].as_str().expect("a venue");
    let level = page["items"][0]["review"]["level"].as_str().expect("a level").to_owned();
    let since = format!("{one}/venues?since={}&epoch={}", page["revision"], page["epoch_ms"]);
    assert_eq!(server.json(get(&since)).await.1["total"], Value::from(0), "nothing has changed");

    let said =
        serde_json::json!({ "person": "李四", "items": [{ "key": "cables", "result": "abnormal", "value": "破损" }] });
    let path = format!("{one}/venues/{venue}");
    let (status, record) = server.json(send("PUT", &format!("{path}/manual"), JSON, said.to_string())).await;
    let sources: Vec<_> = record["entries"].as_array().expect("entries").iter().map(|entry| &entry["source"]).collect();
    assert_eq!((status, sources), (200, vec![&Value::from("auto"), &"auto".into(), &"manual".into()]), "{record}");
    assert_eq!((&record["entries"][2]["now"]["person"], &record["venue"]["filled"]), (&"李四".into(), &1.into()));
    assert_eq!(server.json(get(&since)).await.1["total"], Value::from(1));
    let unknown = serde_json::json!({ "person": "李四", "items": [{ "key": "nothing", "result": "normal" }] });
    assert_eq!(server.json(send("PUT", &format!("{path}/manual"), JSON, unknown.to_string())).await.0, 400);

    let up = serde_json::json!({ "act": "pass", "level": level, "person": "李四" });
    let (status, record) = post(&server, &format!("{path}/review"), up.clone()).await;
    assert_eq!((status, &record["venue"]["review"]["state"]), (200, &"reviewing".into()), "{record}");
    assert_eq!(record["steps"].as_array().map(Vec::len), Some(1));
    assert_eq!(post(&server, &format!("{path}/review"), up).await.0, 409, "another level has it");
    assert_eq!(
        server.json(send("PUT", &format!("{path}/manual"), JSON, said.to_string())).await.0,
        409,
        "it is reviewed"
    );
    let back = serde_json::json!({ "act": "return", "level": "county", "person": "王五" });
    assert_eq!(post(&server, &format!("{path}/review"), back).await.0, 400, "without a reason");

    let deed = |deed: &str| serde_json::json!({ "person": "张三", "deed": deed });
    let deeds = format!("{one}/deeds");
    assert_eq!(post(&server, &deeds, deed("pause")).await.1["state"], Value::from("paused"));
    assert_eq!(post(&server, &deeds, deed("pause")).await.0, 409);
    assert_eq!(post(&server, &deeds, deed("resume")).await.1["state"], Value::from("running"));
    let (_, item) = post(&server, &deeds, deed("cancel")).await;
    assert_eq!(
        (&item["ended"], &item["tally"]["untested"]),
        (&"cancelled".into(), &1.into()),
        "one has a person's word: {item}"
    );
    let (_, answer) = server.json(get(&one)).await;
    assert_eq!((&answer["untested"][0]["reason"], &answer["forecast"]), (&"cancelled".into(), &Value::Null));
    assert_eq!(answer["log"].as_array().map(Vec::len), Some(3));
    assert_eq!(server.json(get(&format!("{RUNS}?open=true"))).await.1["total"], Value::from(0));
    assert_eq!(server.json(get(&format!("{one}/compare"))).await.0, 404, "there is none before");
    assert_eq!(server.json(get(&format!("{RUNS}/1"))).await.0, 404);
}

#[tokio::test]
async fn a_report_that_was_accepted_at_the_top_is_sealed_and_a_correction_is_a_new_edition() {
    let server = server();
    let (_, item) = post(&server, RUNS, serde_json::json!({ "title": "早巡", "work": work() })).await;
    let one = format!("{RUNS}/{}", item["id"]);
    let sign = |by: &str, reason: Option<&str>| {
        let body = serde_json::json!({ "by": by, "reason": reason, "unfinished": true });
        let path = format!("{one}/sign");
        let server = &server;
        async move { post(server, &path, body).await }
    };
    assert_eq!((&item["edition"], sign("王五", None).await.0), (&0.into(), 409), "it is open");
    let deed = serde_json::json!({ "person": "张三", "deed": "cancel" });
    post(&server, &format!("{one}/deeds"), deed).await;
    assert_eq!((sign("", None).await.0, sign("王五", Some("有误")).await.0), (400, 409), "a name; nothing to correct");
    let early = post(&server, &format!("{one}/sign"), serde_json::json!({ "by": "王五" })).await;
    assert!(
        early.0 == 409 && early.1["detail"].as_str().is_some_and(|why| why.contains(": 2;")),
        "two are filled in: {early:?}"
    );
    let (status, first) = sign("王五", None).await;
    assert_eq!((status, &first["edition"], &first["corrects"]), (200, &1.into(), &Value::Null), "{first}");
    assert_eq!(first["subject"], Value::from(format!("inspection/{}", item["id"])));
    assert_eq!((sign("王五", None).await.0, sign("王五", Some("有误")).await.0), (409, 409), "it says the same");
    let again = serde_json::json!({ "person": "张三", "deed": "retry", "which": "both" });
    let (status, said) = post(&server, &format!("{one}/deeds"), again).await;
    assert!(status == 409 && said["detail"].as_str().is_some_and(|why| why.contains("signed")), "{said}");
    let report = async || {
        let response = server.call(get(&format!("{one}/report?form=html"))).await;
        String::from_utf8(to_bytes(response.into_body(), 1 << 24).await.expect("a body").to_vec()).expect("text")
    };
    let sealed = report().await;
    assert!(sealed.contains("王五") && sealed.contains("批准"), "who accepted it");

    // What is said afterwards changes nothing of it, and stands in the next edition.
    let (_, page) = server.json(get(&format!("{one}/venues"))).await;
    let venue = page["items"][0]["venue"].as_str().expect("a venue");
    let said = serde_json::json!({ "person": "李四", "items": [{ "key": "cables", "result": "abnormal" }] });
    server.json(send("PUT", &format!("{one}/venues/{venue}/manual"), JSON, said.to_string())).await;
    assert_eq!(report().await, sealed);
    let (status, second) = sign("王五", Some("漏了一处")).await;
    assert_eq!((status, &second["edition"], &second["corrects"]), (200, &2.into(), &first["name"]), "{second}");
    assert_ne!(report().await, sealed);
    let (_, editions) = server.json(get(&format!("{one}/editions"))).await;
    assert_eq!(editions["items"], serde_json::json!([second, first]));
    let (_, check) =
        server.json(get(&format!("/api/v1/documents/{}/verify", first["name"].as_str().expect("a name")))).await;
    assert_eq!((&check["intact"], &check["own_key"]), (&true.into(), &true.into()));
    let (_, list) = server.json(get(RUNS)).await;
    assert_eq!((&list["items"][0]["edition"], &list["items"][0]["signed_by"]), (&2.into(), &"王五".into()));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_a_word() {
    let server = server();
    let with = |key: &str, value: Value| {
        let mut work = work();
        work[key] = value;
        serde_json::json!({ "work": work })
    };
    for body in [
        serde_json::json!({}),
        with("places", serde_json::json!([])),
        with("places", serde_json::json!(["nowhere"])),
        with("window_min", 1.into()),
        with("probe_list", serde_json::json!([])),
        with("spread", serde_json::json!({ "at_once": 0, "per_county": 1 })),
        with("quiet", serde_json::json!({ "from": "25:00", "to": "06:00" })),
        with("quiet", serde_json::json!({ "from": "06:00", "to": "06:00" })),
        with("manual", serde_json::json!([{ "key": "a", "title": "x" }, { "key": "a", "title": "y" }])),
    ] {
        let (status, problem) = post(&server, RUNS, body.clone()).await;
        assert_eq!(status, 400, "{body}: {problem}");
    }
    assert_eq!(post(&server, RUNS, serde_json::json!({ "plan": 9 })).await.0, 404);
}

#[tokio::test]
async fn plans_templates_and_working_days_are_kept_and_stand_in_the_calendar() {
    let server = server();
    let (_, templates) = server.json(get("/api/v1/inspections/templates")).await;
    assert_eq!(templates["items"].as_array().map(Vec::len), Some(7));
    let again = server.json(send("PUT", "/api/v1/inspections/templates", JSON, templates.to_string())).await;
    assert_eq!(again, (200, templates), "what is told can be sent back");
    let plans = "/api/v1/inspections/plans";
    let rule = serde_json::json!({ "calendar": { "days": "working", "times": { "at": ["08:30"] } } });
    let new = serde_json::json!({ "title": "每日巡检", "operator": "值班员", "when": rule, "work": work() });
    let (status, plan) = post(&server, plans, new.clone()).await;
    assert_eq!((status, &plan["plan"]["enabled"], plan["next_ms"].is_u64()), (200, &true.into(), true), "{plan}");
    let one = format!("{plans}/{}", plan["id"]);
    let (_, item) = post(&server, RUNS, serde_json::json!({ "plan": plan["id"] })).await;
    assert_eq!((&item["plan"], &item["title"], &item["by_calendar"]), (&plan["id"], &"每日巡检".into(), &false.into()));
    let (_, calendar) = server.json(get("/api/v1/inspections/calendar?month=2026-10")).await;
    let days = calendar["days"].as_array().expect("days");
    let of = |at: usize| (days[at]["kind"].as_str().expect("a kind"), days[at]["due"].as_array().map(Vec::len));
    assert_eq!(
        (days.len(), of(0), of(8), of(9), of(10)),
        (31, ("holiday", Some(0)), ("work", Some(1)), ("makeup", Some(1)), ("weekend", Some(0)))
    );
    let year = serde_json::json!({ "source": "本省通知", "off": ["2026-10-09"], "work": [] });
    let (status, told) = server.json(send("PUT", "/api/v1/inspections/days/2026", JSON, year.to_string())).await;
    assert_eq!((status, &told["known"], &told["days"]["off"][0]), (200, &true.into(), &"2026-10-09".into()));
    let wrong = serde_json::json!({ "source": "", "off": ["2026-02-30"], "work": [] });
    assert_eq!(server.json(send("PUT", "/api/v1/inspections/days/2026", JSON, wrong.to_string())).await.0, 400);
    assert_eq!(server.json(get("/api/v1/inspections/days/2027")).await.1["known"], Value::from(false));
    let mut off = new;
    off["enabled"] = false.into();
    let (_, changed) = server.json(send("PUT", &one, JSON, off.to_string())).await;
    assert_eq!(changed["next_ms"], Value::Null);
    assert_eq!(server.call(send("DELETE", &one, JSON, "")).await.status().as_u16(), 204);
    assert_eq!(server.json(get(&one)).await.0, 404);
}

#[tokio::test]
async fn a_plan_follows_a_group_says_how_many_are_in_it_and_begins_nothing_once_it_is_gone() {
    let server = server();
    server.import(VENUE).await;
    let group = |venues: &[&str]| serde_json::json!({ "name": "重点会场", "venues": venues });
    let (status, kept) = post(&server, "/api/v1/groups", group(&["350102001-01", "3502-01"])).await;
    assert_eq!(status, 200, "{kept}");
    let plans = "/api/v1/inspections/plans";
    let plan = |group: &Value, places: &[&str]| {
        let work = serde_json::json!({ "kind": "daily", "places": places, "window_min": 60 });
        serde_json::json!({ "title": "重点", "operator": "值班员", "when": "by-hand", "work": work, "group": group })
    };
    assert_eq!(post(&server, plans, plan(&kept["id"], &["35"])).await.0, 400, "one or the other");
    assert_eq!(post(&server, plans, plan(&Value::Null, &[])).await.0, 400, "nobody");
    assert_eq!(post(&server, plans, plan(&9.into(), &[])).await.0, 404, "no such group");
    let (status, told) = post(&server, plans, plan(&kept["id"], &[])).await;
    let follows = |venues: Value| serde_json::json!({ "id": kept["id"], "name": "重点会场", "venues": venues });
    assert_eq!((status, &told["follows"], &told["plan"]["group"]), (200, &follows(2.into()), &kept["id"]), "{told}");
    let of_group = format!("/api/v1/groups/{}", kept["id"]);
    server.json(send("PUT", &of_group, JSON, group(&["3502-01"]).to_string())).await;
    let (_, list) = server.json(get(plans)).await;
    assert_eq!(list["items"][0]["follows"], follows(1.into()), "as it is now");
    let begin = serde_json::json!({ "plan": told["id"] });
    let (status, run) = post(&server, RUNS, begin.clone()).await;
    assert_eq!(
        (status, &run["group"]["name"], &run["work"]["venues"]),
        (202, &"重点会场".into(), &serde_json::json!(["3502-01"]))
    );
    server.check_problem(send("DELETE", &of_group, JSON, ""), 409).await;
    let agreed = format!("{of_group}?confirmed=true");
    assert_eq!(server.call(send("DELETE", &agreed, JSON, "")).await.status().as_u16(), 204);
    let one = format!("{plans}/{}", told["id"]);
    assert_eq!(server.json(get(&one)).await.1["follows"], follows(Value::Null));
    assert_eq!(post(&server, RUNS, begin).await.0, 404);
    let (status, same) = server.json(send("PUT", &one, JSON, plan(&kept["id"], &[]).to_string())).await;
    assert_eq!((status, &same["follows"]), (200, &follows(Value::Null)), "the rest of it may be changed");
    assert_eq!(post(&server, plans, plan(&kept["id"], &[])).await.0, 404, "no other may follow it any more");
}
