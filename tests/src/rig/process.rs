//! A program under test: its own process group, its output in files, dead when the value is dropped.

use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::{Clock, Folder, wait_until};

/// How much of an output is shown when the test has failed.
const TAIL_LINES: usize = 40;

/// A running program, or one that has ended.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    output: PathBuf,
    errors: PathBuf,
    ended: Option<ExitStatus>,
}

impl Process {
    /// Starts `command` as `name`; its outputs go to `<name>.<n>.out` and `.err` in `folder`.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(folder: &Folder, name: &str, command: &Command) -> Self {
        let output = folder.next(name, "out");
        let errors = output.with_extension("err");
        let mut guarded = dying_with_the_test(command);
        let file = |path: &Path| File::create(path).expect("a log can be written");
        guarded.stdin(std::process::Stdio::null()).stdout(file(&output)).stderr(file(&errors)).process_group(0);
        let child = guarded.spawn().unwrap_or_else(|error| panic!("{name} cannot be started: {error}"));
        Self { name: name.to_owned(), child, output, errors, ended: None }
    }

    /// The first line of standard output that begins with `word`, without the word.
    ///
    /// # Panics
    /// When it does not come in time, or the program ends before.
    pub async fn line(&mut self, word: &str, within: Duration) -> String {
        self.nth_line(word, 1, within).await
    }

    /// The same, the `nth` such line, counted from 1: a program may be ready again.
    ///
    /// # Panics
    /// When it does not come in time, or the program ends before.
    pub async fn nth_line(&mut self, word: &str, nth: usize, within: Duration) -> String {
        let what = format!("'{word}' from {}", self.name);
        wait_until(&what, within, async || {
            let ended = self.exit_status();
            let found = lines_of(&read(&self.output), word).nth(nth - 1);
            assert!(found.is_some() || ended.is_none(), "{} ended before '{word}': {ended:?}", self.name);
            found
        })
        .await
    }

    /// Sends a signal to the whole group.
    pub fn signal(&self, signal: Signal) {
        if self.ended.is_none() {
            // A group that has just ended by itself is no fault.
            let _ = killpg(self.pid(), signal);
        }
    }

    /// SIGKILL: no good-bye. Returns when it is gone.
    pub fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        if self.ended.is_none() {
            self.ended = self.child.wait().ok();
        }
    }

    /// Waits until it ends by itself.
    ///
    /// # Panics
    /// When it does not in time.
    pub async fn wait(&mut self, within: Duration) -> ExitStatus {
        let what = format!("the end of {}", self.name);
        wait_until(&what, within, async || self.exit_status()).await
    }

    /// Sends `signal` and expects an orderly end.
    ///
    /// # Panics
    /// When it does not end in time or not with 0.
    pub async fn stop(&mut self, signal: Signal, within: Duration) {
        self.signal(signal);
        let status = self.wait(within).await;
        assert!(status.success(), "{} ended with {status} (signal {:?})", self.name, status.signal());
    }

    /// How it ended, if it has.
    pub fn exit_status(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten();
        }
        self.ended
    }

    /// What it has written to standard error so far.
    #[must_use]
    pub fn errors(&self) -> String {
        read(&self.errors)
    }

    /// What it has written to standard output so far.
    #[must_use]
    pub fn output(&self) -> String {
        read(&self.output)
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            for (what, path) in [("output", &self.output), ("errors", &self.errors)] {
                eprintln!("--- {} of {} ({:?})\n{}", what, self.name, self.ended, tail(&read(path)));
            }
        }
    }
}

/// The same command behind `setpriv --pdeathsig`, so that nothing is left when the test itself is killed.
fn dying_with_the_test(command: &Command) -> Command {
    let mut guarded = Command::new("setpriv");
    guarded.args(["--pdeathsig", "KILL"]).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        guarded.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => guarded.env(name, value),
            None => guarded.env_remove(name),
        };
    }
    guarded
}

/// A command for a program of the repository, with the clock that it shall believe.
pub(crate) fn command(name: &str, clock: Clock) -> Command {
    let mut command = Command::new(super::program(name));
    clock.apply(&mut command);
    command
}

fn read(path: &Path) -> String {
    std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// Only whole lines count: the last one may still be on its way.
fn lines_of(text: &str, word: &str) -> impl Iterator<Item = String> {
    let whole = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    whole.filter_map(move |line| line.strip_prefix(word)).map(|rest| rest.trim().to_owned())
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    fn shell(folder: &Folder, script: &str) -> Process {
        Process::start(folder, "shell", Command::new("sh").args(["-c", script]))
    }

    #[tokio::test]
    async fn a_ready_line_is_read_and_a_signal_ends_it() {
        let folder = Folder::new();
        let mut process =
            shell(&folder, "trap 'exit 0' INT; echo hello; echo ready 1 2; while :; do read -t 1 x <&-; done");
        assert_eq!(process.line("ready", SOON).await, "1 2");
        process.stop(Signal::SIGINT, SOON).await;
    }

    #[tokio::test]
    #[should_panic(expected = "ended before 'ready'")]
    async fn an_early_end_is_no_readiness() {
        let folder = Folder::new();
        shell(&folder, "echo not yet; exit 3").line("ready", SOON).await;
    }

    #[tokio::test]
    async fn the_whole_group_dies_and_outputs_are_kept_apart() {
        let folder = Folder::new();
        let mut process = shell(&folder, "echo wrong >&2; sleep 1000 & echo ready $!; wait");
        let child: i32 = process.line("ready", SOON).await.parse().expect("a process id");
        process.kill();
        assert_eq!(process.errors(), "wrong\n");
        let gone = async || nix::sys::signal::kill(Pid::from_raw(child), None).err();
        wait_until("the end of the child", SOON, gone).await;
    }

    #[test]
    fn half_a_line_is_not_a_line() {
        assert_eq!(lines_of("ready 1", "ready").count(), 0);
        assert_eq!(lines_of("x\nready 1\nready 2\n", "ready").collect::<Vec<_>>(), ["1", "2"]);
    }
}
