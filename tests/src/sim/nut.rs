//! A server of Network UPS Tools as RFC 9271 tells it. It shares nothing with the agent.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What it does wrong; nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// It says nothing.
    pub mute: bool,
    /// It closes every connection at once.
    pub closes: bool,
    /// It answers with this error, `DATA-STALE`.
    pub error: Option<&'static str>,
    /// It answers with this, and not with an answer.
    pub garbage: Option<&'static str>,
    /// Its answers end after so many bytes.
    pub cut: Option<usize>,
    /// Each answer comes so late, milliseconds.
    pub late_ms: u64,
    /// It never ends a list.
    pub endless: bool,
}

/// Serves one UPS, `hall`, which is on line.
///
/// # Panics
/// When there is no port.
pub async fn serve(faults: Faults) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, faults.clone()));
        }
    });
    address
}

async fn talk(stream: TcpStream, faults: Faults) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        tokio::time::sleep(Duration::from_millis(faults.late_ms)).await;
        let mut said = said(&line, &faults);
        said.truncate(faults.cut.unwrap_or(usize::MAX));
        if faults.closes || !faults.mute && writer.write_all(said.as_bytes()).await.is_err() {
            return;
        }
        while faults.endless && writer.write_all(b"VAR hall x \"y\"\n").await.is_ok() {
            tokio::task::yield_now().await;
        }
    }
}

fn said(line: &str, faults: &Faults) -> String {
    if let Some(error) = faults.error {
        return format!("ERR {error}\n");
    }
    if let Some(garbage) = faults.garbage {
        return garbage.to_owned();
    }
    match line {
        "LIST VAR hall" if faults.endless => "BEGIN LIST VAR hall\n".to_owned(),
        "LIST VAR hall" => {
            "BEGIN LIST VAR hall\nVAR hall battery.charge \"100\"\nVAR hall ups.firmware \"1.7\"\nVAR hall ups.mfr \"Avow\"\n\
             VAR hall ups.model \"UPS 1000\"\nVAR hall ups.serial \"S-42\"\nVAR hall ups.status \"OL\"\nEND LIST VAR hall\n"
                .to_owned()
        }
        "LIST UPS" => "BEGIN LIST UPS\nUPS hall \"UPS of the hall\"\nEND LIST UPS\n".to_owned(),
        other if other.starts_with("LIST VAR ") => "ERR UNKNOWN-UPS\n".to_owned(),
        _ => "ERR UNKNOWN-COMMAND\n".to_owned(),
    }
}
