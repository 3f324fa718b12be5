//! A meter that speaks Modbus over a connection or a serial line. It shares nothing with the agent.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// What it does wrong; nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// It takes no notice of so many questions.
    pub ignores: u32,
    /// The answer to the first question that it notices comes so late, milliseconds.
    pub late_ms: u64,
    /// Its answers carry another transaction number.
    pub wrong_number: bool,
    /// Its answers come from another unit.
    pub wrong_unit: bool,
    /// Its first answer ends after so many bytes.
    pub cut: Option<usize>,
    /// It says this before its first answer.
    pub noise: Vec<u8>,
    /// The checksum or length of its first answer is wrong.
    pub broken: bool,
    /// It answers with this exception.
    pub exception: Option<u8>,
    /// Before its first answer another master asks this unit for a register and is answered 99, on a serial line.
    pub other_master: Option<u8>,
    /// It closes the connection instead of its first answer.
    pub closes: bool,
}

/// A meter: the unit's number, and what its holding registers hold, from 0.
#[derive(Clone, Debug)]
pub struct Meter {
    /// Its number.
    pub unit: u8,
    /// What it holds.
    pub registers: Vec<u16>,
    /// Whether it is on a serial line.
    pub is_serial: bool,
    /// What it does wrong.
    pub faults: Faults,
}

impl Meter {
    /// Serves until the line ends. `first` is how many questions came before, over all connections.
    ///
    /// # Errors
    /// When the line breaks.
    pub async fn serve(&self, mut line: impl AsyncRead + AsyncWrite + Unpin, heard: &mut u32) -> io::Result<()> {
        let length = if self.is_serial { 8 } else { 12 };
        let mut question = vec![0; length];
        loop {
            line.read_exact(&mut question).await?;
            *heard += 1;
            if *heard <= self.faults.ignores {
                continue;
            }
            let is_first = *heard == self.faults.ignores + 1;
            if is_first {
                tokio::time::sleep(Duration::from_millis(self.faults.late_ms)).await;
                if self.faults.closes {
                    return Ok(());
                }
                line.write_all(&self.faults.noise).await?;
                if let Some(unit) = self.faults.other_master {
                    for words in [&[unit, 3, 0, 1, 0, 1][..], &[unit, 3, 2, 0, 99]] {
                        line.write_all(&[words, &checksum(words)].concat()).await?;
                    }
                }
            }
            let mut said = self.said(&question);
            if is_first {
                if self.faults.broken {
                    let at = said.len() - 1;
                    said[if self.is_serial { at } else { 5 }] ^= 0x10;
                }
                said.truncate(self.faults.cut.unwrap_or(usize::MAX));
            }
            line.write_all(&said).await?;
        }
    }

    fn said(&self, question: &[u8]) -> Vec<u8> {
        let body = if self.is_serial { &question[..6] } else { &question[6..] };
        let at = usize::from(body[2]) << 8 | usize::from(body[3]);
        let count = usize::from(body[5]);
        let unit = if self.faults.wrong_unit { body[0] ^ 1 } else { body[0] };
        let held = self.registers.get(at..at + count);
        let answer = match (self.faults.exception, held) {
            (Some(code), _) => vec![unit, body[1] | 0x80, code],
            (None, None) => vec![unit, body[1] | 0x80, 2],
            (None, Some(held)) => {
                let bytes: Vec<u8> = held.iter().flat_map(|register| register.to_be_bytes()).collect();
                [vec![unit, body[1], u8::try_from(bytes.len()).unwrap_or(0)], bytes].concat()
            }
        };
        if self.is_serial {
            let sum = checksum(&answer);
            return [answer, sum].concat();
        }
        let low = if self.faults.wrong_number { question[1] ^ 0x80 } else { question[1] };
        [vec![question[0], low, 0, 0, 0, u8::try_from(answer.len()).unwrap_or(0)], answer].concat()
    }
}

/// Worked out bit by bit from its polynomial.
fn checksum(bytes: &[u8]) -> Vec<u8> {
    let mut sum = 0xffff_u16;
    for bit in bytes.iter().flat_map(|byte| (0..8).map(move |n| u16::from(byte >> n & 1))) {
        let carry = (sum ^ bit) & 1;
        sum = (sum >> 1) ^ (carry * 0xa001);
    }
    sum.to_le_bytes().to_vec()
}
