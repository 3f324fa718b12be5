//! A moving picture as it passes, with the sound that belongs to it: frames of luma through a child's standard output, its sound
//! over the machine's own loopback, both with the presentation times of one clock.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, timeout_at};

use super::log::Log;
use super::picture::without_secret;
use super::sound::began;
use super::{Error, HEIGHT, Source, WIDTH, seat, spawn};

/// Bytes of a frame of luma, of full range (BT.601), line by line.
pub const LUMA: usize = WIDTH * HEIGHT;

/// What is wanted of a moving picture.
#[derive(Clone, Debug)]
pub struct Film<'a> {
    /// From where.
    pub source: &'a Source,
    /// Its sound as well, at so many samples a second. A device for pictures has none.
    pub sound: Option<u32>,
    /// How long something live is looked at, milliseconds; a file is read to its end.
    pub live_ms: u32,
}

/// How it ended.
#[derive(Debug, Default)]
pub struct Filmed {
    /// The presentation time of each frame, microseconds: since 1970 by the box's clock where [`Film::has_wall_clock`], else in the
    /// stream's or file's own time.
    pub times_us: Vec<i64>,
    /// Mono, full scale being 1; empty when it was not wanted, or there was none.
    pub sound: Vec<f32>,
    /// When its first sample was heard, on the same clock as the frames.
    pub sound_began_us: Option<i64>,
    /// The last words of ffmpeg, without passwords, at most 16 lines.
    pub words: Vec<String>,
}

impl Film<'_> {
    /// Whether its times are those of the box's clock: of a device, which stamps with it, and of a stream whose sound is not wanted,
    /// by when its packets came. With its sound a stream keeps its own time, which both share.
    #[must_use]
    pub const fn has_wall_clock(&self) -> bool {
        match self.source {
            Source::V4l2(_) => true,
            Source::Rtsp(_) | Source::Sdp(_) => self.sound.is_none(),
            Source::File(_) => false,
        }
    }

    /// The arguments of ffmpeg 4.3 and later; sound goes to `door` on loopback.
    fn arguments(&self, door: Option<u16>) -> Vec<String> {
        let mut all = words(&["-hide_banner", "-nostdin", "-nostats", "-loglevel", "info", "-threads", "1"]);
        if self.has_wall_clock() {
            all.push("-copyts".to_owned());
            let stamped = match self.source {
                Source::V4l2(_) => ["-ts", "abs"],
                Source::Rtsp(_) | Source::Sdp(_) | Source::File(_) => ["-use_wallclock_as_timestamps", "1"],
            };
            all.extend(words(&stamped));
        }
        all.extend(self.source.arguments());
        let filter =
            format!("settb=AVTB,showinfo=checksum=0,scale={WIDTH}:{HEIGHT}:flags=area:out_range=full,format=gray");
        all.extend(words(&["-map", "0:v:0", "-vsync", "passthrough", "-vf", &filter, "-f", "rawvideo", "pipe:1"]));
        if let (Some(rate), Some(door)) = (self.sound, door) {
            all.extend(words(&["-map", "0:a:0", "-af", "asettb=AVTB,ashowinfo", "-ac", "1", "-ar"]));
            let door = format!("tcp://127.0.0.1:{door}");
            all.extend([rate.to_string()]);
            all.extend(words(&["-f", "s16le", "-flush_packets", "1", &door]));
        }
        all
    }
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

/// Looks, and hands each frame of luma to `frames`; ends when that is closed, at the source's end, when `film.live_ms` are over or
/// when the time is up.
///
/// # Errors
/// When ffmpeg cannot be run. That it finds no picture is no error, but its words say why.
pub async fn film(film: &Film<'_>, longest: Duration, frames: Sender<Vec<u8>>) -> Result<Filmed, Error> {
    let until = Instant::now() + longest;
    let Ok(_seat) = timeout_at(until, seat(1)).await else { return Ok(Filmed::default()) };
    let ear = if film.sound.is_some() { Some(TcpListener::bind(("127.0.0.1", 0)).await?) } else { None };
    let door = ear.as_ref().map(TcpListener::local_addr).transpose()?.map(|address| address.port());
    let mut child = spawn("ffmpeg", &film.arguments(door), Stdio::null())?;
    let (Some(pictures), Some(said)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(io::Error::other("no pipes").into());
    };
    let (mut log, mut sound) = (Log::default(), Vec::new());
    let work = async {
        let (frames, (), ()) =
            tokio::join!(read_frames(pictures, &frames), hear(ear.as_ref(), &mut sound), log.read(said));
        frames
    };
    let is_live = !matches!(film.source, Source::File(_));
    let over = Instant::now() + Duration::from_millis(film.live_ms.into());
    let ended = timeout_at(if is_live { over.min(until) } else { until }, work).await;
    // Waiting makes sure that a device is free again for the next.
    child.kill().await?;
    ended.unwrap_or(Ok(()))?;
    let us = |seconds: f64| (seconds * 1e6).round() as i64;
    Ok(Filmed {
        times_us: log.stamps,
        sound: sound.chunks_exact(2).map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0).collect(),
        sound_began_us: began(&log.spans).0.map(us),
        words: log.words.iter().map(|line| without_secret(film.source, line)).collect(),
    })
}

/// Until the end, or until nobody wants more.
async fn read_frames(mut pipe: impl AsyncRead + Unpin, frames: &Sender<Vec<u8>>) -> io::Result<()> {
    loop {
        let mut frame = vec![0; LUMA];
        match pipe.read_exact(&mut frame).await {
            Ok(_) => {
                if frames.send(frame).await.is_err() {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

/// One connection's bytes; a child that brings no sound never connects, and is given up with everything else.
async fn hear(ear: Option<&TcpListener>, sound: &mut Vec<u8>) {
    let Some(ear) = ear else { return };
    let Ok((mut line, _)) = ear.accept().await else { return };
    // What is lost at the end is silence.
    let _ = line.read_to_end(sound).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(source: &str, sound: Option<u32>) -> String {
        let source = source.parse().expect("a source");
        Film { source: &source, sound, live_ms: 1 }.arguments(Some(7)).join(" ")
    }

    #[test]
    fn pictures_are_stamped_with_the_box_s_clock_unless_they_share_their_own_with_their_sound() {
        let head = "-hide_banner -nostdin -nostats -loglevel info -threads 1";
        let tail = "-map 0:v:0 -vsync passthrough -vf settb=AVTB,showinfo=checksum=0,scale=640:360:flags=area:out_range=full,\
                    format=gray -f rawvideo pipe:1";
        let ear = "-map 0:a:0 -af asettb=AVTB,ashowinfo -ac 1 -ar 16000 -f s16le -flush_packets 1 tcp://127.0.0.1:7";
        let wall = "-use_wallclock_as_timestamps 1";
        let rtsp = "-rtsp_transport tcp -i rtsp://h/x";
        let rtp = "-protocol_whitelist file,rtp,udp -i file:a.sdp";
        for (source, sound, expected) in [
            ("v4l2:/dev/video0", None, format!("{head} -copyts -ts abs -f v4l2 -i /dev/video0 {tail}")),
            ("rtsp://h/x", None, format!("{head} -copyts {wall} {rtsp} {tail}")),
            ("rtsp://h/x", Some(16_000), format!("{head} {rtsp} {tail} {ear}")),
            ("sdp:a.sdp", None, format!("{head} -copyts {wall} {rtp} {tail}")),
            ("file:x.mkv", Some(16_000), format!("{head} -protocol_whitelist file -i file:x.mkv {tail} {ear}")),
        ] {
            assert_eq!(line(source, sound), expected);
        }
    }

    #[tokio::test]
    async fn what_is_not_there_is_said_and_no_error() {
        let source = "file:/no/such/clip.mkv".parse().expect("a source");
        let (frames, mut seen) = tokio::sync::mpsc::channel(1);
        let wanted = Film { source: &source, sound: None, live_ms: 1 };
        let filmed = film(&wanted, Duration::from_secs(60), frames).await.expect("ffmpeg runs");
        assert!(filmed.words.join("\n").contains("No such file"), "{filmed:?}");
        assert!(seen.recv().await.is_none() && filmed.times_us.is_empty());
    }
}
