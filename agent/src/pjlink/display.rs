//! What a display can be asked and told, and what its answers say. Pure; every request knows how its own answer is read.

use std::fmt;
use std::str::FromStr;

use smol_str::SmolStr;

use super::codec::{Class, Command};

/// A command, and how the parameter of its response is read.
#[derive(Clone, Debug)]
pub struct Request<T> {
    /// What is sent.
    pub command: Command,
    read: fn(&str) -> Option<T>,
}

impl<T> Request<T> {
    const fn ask(class: Class, body: &'static [u8; 4], read: fn(&str) -> Option<T>) -> Self {
        Self { command: Command { class, body: *body, parameter: SmolStr::new_static("?") }, read }
    }

    fn with(class: Class, body: &'static [u8; 4], parameter: impl Into<SmolStr>, read: fn(&str) -> Option<T>) -> Self {
        Self { command: Command { class, body: *body, parameter: parameter.into() }, read }
    }

    /// What the parameter of a response says; none when it is no answer to this. Error codes are read before.
    #[must_use]
    pub fn read(&self, parameter: &str) -> Option<T> {
        (self.read)(parameter)
    }
}

/// §4.2.
pub const POWER: Request<Power> = Request::ask(Class::One, b"POWR", Power::read);
/// §4.6.
pub const MUTE: Request<Mute> = Request::ask(Class::One, b"AVMT", Mute::read);
/// §4.7.
pub const HEALTH: Request<Health> = Request::ask(Class::One, b"ERST", Health::read);
/// §4.8. `ERR1`: it has no lamp.
pub const LAMPS: Request<Vec<Lamp>> = Request::ask(Class::One, b"LAMP", lamps);
/// §4.10, the name that its owner gave it, 64 bytes.
pub const NAME: Request<SmolStr> = Request::ask(Class::One, b"NAME", text);
/// §4.11, the maker, 32 bytes.
pub const MAKER: Request<SmolStr> = Request::ask(Class::One, b"INF1", text);
/// §4.12, the model, 32 bytes.
pub const MODEL: Request<SmolStr> = Request::ask(Class::One, b"INF2", text);
/// §4.13, what the maker likes to say, 32 bytes; often the firmware.
pub const OTHER: Request<SmolStr> = Request::ask(Class::One, b"INFO", text);
/// §4.14, 1 or 2.
pub const CLASS: Request<u8> = Request::ask(Class::One, b"CLSS", class);
/// §4.15, class 2, 32 bytes.
pub const SERIAL: Request<SmolStr> = Request::ask(Class::Two, b"SNUM", text);
/// §4.16, class 2, 32 bytes.
pub const SOFTWARE: Request<SmolStr> = Request::ask(Class::Two, b"SVER", text);
/// §4.18, class 2, what comes in.
pub const SIGNAL: Request<Signal> = Request::ask(Class::Two, b"IRES", Signal::read);
/// §4.19, class 2, what it would like to come in.
pub const RECOMMENDED: Request<Signal> = Request::ask(Class::Two, b"RRES", Signal::read);
/// §4.20, class 2, hours that the filter is in use, 0 when it does not count. `ERR1`: it has no filter.
pub const FILTER: Request<u32> = Request::ask(Class::Two, b"FILT", number);
/// §4.21, class 2, the models of lamp that fit.
pub const LAMP_MODELS: Request<SmolStr> = Request::ask(Class::Two, b"RLMP", text);

/// The input in use (§4.4). Only class 2 can name all inputs of a class 2 display.
#[must_use]
pub const fn input(class: Class) -> Request<Input> {
    Request::ask(class, b"INPT", Input::new)
}

/// The inputs that there are (§4.9).
#[must_use]
pub const fn inputs(class: Class) -> Request<Vec<Input>> {
    Request::ask(class, b"INST", all_inputs)
}

/// What stands at the socket of an input (§4.17, class 2, 128 bytes).
#[must_use]
pub fn input_name(input: Input) -> Request<SmolStr> {
    Request::with(Class::Two, b"INNM", format!("?{input}"), text)
}

/// Switches it on, or to standby (§4.1).
#[must_use]
pub fn switch(on: bool) -> Request<()> {
    Request::with(Class::One, b"POWR", if on { "1" } else { "0" }, done)
}

/// Takes another input (§4.3).
#[must_use]
pub fn take(class: Class, input: Input) -> Request<()> {
    Request::with(class, b"INPT", input.to_string(), done)
}

/// Hides picture, sound or both, or shows them again (§4.5).
#[must_use]
pub fn hide(what: Mute, hidden: bool) -> Request<()> {
    let which = match (what.picture, what.sound) {
        (true, false) => 1,
        (false, true) => 2,
        _ => 3,
    };
    Request::with(Class::One, b"AVMT", format!("{which}{}", u8::from(hidden)), done)
}

/// Power states (§4.2). The two last ones pass by themselves, after a minute or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// 0, standby.
    Standby,
    /// 1, the lamp is on.
    On,
    /// 2, on its way to standby.
    Cooling,
    /// 3, on its way to on.
    Warming,
}

impl Power {
    fn read(text: &str) -> Option<Self> {
        match text {
            "0" => Some(Self::Standby),
            "1" => Some(Self::On),
            "2" => Some(Self::Cooling),
            "3" => Some(Self::Warming),
            _ => None,
        }
    }

    /// As on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Standby => 0,
            Self::On => 1,
            Self::Cooling => 2,
            Self::Warming => 3,
        }
    }
}

/// An input (§4.3): its kind 1 RGB, 2 video, 3 digital, 4 storage, 5 network, for class 2 also 6 internal; and its number
/// 1 to 9, for class 2 also A to Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input([u8; 2]);

impl Input {
    /// None unless it is a kind and a number like `31` or `3A`.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        match *text.as_bytes() {
            [kind @ b'1'..=b'6', number] if number != b'0' && number.is_ascii_alphanumeric() => {
                Some(Self([kind, number.to_ascii_uppercase()]))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", char::from(self.0[0]), char::from(self.0[1]))
    }
}

impl FromStr for Input {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::new(text).ok_or_else(|| format!("expected an input like '31', found '{text}'"))
    }
}

/// What is hidden or silenced (§4.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mute {
    /// Nothing is seen.
    pub picture: bool,
    /// Nothing is heard.
    pub sound: bool,
}

impl Mute {
    fn read(text: &str) -> Option<Self> {
        let (picture, sound) = match text {
            "11" => (true, false),
            "21" => (false, true),
            "31" => (true, true),
            // The last two are not the specification's, but Hitachi's (CP-X3010N, 'PJLink command').
            "30" | "10" | "20" => (false, false),
            _ => return None,
        };
        Some(Self { picture, sound })
    }
}

/// How a part of it is (§4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// 0: no error, or it cannot tell.
    Well,
    /// 1.
    Warning,
    /// 2.
    Error,
}

/// The parts that it watches, in the order of the digits (§4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// First digit.
    Fan,
    /// Second.
    Lamp,
    /// Third: too hot.
    Temperature,
    /// Fourth: a cover is open.
    Cover,
    /// Fifth.
    Filter,
    /// Sixth: anything else.
    Other,
}

impl Part {
    /// In the order of the digits.
    pub const ALL: [Self; 6] = [Self::Fan, Self::Lamp, Self::Temperature, Self::Cover, Self::Filter, Self::Other];
}

/// How its parts are (§4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health([Severity; 6]);

impl Health {
    fn read(text: &str) -> Option<Self> {
        let digits: [u8; 6] = text.as_bytes().try_into().ok()?;
        let mut parts = [Severity::Well; 6];
        for (part, digit) in parts.iter_mut().zip(digits) {
            *part = match digit {
                b'0' => Severity::Well,
                b'1' => Severity::Warning,
                b'2' => Severity::Error,
                _ => return None,
            };
        }
        Some(Self(parts))
    }

    /// Each part and how it is.
    pub fn parts(self) -> impl Iterator<Item = (Part, Severity)> {
        Part::ALL.into_iter().zip(self.0)
    }
}

/// A lamp or another source of light (§4.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lamp {
    /// Hours that it was lit, 0 to 99 999; 0 when the display does not count.
    pub hours: u32,
    /// Whether it is lit.
    pub is_lit: bool,
}

/// One or more pairs of hours and 0 or 1; a line has room for 32.
fn lamps(text: &str) -> Option<Vec<Lamp>> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let lamp = |pair: &[&str]| match pair {
        [used, lit @ ("0" | "1")] => Some(Lamp { hours: number(used)?, is_lit: *lit == "1" }),
        _ => None,
    };
    words.chunks(2).map(lamp).collect::<Option<Vec<_>>>().filter(|lamps| !lamps.is_empty())
}

/// A number of 1 to 5 digits.
fn number(text: &str) -> Option<u32> {
    let is_number = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// What comes in at an input (§4.18).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// `-`.
    Absent,
    /// `*`: something, but it cannot tell what.
    Unknown,
    /// `1920x1080`, pixels.
    Size {
        /// Pixels a line.
        width: u32,
        /// Lines.
        height: u32,
    },
}

impl Signal {
    fn read(text: &str) -> Option<Self> {
        match text {
            "-" => Some(Self::Absent),
            "*" => Some(Self::Unknown),
            size => {
                // Some write `1920 x 1200` (Optoma W415).
                let (width, height) = size.split_once(['x', 'X'])?;
                Some(Self::Size { width: number(width.trim())?, height: number(height.trim())? })
            }
        }
    }
}

/// Inputs with a space between them.
fn all_inputs(text: &str) -> Option<Vec<Input>> {
    text.split_ascii_whitespace().map(Input::new).collect::<Option<Vec<_>>>().filter(|inputs| !inputs.is_empty())
}

/// Optoma's X351 answers `Class 1` (pypjlink #1).
fn class(text: &str) -> Option<u8> {
    let digit = text.rsplit(' ').next().filter(|digit| digit.len() == 1)?;
    digit.parse().ok().filter(|class| *class > 0)
}

/// What a person may read: without control characters, and without blanks around it.
#[expect(clippy::unnecessary_wraps, reason = "every text is an answer, as for the other readers some are not")]
fn text(text: &str) -> Option<SmolStr> {
    let printable: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Some(printable.trim().into())
}

fn done(text: &str) -> Option<()> {
    text.eq_ignore_ascii_case("OK").then_some(())
}

#[cfg(test)]
mod tests;
