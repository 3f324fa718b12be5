//! A device with a command line, told by a list: what it hears and what it says. It knows nothing of profiles.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// More without a line that it knows is forgotten.
const MOST_HEARD: usize = 4_096;

/// What it does wrong; nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// It says nothing at all.
    pub mute: bool,
    /// It says this before every answer.
    pub noise: Vec<u8>,
    /// Its answers lose their second half.
    pub half: bool,
    /// Its first answer comes so late, milliseconds.
    pub late_ms: u64,
    /// It closes the connection after so many answers.
    pub closes_after: Option<usize>,
}

/// A device.
#[derive(Clone, Debug, Default)]
pub struct Device {
    /// What it says to whoever connects.
    pub greeting: Vec<u8>,
    /// What it hears, and what it says then; the first that fits.
    pub says: Vec<(Vec<u8>, Vec<u8>)>,
    /// What it does wrong.
    pub faults: Faults,
}

impl Device {
    /// One that greets and answers so.
    #[must_use]
    pub fn new(greeting: &[u8], says: &[(&[u8], &[u8])]) -> Self {
        let says = says.iter().map(|(heard, said)| (heard.to_vec(), said.to_vec())).collect();
        Self { greeting: greeting.to_vec(), says, faults: Faults::default() }
    }

    /// With what it does wrong.
    #[must_use]
    pub fn with(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// What it says to what it heard last, if that is something that it knows.
    fn answer(&self, heard: &[u8]) -> Option<Vec<u8>> {
        let known = self.says.iter().find(|(known, _)| heard.ends_with(known));
        known.map(|(_, said)| if self.faults.half { said[..said.len() / 2].to_vec() } else { said.clone() })
    }
}

/// Serves one connection to its end.
///
/// # Errors
/// When the other side goes.
pub async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, device: Device) -> io::Result<()> {
    if !device.faults.mute {
        stream.write_all(&device.greeting).await?;
    }
    let (mut heard, mut answers) = (Vec::new(), 0);
    loop {
        // Byte by byte: two requests that come together are two.
        let byte = stream.read_u8().await?;
        heard.push(byte);
        if let Some(said) = device.answer(&heard) {
            heard.clear();
            if answers == 0 {
                tokio::time::sleep(Duration::from_millis(device.faults.late_ms)).await;
            }
            answers += 1;
            if !device.faults.mute {
                stream.write_all(&[device.faults.noise.as_slice(), &said].concat()).await?;
                stream.flush().await?;
            }
            if device.faults.closes_after.is_some_and(|most| answers >= most) {
                return Ok(());
            }
        } else if heard.len() > MOST_HEARD {
            heard.clear();
        }
    }
}
