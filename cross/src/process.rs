//! Children: each in a process group of its own, each gone when its value goes, whatever the reason.
//!
//! A program is started, says `ready …` on its standard output, is asked to stop by a signal, and is killed with
//! its whole group when it does not. What it prints goes to a log file.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Write as _};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::interrupt::Interrupted;
use crate::{procfs, wait};

/// A whole build on a slow machine; a step that takes longer hangs.
const STEP_LIMIT: Duration = Duration::from_secs(2400);
/// How much of a log is shown when its program failed.
const TAIL_LINES: usize = 40;

/// Where the output of a step goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Output<'a> {
    /// To the terminal as it comes.
    Shown,
    /// To standard error as it comes, but without the line that says that nothing had to be done.
    Sifted,
    /// To this file; its end is part of the error.
    Logged(&'a Path),
}

/// Runs a command to its end, with no input. The error names the command as one would type it.
pub(crate) fn run(command: &mut Command, output: Output<'_>) -> Result<()> {
    let typed = typed(command);
    command.stdin(Stdio::null());
    match output {
        Output::Shown => {}
        Output::Sifted => {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
        }
        Output::Logged(path) => {
            let log = create(path)?;
            command.stdout(log.try_clone()?).stderr(log);
        }
    }
    let mut running = Running::start(&typed, command, PathBuf::new())?;
    if matches!(output, Output::Sifted) {
        running.sift();
    }
    let status = running.end_of_step(STEP_LIMIT)?;
    if status.success() {
        return Ok(());
    }
    match output {
        Output::Logged(path) => bail!("`{typed}` failed ({status}); the end of {}:\n{}", path.display(), tail(path)),
        Output::Shown | Output::Sifted => bail!("`{typed}` failed ({status})"),
    }
}

/// Starts a program that stays; its output goes to `<logs>/<name>.log`.
pub(crate) fn start(name: &str, mut command: Command, logs: &Path) -> Result<Running> {
    let path = logs.join(format!("{name}.log"));
    let log = create(&path)?;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log.try_clone()?);
    let mut running = Running::start(name, &mut command, path)?;
    running.keep_output(log);
    Ok(running)
}

/// A child and its group. Dropping it kills the group.
#[derive(Debug)]
pub(crate) struct Running {
    name: String,
    child: Child,
    log: PathBuf,
    ready: Option<Receiver<String>>,
    ended: Option<ExitStatus>,
}

impl Running {
    fn start(name: &str, command: &mut Command, log: PathBuf) -> Result<Self> {
        let child = command.process_group(0).spawn().with_context(|| format!("failed to start {name}"))?;
        Ok(Self { name: name.to_owned(), child, log, ready: None, ended: None })
    }

    /// Process id, which is the group's too.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The rest of the line that starts with `ready`. May be asked once.
    pub(crate) fn ready_line(&mut self, within: Duration) -> Result<String> {
        let ready = self.ready.take().with_context(|| format!("{} was asked twice for its ready line", self.name))?;
        let what = format!("the ready line of {}", self.name);
        let answer = wait::until(&what, within, || match ready.try_recv() {
            Ok(line) => Ok(Some(line)),
            Err(TryRecvError::Empty) => self.still_runs().map(|()| None),
            Err(TryRecvError::Disconnected) => {
                bail!("{} closed its output without a ready line", self.name)
            }
        });
        answer.with_context(|| self.last_words())
    }

    /// An error with the end of the log when the program has ended by itself.
    pub(crate) fn still_runs(&mut self) -> Result<()> {
        match self.exit()? {
            None => Ok(()),
            Some(status) => bail!("{} ended by itself ({status})\n{}", self.name, self.last_words()),
        }
    }

    /// Asks the program itself, not its group, to stop, and waits. Ending by that very signal counts as obeyed.
    pub(crate) fn stop(mut self, signal: Signal, within: Duration) -> Result<()> {
        use std::os::unix::process::ExitStatusExt;
        self.still_runs()?;
        kill(self.process(), signal).with_context(|| format!("failed to signal {}", self.name))?;
        let status = self.exit_within(within).with_context(|| format!("{} did not stop on {signal}", self.name))?;
        let obeyed = status.success() || status.signal() == Some(signal as i32);
        ensure!(obeyed, "{} stopped badly ({status})\n{}", self.name, self.last_words());
        Ok(())
    }

    /// The power cut: SIGKILL to the whole group, reaped on return.
    pub(crate) fn kill(mut self) {
        self.end_group();
    }

    /// Waits until it ends by itself.
    pub(crate) fn exit_within(&mut self, within: Duration) -> Result<ExitStatus> {
        let what = format!("the end of {}", self.name);
        wait::until(&what, within, || self.exit())
    }

    /// Waits until it ends by itself. When it does not, the error says what still ran: whoever hangs is among them.
    fn end_of_step(&mut self, within: Duration) -> Result<ExitStatus> {
        let ended = self.exit_within(within);
        ended.map_err(|error| match error.is::<Interrupted>() {
            true => error,
            false => error.context(format!("still ran:\n{}", procfs::below(std::process::id()))),
        })
    }

    /// How it ended, if it has. What it left of its group ends with it.
    fn exit(&mut self) -> Result<Option<ExitStatus>> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().with_context(|| format!("failed to wait for {}", self.name))?;
            if self.ended.is_some() {
                self.kill_group();
            }
        }
        Ok(self.ended)
    }

    fn end_group(&mut self) {
        if self.ended.is_none() {
            self.kill_group();
            self.ended = self.child.wait().ok();
        }
    }

    /// Only called before or right after the leader is reaped, so that the number is still its own.
    fn kill_group(&self) {
        // The group may be empty by now; that is what is wanted.
        let _ = killpg(self.process(), Signal::SIGKILL);
    }

    fn process(&self) -> Pid {
        pid(self.child.id())
    }

    fn keep_output(&mut self, mut log: File) {
        let Some(output) = self.child.stdout.take() else {
            return;
        };
        let (tell, ready) = sync_channel(1);
        self.ready = Some(ready);
        thread::spawn(move || {
            for line in lines(BufReader::new(output)) {
                if let Some(rest) = line.strip_prefix("ready") {
                    // A second ready line, or one that nobody waits for, is only logged.
                    let _ = tell.try_send(rest.trim().to_owned());
                }
                if writeln!(log, "{line}").is_err() {
                    return;
                }
            }
        });
    }

    fn sift(&mut self) {
        let pipes = [self.child.stdout.take().map(Pipe::Out), self.child.stderr.take().map(Pipe::Err)];
        for pipe in pipes.into_iter().flatten() {
            thread::spawn(move || {
                for line in lines(pipe.reader()) {
                    if !line.trim_start().starts_with("Finished ") {
                        eprintln!("{line}");
                    }
                }
            });
        }
    }

    fn last_words(&self) -> String {
        format!("the end of {}:\n{}", self.log.display(), tail(&self.log))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end_group();
    }
}

enum Pipe {
    Out(std::process::ChildStdout),
    Err(std::process::ChildStderr),
}

impl Pipe {
    fn reader(self) -> Box<dyn BufRead> {
        match self {
            Self::Out(pipe) => Box::new(BufReader::new(pipe)),
            Self::Err(pipe) => Box::new(BufReader::new(pipe)),
        }
    }
}

/// Lines up to the end of the pipe; bytes that are not UTF-8 do not stop it, else the writer would block.
fn lines(input: impl BufRead) -> impl Iterator<Item = String> {
    input.split(b'\n').map_while(Result::ok).map(|line| String::from_utf8_lossy(&line).into_owned())
}

/// 18 762 connections need as many descriptors; children inherit what is set here.
pub(crate) fn raise_open_files() -> Result<()> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).context("failed to read the limit of open files")?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).context("failed to raise the limit of open files")
}

/// The command as one would type it.
pub(crate) fn typed(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let mut line = program.to_string_lossy().into_owned();
    for word in command.get_args() {
        let word = word.to_string_lossy();
        // Writing to a string cannot fail.
        let _ = if word.contains(' ') { write!(line, " '{word}'") } else { write!(line, " {word}") };
    }
    line
}

/// A process id as signals want it.
pub(crate) fn pid(number: u32) -> Pid {
    Pid::from_raw(i32::try_from(number).expect("a Linux process id is a positive i32"))
}

fn create(path: &Path) -> Result<File> {
    File::options()
        .create(true)
        .write(true)
        .truncate(true)
        .open(path)
        .and_then(|_| File::options().append(true).open(path))
        .with_context(|| format!("failed to create {}", path.display()))
}

fn tail(path: &Path) -> String {
    let text = std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let shown = &lines[lines.len().saturating_sub(TAIL_LINES)..];
    shown.iter().map(|line| format!("  | {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::temp::TempFolder;

    const SOON: Duration = Duration::from_secs(10);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_ready_line_is_given_and_the_rest_is_logged() {
        let folder = TempFolder::new("ready").unwrap();
        let mut running =
            start("it", shell("echo first; echo ready http=127.0.0.1:1; exec sleep 60"), folder.path()).unwrap();
        assert_eq!(running.ready_line(SOON).unwrap(), "http=127.0.0.1:1");
        running.stop(Signal::SIGTERM, SOON).unwrap();
        assert!(tail(&folder.path().join("it.log")).contains("first"));
    }

    #[test]
    fn a_program_that_ends_early_is_an_error_with_its_last_words() {
        let folder = TempFolder::new("early").unwrap();
        let mut running = start("it", shell("echo no licence >&2; exit 3"), folder.path()).unwrap();
        let error = format!("{:#}", running.ready_line(SOON).unwrap_err());
        assert!(error.contains("no licence"), "{error}");
    }

    #[test]
    fn dropping_a_program_kills_its_children_too() {
        let folder = TempFolder::new("group").unwrap();
        let mut running = start("it", shell("sleep 60 & echo ready $!; wait"), folder.path()).unwrap();
        let grandchild = running.ready_line(SOON).unwrap();
        drop(running);
        let gone = || Ok((!Path::new("/proc").join(&grandchild).join("exe").exists()).then_some(()));
        wait::until("the end of the grandchild", SOON, gone).unwrap();
    }

    #[test]
    fn a_program_that_does_not_stop_is_an_error() {
        let folder = TempFolder::new("deaf").unwrap();
        let mut running =
            start("it", shell("trap '' TERM; echo ready; while :; do sleep 1; done"), folder.path()).unwrap();
        running.ready_line(SOON).unwrap();
        let error = running.stop(Signal::SIGTERM, Duration::from_millis(200)).unwrap_err();
        assert!(format!("{error:#}").contains("did not stop on SIGTERM"), "{error:#}");
    }

    #[test]
    fn a_step_that_hangs_says_what_still_ran() {
        let mut running = Running::start("it", &mut shell("sleep 61; true"), PathBuf::new()).unwrap();
        let sleeps = || Ok(procfs::below(running.pid()).contains("sleep 61").then_some(()));
        wait::until("the child's child", SOON, sleeps).unwrap();
        let error = format!("{:#}", running.end_of_step(Duration::from_millis(1)).unwrap_err());
        assert!(error.contains("sleep 61") && error.contains("the end of it did not come"), "{error}");
    }

    #[test]
    fn a_failed_step_names_its_command() {
        let error = run(&mut shell("exit 3"), Output::Shown).unwrap_err();
        assert_eq!(error.to_string(), "`sh -c 'exit 3'` failed (exit status: 3)");
    }
}
