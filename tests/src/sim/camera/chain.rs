//! Up to seven cameras on one RS-232 line, each behind the one before it (EVI-D70 manual, 'VISCA RS-232C', 'Address' and
//! 'IF_Clear'): `AddressSet` is counted up and passed on, what is for another is passed over, `IF_Clear` to all stops all.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::Instant;

use super::{ANSWER, Caller, Camera, END, Ear, Faults};

/// The cameras of a line.
#[derive(Debug)]
pub struct Chain {
    cameras: Vec<Camera>,
    input: Vec<u8>,
    /// What has gone round, and when it is back.
    rounds: Vec<(Duration, Vec<u8>)>,
    ear: Option<Ear>,
}

impl Chain {
    /// A camera for each of `faults`, none of which has a number yet.
    #[must_use]
    pub fn new(faults: impl IntoIterator<Item = Faults>) -> Self {
        let cameras = faults.into_iter().map(|faults| Camera { is_addressed: false, ..Camera::new(faults) });
        Self { cameras: cameras.collect(), input: Vec::new(), rounds: Vec::new(), ear: None }
    }

    /// With somebody who listens to all that is said to the line.
    #[must_use]
    pub fn with_ear(self, ear: Ear) -> Self {
        Self { ear: Some(ear), ..self }
    }

    /// Lets the cameras live at one end of a line until it ends.
    ///
    /// # Errors
    /// When the line breaks.
    pub async fn serve(&mut self, mut line: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
        let begun = Instant::now();
        let mut buffer = [0; 64];
        loop {
            while let Some(bytes) = self.poll_output(begun.elapsed()) {
                line.write_all(&bytes).await?;
            }
            let cameras = self.cameras.iter().filter_map(Camera::poll_timeout);
            let due = cameras.chain(self.rounds.iter().map(|(due, _)| *due)).min();
            let due = begun + due.unwrap_or_else(|| begun.elapsed() + Duration::from_secs(3600));
            tokio::select! {
                read = line.read(&mut buffer) => match read? {
                    0 => return Ok(()),
                    count => self.handle_bytes(&buffer[..count], begun.elapsed()),
                },
                () = tokio::time::sleep_until(due) => {}
            }
        }
    }

    fn handle_bytes(&mut self, bytes: &[u8], now: Duration) {
        for byte in bytes {
            self.input.push(*byte);
            if *byte == END {
                let frame = std::mem::take(&mut self.input);
                if let Some(ear) = &self.ear {
                    // What finds no room is not heard.
                    let _ = ear.try_send((Instant::now(), frame.clone()));
                }
                self.handle_frame(&frame, now);
            }
        }
    }

    fn handle_frame(&mut self, frame: &[u8], now: Duration) {
        match *frame {
            [0x88, 0x30, first, END] => {
                let mut next = first;
                for camera in &mut self.cameras {
                    if camera.hears() {
                        (camera.address, camera.is_addressed) = (next, true);
                        next += 1;
                    }
                }
                self.rounds.push((now + ANSWER, vec![0x88, 0x30, next, END]));
            }
            [0x88, 0x01, 0x00, 0x01, END] => {
                for camera in &mut self.cameras {
                    if camera.hears() {
                        camera.moves.clear();
                    }
                }
                self.rounds.push((now + ANSWER, frame.to_vec()));
            }
            _ => {
                for camera in &mut self.cameras {
                    let is_meant = frame.first() == Some(&(0x80 | camera.address)) && camera.is_addressed;
                    if is_meant && camera.hears() {
                        camera.handle_frame(frame, Caller::default(), now);
                    }
                }
            }
        }
    }

    fn poll_output(&mut self, now: Duration) -> Option<Vec<u8>> {
        if let Some(at) = self.rounds.iter().position(|(due, _)| *due <= now) {
            return Some(self.rounds.remove(at).1);
        }
        let spoken = self.cameras.iter_mut().find_map(|camera| camera.poll_output(now))?;
        Some([spoken.noise, spoken.frame].concat())
    }
}
