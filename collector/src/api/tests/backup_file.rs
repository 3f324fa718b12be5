//! A backup on its way out and one on its way in. The test is the core: nothing ends before it says so.

use std::io::{Seek, Write};

use axum::body::Bytes;
use tokio::time::Duration;
use tokio_stream::wrappers::ReceiverStream;

use super::*;
use crate::backup::under_way::Turn;

const BYTES: &str = "application/octet-stream";
/// More than is read ahead of whoever fetches it.
const LENGTH: usize = 3 << 20;

fn server_and_core() -> (Server, mpsc::Receiver<Command>) {
    let divisions = avow_shared::divisions::Divisions::fujian();
    let mut province = Province::new(divisions, Arc::default(), Rules::default());
    let view = Arc::new(ArcSwap::new(province.publish()));
    let (commands, core) = mpsc::channel(8);
    let folder = tempfile::tempdir().expect("a folder");
    (serve(folder, Arc::new(Mutex::new(province)), view, Arc::default(), commands), core)
}

impl Server {
    /// Asks on a task of its own, which can go.
    fn asks(&self, path: &str, body: impl Into<Body>) -> tokio::task::JoinHandle<Response<Body>> {
        let (router, request) = (self.router.clone(), send("POST", path, BYTES, body));
        tokio::spawn(async move { router.oneshot(request).await.expect("answers") })
    }

    /// One is under way: another is refused before it comes to the core.
    async fn refuses_another(&self, path: &str) {
        let refused = self.check_problem(send("POST", path, BYTES, "x"), 409);
        tokio::time::timeout(Duration::from_secs(20), refused).await.expect("it waits for the core");
    }

    async fn far(&self) -> Value {
        let (status, told) = self.json(get("/api/v1/backup")).await;
        assert_eq!((status, &told["now_ms"]), (200, &NOW_MS.into()), "{told}");
        told["under_way"].clone()
    }

    /// What is in the data folder of backups on their way.
    fn on_their_way(&self) -> Vec<String> {
        let names = std::fs::read_dir(&self.shared.data).expect("reads").flatten().map(|entry| entry.file_name());
        let names = names.map(|name| name.to_string_lossy().into_owned());
        names.filter(|name| name.starts_with("backup") || name.starts_with("restore")).collect()
    }
}

async fn backup(core: &mut mpsc::Receiver<Command>) -> (Turn, Reply<(std::fs::File, Turn)>) {
    match core.recv().await {
        Some(Command::Backup { turn, reply }) => (turn, reply),
        other => panic!("{other:?}"),
    }
}

fn file() -> std::fs::File {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&[7; LENGTH]).expect("writes");
    file.rewind().expect("a file");
    file
}

/// A backup that is whole, with nothing in it.
fn empty() -> Vec<u8> {
    crate::backup::Writer::new(Vec::new()).and_then(crate::backup::Writer::finish).expect("memory")
}

#[tokio::test]
async fn one_backup_is_made_and_fetched_at_a_time_and_how_far_it_is_can_be_asked() {
    let (server, mut core) = server_and_core();
    assert_eq!(server.far().await, Value::Null);
    let asked = server.asks("/api/v1/backup", "");
    let (turn, reply) = backup(&mut core).await;
    turn.expects(1_000);
    turn.passed(10);
    let told = |step: &str, bytes: usize, about: usize| serde_json::json!({ "since_ms": NOW_MS, "step": step, "bytes": bytes, "about_bytes": about });
    assert_eq!(server.far().await, told("writing", 10, 1_000));
    server.refuses_another("/api/v1/backup").await;
    reply.send(Ok((file(), turn))).expect("is waited for");
    let response = asked.await.expect("an answer");
    assert_eq!(response.headers()[header::CONTENT_LENGTH], LENGTH.to_string());
    let far = server.far().await;
    let bytes = usize::try_from(far["bytes"].as_u64().expect("a number")).expect("fits");
    assert!(bytes < LENGTH, "nobody has fetched it");
    assert_eq!(far, told("sending", bytes, LENGTH));
    server.refuses_another("/api/v1/backup").await;
    let body = to_bytes(response.into_body(), 1 << 24).await.expect("a body");
    assert!(body.len() == LENGTH && body.iter().all(|byte| *byte == 7));
    assert_eq!(server.far().await, Value::Null);
    server.asks("/api/v1/backup", "");
    backup(&mut core).await;
}

#[tokio::test]
async fn a_backup_that_is_broken_off_is_wanted_by_nobody_and_the_place_is_free_when_it_has_ended() {
    let (server, mut core) = server_and_core();
    let asked = server.asks("/api/v1/backup", "");
    let (turn, mut reply) = backup(&mut core).await;
    assert!(!reply.is_closed());
    asked.abort();
    reply.closed().await;
    server.refuses_another("/api/v1/backup").await;
    drop(turn);
    // Broken off while it is fetched.
    let asked = server.asks("/api/v1/backup", "");
    let (turn, reply) = backup(&mut core).await;
    reply.send(Ok((file(), turn))).expect("is waited for");
    drop(asked.await.expect("an answer"));
    while server.shared.backups.now().is_some() {
        tokio::task::yield_now().await;
    }
    server.asks("/api/v1/backup", "");
    backup(&mut core).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_fetches_nothing_of_a_backup_for_minutes_loses_it() {
    let (server, mut core) = server_and_core();
    let asked = server.asks("/api/v1/backup", "");
    let (turn, reply) = backup(&mut core).await;
    reply.send(Ok((file(), turn))).expect("is waited for");
    let response = asked.await.expect("an answer");
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(server.shared.backups.now().is_some(), "it may be a slow line");
    tokio::time::sleep(Duration::from_secs(90)).await;
    assert_eq!(server.shared.backups.now(), None);
    let body = to_bytes(response.into_body(), 1 << 24).await.expect("it is cut");
    assert!(body.len() < LENGTH);
}

#[tokio::test]
async fn an_upload_that_is_broken_off_leaves_no_file_and_the_next_may_begin() {
    let (server, _core) = server_and_core();
    let (pieces, body) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    let asked = server.asks("/api/v1/restore", Body::from_stream(ReceiverStream::new(body)));
    for _ in 0..3 {
        // The third is let in when the first was taken.
        pieces.send(Ok(Bytes::from_static(&[7; 100]))).await.expect("is taken");
    }
    assert_eq!(server.on_their_way(), ["restore.upload-1"]);
    server.refuses_another("/api/v1/restore").await;
    asked.abort();
    assert!(asked.await.is_err());
    assert_eq!(server.on_their_way(), [""; 0]);
    server.check_problem(send("POST", "/api/v1/restore", BYTES, "x"), 422).await;
    assert_eq!(server.on_their_way(), [""; 0]);
}

#[tokio::test]
async fn what_was_sent_whole_is_not_taken_once_whoever_sent_it_has_gone() {
    let (server, mut core) = server_and_core();
    let asked = server.asks("/api/v1/restore", empty());
    let Some(Command::Restore { staged, reply }) = core.recv().await else { panic!("another command") };
    assert!(staged.exists() && !reply.is_closed());
    asked.abort();
    assert!(asked.await.is_err());
    assert!(!staged.exists() && reply.is_closed());
    let asked = server.asks("/api/v1/restore", empty());
    let Some(Command::Restore { staged: next, reply }) = core.recv().await else { panic!("another command") };
    assert_ne!(next, staged, "the one before may still be in the core's hands");
    reply.send(Ok(())).expect("is waited for");
    assert_eq!(asked.await.expect("an answer").status(), 200);
}

#[tokio::test(start_paused = true)]
async fn an_upload_of_which_nothing_comes_for_minutes_is_cut() {
    let (server, _core) = server_and_core();
    let began = tokio::time::Instant::now();
    let (_pieces, body) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    server
        .check_problem(send("POST", "/api/v1/restore", BYTES, Body::from_stream(ReceiverStream::new(body))), 400)
        .await;
    assert!(began.elapsed() < Duration::from_secs(150));
    assert_eq!(server.on_their_way(), [""; 0]);
}
