//! The lines of PJLink and their bytes: at most 136, the last of them CR. No state beyond a line that is not whole yet.
//!
//! Letters are read in either case: a projector of 2020 answers `%1powr=0` (openhab-addons #6725).

use std::fmt;

use md5::{Digest as _, Md5};
use smol_str::SmolStr;

/// The TCP port of every display (§3).
pub const PORT: u16 = 4352;
/// The longest line in bytes, CR included (§2.5): `%`, class, four letters, separator, 128 of parameter, CR.
pub const MAX_LINE: usize = 136;
/// What ends every line and stands nowhere else.
pub const TERMINATOR: u8 = b'\r';

/// Cuts a stream of bytes at every CR, and holds no more than one line of it.
#[derive(Clone, Debug, Default)]
pub struct Splitter {
    tail: Vec<u8>,
}

impl Splitter {
    /// Takes one byte; after a CR, the line before it. Of a line that is too long, its first 136 bytes, which nothing
    /// reads as a reply. Empty lines and the LF of those who end a line with CR LF are none.
    pub fn push(&mut self, byte: u8) -> Option<Vec<u8>> {
        match byte {
            TERMINATOR if self.tail.is_empty() => None,
            TERMINATOR => Some(std::mem::take(&mut self.tail)),
            b'\n' if self.tail.is_empty() => None,
            _ => {
                if self.tail.len() < MAX_LINE {
                    self.tail.push(byte);
                }
                None
            }
        }
    }

    /// What came after the last CR.
    #[must_use]
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// Forgets it.
    pub fn forget(&mut self) {
        self.tail.clear();
    }
}

/// The class of a command (§2.1): the one digit after `%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// What every display knows.
    One,
    /// What displays know that answer 2 to `CLSS`.
    Two,
}

impl Class {
    const fn digit(self) -> u8 {
        match self {
            Self::One => b'1',
            Self::Two => b'2',
        }
    }
}

/// The four letters of a command (§2.1), upper case.
pub type Body = [u8; 4];

/// What a controller says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its class.
    pub class: Class,
    /// Its letters.
    pub body: Body,
    /// `?` to ask, else what to set; at most 128 bytes.
    pub parameter: SmolStr,
}

impl Command {
    /// The line (§2.1); the first of a connection that wants a password carries the digest (§5.1).
    #[must_use]
    pub fn encode(&self, digest: Option<&Digest>) -> Vec<u8> {
        let digest: &[u8] = digest.map_or(&[], |digest| &digest.0);
        [digest, &[b'%', self.class.digit()], &self.body, b" ", self.parameter.as_bytes(), &[TERMINATOR]].concat()
    }
}

/// The password of a display; its `Debug` form does not tell it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(SmolStr);

impl Password {
    /// The longest password, bytes. The specification allows 32; nobody is refused for a maker who allows more.
    pub const MAX: usize = 64;

    /// None unless it is 1 to 64 bytes in one line.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX).contains(&text.len()) && !text.contains(char::is_control);
        fits.then(|| Self(text.into()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// The MD5 of a display's random number and the password, 32 hexadecimal digits (§5.1). It proves a password to a display
/// and is no protection: who hears it can try passwords at leisure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// How many bytes of a line it takes.
    pub const LEN: usize = 32;

    /// The digest for the number that a display named in its greeting.
    #[must_use]
    pub fn of(random: &str, password: &Password) -> Self {
        let hash = Md5::new().chain_update(random).chain_update(password.0.as_str()).finalize();
        let mut digits = [0; Self::LEN];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(hash) {
            pair.copy_from_slice(&[nibble(byte >> 4), nibble(byte & 0x0f)]);
        }
        Self(digits)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest")
    }
}

const fn nibble(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' + value - 10 }
}

/// The first line of a connection, which the display says (§5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// `PJLINK 0`: no password.
    Open,
    /// `PJLINK 1 498e4a67`: a password, and the number to prove it with.
    Locked {
        /// The number as it was written, 8 hexadecimal digits.
        random: SmolStr,
    },
    /// `PJLINK ERRA`: the password was wrong; comes instead of the first answer.
    Refused,
}

impl Greeting {
    /// Reads a line without its CR; none when it is no greeting.
    #[must_use]
    pub fn read(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok().filter(|text| text.len() < MAX_LINE)?;
        let mut words = text.split(' ').filter(|word| !word.is_empty());
        let is_pjlink = words.next()?.eq_ignore_ascii_case("PJLINK");
        let greeting = match (words.next()?, words.next(), words.next()) {
            ("0", None, None) => Self::Open,
            ("1", Some(random), None) if random.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                Self::Locked { random: random.into() }
            }
            (word, None, None) if word.eq_ignore_ascii_case("ERRA") => Self::Refused,
            _ => return None,
        };
        is_pjlink.then_some(greeting)
    }
}

/// The error codes of a display (§2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `ERR1`, undefined command: it does not have that, which is no fault.
    Undefined,
    /// `ERR2`, out of parameter.
    OutOfParameter,
    /// `ERR3`, unavailable time: not now, while it warms up, cools down or stands by.
    NotNow,
    /// `ERR4`: the display itself has failed.
    Failed,
}

impl Refusal {
    /// None when the parameter of a response is no error code.
    #[must_use]
    pub const fn of(parameter: &str) -> Option<Self> {
        match parameter.as_bytes() {
            [b'E' | b'e', b'R' | b'r', b'R' | b'r', code] => match code {
                b'1' => Some(Self::Undefined),
                b'2' => Some(Self::OutOfParameter),
                b'3' => Some(Self::NotNow),
                b'4' => Some(Self::Failed),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What a display answers (§2.2): the command's class and letters, `=`, and what it has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The class as a digit.
    pub class: u8,
    /// The letters, upper case.
    pub body: Body,
    /// At most 128 bytes; what is no UTF-8 is replaced.
    pub parameter: SmolStr,
}

impl Response {
    /// Reads a line without its CR; none when it is no response.
    #[must_use]
    pub fn read(line: &[u8]) -> Option<Self> {
        let [b'%', class @ b'1'..=b'9', a, b, c, d, b'=', parameter @ ..] = line else { return None };
        let body = [*a, *b, *c, *d].map(|letter| letter.to_ascii_uppercase());
        let is_read = line.len() < MAX_LINE && body.iter().all(u8::is_ascii_alphanumeric);
        is_read.then(|| Self { class: *class, body, parameter: String::from_utf8_lossy(parameter).into() })
    }

    /// Whether it answers `command`. An error code may come under the other class: who does not know a class answers in his own.
    #[must_use]
    pub fn answers(&self, command: &Command) -> bool {
        let same_class = self.class == command.class.digit() || Refusal::of(&self.parameter).is_some();
        self.body == command.body && same_class
    }
}

/// Bytes of a line as a person reads them: printable ASCII as it is, the rest as `\x1b`.
#[must_use]
pub fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

#[cfg(test)]
mod tests;
