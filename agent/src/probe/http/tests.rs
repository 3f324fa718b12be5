//! The HTTP probe against servers of a few lines, and over TLS against openssl.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// A server that answers every connection with `answer`, and never when it is empty; its port.
async fn server(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
            if answer.is_empty() {
                kept.push(stream);
            }
        }
    });
    port
}

async fn found(port: u16, keys: &str) -> Found {
    let setup: Setup =
        toml::from_str(&format!("url='http://operator:geheim@127.0.0.1:{port}/'\n{keys}")).expect("a setup");
    setup.check().expect("a checked setup");
    let found = run(&setup, ClockQuality::Free).await;
    assert!(!found.detail.contains("geheim"), "{}", found.detail);
    found
}

const PAGE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 12\r\nconnection: close\r\n\r\n会议平台";
const LOST: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const ROUND: &str = "HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn a_page_with_the_right_text_passes() {
    let port = server(PAGE).await;
    let found = found(port, "text='会议'").await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
    assert_eq!(found.values[0], STATUS.of(200.0));
}

#[tokio::test]
async fn a_missing_text_fails() {
    let port = server(PAGE).await;
    assert_eq!(found(port, "text='点名'").await.verdict, Verdict::fail("http.text"));
}

#[tokio::test]
async fn another_status_fails_unless_it_is_expected() {
    let port = server(LOST).await;
    assert_eq!(found(port, "").await.verdict, Verdict::fail("http.status"));
    assert_eq!(found(port, "status=[200, 404]").await.verdict, Verdict::Pass);
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let port = server(ROUND).await;
    let found = found(port, "").await;
    assert_eq!(found.verdict, Verdict::fail("http.down"));
    assert!(found.detail.contains("重定向"), "{}", found.detail);
}

#[tokio::test]
async fn silence_ends_with_the_timeout() {
    let port = server("").await;
    let found = found(port, "timeout_ms=100").await;
    assert_eq!(found.verdict, Verdict::fail("http.down"));
    assert!(found.detail.contains("100 ms"), "{}", found.detail);
}

#[tokio::test]
async fn a_refused_connection_is_down() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    assert_eq!(found(port, "").await.verdict, Verdict::fail("http.down"));
}

#[test]
fn a_slow_first_byte_is_degraded_and_a_very_slow_one_fails() {
    let setup: Setup = toml::from_str("url='http://127.0.0.1/'").expect("a setup");
    let page = |ms| Page { status: 200, first_byte: Duration::from_millis(ms), body: Vec::new() };
    assert_eq!(judged(&setup, &page(2500)).verdict, Verdict::degraded("http.slow"));
    assert_eq!(judged(&setup, &page(9000)).verdict, Verdict::fail("http.slow"));
}

#[test]
fn a_page_is_searched_to_its_last_byte() {
    assert!(contains(b"abc", b"bc") && contains(b"", b"") && !contains(b"ab", b"abc"));
}

/// An HTTPS server of OpenSSL with a certificate that nobody has signed but itself.
struct TlsServer {
    child: std::process::Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tls_server() -> TlsServer {
    use std::io::BufRead as _;
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().expect("a folder");
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"])
        .args([
            "-subj",
            "/CN=127.0.0.1",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-addext",
            "basicConstraints=CA:FALSE",
        ])
        .args(["-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(&folder)
        .stderr(Stdio::null())
        .status()
        .expect("openssl is needed: apt install openssl");
    assert!(made.success());
    let mut child = Command::new("openssl")
        .args(["s_server", "-www", "-accept", "127.0.0.1:0", "-key", "key.pem", "-cert", "cert.pem"])
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl starts");
    let mut lines = std::io::BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let port = lines
        .find_map(|line| line.expect("text").strip_prefix("ACCEPT 127.0.0.1:").and_then(|port| port.parse().ok()))
        .expect("the server says its port");
    TlsServer { child, folder, port }
}

#[tokio::test]
async fn a_certificate_is_believed_only_by_its_authority() {
    let server = tls_server();
    let own = server.folder.path().join("cert.pem");
    let page = |keys: String| toml::from_str::<Setup>(&format!("url='https://127.0.0.1:{}/'\n{keys}", server.port));
    let trusting = page(format!("ca='{}'", own.display())).expect("a setup");
    let found = run(&trusting, ClockQuality::Free).await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);

    let strict = page(String::new()).expect("a setup");
    let found = run(&strict, ClockQuality::Free).await;
    match &found.verdict {
        Verdict::Unknown { .. } => assert!(found.detail.contains("ca-certificates"), "{}", found.detail),
        verdict => {
            assert_eq!(verdict, &Verdict::fail("http.down"));
            assert!(found.detail.contains("证书不可信"), "{}", found.detail);
            let found = run(&strict, ClockQuality::Unset).await;
            assert_eq!(found.verdict.word(), "unknown", "a clock of 1970 cannot judge it: {}", found.detail);
        }
    }
}

#[test]
fn a_setup_is_logged_without_its_password() {
    let setup: Setup = toml::from_str("url='https://u:geheim@h/'").expect("a setup");
    assert!(!format!("{setup:?}").contains("geheim"));
}
