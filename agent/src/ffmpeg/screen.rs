//! Frames of our own, shown: on the box's own screen, into a stream or into a file, one after another as they are given.

use std::fmt;
use std::path::PathBuf;
use std::process::Stdio;
use std::str::FromStr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin};
use tokio::sync::SemaphorePermit;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use super::log::Log;
use super::{Error, HEIGHT, WIDTH, redact, seat, spawn};

/// Where pictures are shown; its `Debug` form keeps passwords out of logs.
#[derive(Clone, PartialEq, Eq)]
pub enum Screen {
    /// What hangs at the box's video output, `fbdev:/dev/fb0`: a terminal's second input, say.
    Buffer(PathBuf),
    /// A stream of RTP with H.264, `rtp://host:port`.
    Rtp(String),
    /// A stream that is given to a server, `rtsp://…`, over TCP.
    Rtsp(String),
    /// A file, `file:clip.mkv`.
    File(PathBuf),
}

impl FromStr for Screen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_address = |rest: &str| rest.starts_with("//") && rest.len() > 2;
        match text.split_once(':') {
            Some(("fbdev", path)) if path.starts_with("/dev/") => Ok(Self::Buffer(path.into())),
            Some(("rtp", rest)) if is_address(rest) => Ok(Self::Rtp(text.to_owned())),
            Some(("rtsp", rest)) if is_address(rest) => Ok(Self::Rtsp(text.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.strip_prefix("//").unwrap_or(path).into())),
            _ => Err("expected fbdev:/dev/fb0, rtp://host:port, rtsp://host/path or file:path".to_owned()),
        }
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Buffer(path) | Self::File(path) => write!(f, "{}", path.display()),
            Self::Rtp(url) | Self::Rtsp(url) => f.write_str(&redact(url)),
        }
    }
}

/// How a stream is encoded: at once, so that a frame leaves when it is given, with a key frame a second.
const ENCODED: &str =
    "-vsync passthrough -c:v libx264 -preset ultrafast -tune zerolatency -crf 23 -g 25 -pix_fmt yuv420p";

impl Screen {
    /// The arguments that show frames of luma from standard input, stamped when they come.
    fn arguments(&self) -> Vec<String> {
        let input = format!(
            "-hide_banner -nostats -loglevel warning -threads 1 -use_wallclock_as_timestamps 1 -f rawvideo -pix_fmt gray \
             -video_size {WIDTH}x{HEIGHT} -framerate 25 -i pipe:0 -an"
        );
        let (options, to) = match self {
            Self::Buffer(path) => {
                (format!("-vsync passthrough{} -pix_fmt bgra -f fbdev", size(path)), path.display().to_string())
            }
            Self::Rtp(url) => (format!("{ENCODED} -f rtp"), url.clone()),
            Self::Rtsp(url) => (format!("{ENCODED} -f rtsp -rtsp_transport tcp"), url.clone()),
            Self::File(path) => (format!("{ENCODED} -y"), format!("file:{}", path.display())),
        };
        let words = input.split_whitespace().chain(options.split_whitespace());
        words.map(str::to_owned).chain([to]).collect()
    }
}

/// The scaling to the size that a frame buffer has, `640,480` in the kernel's words; none when it does not say.
fn size(path: &std::path::Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let said = std::fs::read_to_string(format!("/sys/class/graphics/{name}/virtual_size")).unwrap_or_default();
    match said.trim().split_once(',').map(|(width, height)| (width.parse::<u32>(), height.parse::<u32>())) {
        Some((Ok(width), Ok(height))) => format!(" -vf scale={width}:{height}"),
        _ => String::new(),
    }
}

/// A screen that shows. Dropped, its child is killed.
#[derive(Debug)]
pub struct Show {
    child: Child,
    pipe: ChildStdin,
    said: JoinHandle<Log>,
    _seat: Option<SemaphorePermit<'static>>,
}

impl Show {
    /// Begins; nothing is shown yet. None when there was no room for another child by `until`.
    ///
    /// # Errors
    /// When ffmpeg cannot be run.
    pub async fn begin(screen: &Screen, until: Instant) -> Result<Option<Self>, Error> {
        let Ok(_seat) = timeout_at(until, seat(1)).await else { return Ok(None) };
        let mut child = spawn("ffmpeg", &screen.arguments(), Stdio::piped())?;
        let (Some(pipe), Some(said)) = (child.stdin.take(), child.stderr.take()) else {
            return Err(std::io::Error::other("no pipes").into());
        };
        let said = tokio::spawn(async move {
            let mut log = Log::default();
            log.read(said).await;
            log
        });
        Ok(Some(Self { child, pipe, said, _seat }))
    }

    /// Shows a frame of luma; returns when it has been taken. False: nothing more is taken.
    pub async fn frame(&mut self, luma: &[u8], until: Instant) -> bool {
        matches!(timeout_at(until, self.pipe.write_all(luma)).await, Ok(Ok(())))
    }

    /// Ends, and waits for `longest` until what was given is out; the last words of ffmpeg when it did not end well.
    pub async fn end(self, longest: Duration) -> Option<String> {
        let Self { mut child, pipe, said, _seat } = self;
        drop(pipe);
        let ended = tokio::time::timeout(longest, child.wait()).await;
        // One that has ended is killed in vain.
        let _ = child.kill().await;
        let log = said.await.unwrap_or_default();
        let is_well = matches!(ended, Ok(Ok(status)) if status.success());
        (!is_well).then(|| redact(&log.words.back().cloned().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_screen_has_its_arguments() {
        let check = |text: &str, tail: &str| {
            let line = text.parse::<Screen>().expect("a screen").arguments().join(" ");
            let head = "-hide_banner -nostats -loglevel warning -threads 1 -use_wallclock_as_timestamps 1 -f rawvideo \
                        -pix_fmt gray -video_size 640x360 -framerate 25 -i pipe:0 -an";
            assert_eq!(line, format!("{head} {tail}"));
        };
        check("fbdev:/dev/avow-none", "-vsync passthrough -pix_fmt bgra -f fbdev /dev/avow-none");
        check("rtp://10.0.0.9:5004", &format!("{ENCODED} -f rtp rtp://10.0.0.9:5004"));
        check("rtsp://h/x", &format!("{ENCODED} -f rtsp -rtsp_transport tcp rtsp://h/x"));
        check("file:a b.mkv", &format!("{ENCODED} -y file:a b.mkv"));
        for text in ["", "fbdev:fb0", "rtp:", "rtp://", "http://h", "file:", "/dev/fb0"] {
            assert!(text.parse::<Screen>().is_err(), "{text}");
        }
        assert!(!format!("{:?}", "rtsp://u:p@h/x".parse::<Screen>()).contains(":p@"));
    }
}
