//! Pictures: what of a camera, stream or file is wanted, and frames through a pipe.

use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::Stdio;
use std::str::FromStr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Child;
use tokio::time::{Instant, timeout_at};

pub use avow_analysis::picture::{FRAME, HEIGHT, WIDTH};

use super::log::{Log, Mark};
use super::{Error, redact, seat, spawn};

/// Where a picture comes from; its `Debug` form keeps passwords out of logs.
#[derive(Clone, PartialEq, Eq)]
pub enum Source {
    /// A camera or capture card, `v4l2:/dev/video0`.
    V4l2(PathBuf),
    /// A network camera, `rtsp://…`, always over TCP.
    Rtsp(String),
    /// A file, read from its start: `file:clip.mp4`, `file:///path/clip.mp4`.
    File(PathBuf),
    /// A stream of RTP that an SDP file describes, `sdp:stream.sdp`.
    Sdp(PathBuf),
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
            Some(("sdp", file)) => path(file).map(Self::Sdp),
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
    "expected v4l2:/dev/video0, rtsp://host/path, sdp:file or file:path".to_owned()
}

impl Source {
    /// Whether frames between key frames are predicted, so that only key frames prove anything.
    #[must_use]
    pub const fn is_compressed(&self) -> bool {
        !matches!(self, Self::V4l2(_))
    }

    pub(super) fn arguments(&self) -> Vec<String> {
        match self {
            Self::V4l2(device) => words(&["-f", "v4l2", "-i"], device.display().to_string()),
            Self::Rtsp(url) => words(&["-rtsp_transport", "tcp", "-i"], url.clone()),
            Self::Sdp(file) => {
                words(&["-protocol_whitelist", "file,rtp,udp", "-i"], format!("file:{}", file.display()))
            }
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
    let until = Instant::now() + longest;
    let Ok(_seat) = timeout_at(until, seat(1)).await else {
        return Ok(End { marks: Vec::new(), words: Vec::new(), timed_out: true });
    };
    let mut child = spawn("ffmpeg", &capture.arguments(), Stdio::null())?;
    let (Some(mut pictures), Some(words)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(io::Error::other("no pipes").into());
    };
    let mut log = Log::default();
    let work = async {
        let (frames, ()) = tokio::join!(read_frames(&mut pictures, &mut on_frame, &mut child), log.read(words));
        frames
    };
    let timed_out = match timeout_at(until, work).await {
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

/// The whole address of a stream is known: a password with a quote or blank in it is caught by this alone.
pub(super) fn without_secret(source: &Source, line: &str) -> String {
    match source {
        Source::Rtsp(url) => redact(&line.replace(url.as_str(), &hidden(url))),
        Source::V4l2(_) | Source::File(_) | Source::Sdp(_) => redact(line),
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
}
