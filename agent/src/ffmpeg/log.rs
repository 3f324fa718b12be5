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

const MAX_WORDS: usize = 16;
const MAX_LINE: usize = 512;

/// What ffmpeg writes to its standard error: marks are kept as marks, of the rest the end.
#[derive(Debug, Default)]
pub(super) struct Log {
    line: Vec<u8>,
    pub(super) marks: Vec<Mark>,
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

    fn take(&mut self, bytes: &[u8]) {
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
            self.marks.extend(mark(&line));
        } else if !line.is_empty() {
            if self.words.len() == MAX_WORDS {
                self.words.pop_front();
            }
            self.words.push_back(line);
        }
    }
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
        assert_eq!(log.words, ["x.mp4: No such file"]);
    }

    #[test]
    fn the_words_have_a_bound() {
        let mut log = Log::default();
        (0..100).for_each(|_| log.take(&[vec![b'x'; 5000], vec![b'\n']].concat()));
        assert_eq!((log.words.len(), log.words[0].len()), (MAX_WORDS, MAX_LINE));
    }
}
