//! How many questions a second one camera's desk gets answered over a serial line: a person watches the camera through the
//! running agent and asks again as soon as he has his answer, while the camera's probe asks too. The simulated line lets each
//! byte take its time at 9600 baud, and the simulated camera answers with its next picture.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::bench::row::{Row, Target};
use crate::demo::agent_config::{self, Case};
use crate::folders::Folders;
use crate::scene::{Scene, camera_log};
use crate::temp::TempFolder;
use crate::wait;

const BAUD: u32 = 9_600;
const WINDOW: Duration = Duration::from_secs(5);
/// An answer of a line that is slow by its nature.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const ASK: &str = r#"{"camera":{"name":"camera","command":"ask"}}"#;
const PROBE: &str = r#"{"check":{"probes":["camera"],"agreed":{}}}"#;
/// An inquiry to the first camera of a line, as the camera's log has it.
const INQUIRY: &str = "8109";
/// What is asked for one answer to a person: version, power, position of the head, zoom; how focus, exposure and white are kept,
/// and where the focus stands. Bytes of question and answer.
const ASKED: [(u32, u32); 8] = [(5, 10), (5, 4), (5, 11), (5, 7), (5, 4), (5, 4), (5, 4), (5, 7)];
/// The simulated camera answers with its next picture.
const PICTURE_S: f64 = 0.020;
const BITS_A_BYTE: u32 = 10;

pub(crate) fn measure(folders: &Folders) -> Result<Vec<Row>> {
    let temp = TempFolder::inside(&folders.kept("bench")?, "inquiries")?;
    let mut scene = Scene::start(folders, "bench", temp)?;
    let pty = scene.add_camera_at(Some(BAUD))?;
    scene.add_agent("asked", &agent_config::agent_config(0, &Case::Steered { pty: &pty }, scene.ports))?;
    let socket = Socket::of(&scene, "asked")?;
    wait::until("the agent's socket", Duration::from_secs(30), || {
        scene.still_runs()?;
        Ok(UnixStream::connect(&socket.path).is_ok().then_some(()))
    })?;
    // The first one opens the line.
    socket.ask()?;
    let (began, from_us) = (Instant::now(), now_us()?);
    while began.elapsed() < WINDOW {
        socket.ask()?;
        scene.still_runs()?;
    }
    let (span, until_us) = (began.elapsed().as_secs_f64(), now_us()?);
    let asked = inquiries(&std::fs::read_to_string(camera_log(&pty))?, from_us, until_us);
    scene.drain_agents()?;
    scene.stop_collector()?;
    ensure!(asked > 0, "the camera was asked nothing");
    let note = format!(
        "of {:.1} that the line and a camera which answers within {:.0} ms allow; over {span:.0} s on a simulated line",
        most_a_second(),
        PICTURE_S * 1_000.0
    );
    let what = format!("inquiries that one camera's desk gets answered, {BAUD} baud");
    Ok(vec![Row::new(what, asked as f64 / span, "/s", Target::None).note(note)])
}

/// The socket of a running agent, by way of its open folder: the path of a socket must be short, that of a clone need not be.
pub(super) struct Socket {
    path: String,
    _folder: File,
}

impl Socket {
    /// Of the agent of that name in a scene.
    pub(super) fn of(scene: &Scene, agent: &str) -> Result<Self> {
        let folder = File::open(scene.folder().join(agent)).context("failed to open the agent's folder")?;
        Ok(Self { path: format!("/proc/self/fd/{}/agent.sock", folder.as_raw_fd()), _folder: folder })
    }

    /// One question of a person to the camera through the agent, and its answer.
    fn ask(&self) -> Result<()> {
        self.say(ASK)
    }

    /// The camera's probe, once.
    pub(super) fn probe(&self) -> Result<()> {
        self.say(PROBE)
    }

    fn say(&self, request: &str) -> Result<()> {
        let mut stream = UnixStream::connect(&self.path).context("failed to reach the agent")?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        writeln!(stream, "{request}")?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).context("failed to hear the agent")?;
        let reply: Value = serde_json::from_str(&line).with_context(|| format!("the agent said '{line}'"))?;
        ensure!(reply["checked"][0]["verdict"] == "pass", "the camera did not answer: {reply}");
        Ok(())
    }
}

fn now_us() -> Result<u64> {
    Ok(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?)
}

/// How many inquiries the camera heard between two moments, Unix microseconds.
fn inquiries(heard: &str, from_us: u64, until_us: u64) -> usize {
    let told = heard.lines().filter_map(|line| line.split_once(' '));
    let asked = told.filter(|(_, frame)| frame.starts_with(INQUIRY)).filter_map(|(at_us, _)| at_us.parse().ok());
    asked.filter(|at_us: &u64| (from_us..until_us).contains(at_us)).count()
}

/// When nothing else took any time: one question after the other, as VISCA wants it on a line.
fn most_a_second() -> f64 {
    let bytes: u32 = ASKED.iter().map(|(question, answer)| question + answer).sum();
    let count = ASKED.len() as f64;
    count / (f64::from(bytes * BITS_A_BYTE) / f64::from(BAUD) + count * PICTURE_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inquiries_count_in_the_window_and_nothing_else_does() {
        let heard = "10 81090612ff\n20 81090447ff\n25 8101060401ff\n30 81090002ff\n40 81090400ff\nx y\n";
        assert_eq!(inquiries(heard, 20, 40), 2);
        assert_eq!(inquiries("", 0, u64::MAX), 0);
    }

    #[test]
    fn a_line_allows_what_its_bytes_and_the_camera_take() {
        // 91 bytes are 94.8 ms, eight pictures 160 ms.
        assert!((most_a_second() - 31.40).abs() < 0.01, "{}", most_a_second());
    }
}
