//! Sound: samples played through a child's standard input, and recorded through its standard output.
//!
//! When a sample comes out of the pipe says nothing (0.1 to 1.5 s of buffering): a recording says when it began by the
//! presentation times that the sound server, the kernel or the file gave its frames.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::str::FromStr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdout};
use tokio::time::{Instant, timeout_at};

use super::log::{Log, Span};
use super::{Error, redact, seat, spawn};

/// Where sound goes or comes from; its `Debug` form keeps passwords out of logs.
#[derive(Clone, PartialEq, Eq)]
pub enum Sound {
    /// A sink or source of PulseAudio or PipeWire, `pulse:NAME`; `pulse:default` is the server's own. `PULSE_SERVER` in the
    /// environment names the server, or the text does: `pulse:NAME@unix:/run/user/1000/pulse/native`.
    Pulse {
        /// Its name there.
        name: String,
        /// Whose it is; none: as the environment says.
        server: Option<String>,
    },
    /// A device of ALSA, `alsa:plughw:1`; one that converts (`default`, `plughw:…`), for mono at any rate is asked of it.
    Alsa(String),
    /// A file, `file:clip.wav`; played into, it is a WAV file.
    File(PathBuf),
    /// A stream, `rtsp://…`, over TCP; it can only be recorded.
    Stream(String),
}

impl FromStr for Sound {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // A name at the end of the line must not read as an option.
        let is_name = |name: &str| !name.is_empty() && !name.starts_with('-') && !name.contains(char::is_control);
        match text.split_once(':') {
            Some(("pulse", name)) if is_name(name) => Ok(match name.rsplit_once('@') {
                // `@DEFAULT_SINK@` is a name.
                Some((name, server)) if is_name(name) && !server.is_empty() => {
                    Self::Pulse { name: name.to_owned(), server: Some(server.to_owned()) }
                }
                _ => Self::Pulse { name: name.to_owned(), server: None },
            }),
            Some(("alsa", name)) if is_name(name) => Ok(Self::Alsa(name.to_owned())),
            Some(("rtsp" | "rtsps", rest)) if rest.starts_with("//") && rest.len() > 2 => {
                Ok(Self::Stream(text.to_owned()))
            }
            Some(("file", file)) if is_name(file.strip_prefix("//").unwrap_or(file)) => {
                Ok(Self::File(file.strip_prefix("//").unwrap_or(file).into()))
            }
            _ => Err("expected pulse:NAME, alsa:NAME, file:path or, to listen to, rtsp://host/path".to_owned()),
        }
    }
}

impl fmt::Debug for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pulse { name, .. } => write!(f, "pulse:{name}"),
            Self::Alsa(name) => write!(f, "alsa:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Stream(url) => f.write_str(&redact(url)),
        }
    }
}

impl Sound {
    /// Where what is played there is heard before it leaves the box: PulseAudio's monitor of a sink.
    #[must_use]
    pub fn monitor(&self) -> Option<Self> {
        match self {
            Self::Pulse { name, server } => {
                let name = if name == "default" { "@DEFAULT_MONITOR@".to_owned() } else { format!("{name}.monitor") };
                Some(Self::Pulse { name, server: server.clone() })
            }
            Self::Alsa(_) | Self::File(_) | Self::Stream(_) => None,
        }
    }

    /// Whether sound can be played there.
    #[must_use]
    pub const fn plays(&self) -> bool {
        !matches!(self, Self::Stream(_))
    }

    /// Whether it passes as time does: a device or stream, and no file.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        !matches!(self, Self::File(_))
    }

    /// The arguments that play mono samples of `rate` from standard input.
    fn sink(&self, rate: u32) -> Vec<String> {
        let mut all =
            words(&["-hide_banner", "-nostats", "-loglevel", "warning", "-threads", "1", "-f", "s16le", "-ar"]);
        all.extend([rate.to_string()]);
        all.extend(words(&["-ac", "1", "-i", "pipe:0"]));
        match self {
            Self::Pulse { name, server } => {
                all.extend(words(&["-f", "pulse", "-buffer_duration", "50", "-name", "avow-agent"]));
                all.extend(server.iter().flat_map(|server| words(&["-server", server])));
                if name != "default" {
                    all.extend(words(&["-device", name]));
                }
                all.push("avow".to_owned());
            }
            Self::Alsa(name) => all.extend(words(&["-f", "alsa", name])),
            Self::File(path) => {
                all.extend(words(&["-f", "wav", "-y"]));
                all.push(format!("file:{}", path.display()));
            }
            Self::Stream(url) => all.push(url.clone()),
        }
        all
    }

    /// The arguments that bring mono samples of `rate` to standard output, and the times of frames to standard error.
    fn source(&self, rate: u32) -> Vec<String> {
        let mut all = words(&["-hide_banner", "-nostdin", "-nostats", "-loglevel", "info", "-threads", "1"]);
        let rate = rate.to_string();
        match self {
            // Devices stamp with the clock of the wall; without -copyts the first stamp would become zero.
            Self::Pulse { name, server } => {
                all.extend(words(&["-copyts", "-f", "pulse", "-name", "avow-agent"]));
                all.extend(server.iter().flat_map(|server| words(&["-server", server])));
                // 50 ms a piece: left to itself, an old server gives two seconds.
                let piece = (rate.parse().unwrap_or(0) / 10).to_string();
                all.extend(words(&["-fragment_size", &piece, "-sample_rate", &rate, "-channels", "1", "-i", name]));
            }
            Self::Alsa(name) => {
                all.extend(words(&["-copyts", "-f", "alsa", "-sample_rate", &rate, "-channels", "1", "-i", name]));
            }
            Self::File(path) => {
                all.extend(words(&["-protocol_whitelist", "file", "-i"]));
                all.push(format!("file:{}", path.display()));
            }
            Self::Stream(url) => all.extend(words(&["-rtsp_transport", "tcp", "-i", url])),
        }
        all.extend(words(&["-map", "0:a:0", "-vn", "-sn", "-dn", "-af", "asettb=AVTB,ashowinfo"]));
        all.extend(words(&["-ac", "1", "-ar", &rate, "-f", "s16le", "-flush_packets", "1", "pipe:1"]));
        all
    }

    fn without_secret(&self, line: &str) -> String {
        match self {
            Self::Stream(url) => redact(&line.replace(url.as_str(), &redact(url))),
            _ => redact(line),
        }
    }
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

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

/// A child that records, with what it has said and brought.
struct Recorder<'a> {
    source: &'a Sound,
    rate: u32,
    until: Instant,
    child: Child,
    pipe: ChildStdout,
    said: ChildStderr,
    has_said_all: bool,
    has_ended: bool,
    timed_out: bool,
    log: Log,
    odd: Option<u8>,
    samples: Vec<f32>,
}

impl<'a> Recorder<'a> {
    fn start(source: &'a Sound, rate: u32, until: Instant) -> Result<Self, Error> {
        let mut child = spawn("ffmpeg", &source.source(rate), Stdio::null())?;
        let (Some(pipe), Some(said)) = (child.stdout.take(), child.stderr.take()) else { return Err(no_pipes()) };
        let (log, samples) = (Log::default(), Vec::new());
        Ok(Self {
            source,
            rate,
            until,
            child,
            pipe,
            said,
            has_said_all: false,
            has_ended: false,
            timed_out: false,
            log,
            odd: None,
            samples,
        })
    }

    /// Goes on until so many samples are there, or the end; whatever comes beside it is taken too.
    async fn hear(&mut self, count: usize, mut beside: Option<&mut Recorder<'a>>) -> io::Result<()> {
        while self.samples.len() < count && self.more_with(beside.as_deref_mut()).await? {}
        Ok(())
    }

    /// The next bytes of this one or of the one beside it; false at the end of this one.
    async fn more_with(&mut self, beside: Option<&mut Recorder<'a>>) -> io::Result<bool> {
        match beside {
            Some(beside) if !beside.has_ended => tokio::select! {
                goes_on = self.more() => goes_on,
                goes_on = beside.more() => {
                    beside.has_ended = !goes_on?;
                    Ok(true)
                }
            },
            _ => self.more().await,
        }
    }

    /// The next bytes of either pipe; false at the end of the sound or of the time.
    async fn more(&mut self) -> io::Result<bool> {
        let (mut sound, mut words) = ([0; 4096], [0; 1024]);
        tokio::select! {
            length = self.pipe.read(&mut sound) => {
                let length = length?;
                self.take(&sound[..length]);
                Ok(length > 0)
            }
            length = self.said.read(&mut words), if !self.has_said_all => {
                let length = length?;
                self.log.take(&words[..length]);
                self.has_said_all = length == 0;
                Ok(true)
            }
            () = tokio::time::sleep_until(self.until) => {
                self.timed_out = true;
                Ok(false)
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match self.odd.take() {
                None => self.odd = Some(*byte),
                Some(low) => self.samples.push(f32::from(i16::from_le_bytes([low, *byte])) / 32_768.0),
            }
        }
    }

    async fn finish(mut self) -> Result<Recording, Error> {
        // Waiting makes sure that a device is free again for the next.
        self.child.kill().await?;
        self.log.read(self.said).await;
        let (began_s, strays_s) = began(&self.log.spans);
        Ok(Recording {
            samples: self.samples,
            rate: self.rate,
            began_s,
            strays_s,
            words: self.log.words.iter().map(|line| self.source.without_secret(line)).collect(),
            timed_out: self.timed_out,
        })
    }
}

/// When the first sample was heard: the middle of what each frame's stamp says when the samples before it are taken off. One
/// stamp alone is off by what the server's queue was at that moment. And how far they stray.
pub(super) fn began(spans: &[Span]) -> (Option<f64>, f64) {
    let mut before_s = 0.0;
    let mut starts: Vec<f64> = Vec::with_capacity(spans.len());
    for span in spans {
        starts.push(span.time_s - before_s);
        before_s += span.length_s;
    }
    starts.sort_unstable_by(f64::total_cmp);
    let strays = starts.last().zip(starts.first()).map_or(0.0, |(last, first)| last - first);
    (starts.get(starts.len() / 2).copied(), strays)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sink_and_source_has_its_arguments() {
        let check = |text: &str, sink: &str, source: &str| {
            let sound: Sound = text.parse().expect("a sound");
            let head = "-hide_banner -nostats -loglevel warning -threads 1 -f s16le -ar 16000 -ac 1 -i pipe:0";
            assert_eq!(sound.sink(16_000).join(" "), format!("{head} {sink}"));
            let head = "-hide_banner -nostdin -nostats -loglevel info -threads 1";
            let tail =
                "-map 0:a:0 -vn -sn -dn -af asettb=AVTB,ashowinfo -ac 1 -ar 16000 -f s16le -flush_packets 1 pipe:1";
            assert_eq!(sound.source(16_000).join(" "), format!("{head} {source} {tail}"));
        };
        let pulse = "-copyts -f pulse -name avow-agent -fragment_size 1600 -sample_rate 16000 -channels 1 -i";
        let out = "-f pulse -buffer_duration 50 -name avow-agent";
        check("pulse:hall", &format!("{out} -device hall avow"), &format!("{pulse} hall"));
        let at = "-server unix:/s/n -fragment_size";
        check(
            "pulse:hall@unix:/s/n",
            &format!("{out} -server unix:/s/n -device hall avow"),
            &format!("{} hall", pulse.replace("-fragment_size", at)),
        );
        check(
            "pulse:@DEFAULT_SOURCE@",
            &format!("{out} -device @DEFAULT_SOURCE@ avow"),
            &format!("{pulse} @DEFAULT_SOURCE@"),
        );
        check("pulse:default", &format!("{out} avow"), &format!("{pulse} default"));
        let alsa = "-copyts -f alsa -sample_rate 16000 -channels 1 -i plughw:1,0";
        check("alsa:plughw:1,0", "-f alsa plughw:1,0", alsa);
        check("file:/a/b.wav", "-f wav -y file:/a/b.wav", "-protocol_whitelist file -i file:/a/b.wav");
        check("rtsp://h/x", "rtsp://h/x", "-rtsp_transport tcp -i rtsp://h/x");
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        for text in ["", "hall", "pulse:", "alsa:", "alsa:-y", "file:", "file://", "file:-x", "rtsp:", "http://h/x"] {
            assert!(text.parse::<Sound>().is_err(), "{text}");
        }
        assert!(!"rtsp://h/x".parse::<Sound>().expect("a sound").plays());
        assert!(!format!("{:?}", "rtsp://u:p@h".parse::<Sound>()).contains(":p@"));
    }

    #[test]
    fn the_beginning_is_what_most_stamps_say() {
        let span = |time_s| Span { time_s, length_s: 0.05 };
        let (began_s, strays_s) = began(&[span(100.31), span(100.05), span(100.101), span(100.15), span(100.199)]);
        assert!((began_s.expect("stamps") - 100.0).abs() < 0.002, "{began_s:?}");
        assert!((strays_s - 0.311).abs() < 0.002, "{strays_s}");
        assert_eq!(began(&[]), (None, 0.0));
    }

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
