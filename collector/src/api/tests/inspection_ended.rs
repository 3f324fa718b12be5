//! Filling in after the end of a run of the whole province, over a whole core and its disk; how fast is asserted where the program is compiled
//! as it is shipped: `cargo test --release -p avow-collector --lib filled_in_after_its_end -- --nocapture`.

use std::time::{Duration, Instant};

use avow_shared::id::VenueId;

use super::inspection_province::{TIMES, check, venues};
use super::*;
use crate::inspection::Run;
use crate::inspection::fixture::done;
use crate::links::{Change, Link, Purpose, Token};

const RUN: u64 = 2;
const MOST: usize = if TIMES < 3 { 3 } else { TIMES };

/// How long each took.
fn told(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    // As for a run that is open.
    check(&format!("{what}, p50"), times[times.len() / 2], 100);
    check(&format!("{what}, p99"), times[times.len() * 99 / 100], 500);
}

async fn timed(server: &Server, request: Request<Body>, times: &mut Vec<Duration>) -> String {
    let (path, began) = (request.uri().clone(), Instant::now());
    let response = server.call(request).await;
    assert_eq!(response.status().as_u16(), 200, "{path}");
    let bytes = to_bytes(response.into_body(), 1 << 24).await.expect("a body");
    times.push(began.elapsed());
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_of_the_whole_province_is_filled_in_after_its_end_in_time() {
    let data = tempfile::tempdir().expect("a folder");
    let kept = done(RUN, &venues(), 0).run;
    crate::core::keep_for_tests(data.path(), &kept);
    let waits = |record: &&Arc<crate::inspection::Record>| record.can_be_handed_in() && record.manual.is_empty();
    let waiting: Vec<VenueId> = kept.records.iter().filter(waits).map(|record| record.venue).collect();
    let (by_phone, by_hand) = waiting.split_at(waiting.len() / 2);
    let hub = crate::core::tests::start(data.path());
    let server = server_of(&hub);
    let ask = async |change| {
        let (reply, answer) = tokio::sync::oneshot::channel();
        hub.commands.send(Command::Link { change, reply }).await.expect("the core hears");
        answer.await.expect("answers").expect("is taken");
    };

    let (mut forms, mut answers) = (Vec::new(), Vec::new());
    for (n, venue) in (1_u8..).zip(by_phone.iter().take(MOST)) {
        let (token, now) = (Token::new([n; 16]), crate::clock::now_ms());
        let purpose = Purpose::Inspection { run: RUN, venue: *venue };
        ask(Change::Make(Link::new(token, purpose, "张三".into(), now, now + 3_600_000))).await;
        let path = format!("/p/{}", token.spelled());
        assert!(timed(&server, get(&path), &mut forms).await.contains("线缆"));
        let said = "r0=normal&n0=&remark=&person=%E6%9D%8E%E5%9B%9B&telephone=13800000000";
        let sent = send("POST", &path, "application/x-www-form-urlencoded", said);
        assert!(timed(&server, sent, &mut answers).await.contains("已提交并上报"));
    }
    let lately = &hub.books.read_lately;
    assert!(lately.get(RUN, 0).is_none(), "no phone has the whole run read");
    told("a form on a phone", forms);
    told("what a phone sends", answers);

    let (mut words, mut pages, mut heads) = (Vec::new(), Vec::new(), Vec::new());
    let one = format!("/api/v1/inspections/runs/{RUN}");
    // Who looks at the run has it read, once.
    assert_eq!(server.call(get(&one)).await.status().as_u16(), 200);
    let read = lately.get(RUN, 0).expect("is kept");
    for (n, venue) in by_hand.iter().take(MOST).enumerate() {
        let said = r#"{"person":"李四","items":[{"key":"cables","result":"normal","value":"良好"}]}"#;
        let record = send("PUT", &format!("{one}/venues/{venue}/manual"), "application/json", said);
        let record = timed(&server, record, &mut words).await;
        assert!(record.contains("良好"), "{record}");
        let page = format!("{one}/venues?limit=500&since={}&epoch={NOW_MS}", read.revision);
        let page: Value = serde_json::from_str(&timed(&server, get(&page), &mut pages).await).expect("JSON");
        assert_eq!(page["total"], Value::from(n + 1), "what was said is in the page that follows");
        timed(&server, get(&one), &mut heads).await;
    }
    told("a word about a venue", words);
    told("a page behind it", pages);
    told("the run behind it", heads);

    // What is held is what is on disk.
    let held: Arc<Run> = lately.get(RUN, read.revision + MOST as u64).expect("is kept up");
    assert!(
        Arc::ptr_eq(&held.records[0], &read.records[0]) || held.records[0] != read.records[0],
        "nobody read it anew"
    );
    lately.forget(RUN);
    assert_eq!(server.call(get(&one)).await.status().as_u16(), 200);
    assert_eq!(lately.get(RUN, 0).expect("is read anew").records, held.records);
}
