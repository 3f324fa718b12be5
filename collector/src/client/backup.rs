//! `backup`, `restore`: the whole server as one file, out of a running one and into an empty one. At a terminal they say how far it is, and
//! whoever breaks one off (Ctrl-C) leaves nothing behind.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::Response;
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

use super::call::Failure;
use super::watch::{self, watched};
use super::words::Words;
use super::{Session, call, offline};
use crate::api::dto::{BackupNow, Restored};
use crate::archive::Reading;
use crate::backup::under_way::while_wanted;
use crate::backup::{CHUNK, check_while};

/// What is neither JSON nor text.
const BYTES: &str = "application/octet-stream";
/// Between two looks at how far the server is.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Far {
    /// The server was asked, and nothing is heard of it.
    Asked,
    /// The server writes the file: bytes, of about so many.
    Written(u64, u64),
    /// It comes: bytes, of so many where the server said it.
    Received(u64, Option<u64>),
    /// It is read once more and compared with its hash.
    Checked(u64, u64),
    /// It is read once more and fills a data folder.
    Filled(u64, u64),
    /// It goes to the server.
    Sent(u64, u64),
}

impl Far {
    /// After so many bytes more of the file were read.
    const fn read(self, reading: Reading, more: u64) -> Self {
        match (self, reading) {
            (Self::Checked(bytes, length), Reading::Check) => Self::Checked(bytes + more, length),
            (Self::Filled(bytes, length), Reading::Fill) => Self::Filled(bytes + more, length),
            (Self::Checked(_, length), Reading::Fill) => Self::Filled(more, length),
            (other, _) => other,
        }
    }
}

/// Where the work writes how far it is, and the line reads it.
#[derive(Clone, Debug)]
struct Told(Arc<Mutex<Far>>);

impl Told {
    fn new(far: Far) -> Self {
        Self(Arc::new(Mutex::new(far)))
    }

    fn now(&self) -> Far {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, far: Far) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = far;
    }
}

impl Session {
    pub(super) async fn backup(&self, file: &Path) -> Result<bool, Failure> {
        let told = Told::new(Far::Asked);
        let work = watch::telling(self.save_backup(file, &told), || line(self.words, told.now()));
        let ended = self.words.say(
            "已取消备份：服务器不再生成，没有留下文件。",
            "the backup was cancelled: the server makes it no longer, and no file was left.",
        );
        let bytes = watched(work, ended.to_owned()).await?;
        self.tell(&serde_json::json!({ "file": file, "bytes": bytes }), || self.words.written(file, bytes))?;
        Ok(true)
    }

    /// The file is there whole or not at all: it is checked before it gets its name.
    async fn save_backup(&self, file: &Path, told: &Told) -> Result<u64, Failure> {
        // Made before the server is asked: a folder that is not there is told at once.
        let (part, out) = Part::of(file)?;
        let response = self.ask_for_backup(told, watch::shows().then_some(LOOK_EVERY)).await?;
        let bytes = part.receive(out, response, told).await?;
        part.check(told, bytes).await?;
        std::fs::rename(&part.0, file).map_err(|source| Failure::File { path: file.to_owned(), source })?;
        Ok(bytes)
    }

    /// The answer begins when the server has written the whole file; until then it tells how far it is to whoever looks, so often.
    async fn ask_for_backup(&self, told: &Told, looks: Option<Duration>) -> Result<Response, Failure> {
        let mut answer = std::pin::pin!(self.server.post_response("backup", BYTES, Vec::new().into()));
        while let Some(every) = looks {
            tokio::select! {
                biased;
                answer = &mut answer => return answer,
                () = tokio::time::sleep(every) => {}
            }
            tokio::select! {
                biased;
                answer = &mut answer => return answer,
                now = self.server.get::<BackupNow>("backup") => match now {
                    Ok(now) => told.set(written(&now)),
                    // A server of before does not know the question; the backup comes all the same.
                    Err(Failure::Refused { .. }) => break,
                    Err(_) => {}
                },
            }
        }
        answer.await
    }

    pub(super) async fn restore(&self, file: &Path) -> Result<bool, Failure> {
        let failed = |source| Failure::File { path: file.to_owned(), source };
        let opened = tokio::fs::File::open(file).await.map_err(failed)?;
        let length = opened.metadata().await.map_err(failed)?.len();
        let told = Told::new(Far::Sent(0, length));
        let work = watch::telling(self.send_backup(opened, &told), || line(self.words, told.now()));
        let restored = watched(work, String::new()).await.map_err(|failure| match failure {
            Failure::Left(_) => Failure::Left(broken_off(self.words, told.now())),
            other => other,
        })?;
        self.tell(&restored, || self.words.restored(file))?;
        Ok(true)
    }

    async fn send_backup(&self, file: tokio::fs::File, told: &Told) -> Result<Restored, Failure> {
        let told = told.clone();
        let pieces = ReaderStream::with_capacity(file, CHUNK).inspect(move |piece| {
            if let (Ok(piece), Far::Sent(bytes, length)) = (piece, told.now()) {
                told.set(Far::Sent(bytes + piece.len() as u64, length));
            }
        });
        let response = self.server.post_response("restore", BYTES, reqwest::Body::wrap_stream(pieces)).await?;
        call::json(response).await
    }

    pub(super) async fn restore_into(&self, file: &Path, data: &Path) -> Result<bool, Failure> {
        let length = file.metadata().map_err(|source| Failure::File { path: file.to_owned(), source })?.len();
        let told = Told::new(Far::Checked(0, length));
        let work = watch::telling(fill(file, data, self.words, &told), || line(self.words, told.now()));
        let ended = self.words.say(
            "已取消恢复：数据目录可重新恢复。",
            "the restore was cancelled: the folder can be restored into again.",
        );
        let restored = watched(work, ended.to_owned()).await?;
        self.tell(&restored, || self.words.restored_into(file, data))?;
        Ok(true)
    }
}

/// What was written is taken back when this is broken off, before the program ends.
async fn fill(file: &Path, data: &Path, words: Words, told: &Told) -> Result<Restored, Failure> {
    let (file, data, told) = (file.to_owned(), data.to_owned(), told.clone());
    let filled = while_wanted(move |wanted| {
        offline::restore(&file, &data, words, |reading, bytes| {
            told.set(told.now().read(reading, bytes as u64));
            wanted()
        })
    });
    filled.await.map_err(|error| Failure::Broken(error.to_string()))?
}

/// A file that is not whole yet, beside the one that it is to be. It is of no use to anybody: it goes with this, also when the work is broken off.
struct Part(PathBuf);

impl Part {
    /// Two that are begun for one file have a part each.
    fn of(file: &Path) -> Result<(Self, File), Failure> {
        let mut part = file.as_os_str().to_owned();
        part.push(format!(".{}.part", std::process::id()));
        let part = Self(part.into());
        // Not on a thread elsewhere, which might make the file after this has gone.
        let out = private_file(&part.0).map_err(|source| Failure::File { path: part.0.clone(), source })?;
        Ok((part, out))
    }

    async fn receive(&self, out: File, response: Response, told: &Told) -> Result<u64, Failure> {
        let failed = |source| Failure::File { path: self.0.clone(), source };
        let mut out = tokio::fs::File::from_std(out);
        let (length, mut bytes) = (response.content_length(), 0);
        let mut stream = response.bytes_stream();
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(|error| Failure::Broken(error.to_string()))?;
            out.write_all(&piece).await.map_err(failed)?;
            bytes += piece.len() as u64;
            told.set(Far::Received(bytes, length));
        }
        out.sync_all().await.map_err(failed)?;
        Ok(bytes)
    }

    async fn check(&self, told: &Told, length: u64) -> Result<(), Failure> {
        let (path, told) = (self.0.clone(), told.clone());
        told.set(Far::Checked(0, length));
        let checked = while_wanted(move |wanted| {
            check_while(&path, |bytes| {
                told.set(told.now().read(Reading::Check, bytes as u64));
                wanted()
            })
        });
        let checked = checked.await.map_err(|error| Failure::Broken(error.to_string()))?;
        checked.map(drop).map_err(|error| Failure::Broken(error.to_string()))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It has its name, or was never made: then there is nothing to remove.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// It will hold HQ's private key: nobody else reads it.
fn private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

fn written(now: &BackupNow) -> Far {
    match &now.under_way {
        Some(far) if far.step == "writing" && far.about_bytes > 0 => Far::Written(far.bytes, far.about_bytes),
        _ => Far::Asked,
    }
}

/// What is told when a restore is broken off: whether it was taken cannot be known once all of it was sent.
fn broken_off(words: Words, far: Far) -> String {
    let text = match far {
        Far::Sent(bytes, length) if bytes >= length => words.say(
            "已停止等待：文件已全部送出，服务器可能已开始恢复。\n请用 avow-collector status 查看；未恢复时服务器仍为原样，没有留下上传的文件。",
            "no longer waiting: all of the file was sent, and the server may be taking it in.\nlook with avow-collector status; if it does not, it is as it was and keeps nothing of the file.",
        ),
        _ => words.say(
            "已取消恢复：服务器仍为原样，没有留下上传的文件。",
            "the restore was cancelled: the server is as it was and keeps nothing of the file.",
        ),
    };
    text.to_owned()
}

fn line(words: Words, far: Far) -> String {
    let part = |bytes: u64, all: u64| format!("{} / {} {}", Words::size(bytes), Words::size(all), percent(bytes, all));
    match far {
        Far::Asked => words.say("服务器正在准备备份…", "the server prepares the backup …").to_owned(),
        Far::Written(bytes, about) => {
            let told = words.say("服务器正在生成备份：", "the server writes the backup: ");
            let about = format!("{}{}", words.say("约 ", "about "), Words::size(about));
            format!("{told}{} / {about}", Words::size(bytes))
        }
        Far::Received(bytes, length) => {
            let so_far = length.map_or_else(|| Words::size(bytes), |length| part(bytes, length));
            format!("{}{so_far}", words.say("正在接收：", "receiving: "))
        }
        Far::Checked(bytes, length) => format!("{}{}", words.say("正在核对：", "checking: "), part(bytes, length)),
        Far::Filled(bytes, length) => format!("{}{}", words.say("正在恢复：", "restoring: "), part(bytes, length)),
        Far::Sent(bytes, length) if bytes >= length => {
            words.say("已全部送出，服务器正在核对…", "all is sent; the server checks it …").to_owned()
        }
        Far::Sent(bytes, length) => format!("{}{}", words.say("正在发送：", "sending: "), part(bytes, length)),
    }
}

fn percent(bytes: u64, all: u64) -> String {
    format!("{} %", bytes.saturating_mul(100).checked_div(all).unwrap_or(100).min(100))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::routing::post;
    use tokio::sync::Semaphore;
    use tokio_stream::wrappers::ReceiverStream;

    use super::*;

    #[test]
    fn a_line_says_what_is_done_and_how_much_of_it() {
        for (far, chinese, english) in [
            (Far::Asked, "服务器正在准备备份…", "the server prepares the backup …"),
            (
                Far::Written(1_234_000_000, 2_500_000_000),
                "服务器正在生成备份：1.23 GB / 约 2.50 GB",
                "the server writes the backup: 1.23 GB / about 2.50 GB",
            ),
            (
                Far::Received(500_000_000, Some(2_000_000_000)),
                "正在接收：500.0 MB / 2.00 GB 25 %",
                "receiving: 500.0 MB / 2.00 GB 25 %",
            ),
            (Far::Received(12_345, None), "正在接收：12 kB", "receiving: 12 kB"),
            (Far::Checked(1, 3), "正在核对：0 kB / 0 kB 33 %", "checking: 0 kB / 0 kB 33 %"),
            (Far::Filled(1, 2), "正在恢复：0 kB / 0 kB 50 %", "restoring: 0 kB / 0 kB 50 %"),
            (Far::Sent(7, 8), "正在发送：0 kB / 0 kB 87 %", "sending: 0 kB / 0 kB 87 %"),
            (Far::Sent(8, 8), "已全部送出，服务器正在核对…", "all is sent; the server checks it …"),
            (Far::Sent(0, 0), "已全部送出，服务器正在核对…", "all is sent; the server checks it …"),
        ] {
            assert_eq!((line(Words::Chinese, far), line(Words::English, far)), (chinese.into(), english.into()));
        }
    }

    /// What a server says of how far it is, and what of it is told when the backup comes after so many looks.
    async fn check_told(said: (StatusCode, &'static str), looks: u32, expected: Far) {
        let asked = Arc::new(Semaphore::new(0));
        let made = Arc::clone(&asked);
        let backup = post(move || async move {
            let _looks = made.acquire_many(looks).await;
            // The answer to the last look comes first.
            for _ in 0..1_000 {
                tokio::task::yield_now().await;
            }
            "the backup"
        });
        let look = move || {
            asked.add_permits(1);
            std::future::ready((said.0, [("content-type", "application/json")], said.1))
        };
        let router = axum::Router::new().route("/api/v1/backup", backup.get(look));
        let session = session(router).await;
        let told = Told::new(Far::Asked);
        let answer = session.ask_for_backup(&told, Some(Duration::from_millis(1))).await.expect("it comes");
        assert_eq!(answer.text().await.expect("is text"), "the backup");
        assert_eq!(told.now(), expected);
    }

    async fn session(router: axum::Router) -> Session {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let http = format!("http://{}", listener.local_addr().expect("bound"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let words = Words::English;
        Session { server: call::Server::new(&http, words).expect("an address"), json: false, words }
    }

    #[tokio::test]
    async fn a_backup_comes_also_from_a_server_that_does_not_say_how_far_it_is() {
        let told = r#"{"now_ms":2,"under_way":{"since_ms":1,"step":"writing","bytes":3,"about_bytes":9}}"#;
        check_told((StatusCode::OK, told), 2, Far::Written(3, 9)).await;
        check_told((StatusCode::OK, "{}"), 2, Far::Asked).await;
        check_told((StatusCode::INTERNAL_SERVER_ERROR, ""), 2, Far::Asked).await;
        for status in [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED] {
            check_told((status, ""), 1, Far::Asked).await;
        }
    }

    #[tokio::test]
    async fn a_backup_that_is_broken_off_leaves_no_file_and_ends_at_the_server() {
        let folder = tempfile::tempdir().expect("a folder");
        let (pieces, body) = tokio::sync::mpsc::channel(1);
        let body = Arc::new(Mutex::new(Some(ReceiverStream::new(body))));
        let backup = post(move || {
            let body = body.lock().expect("one at a time").take().expect("asked once");
            std::future::ready(axum::body::Body::from_stream(body))
        });
        let session = session(axum::Router::new().route("/api/v1/backup", backup)).await;
        pieces.send(Ok::<_, std::io::Error>(&[7_u8; 100][..])).await.expect("is wanted");
        let count = || std::fs::read_dir(folder.path()).expect("reads").count();
        let (file, told) = (folder.path().join("all.backup"), Told::new(Far::Asked));
        tokio::select! {
            done = session.save_backup(&file, &told) => panic!("it has no end: {done:?}"),
            () = async { while told.now() != Far::Received(100, None) { tokio::task::yield_now().await } } => {}
        }
        assert_eq!(count(), 0);
        pieces.closed().await;
    }

    #[test]
    fn a_restore_into_a_folder_that_is_broken_off_can_be_begun_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, data) = (folder.path().join("all.backup"), folder.path().join("data"));
        let mut writer = crate::backup::Writer::new(File::create(&file).expect("is made")).expect("writes");
        writer.section("hq.key", |section| section.record(&[7; 32])).expect("writes");
        writer.section("snapshot", |section| section.record(b"x")).expect("writes");
        writer.section("evidence/aa/bb", |section| section.record(&vec![7; 3 * CHUNK])).expect("writes");
        writer.finish().expect("writes");
        std::fs::create_dir_all(data.join("history/raw-1")).expect("is made");
        let checks = |reading, _| reading == Reading::Check;
        let damaged = folder.path().join("damaged");
        std::fs::write(&damaged, &std::fs::read(&file).expect("reads")[1..]).expect("writes");
        assert!(offline::restore(&damaged, &data, Words::English, |_, _| true).is_err());
        assert!(data.join("history/raw-1").exists(), "nothing is touched before the file was found whole");
        assert!(offline::restore(&file, &data, Words::English, checks).is_err());
        let mut far = Far::Checked(0, 3);
        let given_up = offline::restore(&file, &data, Words::English, |reading, bytes| {
            far = far.read(reading, bytes as u64);
            // The snapshot stands in the first piece.
            !matches!(far, Far::Filled(bytes, 3) if bytes > CHUNK as u64 && data.join("snapshot").exists())
        });
        assert!(matches!(given_up, Err(Failure::File { .. })), "{given_up:?}");
        assert!(data.join("lock").exists() && !crate::archive::is_used(&data));
        assert!(!data.join("hq.key").exists(), "HQ's private key lies in no folder that nobody serves");
        assert!(!data.join("evidence/aa/bb").exists(), "half a piece of evidence");
        let restored = offline::restore(&file, &data, Words::English, |_, _| true).expect("is restored");
        assert!(restored.restored && data.join("snapshot").exists() && data.join("evidence/aa/bb").exists());
    }

    #[test]
    fn who_breaks_a_restore_off_is_told_what_can_be_known() {
        let early = broken_off(Words::English, Far::Sent(7, 8));
        assert!(early.contains("as it was") && !early.contains("may be"), "{early}");
        assert!(broken_off(Words::English, Far::Sent(8, 8)).contains("may be taking it in"));
    }

    #[test]
    fn the_line_follows_the_server_while_it_writes() {
        let now = |step: &str, about_bytes| {
            let step = step.to_owned();
            let under_way = crate::api::dto::BackupUnderWay { since_ms: 1, step, bytes: 3, about_bytes };
            BackupNow { now_ms: 2, under_way: Some(under_way) }
        };
        assert_eq!(written(&now("writing", 9)), Far::Written(3, 9));
        assert_eq!(written(&now("writing", 0)), Far::Asked);
        assert_eq!(written(&now("sending", 9)), Far::Asked, "it comes at once");
        assert_eq!(written(&BackupNow { now_ms: 2, under_way: None }), Far::Asked);
    }
}
