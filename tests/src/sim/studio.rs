//! A studio: a camera in a drawn hall, behind a serial line or on the network, and its picture in a pipe that ffmpeg reads like
//! a film. Whoever opens the pipe sees what the camera sees at that moment: where it has been sent, and what a test has done to
//! the hall.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::camera::wire::serve;
use super::camera::{Camera, Faults, Position};
use super::hall::{HEIGHT, Hall, Sight, WIDTH};
use super::pty::Pty;
use super::{onvif, pelco};

/// Frames that one reader may have; who has enough goes.
const FRAMES: usize = 50;

/// See the module. The threads behind it end with the process.
#[derive(Debug)]
pub struct Studio {
    /// The camera's port, as a camera probe's key says it.
    pub port: String,
    /// Where its picture is read: `file:<this>`.
    pub picture: PathBuf,
    sight: Arc<Mutex<Sight>>,
    position: Arc<Mutex<Position>>,
    _pty: Option<Pty>,
}

impl Studio {
    /// Opens one in `folder`; call it within a runtime that lives as long.
    ///
    /// # Errors
    /// When the system has no terminal or no pipe for it.
    pub fn open(folder: &Path, hall: Hall, faults: Faults) -> io::Result<Self> {
        let position = Arc::new(Mutex::new(Position::default()));
        let (pty, path) = Self::line(folder)?;
        let line = pty.stream()?;
        let mut camera = Camera::new(faults).watched(Arc::clone(&position));
        tokio::spawn(async move { serve(line, &mut camera).await });
        Self::around(folder, hall, path.display().to_string(), position, Some(pty))
    }

    /// One whose camera understands Pelco-D and never says a word; its presets are those of the other cameras.
    ///
    /// # Errors
    /// When the system has no terminal or no pipe for it.
    pub fn open_pelco(folder: &Path, hall: Hall) -> io::Result<Self> {
        let position = Arc::new(Mutex::new(Position::default()));
        let (pty, path) = Self::line(folder)?;
        let line = pty.stream()?;
        let receivers = pelco::Receivers::new("d", pelco::Faults::default()).map_err(io::Error::other)?;
        let receivers = receivers.watched(Arc::clone(&position));
        tokio::spawn(pelco::serve(line, receivers));
        Self::around(folder, hall, format!("pelco-d:{}", path.display()), position, Some(pty))
    }

    /// One whose camera speaks ONVIF to everybody.
    ///
    /// # Errors
    /// When the system has no port or no pipe for it.
    pub fn open_onvif(folder: &Path, hall: Hall, faults: onvif::Faults) -> io::Result<Self> {
        let position = Arc::new(Mutex::new(Position::default()));
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let camera = onvif::Camera::new(faults, onvif::Wants::Nothing, "", "").watched(Arc::clone(&position));
        tokio::spawn(onvif::serve(listener, camera));
        Self::around(folder, hall, format!("onvif://{address}"), position, None)
    }

    fn line(folder: &Path) -> io::Result<(Pty, PathBuf)> {
        let path = folder.join("ttyCAM");
        Ok((Pty::at(&path)?, path))
    }

    fn around(
        folder: &Path,
        hall: Hall,
        port: String,
        position: Arc<Mutex<Position>>,
        pty: Option<Pty>,
    ) -> io::Result<Self> {
        let picture = folder.join("camera.y4m");
        mkfifo(&picture, Mode::S_IRUSR | Mode::S_IWUSR)?;
        let sight = Arc::new(Mutex::new(Sight { quality: None, ..Sight::default() }));
        let film = Film { hall, sight: Arc::clone(&sight), position: Arc::clone(&position), pipe: picture.clone() };
        std::thread::spawn(move || film.show());
        Ok(Self { port, picture, sight, position, _pty: pty })
    }

    /// Does something to the hall or the camera; it is seen by whoever looks from now on.
    pub fn change(&self, change: impl FnOnce(&mut Sight)) {
        change(&mut self.sight.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The hall and the camera as they were.
    pub fn restore(&self) {
        self.change(|sight| *sight = Sight { quality: None, moment: sight.moment + 1, ..Sight::default() });
    }

    /// Where the camera stands.
    #[must_use]
    pub fn position(&self) -> Position {
        *self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a sink shows, in a pipe that ffmpeg reads like a film: whoever opens it sees the hall that is chosen at that moment.
///
/// # Errors
/// When the system has no pipe for it.
pub fn screen(pipe: &Path, halls: Vec<Hall>, chosen: impl Fn() -> usize + Send + 'static) -> io::Result<()> {
    mkfifo(pipe, Mode::S_IRUSR | Mode::S_IWUSR)?;
    let pipe = pipe.to_owned();
    std::thread::spawn(move || {
        let mut moment = 0;
        while let Ok(open) = next_reader(&pipe) {
            moment += 1_000;
            let sight = Sight { quality: None, moment, ..Sight::default() };
            // Who has seen enough closes the pipe in the middle.
            let _ = write(&halls[chosen()], &sight, &mut BufWriter::new(open));
        }
    });
    Ok(())
}

/// Waits for the next reader of `pipe`, and puts a new pipe in its place: who comes while this one still reads waits for a film of
/// its own, where in the same pipe it would get the rest of this one's, which begins in the middle of a frame.
fn next_reader(pipe: &Path) -> io::Result<File> {
    let open = File::options().write(true).open(pipe)?;
    let next = pipe.with_extension("next");
    mkfifo(&next, Mode::S_IRUSR | Mode::S_IWUSR)?;
    std::fs::rename(next, pipe)?;
    Ok(open)
}

fn write(hall: &Hall, sight: &Sight, pipe: &mut impl io::Write) -> io::Result<()> {
    writeln!(pipe, "YUV4MPEG2 W{WIDTH} H{HEIGHT} F25:1 Ip A1:1 C420jpeg XCOLORRANGE=FULL")?;
    let grey = vec![128; WIDTH * HEIGHT / 2];
    // Drawn once; each frame has noise of its own.
    for picture in hall.pictures(sight, FRAMES.min(8)).iter().cycle().take(FRAMES) {
        pipe.write_all(b"FRAME\n")?;
        pipe.write_all(picture)?;
        pipe.write_all(&grey)?;
    }
    pipe.flush()
}

struct Film {
    hall: Hall,
    sight: Arc<Mutex<Sight>>,
    position: Arc<Mutex<Position>>,
    pipe: PathBuf,
}

impl Film {
    /// One reader after the other, until the pipe is gone.
    fn show(&self) {
        let mut moment = 0;
        while let Ok(pipe) = next_reader(&self.pipe) {
            moment += 1;
            // Who has seen enough closes the pipe in the middle.
            let _ = self.frames(&mut BufWriter::new(pipe), moment);
        }
    }

    fn frames(&self, pipe: &mut impl io::Write, moment: u32) -> io::Result<()> {
        let sight = self.sight.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Position { pan, tilt, zoom } = *self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = Sight {
            right: sight.right + f32::from(pan) * 0.25,
            down: sight.down - f32::from(tilt) * 0.5,
            zoom: sight.zoom * (1.0 + f32::from(zoom) / 40_000.0),
            moment: sight.moment.wrapping_mul(1_000).wrapping_add(moment),
            ..sight
        };
        write(&self.hall, &seen, pipe)
    }
}
