//! A backup that somebody breaks off at his terminal (Ctrl-C): it ends at the collector too, and nothing of it stays anywhere.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use avow_tests::rig::{Collector, CollectorPlan, Folder, program, wait_until};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

const SOON: Duration = Duration::from_secs(30);

struct Typed {
    http: String,
    folder: Folder,
    collector: Collector,
}

impl Typed {
    async fn new() -> Self {
        let folder = Folder::new();
        let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
        Self { http: format!("http://{}", collector.http), folder, collector }
    }

    fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(program("avow-collector"));
        command.args(line).args(["--http", &self.http]).current_dir(self.folder.path()).stdin(Stdio::null());
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            command.env_remove(name);
        }
        command
    }

    /// Begins a command whose standard error is a terminal, and what that shows.
    fn begin(&self, line: &[&str]) -> (Child, Arc<Mutex<String>>) {
        let terminal = nix::pty::openpty(None, None).expect("a terminal");
        let child = self.command(line).stdout(Stdio::piped()).stderr(terminal.slave).spawn().expect("it runs");
        let (shown, screen) = (Arc::default(), terminal.master);
        let here: Arc<Mutex<String>> = Arc::clone(&shown);
        std::thread::spawn(move || read(screen, &here));
        (child, shown)
    }

    async fn under_way(&self) -> Value {
        self.collector.api().json("/api/v1/backup").await["under_way"].clone()
    }

    /// What lies in the data folder and beside it of backups.
    fn left(&self) -> Vec<PathBuf> {
        let folders = [self.folder.path().to_owned(), self.folder.file("data")];
        let files = folders.iter().flat_map(|folder| folder.read_dir().expect("reads").flatten());
        let files = files.map(|entry| entry.path());
        files.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().contains("backup"))).collect()
    }
}

/// Until the last who writes there has gone, which a terminal calls an error.
fn read(screen: OwnedFd, shown: &Mutex<String>) {
    let (mut screen, mut bytes, mut all) = (File::from(screen), [0; 4096], Vec::new());
    while let Ok(read @ 1..) = screen.read(&mut bytes) {
        all.extend(&bytes[..read]);
        *shown.lock().expect("one at a time") = String::from_utf8_lossy(&all).into_owned();
    }
}

async fn until_shown(shown: &Mutex<String>, what: &str) {
    wait_until(what, SOON, async || shown.lock().expect("one at a time").contains(what).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_broken_off_ends_everywhere_and_the_next_one_is_whole() {
    let typed = Typed::new().await;
    // A piece of evidence that comes as slowly as this test writes it.
    let evidence = typed.folder.file("data").join("evidence").join("aa").join("a".repeat(64));
    std::fs::create_dir_all(evidence.parent().expect("a folder")).expect("is made");
    nix::unistd::mkfifo(&evidence, nix::sys::stat::Mode::S_IRWXU).expect("is made");
    let (mut child, shown) = typed.begin(&["backup", "all.backup"]);
    let path = evidence.clone();
    let opened = tokio::task::spawn_blocking(move || OpenOptions::new().write(true).open(path));
    let mut pipe = opened.await.expect("ends").expect("the collector reads it");
    pipe.write_all(&[7; 2 << 20]).expect("the collector reads it");

    let far = typed.under_way().await;
    assert!(far["step"] == "writing" && far["bytes"].as_u64().is_some_and(|bytes| bytes > 1 << 20), "{far}");
    until_shown(&shown, "服务器正在生成备份：").await;
    let second = typed.command(&["backup", "second.backup"]).output().expect("it runs");
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&second.stderr).contains("正在生成备份"), "{second:?}");
    let part = typed.folder.file(&format!("all.backup.{}.part", child.id()));
    assert_eq!(typed.left(), [part], "made before anybody is asked; the one that was refused is gone");

    kill(Pid::from_raw(i32::try_from(child.id()).expect("a process")), Signal::SIGINT).expect("a signal");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    until_shown(&shown, "已取消备份").await;
    let written = tokio::task::spawn_blocking(move || {
        let pieces = std::iter::repeat_with(|| pipe.write_all(&[7; 64 << 10]).map_err(|error| error.kind()));
        pieces.take(1 << 12).find_map(Result::err)
    });
    assert_eq!(written.await.expect("it ends"), Some(ErrorKind::BrokenPipe), "the collector still makes it");
    wait_until("the place to be free", SOON, async || typed.under_way().await.is_null().then_some(())).await;
    assert!(typed.left().is_empty(), "{:?}", typed.left());

    std::fs::remove_file(&evidence).expect("goes");
    let next = typed.command(&["backup", "all.backup"]).output().expect("it runs");
    assert_eq!((next.status.code(), next.stderr.len()), (Some(0), 0), "in a pipe nothing but the end is told");
    assert_eq!(typed.left(), [typed.folder.file("all.backup")]);
}
