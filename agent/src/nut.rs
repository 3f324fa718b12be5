//! The protocol of Network UPS Tools (RFC 9271, section 4): `LIST UPS` and `LIST VAR`, lines both ways. Bytes alone, bounded; who
//! waits is elsewhere. Not here: login, commands, settings: nothing that changes a UPS.

use std::collections::BTreeMap;

/// Where `upsd` listens (RFC 9271, section 3).
pub const PORT: u16 = 3493;
/// The longest line (RFC 9271, section 4: 512), with room for odd ones.
const MOST_LINE: usize = 2_048;
/// More variables than any UPS has.
const MOST_ENTRIES: usize = 1_024;

/// Names of variables (NUT's developer guide, appendix A).
pub mod variable {
    /// Words: `OL`, `OB`, `LB` …
    pub const STATUS: &str = "ups.status";
    /// Text.
    pub const ALARM: &str = "ups.alarm";
    /// Text, how the last test of the battery went.
    pub const TEST: &str = "ups.test.result";
    /// Per cent.
    pub const CHARGE: &str = "battery.charge";
    /// Seconds.
    pub const RUNTIME: &str = "battery.runtime";
    /// Volts.
    pub const BATTERY_VOLTAGE: &str = "battery.voltage";
    /// Degrees Celsius, of the battery or of the whole.
    pub const TEMPERATURE: [&str; 2] = ["battery.temperature", "ups.temperature"];
    /// Per cent.
    pub const LOAD: &str = "ups.load";
    /// Volts.
    pub const INPUT_VOLTAGE: &str = "input.voltage";
    /// Maker, by its new and its old name; so are the next two.
    pub const MAKE: [&str; 2] = ["device.mfr", "ups.mfr"];
    /// Model.
    pub const MODEL: [&str; 2] = ["device.model", "ups.model"];
    /// Serial number.
    pub const SERIAL: [&str; 2] = ["device.serial", "ups.serial"];
    /// Firmware.
    pub const FIRMWARE: &str = "ups.firmware";
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// The variables of this UPS.
    Variables(String),
    /// Which there are, with their descriptions.
    Names,
}

impl Question {
    /// The line that asks.
    #[must_use]
    pub fn line(&self) -> String {
        format!("LIST {}\n", self.subject())
    }

    fn subject(&self) -> String {
        match self {
            Self::Variables(ups) => format!("VAR {ups}"),
            Self::Names => "UPS".to_owned(),
        }
    }
}

/// Why there is no list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// `ERR` and the server's word (RFC 9271, section 4.4).
    #[error("the server refuses: {0}")]
    Refused(String),
    /// No such protocol; the line, cut.
    #[error("no answer of NUT: {0}")]
    Nonsense(String),
}

/// An answer as it comes in.
#[derive(Debug)]
pub struct Answer {
    subject: String,
    unread: Vec<u8>,
    has_begun: bool,
    entries: BTreeMap<String, String>,
}

impl Answer {
    /// Of a question that has just been asked.
    #[must_use]
    pub fn to(question: &Question) -> Self {
        Self { subject: question.subject(), unread: Vec::new(), has_begun: false, entries: BTreeMap::new() }
    }

    /// Whether anything has come.
    #[must_use]
    pub fn is_begun(&self) -> bool {
        self.has_begun || !self.unread.is_empty()
    }

    /// Takes what has come; the list when it is whole.
    ///
    /// # Errors
    /// When there will be none.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Option<BTreeMap<String, String>>, Bad> {
        self.unread.extend_from_slice(bytes);
        while let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
            let rest = self.unread.split_off(end + 1);
            let line = std::mem::replace(&mut self.unread, rest);
            let line = String::from_utf8_lossy(&line[..end]).trim_end_matches('\r').to_owned();
            if self.take_line(&line)? {
                return Ok(Some(std::mem::take(&mut self.entries)));
            }
        }
        if self.unread.len() > MOST_LINE { Err(nonsense(&String::from_utf8_lossy(&self.unread))) } else { Ok(None) }
    }

    /// Whether it was the last one.
    fn take_line(&mut self, line: &str) -> Result<bool, Bad> {
        if let Some(word) = line.strip_prefix("ERR ") {
            return Err(Bad::Refused(word.split_whitespace().next().unwrap_or_default().chars().take(40).collect()));
        }
        if !self.has_begun {
            self.has_begun = line.strip_prefix("BEGIN LIST ") == Some(&self.subject);
            return if self.has_begun { Ok(false) } else { Err(nonsense(line)) };
        }
        if line.strip_prefix("END LIST ") == Some(&self.subject) {
            return Ok(true);
        }
        let entry = line.strip_prefix(&self.subject).and_then(|rest| rest.strip_prefix(' ')).and_then(entry);
        let (name, value) = entry.ok_or_else(|| nonsense(line))?;
        if self.entries.len() < MOST_ENTRIES {
            self.entries.insert(name, value);
        }
        Ok(false)
    }
}

/// `battery.charge "100"`: in quotes, `\"` and `\\` stand for themselves.
fn entry(text: &str) -> Option<(String, String)> {
    let (name, quoted) = text.split_once(' ')?;
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let (mut value, mut is_escaped) = (String::new(), false);
    for character in inner.chars() {
        match character {
            '\\' if !is_escaped => is_escaped = true,
            '"' if !is_escaped => return None,
            other => {
                value.push(other);
                is_escaped = false;
            }
        }
    }
    (!is_escaped && !name.is_empty()).then(|| (name.to_owned(), value.trim().to_owned()))
}

fn nonsense(line: &str) -> Bad {
    Bad::Nonsense(line.chars().filter(|c| !c.is_control()).take(60).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn question() -> Question {
        Question::Variables("su700".into())
    }

    fn entries(of: &[(&str, &str)]) -> BTreeMap<String, String> {
        of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// RFC 9271, section 4.2.8.3, shortened; the last two lines after section 4.1.
    const LISTED: &str = "BEGIN LIST VAR su700\nVAR su700 ups.mfr \"APC\"\nVAR su700 ups.status \"OB LB\"\n\
        VAR su700 ups.model \"\\\"Smart\\\" \\\\700 \"\nEND LIST VAR su700\n";

    #[test]
    fn a_list_is_read_however_it_is_cut() {
        assert_eq!(question().line(), "LIST VAR su700\n");
        let expected = entries(&[("ups.mfr", "APC"), ("ups.status", "OB LB"), ("ups.model", "\"Smart\" \\700")]);
        for cut in 0..LISTED.len() {
            let mut answer = Answer::to(&question());
            assert_eq!(answer.take(&LISTED.as_bytes()[..cut]), Ok(None), "{cut}");
            assert_eq!(answer.take(&LISTED.as_bytes()[cut..]), Ok(Some(expected.clone())), "{cut}");
        }
        let names = "BEGIN LIST UPS\r\nUPS hall \"UPS of the hall\"\r\nEND LIST UPS\r\n";
        let read = Answer::to(&Question::Names).take(names.as_bytes());
        assert_eq!(read, Ok(Some(entries(&[("hall", "UPS of the hall")]))));
    }

    #[test]
    fn what_is_no_list_is_told() {
        for (text, bad) in [
            ("ERR UNKNOWN-UPS\n", Bad::Refused("UNKNOWN-UPS".into())),
            ("BEGIN LIST VAR su700\nERR DATA-STALE\n", Bad::Refused("DATA-STALE".into())),
            ("SSH-2.0-OpenSSH_9.2\r\n", Bad::Nonsense("SSH-2.0-OpenSSH_9.2".into())),
            ("BEGIN LIST VAR other\n", Bad::Nonsense("BEGIN LIST VAR other".into())),
            ("BEGIN LIST VAR su700\nVAR other x \"1\"\n", Bad::Nonsense("VAR other x \"1\"".into())),
            ("BEGIN LIST VAR su700\nVAR su700 x 1\n", Bad::Nonsense("VAR su700 x 1".into())),
            ("BEGIN LIST VAR su700\nVAR su700 x \"a\"b\"\n", Bad::Nonsense("VAR su700 x \"a\"b\"".into())),
        ] {
            assert_eq!(Answer::to(&question()).take(text.as_bytes()), Err(bad), "{text}");
        }
        assert!(Answer::to(&question()).take(&[b'x'; 3_000]).is_err(), "a line without end");
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_break_nothing(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut answer = Answer::to(&question());
            let _ = answer.take(&bytes);
            let mut answer = Answer::to(&question());
            answer.has_begun = true;
            let _ = answer.take(&bytes);
        }
    }
}
