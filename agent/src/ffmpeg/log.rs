//! What ffmpeg says beside its work: times of frames, and its last words.

use std::collections::VecDeque;

use tokio::io::{AsyncRead, AsyncReadExt};

/// What `showinfo` says of a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Presentation time, seconds.
    pub time_s: f64,
    /// Width as sent, pixels.
    pub width: u32,
    /// Height as sent, pixels.
    pub height: u32,
}

/// What `ashowinfo` says of a frame of sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    /// Presentation time of its first sample, seconds.
    pub(super) time_s: f64,
    /// How long it is, seconds.
    pub(super) length_s: f64,
}

/// So many frames of sound tell when it began; later ones are let go.
const MAX_SPANS: usize = 4_096;
const MAX_WORDS: usize = 16;
const MAX_LINE: usize = 512;

/// What ffmpeg writes to its standard error: marks are kept as marks, of the rest the end.
#[derive(Debug, Default)]
pub(super) struct Log {
    line: Vec<u8>,
    pub(super) marks: Vec<Mark>,
    /// The stamps of the same frames as they stand there: microseconds where `settb=AVTB` stands before `showinfo`.
    pub(super) stamps: Vec<i64>,
    pub(super) spans: Vec<Span>,
    pub(super) words: VecDeque<String>,
}

impl Log {
    pub(super) async fn read(&mut self, mut pipe: impl AsyncRead + Unpin) {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = pipe.read(&mut buffer).await {
            self.take(&buffer[..length]);
        }
        self.end_line();
    }

    pub(super) fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'\n' | b'\r' => self.end_line(),
                _ if self.line.len() < MAX_LINE => self.line.push(*byte),
                _ => {}
            }
        }
    }

    fn end_line(&mut self) {
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).trim_end().to_owned();
        if line.starts_with("[Parsed_showinfo") {
            if let Some(mark) = mark(&line) {
                self.marks.push(mark);
                self.stamps.push(stamp(&line).or(self.stamps.last().copied()).unwrap_or(0));
            }
        } else if line.starts_with("[Parsed_ashowinfo") {
            if self.spans.len() < MAX_SPANS {
                self.spans.extend(span(&line));
            }
        } else if !line.is_empty() {
            if self.words.len() == MAX_WORDS {
                self.words.pop_front();
            }
            self.words.push_back(line);
        }
    }
}

/// `… pts:1764180000000000 … rate:48000 nb_samples:1024 …`, in microseconds; `pts_time` has too few digits for the clock of a
/// wall.
fn span(line: &str) -> Option<Span> {
    let after = |key: &str| line.split_once(key)?.1.split_whitespace().next()?.parse::<f64>().ok();
    let length_s = after(" nb_samples:")? / after(" rate:").filter(|rate| *rate > 0.0)?;
    Some(Span { time_s: after(" pts:")? / 1e6, length_s })
}

/// `… pts:    512 …`; none of a frame without one.
fn stamp(line: &str) -> Option<i64> {
    line.split_once(" pts:")?.1.split_whitespace().next()?.parse().ok()
}

/// `… pts_time:0.04 … s:1280x720 …`; none when the line says something else.
fn mark(line: &str) -> Option<Mark> {
    let after = |key: &str| line.split_once(key)?.1.split_whitespace().next();
    let (width, height) = after(" s:")?.split_once('x')?;
    Some(Mark { time_s: after("pts_time:")?.parse().ok()?, width: width.parse().ok()?, height: height.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_and_other_lines_are_words() {
        let mut log = Log::default();
        log.take(b"[Parsed_showinfo_0 @ 0x55] n:   1 pts:    512 pts_time:0.04    pos: 3 fmt:yuv420p sar:1/1 s:1280x720 i:P\n");
        log.take(b"[Parsed_showinfo_0 @ 0x55] color_range:unknown\nx.mp4: No such file\n\n");
        log.end_line();
        assert_eq!(log.marks, [Mark { time_s: 0.04, width: 1280, height: 720 }]);
        assert_eq!(log.stamps, [512]);
        assert_eq!(log.words, ["x.mp4: No such file"]);
    }

    #[test]
    fn frames_of_sound_are_kept_with_their_microseconds() {
        let mut log = Log::default();
        log.take(
            b"[Parsed_ashowinfo_1 @ 0x5] n:0 pts:1764180000123456 pts_time:1.76418e+09 pos:-1 fmt:s16 channels:1 ",
        );
        log.take(b"chlayout:mono rate:48000 nb_samples:2400 checksum:0 plane_checksums: [ 0 ]\n");
        log.take(b"[Parsed_ashowinfo_1 @ 0x5] n:1 pts:NOPTS pts_time:NOPTS pos:-1 rate:48000 nb_samples:2400\n");
        assert_eq!(log.spans, [Span { time_s: 1_764_180_000.123_456, length_s: 0.05 }]);
        (0..5_000).for_each(|_| log.take(b"[Parsed_ashowinfo_1 @ 0x5] n:1 pts:5 rate:8000 nb_samples:80 x\n"));
        assert_eq!((log.spans.len(), log.words.len()), (MAX_SPANS, 0));
    }

    #[test]
    fn the_words_have_a_bound() {
        let mut log = Log::default();
        (0..100).for_each(|_| log.take(&[vec![b'x'; 5000], vec![b'\n']].concat()));
        assert_eq!((log.words.len(), log.words[0].len()), (MAX_WORDS, MAX_LINE));
    }
}
