//! The one file that spawns ffmpeg: arguments as data, frames through a pipe, the last words kept as a reason.
//!
//! ffmpeg moves samples, the judgement is ours. When the times of frames matter, presentation times from `showinfo` are used:
//! when a frame comes out of the pipe says nothing. A dropped capture kills its child.
//! A password in an RTSP address is visible to local users in the process list while ffmpeg runs; nothing that leaves this
//! file holds it.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::str::FromStr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

/// Width of a frame as it is delivered, pixels.
pub const WIDTH: usize = 640;
/// Height of a frame as it is delivered, pixels.
pub const HEIGHT: usize = 360;
/// Bytes of a frame: planar YCbCr 4:2:0 of full range (BT.601), luma first.
pub const FRAME: usize = WIDTH * HEIGHT * 3 / 2;

/// Where a picture comes from; its `Debug` form keeps passwords out of logs.
#[derive(Clone, PartialEq, Eq)]
pub enum Source {
    /// A camera or capture card, `v4l2:/dev/video0`.
    V4l2(PathBuf),
    /// A network camera, `rtsp://…`, always over TCP.
    Rtsp(String),
    /// A file, read from its start: `file:clip.mp4`, `file:///path/clip.mp4`.
    File(PathBuf),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = |path: &str| if path.is_empty() { Err(expected()) } else { Ok(PathBuf::from(path)) };
        match text.split_once(':') {
            Some(("v4l2", device)) => path(device).map(Self::V4l2),
            Some(("rtsp" | "rtsps", rest)) if rest.starts_with("//") && rest.len() > 2 => {
                Ok(Self::Rtsp(text.to_owned()))
            }
            Some(("file", file)) => path(file.strip_prefix("//").unwrap_or(file)).map(Self::File),
            _ => Err(expected()),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redact(&self.arguments().join(" ")))
    }
}

fn expected() -> String {
    "expected v4l2:/dev/video0, rtsp://host/path or file:path".to_owned()
}

impl Source {
    /// Whether frames between key frames are predicted, so that only key frames prove anything.
    #[must_use]
    pub const fn is_compressed(&self) -> bool {
        !matches!(self, Self::V4l2(_))
    }

    fn arguments(&self) -> Vec<String> {
        match self {
            Self::V4l2(device) => words(&["-f", "v4l2", "-i"], device.display().to_string()),
            Self::Rtsp(url) => words(&["-rtsp_transport", "tcp", "-i"], url.clone()),
            // With its scheme, so that no file name can be taken for an address.
            Self::File(file) => words(&["-protocol_whitelist", "file", "-i"], format!("file:{}", file.display())),
        }
    }
}

fn words(options: &[&str], input: String) -> Vec<String> {
    options.iter().map(|option| (*option).to_owned()).chain([input]).collect()
}

/// What is wanted of a source.
#[derive(Clone, Debug)]
pub struct Capture<'a> {
    /// From where.
    pub source: &'a Source,
    /// How many frames at most.
    pub frames: usize,
    /// Key frames only.
    pub keys_only: bool,
}

impl Capture<'_> {
    /// The arguments of ffmpeg 4.3 and later.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let own = |text: &[&str]| text.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let mut all = own(&["-hide_banner", "-nostdin", "-nostats", "-loglevel", "info", "-threads", "1"]);
        if self.keys_only {
            all.extend(own(&["-skip_frame", "nokey"]));
        }
        all.extend(self.source.arguments());
        let filter = format!("showinfo=checksum=0,scale={WIDTH}:{HEIGHT}:flags=area:out_range=full,format=yuv420p");
        all.extend(own(&["-map", "0:v:0", "-an", "-sn", "-dn", "-vsync", "passthrough"]));
        all.extend(own(&["-frames:v", &self.frames.to_string(), "-vf", &filter, "-f", "rawvideo", "pipe:1"]));
        all
    }
}

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

/// How a capture ended.
#[derive(Debug)]
pub struct End {
    /// One mark a frame, in order.
    pub marks: Vec<Mark>,
    /// The last words of ffmpeg, without passwords, at most 16 lines.
    pub words: Vec<String>,
    /// It was ended because the time was up.
    pub timed_out: bool,
}

/// Why no capture was made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// ffmpeg is not installed.
    #[error("run ffmpeg: it is not installed")]
    NotInstalled,
    /// It could not be started or read.
    #[error("run ffmpeg: {0}")]
    Io(#[from] io::Error),
}

/// Captures frames and hands each to `on_frame`; ends at the count, at the source's end, when `on_frame` has seen enough or
/// when the time is up.
///
/// # Errors
/// When ffmpeg cannot be run. That it finds no picture is no error, but its words say why.
pub async fn capture(
    capture: &Capture<'_>,
    longest: Duration,
    mut on_frame: impl FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<End, Error> {
    let mut child = spawn("ffmpeg", capture)?;
    let (Some(mut pictures), Some(words)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(io::Error::other("no pipes").into());
    };
    let mut log = Log::default();
    let work = async {
        let (frames, ()) = tokio::join!(read_frames(&mut pictures, &mut on_frame, &mut child), log.read(words));
        frames
    };
    let timed_out = match tokio::time::timeout(longest, work).await {
        Ok(ended) => ended.map(|()| false)?,
        Err(_) => true,
    };
    // Dropping the child would kill it too; waiting makes sure that a device is free again for the next.
    child.kill().await?;
    Ok(End {
        marks: log.marks,
        words: log.words.iter().map(|line| without_secret(capture.source, line)).collect(),
        timed_out,
    })
}

fn spawn(program: &str, capture: &Capture<'_>) -> Result<Child, Error> {
    Command::new(program)
        .args(capture.arguments())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(not_installed)
}

fn not_installed(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::NotFound { Error::NotInstalled } else { Error::Io(error) }
}

async fn read_frames(
    pipe: &mut (impl AsyncRead + Unpin),
    on_frame: &mut impl FnMut(&[u8]) -> ControlFlow<()>,
    child: &mut Child,
) -> io::Result<()> {
    let mut frame = vec![0; FRAME];
    loop {
        match pipe.read_exact(&mut frame).await {
            Ok(_) if on_frame(&frame).is_break() => return child.start_kill(),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

/// A picture that is to be written to a file.
#[derive(Clone, Copy, Debug)]
pub struct Show<'a> {
    /// Luma of full range, line by line.
    pub luma: &'a [u8],
    /// Pixels a line.
    pub width: usize,
    /// Lines.
    pub height: usize,
    /// How long a clip lasts; 0 is a single picture.
    pub seconds: usize,
    /// Where to; its ending says in which form.
    pub out: &'a Path,
}

/// Writes a picture, or a clip that shows it all the time, over what was there. What ffmpeg complains of is returned, nothing when it is
/// content.
///
/// # Errors
/// When ffmpeg cannot be run.
pub async fn show(show: &Show<'_>, longest: Duration) -> Result<String, Error> {
    let size = format!("{}x{}", show.width, show.height);
    let mut arguments = vec!["-hide_banner", "-nostats", "-loglevel", "error", "-y"];
    arguments.extend(["-f", "rawvideo", "-pix_fmt", "gray", "-s", &size, "-r", "25", "-i", "pipe:0"]);
    let still = format!("tpad=stop_mode=clone:stop_duration={},scale=out_range=tv,format=yuv420p", show.seconds);
    arguments.extend(if show.seconds == 0 { ["-frames:v", "1"] } else { ["-vf", &still] });
    // With its scheme, so that no file name can be taken for an address or an option.
    let out = format!("file:{}", show.out.display());
    arguments.push(&out);
    let mut child = Command::new("ffmpeg")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(not_installed)?;
    let (Some(mut into), Some(mut words)) = (child.stdin.take(), child.stderr.take()) else {
        return Err(io::Error::other("no pipes").into());
    };
    let mut said = Vec::new();
    let work = async {
        // Who does not read to the end says why.
        let fed = async {
            let _ = into.write_all(show.luma).await;
            drop(into);
        };
        let heard = words.read_to_end(&mut said);
        let ((), heard) = tokio::join!(fed, heard);
        heard?;
        child.wait().await
    };
    let status = tokio::time::timeout(longest, work).await.map_err(io::Error::other)??;
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    Ok(if status.success() { String::new() } else { format!("ffmpeg: {said}") })
}

const MAX_WORDS: usize = 16;
const MAX_LINE: usize = 512;

/// What ffmpeg writes to its standard error: marks are kept as marks, of the rest the end.
#[derive(Debug, Default)]
struct Log {
    line: Vec<u8>,
    marks: Vec<Mark>,
    words: VecDeque<String>,
}

impl Log {
    async fn read(&mut self, mut pipe: impl AsyncRead + Unpin) {
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

/// `text` with what may be `user:password@` in an address replaced by `***@`. A password may hold a `/` that nobody escaped,
/// so everything up to the last `@` goes, even where it was a path.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut parts = text.split("://");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find([' ', '\'', '"']).unwrap_or(part.len());
        let (address, rest) = part.split_at(end);
        let host = address.rsplit_once('@').map(|(_, host)| format!("***@{host}"));
        clean.push_str("://");
        clean.push_str(host.as_deref().unwrap_or(address));
        clean.push_str(rest);
    }
    clean
}

/// The whole address of a stream is known: a password with a quote or blank in it is caught by this alone.
fn without_secret(source: &Source, line: &str) -> String {
    match source {
        Source::Rtsp(url) => redact(&line.replace(url.as_str(), &hidden(url))),
        Source::V4l2(_) | Source::File(_) => redact(line),
    }
}

fn hidden(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://***@{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(source: &str, keys_only: bool) -> String {
        let source = source.parse().expect("a source");
        Capture { source: &source, frames: 25, keys_only }.arguments().join(" ")
    }

    #[test]
    fn every_source_has_its_arguments() {
        let head = "-hide_banner -nostdin -nostats -loglevel info -threads 1";
        let tail = "-map 0:v:0 -an -sn -dn -vsync passthrough -frames:v 25 -vf showinfo=checksum=0,\
                    scale=640:360:flags=area:out_range=full,format=yuv420p -f rawvideo pipe:1";
        let check = |source, keys_only, input: &str| {
            assert_eq!(line(source, keys_only), format!("{head} {input} {tail}"));
        };
        check("v4l2:/dev/video0", false, "-f v4l2 -i /dev/video0");
        check("rtsp://10.0.0.9/live", true, "-skip_frame nokey -rtsp_transport tcp -i rtsp://10.0.0.9/live");
        check("file:///a/b.mp4", false, "-protocol_whitelist file -i file:/a/b.mp4");
        check("file:http://x", false, "-protocol_whitelist file -i file:http://x");
    }

    #[test]
    fn what_is_no_source_is_refused() {
        for text in ["", "/dev/video0", "http://x/y", "v4l2:", "rtsp:", "rtsp://", "file://"] {
            assert!(text.parse::<Source>().is_err(), "{text}");
        }
    }

    #[test]
    fn passwords_are_taken_out_wherever_an_address_stands() {
        assert_eq!(redact("rtsp://u:p@h:554/x: refused"), "rtsp://***@h:554/x: refused");
        assert_eq!(redact("from 'rtsp://u:p%40:@h' and http://h/a b@c"), "from 'rtsp://***@h' and http://h/a b@c");
        assert_eq!(redact("tcp://u:p/?p@h/x"), "tcp://***@h/x", "a password that nobody escaped");
        assert_eq!(redact("rtsp://u:p@ss@h/x"), "rtsp://***@h/x");
        let source: Source = "rtsp://u:it's me@h/x".parse().expect("a source");
        assert_eq!(without_secret(&source, "'rtsp://u:it's me@h/x': refused"), "'rtsp://***@h/x': refused");
        assert!(!format!("{:?}", "rtsp://u:p@h".parse::<Source>()).contains(":p@"));
        assert_eq!(redact("no address"), "no address");
    }

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

    #[tokio::test]
    async fn a_program_that_is_not_installed_is_told_apart() {
        let source = Source::File("x".into());
        let spawned = spawn("avow-no-such-program", &Capture { source: &source, frames: 1, keys_only: false });
        assert!(matches!(spawned, Err(Error::NotInstalled)));
    }
}
