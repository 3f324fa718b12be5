//! Sound: samples played through a child's standard input, and recorded through its standard output.
//!
//! When a sample comes out of the pipe says nothing (0.1 to 1.5 s of buffering): a recording says when it began by the
//! presentation times that the sound server, the kernel or the file gave its frames.

mod place;
mod recorder;

use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::time::{Instant, timeout_at};

use super::log::Log;
use super::{Error, seat, spawn};
pub use place::Sound;
use recorder::Recorder;
pub(super) use recorder::began;

/// How playing ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// All was played.
    pub whole: bool,
    /// The last words of ffmpeg, at most 16 lines.
    pub words: Vec<String>,
    /// It was ended because the time was up.
    pub timed_out: bool,
}

/// What was recorded.
#[derive(Debug, Default)]
pub struct Recording {
    /// Mono, full scale being 1.
    pub samples: Vec<f32>,
    /// Samples a second.
    pub rate: u32,
    /// When the first sample was heard, seconds: since 1970 by the box's clock where a device stamps, in the file's or
    /// stream's own time elsewhere (that of [`super::Mark::time_s`]). None when nothing was stamped.
    pub began_s: Option<f64>,
    /// How far apart the frames' stamps and the count of their samples stray, seconds: sound that was lost shows here.
    pub strays_s: f64,
    /// The last words of ffmpeg, without passwords, at most 16 lines.
    pub words: Vec<String>,
    /// It was ended because the time was up.
    pub timed_out: bool,
}

/// Plays mono samples (full scale being 1; what is beyond is clipped) of `rate` and returns when they have been heard.
///
/// # Errors
/// When ffmpeg cannot be run. That it cannot play there is no error, but its words say why.
pub async fn play(sink: &Sound, samples: &[f32], rate: u32, longest: Duration) -> Result<Played, Error> {
    let until = Instant::now() + longest;
    match timeout_at(until, seat(1)).await {
        Ok(_seat) => play_until(until, sink, samples, rate).await,
        Err(_) => Ok(Played { words: vec![NO_SEAT.to_owned()], timed_out: true, ..Played::default() }),
    }
}

async fn play_until(until: Instant, sink: &Sound, samples: &[f32], rate: u32) -> Result<Played, Error> {
    let mut bytes = Vec::with_capacity(samples.len() * 2);
    for sample in samples {
        bytes.extend(((sample.clamp(-1.0, 1.0) * FULL).round() as i16).to_le_bytes());
    }
    if sink.is_live() {
        bytes.resize(bytes.len() + (UNHEARD_S * f64::from(rate)) as usize * 2, 0);
    }
    let mut child = spawn("ffmpeg", &sink.sink(rate), Stdio::piped())?;
    let (Some(mut pipe), Some(said)) = (child.stdin.take(), child.stderr.take()) else { return Err(no_pipes()) };
    let mut log = Log::default();
    let feed = async {
        // A child that gives up closes its end; its words and its exit code say so.
        let _ = pipe.write_all(&bytes).await;
        drop(pipe);
    };
    let work = async { tokio::join!(feed, log.read(said), child.wait()).2 };
    let ended = timeout_at(until, work).await;
    child.kill().await?;
    Ok(Played {
        whole: matches!(&ended, Ok(Ok(status)) if status.success()),
        words: log.words.iter().map(|line| sink.without_secret(line)).collect(),
        timed_out: ended.is_err(),
    })
}

/// Records `seconds`, or until the source ends or the time is up.
///
/// # Errors
/// When ffmpeg cannot be run. That it hears nothing is no error, but its words say why.
pub async fn record(source: &Sound, rate: u32, seconds: f64, longest: Duration) -> Result<Recording, Error> {
    let until = Instant::now() + longest;
    let Ok(_seat) = timeout_at(until, seat(1)).await else { return Ok(without_seat(rate)) };
    let mut recorder = Recorder::start(source, rate, until)?;
    recorder.hear((seconds * f64::from(rate)) as usize, None).await?;
    recorder.finish().await
}

/// What is played and recorded at once.
#[derive(Clone, Debug)]
pub struct Exchange<'a> {
    /// Where the sound is played.
    pub sink: &'a Sound,
    /// Where it is heard.
    pub source: &'a Sound,
    /// Where it is heard before it goes through the air, for the delay.
    pub reference: Option<&'a Sound>,
    /// Samples a second of both.
    pub rate: u32,
    /// Seconds that are recorded before anything is played.
    pub quiet_s: f64,
    /// Seconds that are recorded after all was played.
    pub tail_s: f64,
}

/// What came of an exchange.
#[derive(Debug, Default)]
pub struct Exchanged {
    /// From the source.
    pub heard: Recording,
    /// From the reference, when there is one.
    pub reference: Option<Recording>,
    /// How playing ended.
    pub played: Played,
}

/// Records, makes from the quiet before it what is to be played, plays that and records on: one recording holds the room's
/// own noise, the sound and its end. A file is recorded whole, up to two minutes.
///
/// # Errors
/// When ffmpeg cannot be run.
pub async fn exchange(
    all: &Exchange<'_>,
    longest: Duration,
    make: &mut (dyn FnMut(&[f32]) -> Vec<f32> + Send),
) -> Result<Exchanged, Error> {
    let until = Instant::now() + longest;
    // All seats at once: two exchanges that have one each would wait for each other.
    let Ok(_seats) = timeout_at(until, seat(if all.reference.is_some() { 3 } else { 2 })).await else {
        return Ok(Exchanged { heard: without_seat(all.rate), ..Exchanged::default() });
    };
    let count = |seconds: f64| (seconds * f64::from(all.rate)) as usize;
    let mut recorder = Recorder::start(all.source, all.rate, until)?;
    let mut beside = all.reference.map(|reference| Recorder::start(reference, all.rate, until)).transpose()?;
    recorder.hear(1, beside.as_mut()).await?;
    let since = Instant::now();
    recorder.hear(count(all.quiet_s), beside.as_mut()).await?;
    let heard = recorder.samples.len();
    let samples = make(&recorder.samples[..heard.min(count(all.quiet_s))]);
    let played = {
        let playing = play_until(until, all.sink, &samples, all.rate);
        tokio::pin!(playing);
        loop {
            tokio::select! {
                played = &mut playing => break played?,
                goes_on = recorder.more_with(beside.as_mut()) => if !goes_on? { break playing.await? },
            }
        }
    };
    // The pipe lags behind the room: what the room has heard until now counts, and not what has come out.
    let so_far = recorder.samples.len().max(count(since.elapsed().as_secs_f64()));
    let end = if all.source.is_live() { so_far + count(all.tail_s) } else { count(LONGEST_FILE_S) };
    recorder.hear(end, beside.as_mut()).await?;
    let reference = match beside {
        Some(beside) => Some(beside.finish().await?),
        None => None,
    };
    Ok(Exchanged { heard: recorder.finish().await?, reference, played })
}

/// ffmpeg closes a device when it has handed everything over, and what waits there is lost: let that be silence, seconds.
const UNHEARD_S: f64 = 0.3;
const FULL: f32 = 32_767.0;
const LONGEST_FILE_S: f64 = 120.0;
const NO_SEAT: &str = "too many other recordings at once";

fn without_seat(rate: u32) -> Recording {
    Recording { rate, words: vec![NO_SEAT.to_owned()], timed_out: true, ..Recording::default() }
}

fn no_pipes() -> Error {
    io::Error::other("no pipes").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_played_into_and_recorded_from_at_another_rate() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = Sound::File(folder.path().join("tone.wav"));
        let tone = |n: usize, rate: f32| 0.5 * (std::f32::consts::TAU * 440.0 * n as f32 / rate).sin();
        let samples: Vec<f32> = (0..16_000).map(|n| tone(n, 16_000.0)).collect();
        let longest = Duration::from_secs(60);
        let played = play(&file, &samples, 16_000, longest).await.expect("ffmpeg runs");
        assert!(played.whole && !played.timed_out, "{played:?}");
        let heard = record(&file, 48_000, 10.0, longest).await.expect("ffmpeg runs");
        assert_eq!((heard.samples.len(), heard.began_s, heard.timed_out), (48_000, Some(0.0), false));
        let off = (1_000..47_000).map(|n| (heard.samples[n] - tone(n, 48_000.0)).abs()).fold(0.0, f32::max);
        assert!(off < 0.01, "{off}");
        let short = record(&file, 16_000, 0.25, longest).await.expect("ffmpeg runs");
        assert!(short.samples.len() >= 4_000 && !short.timed_out);
    }

    #[tokio::test]
    async fn what_is_not_there_is_said_and_no_error() {
        let file: Sound = "file:/no/such/file.wav".parse().expect("a sound");
        let longest = Duration::from_secs(60);
        let heard = record(&file, 16_000, 1.0, longest).await.expect("ffmpeg runs");
        assert!(heard.samples.is_empty() && heard.words.join("\n").contains("No such file"), "{heard:?}");
        let played = play(&file, &[0.0; 100], 16_000, longest).await.expect("ffmpeg runs");
        assert!(!played.whole && !played.words.is_empty() && !played.timed_out, "{played:?}");
    }
}
