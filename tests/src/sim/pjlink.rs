//! A projector that speaks PJLink over TCP, written from the specification (JBMIA, version 2.00) and from nothing else:
//! the agent's own reading of it must not be what it is tested against.
//!
//! [`Projector`] answers a line with a line; [`serve`] is the loop around it.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use md5::{Digest, Md5};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// What it is: on, well, with a signal of 1920x1080 at input 31 by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// 0 standby, 1 on, 2 cooling, 3 warming up.
    pub power: u8,
    /// The input in use.
    pub input: String,
    /// As `AVMT` answers: 30 nothing, 11 picture, 21 sound, 31 both.
    pub mute: String,
    /// Six digits: fan, lamp, temperature, cover, filter, other.
    pub errors: String,
    /// As `LAMP` answers; empty: it has no lamp.
    pub lamps: String,
    /// As `IRES` answers.
    pub signal: String,
    /// 1 or 2.
    pub class: u8,
    /// The maker's name.
    pub maker: String,
    /// The model's name.
    pub model: String,
}

impl Default for State {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            power: 1,
            input: text("31"),
            mute: text("30"),
            errors: text("000000"),
            lamps: text("1234 1"),
            signal: text("1920x1080"),
            class: 2,
            maker: text("AVOW"),
            model: text("P-2"),
        }
    }
}

/// What it does wrong; nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// It refuses every password.
    pub refuses_password: bool,
    /// It takes a connection and does not greet.
    pub never_greets: bool,
    /// It greets, then answers nothing.
    pub silent: bool,
    /// It greets, then answers nothing to these letters, e.g. `INPT`.
    pub silent_to: String,
    /// It answers what is no PJLink.
    pub garbage: bool,
    /// It answers with the letters of another command.
    pub wrong_echo: bool,
    /// It answers the first half of each line and no more.
    pub half_lines: bool,
    /// It talks without end, and ends no line.
    pub floods: bool,
    /// It answers after so many milliseconds.
    pub slow_ms: u64,
    /// It closes each connection at once.
    pub closes: bool,
    /// It closes each connection after so many answers; 0: never.
    pub closes_after: u32,
    /// It serves one controller, and closes the connection of every other.
    pub one_controller: bool,
    /// It answers `ERR4` to all questions about its state.
    pub failed: bool,
    /// It answers in lower case.
    pub lower_case: bool,
}

/// `name=value`, or what was expected.
fn parts(text: &str) -> Result<(&str, &str), String> {
    text.split_once('=').ok_or_else(|| format!("'{text}': expected NAME=VALUE"))
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name}: expected a number, found '{value}'"))
}

impl State {
    /// Sets one field by its name: `power=3`, `errors=010000`.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = parts(text)?;
        let texts = [
            ("input", &mut self.input),
            ("mute", &mut self.mute),
            ("errors", &mut self.errors),
            ("lamps", &mut self.lamps),
            ("signal", &mut self.signal),
            ("maker", &mut self.maker),
            ("model", &mut self.model),
        ];
        if let Some((_, field)) = texts.into_iter().find(|(known, _)| *known == name) {
            value.clone_into(field);
            return Ok(());
        }
        match name {
            "power" => self.power = number(name, value)?,
            "class" => self.class = number(name, value)?,
            _ => return Err(format!("{name}: no such state")),
        }
        Ok(())
    }
}

impl Faults {
    /// Sets one field by its name: `silent=true`, `slow_ms=300`.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = parts(text)?;
        let flags = [
            ("refuses_password", &mut self.refuses_password),
            ("never_greets", &mut self.never_greets),
            ("silent", &mut self.silent),
            ("garbage", &mut self.garbage),
            ("wrong_echo", &mut self.wrong_echo),
            ("half_lines", &mut self.half_lines),
            ("floods", &mut self.floods),
            ("closes", &mut self.closes),
            ("one_controller", &mut self.one_controller),
            ("failed", &mut self.failed),
            ("lower_case", &mut self.lower_case),
        ];
        if let Some((_, flag)) = flags.into_iter().find(|(known, _)| *known == name) {
            *flag = value.parse().map_err(|_| format!("{name}: expected true or false, found '{value}'"))?;
            return Ok(());
        }
        match name {
            "silent_to" => value.clone_into(&mut self.silent_to),
            "slow_ms" => self.slow_ms = number(name, value)?,
            "closes_after" => self.closes_after = number(name, value)?,
            _ => return Err(format!("{name}: no such fault")),
        }
        Ok(())
    }
}

/// The number that it greets with; a real one takes another each time.
const RANDOM: &str = "498e4a67";
/// Who says more in one line is hung up on: 136 bytes, and 32 before the first command.
const LONGEST: usize = 136 + 32;
const INPUTS: [(&str, &str); 3] = [("11", "Computer"), ("31", "HDMI 1"), ("32", "HDMI 2")];

/// The projector.
#[derive(Debug)]
pub struct Projector {
    state: State,
    faults: Faults,
    password: Option<String>,
}

impl Projector {
    /// A projector with a password or without.
    #[must_use]
    pub const fn new(state: State, faults: Faults, password: Option<String>) -> Self {
        Self { state, faults, password }
    }

    fn greeting(&self) -> String {
        match (&self.password, self.faults.refuses_password) {
            (None, false) => "PJLINK 0\r".to_owned(),
            _ => format!("PJLINK 1 {RANDOM}\r"),
        }
    }

    /// The line without what proves the password, when that is right: 32 digits before the first command.
    fn unlocked<'a>(&self, line: &'a str) -> Option<&'a str> {
        if self.faults.refuses_password {
            return None;
        }
        let Some(password) = &self.password else { return Some(line) };
        let hash = Md5::digest(format!("{RANDOM}{password}"));
        let proof: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        line.strip_prefix(&proof)
    }

    /// What it says to one line, CR included; nothing to what is no command.
    fn answer(&mut self, line: &str) -> Option<String> {
        let (header, rest) = line.split_at_checked(2)?;
        let (body, rest) = rest.split_at_checked(4)?;
        let parameter = rest.strip_prefix(' ')?;
        let class = match header {
            "%1" => 1,
            "%2" => 2,
            _ => return None,
        };
        if body == self.faults.silent_to {
            return None;
        }
        let said = if class > self.state.class { "ERR1".to_owned() } else { self.said(body, parameter) };
        let body = if self.faults.wrong_echo { "NONE" } else { body };
        let answer = format!("{header}{body}={said}\r");
        Some(if self.faults.lower_case { answer.to_lowercase() } else { answer })
    }

    fn said(&mut self, body: &str, parameter: &str) -> String {
        let is_on = self.state.power == 1;
        let state = ["POWR", "INPT", "AVMT", "ERST", "LAMP"].contains(&body);
        if self.faults.failed && state && body != "POWR" {
            return "ERR4".to_owned();
        }
        match (body, parameter) {
            ("POWR", "?") => self.state.power.to_string(),
            ("POWR", "0" | "1") if self.state.power >= 2 => "ERR3".to_owned(),
            ("POWR", "0" | "1") => set(&mut self.state.power, u8::from(parameter == "1")),
            ("INPT" | "AVMT" | "IRES", _) if !is_on => "ERR3".to_owned(),
            ("INPT", "?") => self.state.input.clone(),
            ("INPT", input) if INPUTS.iter().any(|(known, _)| *known == input) => {
                set(&mut self.state.input, input.to_owned())
            }
            ("AVMT", "?") => self.state.mute.clone(),
            ("AVMT", "10" | "20" | "30") => set(&mut self.state.mute, "30".to_owned()),
            ("AVMT", "11" | "21" | "31") => set(&mut self.state.mute, parameter.to_owned()),
            ("POWR" | "INPT" | "AVMT", _) => "ERR2".to_owned(),
            ("ERST", "?") => self.state.errors.clone(),
            ("LAMP", "?") if self.state.lamps.is_empty() => "ERR1".to_owned(),
            ("LAMP", "?") => self.state.lamps.clone(),
            ("INST", "?") => INPUTS.map(|(input, _)| input).join(" "),
            ("NAME", "?") => "Hall".to_owned(),
            ("INF1", "?") => self.state.maker.clone(),
            ("INF2", "?") => self.state.model.clone(),
            ("INFO", "?") => "0.9".to_owned(),
            ("CLSS", "?") => self.state.class.to_string(),
            _ if self.state.class >= 2 => self.said_by_class_2(body, parameter),
            _ => "ERR1".to_owned(),
        }
    }

    fn said_by_class_2(&self, body: &str, parameter: &str) -> String {
        let name = |input: &str| INPUTS.iter().find(|(known, _)| *known == input).map(|(_, name)| *name);
        let said = match (body, parameter) {
            ("SNUM", "?") => "S-0001",
            ("SVER", "?") => "1.02",
            ("IRES", "?") => &self.state.signal,
            ("RRES", "?") => "1920x1200",
            ("FILT", "?") => "321",
            ("RLMP", "?") => "LMP-7",
            ("INNM", input) => input.strip_prefix('?').and_then(name).unwrap_or("ERR2"),
            _ => "ERR1",
        };
        said.to_owned()
    }
}

fn set<T>(field: &mut T, value: T) -> String {
    *field = value;
    "OK".to_owned()
}

/// Lets `projector` live behind `listener` until that fails.
///
/// # Errors
/// When nobody can be accepted any more.
pub async fn serve(listener: TcpListener, projector: Projector) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(if projector.faults.one_controller { 1 } else { 16 }));
    let projector = Arc::new(Mutex::new(projector));
    let mut conversations = JoinSet::new();
    loop {
        let (line, _) = listener.accept().await?;
        // Who finds no place is hung up on: dropping the line closes it.
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let projector = Arc::clone(&projector);
        conversations.spawn(async move {
            // A controller may hang up at any moment; that ends this conversation and nothing else.
            let _ = converse(line, &projector).await;
            drop(place);
        });
        while conversations.try_join_next().is_some() {}
    }
}

/// One conversation, until either side has enough.
///
/// # Errors
/// When the line breaks.
pub async fn converse(mut line: impl AsyncRead + AsyncWrite + Unpin, projector: &Mutex<Projector>) -> io::Result<()> {
    let (greeting, faults) = {
        let projector = lock(projector);
        (projector.greeting(), projector.faults.clone())
    };
    if faults.closes {
        return Ok(());
    }
    if !faults.never_greets {
        line.write_all(greeting.as_bytes()).await?;
    }
    let (mut is_locked, mut answered) = (greeting != "PJLINK 0\r", 0);
    let mut heard = Vec::new();
    loop {
        let byte = line.read_u8().await?;
        if byte != b'\r' {
            heard.push(byte);
            if heard.len() > LONGEST {
                return Ok(());
            }
            continue;
        }
        let text = String::from_utf8_lossy(&std::mem::take(&mut heard)).into_owned();
        if faults.silent || faults.never_greets {
            continue;
        }
        if faults.floods {
            return flood(&mut line).await;
        }
        let answer = {
            let mut projector = lock(projector);
            let command = if is_locked { projector.unlocked(&text) } else { Some(text.as_str()) };
            match command {
                None => Some("PJLINK ERRA\r".to_owned()),
                Some(command) => {
                    is_locked = false;
                    projector.answer(command)
                }
            }
        };
        let Some(answer) = answer else { continue };
        tokio::time::sleep(Duration::from_millis(faults.slow_ms)).await;
        line.write_all(&spoilt(&answer, &faults)).await?;
        answered += 1;
        if answered == faults.closes_after {
            return Ok(());
        }
    }
}

fn spoilt(answer: &str, faults: &Faults) -> Vec<u8> {
    if faults.garbage {
        return b"\x00\xff<html>400</html>\r\r\n".to_vec();
    }
    let kept = if faults.half_lines { answer.len() / 2 } else { answer.len() };
    answer.as_bytes()[..kept].to_vec()
}

/// Ends when the other side has hung up.
async fn flood(line: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    loop {
        line.write_all(&[b'%'; 4096]).await?;
    }
}

/// A conversation never panics while it holds the projector.
fn lock(projector: &Mutex<Projector>) -> std::sync::MutexGuard<'_, Projector> {
    projector.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
