//! The backend that speaks Pelco-D or Pelco-P on an RS-485 line: it says, and mostly hears nothing.
//!
//! A job is done when its frame is out and the time for an answer is over. Some receivers answer with four bytes, which is
//! remembered: that one is there. A two-wire line may give back what was said, which is no answer.

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use avow_shared::camera::{Command as Told, Motion};
use tokio::time::Instant;

use super::line::{Came, Line};
use super::reach::{Happened, Ticket};
use super::words::{Answer, Axes, Identity, Job, Question, Trouble};
use crate::pelco::{Address, Command, Dialect, Ear, Pan, Speed, Tilt, Travel};
use crate::port::{PortError, Transcript};
use crate::serial::Wiring;
use crate::visca::codec::hex;

/// After a frame a receiver may answer for so long; at 2400 bits a second four bytes take 17 ms.
const ANSWER: Duration = Duration::from_millis(150);

/// A frame under way.
#[derive(Debug)]
struct Said {
    ticket: Ticket,
    seat: u8,
    frame: Vec<u8>,
    /// When it ends, once it is out.
    until: Option<Instant>,
}

/// See the module.
#[derive(Debug)]
pub struct Pelco {
    dialect: Dialect,
    path: PathBuf,
    baud: u32,
    line: Option<Line>,
    begun: Instant,
    said: VecDeque<Said>,
    written: usize,
    ear: Ear,
    /// Receivers that have answered since the line was opened.
    present: BTreeSet<u8>,
    /// How each receiver moves.
    moves: std::collections::BTreeMap<u8, Motion>,
    happened: VecDeque<Happened>,
    transcript: Transcript,
}

impl Pelco {
    /// Whoever speaks at the serial port `path`; nothing is opened yet.
    #[must_use]
    pub fn new(dialect: Dialect, path: PathBuf, baud: u32) -> Self {
        Self {
            dialect,
            path,
            baud,
            line: None,
            begun: Instant::now(),
            said: VecDeque::new(),
            written: 0,
            ear: Ear::default(),
            present: BTreeSet::new(),
            moves: std::collections::BTreeMap::new(),
            happened: VecDeque::new(),
            transcript: Transcript::default(),
        }
    }

    /// See [`super::reach::Backend::take`].
    pub fn take(&mut self, ticket: Ticket, seat: u8, job: Job) {
        let end = |result| Happened::Ended(ticket, result);
        if self.line.is_none() {
            self.transcript = Transcript::default();
            match Line::serial(&self.path, self.baud, Wiring::Rs485IfAble) {
                Ok(line) => self.line = Some(line),
                Err(trouble) => return self.happened.push_back(end(Err(trouble))),
            }
        }
        let command = match job {
            Job::Do(Told::Ask) => return self.happened.push_back(end(Ok(Answer::Done))),
            Job::Ask(question) => {
                let said = self.answer(seat, question);
                return self.happened.push_back(end(said));
            }
            Job::Do(Told::Stop) => self.moved(seat, Motion::STILL, Axes::ALL),
            Job::Do(Told::Recall(preset)) if preset > 0 => Some(Command::Recall(preset)),
            Job::Do(Told::Store(preset)) if preset > 0 => Some(Command::Store(preset)),
            Job::Do(Told::Clear(preset)) if preset > 0 => Some(Command::Forget(preset)),
            Job::Do(_) => None,
            Job::Steer(motion, axes) => self.moved(seat, motion, axes),
        };
        let frame = command.and_then(|command| command.encode(self.dialect, Address::new(seat)?));
        match frame {
            Some(frame) => self.said.push_back(Said { ticket, seat, frame, until: None }),
            None => self.happened.push_back(end(Err(Trouble::Cannot))),
        }
    }

    /// Whoever has answered is there, and nothing more is known of him.
    fn answer(&self, seat: u8, question: Question) -> Result<Answer, Trouble> {
        let model = match self.dialect {
            Dialect::D => "Pelco-D",
            Dialect::P => "Pelco-P",
        };
        match question {
            Question::Identity if self.present.contains(&seat) => {
                Ok(Answer::Identity(Identity { model: model.into(), ..Identity::default() }))
            }
            _ => Err(Trouble::Cannot),
        }
    }

    /// One frame says how everything moves: the axes that are not named go on.
    fn moved(&mut self, seat: u8, motion: Motion, axes: Axes) -> Option<Command> {
        let now = self.moves.entry(seat).or_default();
        if axes.head {
            (now.pan, now.tilt) = (motion.pan, motion.tilt);
        }
        if axes.zoom {
            now.zoom = motion.zoom;
        }
        if axes.focus {
            now.focus = motion.focus;
        }
        Some(command(*now))
    }

    /// See [`super::reach::Backend::next`].
    pub async fn next(&mut self) -> Happened {
        loop {
            self.gather();
            if let Some(happened) = self.happened.pop_front() {
                return happened;
            }
            let far = Instant::now() + Duration::from_secs(24 * 3600);
            let until = self.said.iter().filter_map(|said| said.until).min().unwrap_or(far);
            let Some(line) = &mut self.line else { return std::future::pending().await };
            let unsaid = self.said.iter().find(|said| said.until.is_none());
            let bytes = unsaid.map_or(&[][..], |said| &said.frame[self.written..]);
            let mut buffer = [0; 64];
            let came = tokio::select! {
                biased;
                came = line.turn(bytes, &mut buffer) => came,
                () = tokio::time::sleep_until(until) => continue,
            };
            match came {
                Ok(Came::Written(count)) => self.wrote(count),
                Ok(Came::Bytes(0)) => self.lost(&Trouble::Closed),
                Ok(Came::Bytes(count)) => {
                    self.transcript.note(self.begun.elapsed(), '←', &hex(&buffer[..count]));
                    self.present.extend(self.ear.hear(&buffer[..count]).iter().map(|answer| answer.from.number()));
                }
                Err(PortError(error)) => self.lost(&Trouble::Broke(error.into())),
            }
        }
    }

    fn wrote(&mut self, count: usize) {
        self.written += count;
        let Some(said) = self.said.iter_mut().find(|said| said.until.is_none()) else { return };
        if self.written < said.frame.len() {
            return;
        }
        self.written = 0;
        // The port has the bytes, the line not yet: ten bits each.
        let on_the_way = Duration::from_micros(said.frame.len() as u64 * 10_000_000 / u64::from(self.baud.max(1)));
        said.until = Some(Instant::now() + on_the_way + ANSWER);
        self.ear.said(&said.frame);
        self.transcript.note(self.begun.elapsed(), '→', &hex(&said.frame));
    }

    fn gather(&mut self) {
        let now = Instant::now();
        while self
            .said
            .front()
            .is_some_and(|said| said.until.is_some_and(|until| now >= until || self.present.contains(&said.seat)))
        {
            let ended = self.said.pop_front().map(|said| Happened::Ended(said.ticket, Ok(Answer::Done)));
            self.happened.extend(ended);
        }
    }

    fn lost(&mut self, trouble: &Trouble) {
        let ended = self.said.drain(..).map(|said| Happened::Ended(said.ticket, Err(trouble.clone())));
        self.happened.extend(ended);
        self.happened.push_back(Happened::Lost);
        self.rest();
    }

    /// See [`super::reach::Backend::rest`].
    pub fn rest(&mut self) {
        self.line = None;
        self.said.clear();
        self.written = 0;
        self.present.clear();
        self.moves.clear();
        self.ear = Ear::default();
    }

    /// See [`super::reach::Backend::transcript`].
    #[must_use]
    pub fn transcript(&self) -> &str {
        self.transcript.text()
    }
}

/// Hundredths of the greatest speed, as far as a receiver can tell them apart; what moves does not stand still for it.
fn speed(hundredths: i8) -> Speed {
    let step = (u16::from(hundredths.unsigned_abs()) * 0x3f).div_ceil(100);
    u8::try_from(step).ok().and_then(Speed::new).unwrap_or(Speed::FULL)
}

fn command(motion: Motion) -> Command {
    let pan = match motion.pan {
        0 => Pan::Still,
        1.. => Pan::Right(speed(motion.pan)),
        _ => Pan::Left(speed(motion.pan)),
    };
    let tilt = match motion.tilt {
        0 => Tilt::Still,
        1.. => Tilt::Up(speed(motion.tilt)),
        _ => Tilt::Down(speed(motion.tilt)),
    };
    let travel = |speed: i8| match speed {
        0 => Travel::Still,
        1.. => Travel::Out,
        _ => Travel::In,
    };
    Command::Move { pan, tilt, zoom: travel(motion.zoom), focus: travel(motion.focus), iris: Travel::Still }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_motion_moves_and_the_fastest_is_no_turbo() {
        for (hundredths, step) in [(1, 1), (-1, 1), (50, 0x20), (100, 0x3f), (-100, 0x3f)] {
            assert_eq!(Some(speed(hundredths)), Speed::new(step), "{hundredths}");
        }
    }

    #[test]
    fn one_frame_says_all_that_moves() {
        let mut pelco = Pelco::new(Dialect::D, PathBuf::new(), 2400);
        let head = Axes { head: true, ..Axes::default() };
        let zoom = Axes { zoom: true, ..Axes::default() };
        pelco.moved(1, Motion { pan: -100, ..Motion::STILL }, head);
        let both = pelco.moved(1, Motion { zoom: 10, ..Motion::STILL }, zoom).expect("a move");
        let frame = both.encode(Dialect::D, Address::new(1).expect("an address"));
        assert_eq!(frame, Some(vec![0xff, 1, 0, 0x24, 0x3f, 0, 0x64]));
        assert_eq!(pelco.moved(1, Motion::STILL, Axes::ALL), Some(Command::STOP));
    }
}
