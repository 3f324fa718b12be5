//! One child that records.

use std::io;
use std::process::Stdio;

use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStderr, ChildStdout};
use tokio::time::Instant;

use super::{Recording, Sound, no_pipes};
use crate::ffmpeg::log::{Log, Span};
use crate::ffmpeg::{Error, spawn};

/// A child that records, with what it has said and brought.
pub(super) struct Recorder<'a> {
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
    pub(super) samples: Vec<f32>,
}

impl<'a> Recorder<'a> {
    pub(super) fn start(source: &'a Sound, rate: u32, until: Instant) -> Result<Self, Error> {
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
    pub(super) async fn hear(&mut self, count: usize, mut beside: Option<&mut Recorder<'a>>) -> io::Result<()> {
        while self.samples.len() < count && self.more_with(beside.as_deref_mut()).await? {}
        Ok(())
    }

    /// The next bytes of this one or of the one beside it; false at the end of this one.
    pub(super) async fn more_with(&mut self, beside: Option<&mut Recorder<'a>>) -> io::Result<bool> {
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

    pub(super) async fn finish(mut self) -> Result<Recording, Error> {
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
pub(in crate::ffmpeg) fn began(spans: &[Span]) -> (Option<f64>, f64) {
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
    fn the_beginning_is_what_most_stamps_say() {
        let span = |time_s| Span { time_s, length_s: 0.05 };
        let (began_s, strays_s) = began(&[span(100.31), span(100.05), span(100.101), span(100.15), span(100.199)]);
        assert!((began_s.expect("stamps") - 100.0).abs() < 0.002, "{began_s:?}");
        assert!((strays_s - 0.311).abs() < 0.002, "{strays_s}");
        assert_eq!(began(&[]), (None, 0.0));
    }
}
