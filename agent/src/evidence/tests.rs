//! Uploads against a scripted HTTP server.

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::upload::CONTENT;
use super::*;

/// A request as it came: its first line, its headers in lower case, its body.
struct Came {
    line: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// Answers each request with the next of these heads, and gives back what came.
async fn serve(listener: TcpListener, answers: &[&str]) -> Vec<Came> {
    let mut all = Vec::new();
    for answer in answers {
        let (stream, _) = listener.accept().await.expect("a client");
        let mut stream = BufReader::new(stream);
        let came = read(&mut stream).await;
        let text = format!("HTTP/1.1 {answer}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        stream.get_mut().write_all(text.as_bytes()).await.expect("answers");
        all.push(came);
    }
    all
}

async fn read(stream: &mut BufReader<tokio::net::TcpStream>) -> Came {
    let mut line = String::new();
    stream.read_line(&mut line).await.expect("a request");
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await.expect("a header");
        let Some((name, value)) = header.trim().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.expect("a body");
    Came { line: line.trim().to_owned(), headers, body }
}

fn signer() -> Signer {
    Signer::from_seed(&[5; 32])
}

/// Lets a courier try once against these answers.
async fn tried(answers: &[&str]) -> (Tried, Vec<Came>) {
    // Another provider may be there already: one serves all tests of the process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().expect("a folder");
    let bytes = [7u8; 1_000];
    let hash = ContentHash::of(&bytes);
    Store::open(dir.path(), MOST_BYTES).keep(hash, EvidenceKind::Picture, &bytes).expect("keeps");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let courier = Courier::new(dir.path(), &base, signer()).expect("a client");
    let (tried, came) = tokio::join!(courier.uploads.try_upload(hash), serve(listener, answers));
    (tried, came)
}

#[tokio::test]
async fn an_upload_goes_on_where_the_last_one_ended() {
    let (tried, came) = tried(&["200 OK\r\nupload-offset: 400", "201 Created"]).await;
    assert_eq!(tried, Tried::Kept);
    let hash = ContentHash::of(&[7; 1_000]);
    assert_eq!(came[0].line, format!("HEAD /api/v1/evidence/{hash} HTTP/1.1"));
    let put = &came[1];
    assert_eq!(put.line, format!("PUT /api/v1/evidence/{hash} HTTP/1.1"));
    assert_eq!((put.headers["content-range"].as_str(), put.body.len()), ("bytes 400-999/1000", 600));
    assert_eq!(put.headers["content-type"], CONTENT);
    assert_eq!(put.headers["avow-agent"], signer().id().to_string());
    let signature = avow_shared::hash::from_hex(&put.headers["avow-signature"]).expect("a signature");
    assert_eq!(signer().public().verify(&signed_name(hash, 1_000), &signature), Ok(()));
}

#[tokio::test]
async fn a_disagreement_about_the_offset_is_asked_about_again() {
    let answers = ["200 OK\r\nupload-offset: 0", "409 Conflict", "200 OK\r\nupload-offset: 900", "200 OK"];
    let (tried, came) = tried(&answers).await;
    assert_eq!((tried, came[3].body.len()), (Tried::Kept, 100));
}

#[tokio::test]
async fn what_hq_has_is_not_sent_again() {
    let (tried, came) = tried(&["200 OK\r\nupload-offset: 1000\r\nupload-complete: ?1"]).await;
    assert_eq!((tried, came.len()), (Tried::Kept, 1));
}

#[tokio::test]
async fn what_is_not_wanted_yet_or_finds_no_room_waits() {
    assert_eq!(tried(&["404 Not Found"]).await.0, Tried::Unwanted);
    assert_eq!(tried(&["200 OK\r\nupload-offset: 0", "404 Not Found"]).await.0, Tried::Unwanted);
    for answers in [&["403 Forbidden"], &["503 Service Unavailable"]] {
        assert_eq!(tried(answers).await.0, Tried::Later);
    }
    assert_eq!(tried(&["200 OK\r\nupload-offset: 0", "507 Insufficient Storage"]).await.0, Tried::Later);
}

/// Whether a piece is still kept after its tries ended so, each so many hours after the one before.
fn is_kept(tries: &[(u64, Tried)]) -> bool {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().expect("a folder");
    let hash = ContentHash::of(&[7]);
    Store::open(dir.path(), MOST_BYTES).keep(hash, EvidenceKind::Picture, &[7]).expect("keeps");
    let mut courier = Courier::new(dir.path(), "http://127.0.0.1:1", signer()).expect("a client");
    let mut now = Instant::now();
    for (hours, tried) in tries {
        now += Duration::from_secs(hours * 60 * 60);
        courier.settle(hash, *tried, now);
    }
    assert_eq!(courier.turns.contains_key(&hash), courier.store.path(hash).is_some());
    courier.store.path(hash).is_some()
}

#[tokio::test]
async fn a_piece_is_kept_until_hq_has_it_or_was_there_for_a_day_and_had_no_report_of_it() {
    use Tried::{Kept, Later, Unwanted};
    assert!(is_kept(&[(0, Later), (24 * 90, Later), (24 * 90, Later)]), "HQ was away for half a year");
    assert!(is_kept(&[(0, Unwanted), (23, Unwanted)]));
    assert!(!is_kept(&[(0, Unwanted), (12, Unwanted), (12, Unwanted)]));
    assert!(is_kept(&[(0, Unwanted), (1, Later), (48, Later), (1, Unwanted)]), "time out of reach does not count");
    assert!(
        !is_kept(&[(0, Unwanted), (12, Unwanted), (1, Later), (1, Unwanted), (12, Unwanted)]),
        "but all of the rest"
    );
    assert!(!is_kept(&[(0, Later), (1, Kept)]));
}

/// A courier at work on a folder, and how it is told what to do.
fn at_work(folder: &Path, http: &str) -> (mpsc::Sender<Errand>, tokio::task::JoinHandle<()>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let courier = Courier::new(folder, http, signer()).expect("a client");
    let (errands, receiver) = mpsc::channel(64);
    (errands, tokio::spawn(courier.work(receiver)))
}

#[tokio::test]
async fn what_is_to_be_kept_never_waits_for_an_upload_that_hangs() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(dir.path(), MOST_BYTES);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (errands, courier) = at_work(dir.path(), &format!("http://{}", listener.local_addr().expect("an address")));
    let keep =
        |n: u8| Errand::Keep { hash: ContentHash::of(&[n]), kind: EvidenceKind::Picture, bytes: Bytes::from(vec![n]) };
    errands.send(keep(0)).await.expect("at work");
    errands.send(Errand::Wanted(vec![ContentHash::of(&[0])])).await.expect("at work");
    let (stream, _) = listener.accept().await.expect("a client");
    let mut stream = BufReader::new(stream);
    assert!(read(&mut stream).await.line.starts_with("HEAD "), "it is asked, and never answers");

    let given_up = async {
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await
    };
    let kept = async {
        for n in 1..=200 {
            errands.send(keep(n)).await.expect("at work");
        }
        drop(errands);
        courier.await.expect("ends");
    };
    tokio::select! {
        biased;
        () = kept => {}
        _ = given_up => panic!("they waited until the upload was given up"),
    }
    assert_eq!(store.hashes().len(), 201);
}

/// A piece that lies in the folder without a turn: with something else inside, so that its turn ends with its removal.
fn unasked(folder: &Path) -> std::path::PathBuf {
    let path = folder.join(file_name(ContentHash::of(&[7]), EvidenceKind::Picture));
    std::fs::write(&path, "damaged").expect("writes");
    path
}

#[tokio::test(start_paused = true)]
async fn a_piece_that_nobody_asks_about_has_its_turn_within_the_hour_or_when_hq_listens_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let (errands, _courier) = at_work(dir.path(), "http://127.0.0.1:1");
    let path = unasked(dir.path());
    tokio::time::sleep(LOOK_EVERY / 2).await;
    assert!(path.exists(), "nobody has looked yet");
    tokio::time::sleep(LOOK_EVERY / 2 + UNASKED_AFTER * 2).await;
    assert!(!path.exists(), "it had its turn");

    let path = unasked(dir.path());
    errands.send(Errand::Offer).await.expect("at work");
    tokio::time::sleep(UNASKED_AFTER * 2).await;
    assert!(!path.exists(), "it had its turn");
}

#[tokio::test]
async fn an_offer_leaves_those_alone_that_have_a_turn() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().expect("a folder");
    unasked(dir.path());
    let mut courier = Courier::new(dir.path(), "http://127.0.0.1:1", signer()).expect("a client");
    let due = Instant::now() + LOOK_EVERY * 2;
    courier.take_turn(ContentHash::of(&[7]), due);
    courier.look().await;
    assert_eq!(courier.next(), Some((ContentHash::of(&[7]), due)));
}
