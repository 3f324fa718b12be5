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
    /// It does not answer when it is asked who it is.
    pub ignores_who: bool,
}

/// What it was asked, over all connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// All of it.
    pub all: u32,
    /// Who it is.
    pub who: u32,
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
    /// Maker, product code and version; none: it does not know function 43.
    pub identity: Option<[&'static str; 3]>,
    /// What it does wrong.
    pub faults: Faults,
}

impl Meter {
    /// Serves until the line ends. `first` is how many questions came before, over all connections.
    ///
    /// # Errors
    /// When the line breaks.
    pub async fn serve(&self, line: impl AsyncRead + AsyncWrite + Unpin, heard: &mut u32) -> io::Result<()> {
        let mut questions = Questions { all: *heard, who: 0 };
        let served = self.serve_counting(line, &mut questions).await;
        *heard = questions.all;
        served
    }

    /// The same, with a count of what it was asked.
    ///
    /// # Errors
    /// When the line breaks.
    pub async fn serve_counting(
        &self,
        mut line: impl AsyncRead + AsyncWrite + Unpin,
        questions: &mut Questions,
    ) -> io::Result<()> {
        let behind_function = if self.is_serial { 2 } else { 8 };
        loop {
            let mut question = vec![0; behind_function];
            line.read_exact(&mut question).await?;
            // Function 43 has three bytes more, the others four; a serial line two of a checksum.
            let more = if question.last() == Some(&43) { 3 } else { 4 } + if self.is_serial { 2 } else { 0 };
            question.resize(behind_function + more, 0);
            line.read_exact(&mut question[behind_function..]).await?;
            let is_who = question[behind_function - 1] == 43;
            questions.all += 1;
            questions.who += u32::from(is_who);
            if questions.all <= self.faults.ignores || is_who && self.faults.ignores_who {
                continue;
            }
            let is_first = questions.all == self.faults.ignores + 1;
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
        let body = if self.is_serial { &question[..question.len() - 2] } else { &question[6..] };
        if body[1] == 43 {
            return self.framed(question, self.who(body));
        }
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
        self.framed(question, answer)
    }

    /// An object a frame, so that whoever asks has to go on asking.
    fn who(&self, body: &[u8]) -> Vec<u8> {
        let Some(identity) = self.identity else { return vec![body[0], 0xab, 1] };
        let number = body[4];
        let Some(text) = identity.get(usize::from(number)) else { return vec![body[0], 0xab, 2] };
        let more = if number == 2 { [0, 0] } else { [0xff, number + 1] };
        let length = u8::try_from(text.len()).unwrap_or(0);
        [&[body[0], 43, 14, 1, 1][..], &more, &[1, number, length], text.as_bytes()].concat()
    }

    fn framed(&self, question: &[u8], answer: Vec<u8>) -> Vec<u8> {
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
