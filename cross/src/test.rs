//! `cargo x test`: everything that a change must pass. The small agent and the real peer are built beside the first
//! steps, because much of what those do keeps one core only.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::folders::{Folders, cargo, search_path};
use crate::needs::{self, Purpose};
use crate::process::{self, Output};
use crate::steps::Steps;
use crate::{binaries, browser, demo, guest, interrupt, python_peers, stamp_peer, web};

/// In the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Needs,
    Fmt,
    Web,
    Clippy,
    Build,
    Test,
    Demo,
    Browser,
}

impl Step {
    pub(crate) const ALL: [Self; 8] =
        [Self::Needs, Self::Fmt, Self::Web, Self::Clippy, Self::Build, Self::Test, Self::Demo, Self::Browser];

    /// The word on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Needs => "needs",
            Self::Fmt => "fmt",
            Self::Web => "web",
            Self::Clippy => "clippy",
            Self::Build => "build",
            Self::Test => "test",
            Self::Demo => "demo",
            Self::Browser => "browser",
        }
    }

    /// What it does, for `--help`.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Needs => "packages of the system, real peers and a kernel to emulate are there, or are installed",
            Self::Fmt => "cargo fmt --check",
            Self::Web => "the console: npm ci, check, test, build",
            Self::Clippy => "cargo clippy, warnings denied",
            Self::Build => "all programs, as cargo x build makes them, and the agent within its bound",
            Self::Test => "cargo test, against those programs",
            Self::Demo => "the demonstration, from its command to its last line",
            Self::Browser => "the console in a real browser, with a province behind it",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}

/// Runs the named steps, or all of them when none is named.
pub(crate) fn run(folders: &Folders, only: &[Step]) -> Result<()> {
    let wanted = |step| only.is_empty() || only.contains(&step);
    let mut steps = Steps::begin();
    let outcome = all(folders, &wanted, &mut steps);
    steps.print();
    outcome
}

fn all(folders: &Folders, wanted: &dyn Fn(Step) -> bool, steps: &mut Steps) -> Result<()> {
    if wanted(Step::Needs) {
        steps.run("needs", || needs::provide(Purpose::Test))?;
    }
    let (peer, build) = (wanted(Step::Needs), wanted(Step::Build));
    let logs = folders.kept("logs")?;
    let [python_log, peer_log, guest_log, agent_log] =
        ["python-peers.log", "stamp-peer.log", "guest.log", "agent.log"].map(|name| logs.join(name));
    thread::scope(|scope| {
        let beside = scope.spawn(|| {
            let python = timed(peer, || python_peers::ensure(folders, Output::Logged(&python_log)));
            let peer = timed(peer, || stamp_peer::ensure(folders, Output::Logged(&peer_log)));
            let guest = timed(peer.is_some(), || guest::ensure(folders, Output::Logged(&guest_log)));
            let agent = timed(build, || binaries::agent(folders, Output::Logged(&agent_log)));
            (python, peer, guest, agent)
        });
        let first = before_the_build(folders, wanted, steps);
        if first.is_err() {
            // Ends the work beside: its outcome no longer matters.
            interrupt::ask();
        }
        let (python, peer, guest, agent) =
            beside.join().map_err(|_| anyhow!("the work beside the first steps panicked"))?;
        first?;
        note(steps, "python peers, beside the above", python)?;
        note(steps, "stamp peer, beside the above", peer)?;
        note(steps, "emulated guest, beside the above", guest)?;
        note(steps, "small agent, beside the above", agent)
    })?;
    if build {
        steps.run("build", || binaries::build(folders, Output::Shown))?;
        steps.run("size of the agent", || binaries::agent_fits(folders))?;
    }
    if wanted(Step::Test) {
        steps.run("test", || cargo_test(folders))?;
    }
    if wanted(Step::Demo) {
        steps.run("demo", || demo::newcomer::run(folders))?;
    }
    if wanted(Step::Browser) {
        steps.run("browser", || browser::run(folders))?;
    }
    Ok(())
}

fn before_the_build(folders: &Folders, wanted: &dyn Fn(Step) -> bool, steps: &mut Steps) -> Result<()> {
    if wanted(Step::Fmt) {
        steps.run("fmt", || shown(folders, &["fmt", "--all", "--check"]))?;
    }
    if wanted(Step::Web) {
        steps.run("web install", || web::install(folders, Output::Shown))?;
        steps.run("web check", || web::check(folders, Output::Shown))?;
        steps.run("web build", || web::build(folders, Output::Shown))?;
    }
    if wanted(Step::Clippy) {
        // The release profile shares build scripts and macros with the build that follows.
        steps.run("clippy", || {
            shown(folders, &["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"])
        })?;
    }
    Ok(())
}

/// Test programs whose tests mostly wait, for answers, for a deadline. `av` waits more than any, but sound that is played in real time
/// does not bear neighbours that fill both cores.
const WAITING: [&str; 2] = ["devices", "programs"];
/// So many of them at once, on however few cores.
const WAIT_AT_ONCE: &str = "--test-threads=3";

/// The tests that wait, and all others. Afterwards the small agent goes back to where `cargo test` has put another one.
fn cargo_test(folders: &Folders) -> Result<()> {
    let (waiting, others) = halves(&folders.test_programs()?);
    let mut waiting = cargo_tests(folders, &waiting)?;
    waiting.args(["--", WAIT_AT_ONCE]);
    // One that fails hides none of the others.
    let waited = process::run(&mut waiting, Output::Shown);
    let tested = process::run(&mut cargo_tests(folders, &others)?, Output::Shown);
    binaries::put_in_place(folders)?;
    waited.and(tested)
}

/// What `cargo test` is told to run: nothing is in both, and nothing in neither.
fn halves(programs: &[String]) -> (Vec<String>, Vec<String>) {
    let (waiting, others): (Vec<&String>, Vec<&String>) =
        programs.iter().partition(|name| WAITING.contains(&name.as_str()));
    fn named(names: Vec<&String>) -> impl Iterator<Item = String> {
        names.into_iter().flat_map(|name| ["--test".to_owned(), name.clone()])
    }
    let units = ["--lib", "--bins"].map(str::to_owned);
    (named(waiting).collect(), units.into_iter().chain(named(others)).collect())
}

/// The tests find the shipped programs and the real peers through the environment. The whole workspace is selected each time, so that
/// the same features hold and nothing is compiled twice.
fn cargo_tests(folders: &Folders, what: &[String]) -> Result<Command> {
    let mut command = cargo();
    command.args(["test", "--release", "--workspace", "--no-fail-fast"]).args(what).current_dir(&folders.root);
    command.env("AVOW_BIN", folders.bin()).env("AVOW_TOOLS", folders.tools().join("bin"));
    command.env("AVOW_GUEST", folders.tools().join("guest")).env("PATH", search_path());
    // Else each client of a sound server that has no such folder makes one in the folder for temporary files, and leaves it there.
    command.env("PULSE_RUNTIME_PATH", folders.kept("pulse")?);
    Ok(command)
}

fn shown(folders: &Folders, words: &[&str]) -> Result<()> {
    process::run(cargo().args(words).current_dir(&folders.root), Output::Shown)
}

/// The outcome and time of a step of the other thread; nothing when it was not asked for.
type Timed = Option<(Result<()>, Duration)>;

fn timed(wanted: bool, step: impl FnOnce() -> Result<()>) -> Timed {
    let start = Instant::now();
    wanted.then(|| (step(), start.elapsed()))
}

fn note(steps: &mut Steps, name: &str, timed: Timed) -> Result<()> {
    timed.map_or(Ok(()), |(outcome, took)| steps.note(name, outcome, took))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_is_run_once() {
        let programs = ["av", "chaos", "devices", "golden", "programs"].map(str::to_owned);
        let (waiting, others) = halves(&programs);
        assert_eq!(waiting.join(" "), "--test devices --test programs");
        assert_eq!(others.join(" "), "--lib --bins --test av --test chaos --test golden");
    }

    #[test]
    fn the_programs_that_wait_are_there() {
        let programs = Folders::find().expect("a workspace").test_programs().expect("cargo tells");
        for name in WAITING {
            assert!(programs.iter().any(|program| program == name), "{name}: {programs:?}");
        }
        assert!(programs.iter().any(|program| program == "golden"), "those of other members too: {programs:?}");
    }
}
