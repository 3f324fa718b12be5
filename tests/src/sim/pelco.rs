//! Receivers on an RS-485 line that understand Pelco-D or Pelco-P and say what they did. Written from the makers' tables,
//! bit by bit; it shares no code with the agent.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::camera::Position;

/// What they do wrong; nothing by default, which is also to say nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// They answer with four bytes, as a few makers' do: no fault.
    pub answers: bool,
    /// They answer with a sum that is wrong.
    pub wrong_sum: bool,
    /// They answer in another receiver's name.
    pub wrong_name: bool,
    /// The line gives back what was said.
    pub echoes: bool,
    /// The line brings this many bytes of noise before each frame is understood.
    pub noise: usize,
}

impl Faults {
    /// Sets one field by its name: `echoes=true`, `noise=5`.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once('=').ok_or_else(|| format!("'{text}': expected NAME=VALUE"))?;
        let flag = || value.parse().map_err(|_| format!("{name}: expected true or false, found '{value}'"));
        match name {
            "answers" => self.answers = flag()?,
            "wrong_sum" => self.wrong_sum = flag()?,
            "wrong_name" => self.wrong_name = flag()?,
            "echoes" => self.echoes = flag()?,
            "noise" => self.noise = value.parse().map_err(|_| format!("{name}: expected a number, found '{value}'"))?,
            _ => return Err(format!("{name}: no such fault")),
        }
        Ok(())
    }
}

/// Every receiver of a line: each listens to all.
#[derive(Debug)]
pub struct Receivers {
    is_p: bool,
    faults: Faults,
    heard: Vec<u8>,
    /// Where the camera stands, for whoever draws what it sees.
    watcher: Option<Arc<Mutex<Position>>>,
}

/// A frame that was understood.
struct Order {
    frame: Vec<u8>,
    address: u8,
    command: [u8; 4],
}

impl Receivers {
    /// Receivers that understand `d` or `p`.
    ///
    /// # Errors
    /// When the dialect is neither.
    pub fn new(dialect: &str, faults: Faults) -> Result<Self, String> {
        let is_p = match dialect {
            "d" => false,
            "p" => true,
            other => return Err(format!("dialect: expected d or p, found '{other}'")),
        };
        Ok(Self { is_p, faults, heard: Vec::new(), watcher: None })
    }

    /// Tells `watcher` where a recalled preset lies: preset `n` at pan `100 n`, tilt `10 n`, zoom `1000 n`.
    #[must_use]
    pub fn watched(mut self, watcher: Arc<Mutex<Position>>) -> Self {
        self.watcher = Some(watcher);
        self
    }

    /// Hears a byte: what the line says to it, and what a receiver does, e.g. `1 recall 5`.
    pub fn hear(&mut self, byte: u8) -> (Vec<u8>, Option<String>) {
        self.heard.push(byte);
        let Some(order) = self.order() else { return (Vec::new(), None) };
        self.heard.clear();
        let mut line = vec![0x55; self.faults.noise];
        if self.faults.echoes {
            line.extend(&order.frame);
        }
        if self.faults.answers || self.faults.wrong_sum || self.faults.wrong_name {
            let sum = order.frame[order.frame.len() - 1];
            let name = if self.faults.wrong_name { order.address.wrapping_add(1) } else { order.address };
            let sum = if self.faults.wrong_sum { sum.wrapping_add(1) } else { sum };
            line.extend([0xff, name, 0, sum]);
        }
        (line, Some(format!("{} {}", order.address, self.deed(order.command))))
    }

    /// The frame that ends with the byte heard last. A receiver resynchronises at every start byte.
    fn order(&self) -> Option<Order> {
        let length = if self.is_p { 8 } else { 7 };
        let frame = self.heard.len().checked_sub(length).map(|from| &self.heard[from..])?;
        let body = &frame[..length - 1];
        if self.is_p {
            let is_whole =
                frame[0] == 0xa0 && frame[6] == 0xaf && body.iter().fold(0, |all, byte| all ^ byte) == frame[7];
            let command = [frame[2], frame[3], frame[4], frame[5]];
            return is_whole.then(|| Order { frame: frame.to_vec(), address: frame[1].wrapping_add(1), command });
        }
        let sum: u32 = body[1..].iter().map(|byte| u32::from(*byte)).sum();
        let is_whole = frame[0] == 0xff && sum % 256 == u32::from(frame[6]);
        let command = [frame[2], frame[3], frame[4], frame[5]];
        is_whole.then(|| Order { frame: frame.to_vec(), address: frame[1], command })
    }

    fn deed(&self, [one, two, data_1, data_2]: [u8; 4]) -> String {
        match (one, two) {
            (0, 0) => return "stop".to_owned(),
            (_, 3) => return format!("store {data_2}"),
            (_, 5) => return format!("forget {data_2}"),
            (_, 7) => {
                if let Some(watcher) = &self.watcher {
                    let n = i16::from(data_2);
                    let zoom = u16::from(data_2).saturating_mul(1_000);
                    *watcher.lock().unwrap_or_else(PoisonError::into_inner) =
                        Position { pan: n * 100, tilt: n * 10, zoom };
                }
                return format!("recall {data_2}");
            }
            _ => {}
        }
        let bits_d = [(one, 0, "near"), (one, 1, "open"), (one, 2, "close"), (two, 7, "far")];
        let bits_p = [(one, 0, "far"), (one, 1, "near"), (one, 2, "open"), (one, 3, "close")];
        let head =
            [(two, 1, "right"), (two, 2, "left"), (two, 3, "up"), (two, 4, "down"), (two, 5, "tele"), (two, 6, "wide")];
        let lens = if self.is_p { bits_p } else { bits_d };
        let is_set = |(byte, bit, _): &&(u8, u8, &'static str)| byte >> bit & 1 == 1;
        let moves = head.iter().chain(&lens).filter(is_set).map(|(_, _, name)| match *name {
            "right" | "left" => format!("{name} {data_1}"),
            "up" | "down" => format!("{name} {data_2}"),
            name => name.to_owned(),
        });
        moves.collect::<Vec<_>>().join(" ")
    }
}

/// Lives on a line until it ends; prints what the receivers do.
///
/// # Errors
/// When the line breaks.
pub async fn serve(mut line: impl AsyncRead + AsyncWrite + Unpin, mut receivers: Receivers) -> io::Result<()> {
    loop {
        let (said, deed) = receivers.hear(line.read_u8().await?);
        if let Some(deed) = deed {
            println!("did {deed}");
        }
        line.write_all(&said).await?;
        line.flush().await?;
    }
}
