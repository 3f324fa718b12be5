//! One device, one question at a time: datagrams in, datagrams out, time as an argument. No socket, no clock, no task.
//!
//! Ids are random: what carries another one answers nothing here, be it late, meant for others or made up. With v3 the engine
//! is discovered first; its answers must be proven and secret as the question was, and not older than what was heard before.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use super::oid::Oid;
use super::pdu::{Datum, Kind, Pdu, community_message, read_community_message};
use super::usm::{self, Bad, Heard, Keys, Stamp, User};

/// Who asks.
#[derive(Clone, PartialEq, Eq)]
pub enum Access {
    /// v2c, with the community that opens the device.
    Community(String),
    /// v3.
    User(User),
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Community(_) => f.write_str("Community"),
            Self::User(user) => user.fmt(f),
        }
    }
}

/// How long a question is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// For each try.
    pub answer: Duration,
    /// How often it is sent, at least once.
    pub tries: u32,
}

/// Why a device refuses (RFC 3414, section 3.2 and 5: usmStats).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It does not know the user.
    UnknownUser,
    /// The password is another one.
    WrongPassword,
    /// It cannot decrypt: the privacy password is another one.
    WrongSecret,
    /// The user is not allowed to ask at this level.
    Level,
    /// Our time is not its time, even after asking for it.
    Time,
    /// Something else.
    Other,
}

/// How a question ended badly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nothing came that could be meant for us.
    #[error("the device does not answer")]
    NoAnswer {
        /// It had answered before, so that it is there.
        is_there: bool,
    },
    /// Something came, but no answer.
    #[error("the device answers what was not asked")]
    WrongAnswer {
        /// What came last.
        heard: Vec<u8>,
    },
    /// It answers without proof, or with a wrong one.
    #[error("the device's answer is not proven")]
    NotProven,
    /// It does not take the user.
    #[error("the device refuses: {0:?}")]
    Refused(Refusal),
    /// It understood and gives an error (RFC 3416, section 3).
    #[error("the device gives error {0}")]
    Status(i32),
}

/// The root of the reports of the user-based security model (RFC 3414, section 5).
const USM_STATS: [u32; 10] = [1, 3, 6, 1, 6, 3, 15, 1, 1, 0];
/// Seconds (RFC 3414, section 2.2.3).
const TIME_WINDOW: u32 = 150;
/// Ids of questions that were given up and may still be answered.
const MOST_STALE: usize = 32;

#[derive(Debug)]
struct Engine {
    stamp: Stamp,
    /// When we heard it.
    at: Duration,
    keys: Keys,
}

impl Engine {
    /// As it should be now.
    fn now(&self, now: Duration) -> Stamp {
        let passed = u32::try_from(now.saturating_sub(self.at).as_secs()).unwrap_or(u32::MAX);
        Stamp { time: self.stamp.time.saturating_add(passed).min(i32::MAX.unsigned_abs()), ..self.stamp.clone() }
    }
}

#[derive(Debug)]
struct Job {
    pdu: Pdu,
    /// Of the message around it, v3 only.
    message: i32,
    tries: u32,
    until: Duration,
    /// The time was set right once, the engine discovered once more: no third time.
    has_resynced: bool,
    has_rediscovered: bool,
    heard: Trouble,
}

/// The worst of what came and was no answer.
#[derive(Debug, Default)]
enum Trouble {
    #[default]
    None,
    Strange(Vec<u8>),
    NotProven,
    Refused(Refusal),
}

/// A session with one device.
#[derive(Debug)]
pub struct Session {
    access: Access,
    timing: Timing,
    random: u64,
    engine: Option<Engine>,
    has_answered: bool,
    job: Option<Job>,
    stale: VecDeque<i32>,
    transmit: Option<Vec<u8>>,
    result: Option<Result<Vec<(Oid, Datum)>, Failure>>,
}

impl Session {
    /// A session that has not begun; `seed` is random.
    #[must_use]
    pub fn new(access: Access, timing: Timing, seed: u64) -> Self {
        Self {
            access,
            timing,
            random: seed,
            engine: None,
            has_answered: false,
            job: None,
            stale: VecDeque::new(),
            transmit: None,
            result: None,
        }
    }

    /// Begins a question. One that still runs is given up, its answer will not be believed.
    pub fn start(&mut self, kind: Kind, repetitions: i32, names: &[Oid], now: Duration) {
        if let Some(job) = self.job.take() {
            self.give_up(&job);
        }
        self.result = None;
        let id = self.id();
        self.job = Some(Job {
            pdu: Pdu::question(kind, id, repetitions, names),
            message: id,
            tries: self.timing.tries.max(1),
            until: now,
            has_resynced: false,
            has_rediscovered: false,
            heard: Trouble::None,
        });
        self.send(now);
    }

    /// A datagram from the device.
    pub fn handle_datagram(&mut self, bytes: &[u8], now: Duration) {
        let Some(mut job) = self.job.take() else { return };
        let taken = match &self.access {
            Access::Community(_) => self.take_plain(&job, bytes),
            Access::User(_) => self.take_secured(&mut job, bytes, now),
        };
        match taken {
            Taken::Answer(pdu) => {
                self.has_answered = true;
                self.result = Some(if pdu.status == 0 { Ok(pdu.bindings) } else { Err(Failure::Status(pdu.status)) });
            }
            Taken::Again => {
                job.tries = self.timing.tries.max(1);
                self.job = Some(job);
                self.send(now);
            }
            Taken::Refused(refusal) => self.result = Some(Err(Failure::Refused(refusal))),
            Taken::Nothing => self.job = Some(job),
            Taken::Trouble(trouble) => {
                job.heard = trouble;
                self.job = Some(job);
            }
        }
    }

    /// The moment of [`Self::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Duration) {
        let Some(job) = self.job.take_if(|job| now >= job.until) else { return };
        if job.tries > 0 {
            self.job = Some(job);
            return self.send(now);
        }
        self.give_up(&job);
        self.result = Some(Err(match job.heard {
            Trouble::None => Failure::NoAnswer { is_there: self.has_answered || self.engine.is_some() },
            Trouble::Strange(heard) => Failure::WrongAnswer { heard },
            Trouble::NotProven => Failure::NotProven,
            Trouble::Refused(refusal) => Failure::Refused(refusal),
        }));
    }

    /// The next datagram for the device; with v2c it holds the community.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmit.take()
    }

    /// When [`Self::handle_timeout`] wants to be called; none when nothing runs.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.job.as_ref().map(|job| job.until)
    }

    /// How the question ended, once: names and their values.
    pub fn poll_result(&mut self) -> Option<Result<Vec<(Oid, Datum)>, Failure>> {
        self.result.take()
    }

    /// What must never be shown, when there is such a thing on the wire.
    #[must_use]
    pub fn secret(&self) -> Option<&str> {
        match &self.access {
            Access::Community(community) => Some(community),
            Access::User(_) => None,
        }
    }

    fn give_up(&mut self, job: &Job) {
        self.stale.truncate(MOST_STALE - 1);
        self.stale.push_front(job.message);
    }

    /// The next of a sequence without pattern (splitmix64), positive and never the same twice in a row.
    fn id(&mut self) -> i32 {
        i32::try_from(self.next_random() >> 33).unwrap_or(1).max(1)
    }

    const fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn send(&mut self, now: Duration) {
        let salt = self.next_random();
        let Some(job) = &mut self.job else { return };
        job.tries = job.tries.saturating_sub(1);
        job.until = now + self.timing.answer;
        self.transmit = Some(match (&self.access, &self.engine) {
            (Access::Community(community), _) => community_message(community, &job.pdu),
            (Access::User(user), Some(engine)) => {
                usm::encode(job.message, &engine.now(now), &user.name, &engine.keys, salt, &job.pdu)
            }
            // RFC 3414, section 4: nothing is asked yet, and nothing is proven.
            (Access::User(_), None) => {
                let nothing = Pdu::question(Kind::Get, job.pdu.id, 0, &[]);
                usm::encode(job.message, &Stamp::default(), "", &Keys::default(), 0, &nothing)
            }
        });
    }

    fn take_plain(&self, job: &Job, bytes: &[u8]) -> Taken {
        match read_community_message(bytes) {
            Ok(pdu) if pdu.kind == Kind::Response && pdu.id == job.pdu.id && fits(&job.pdu, &pdu) => Taken::Answer(pdu),
            Ok(pdu) if self.stale.contains(&pdu.id) => Taken::Nothing,
            Ok(_) | Err(_) => Taken::Trouble(Trouble::Strange(bytes.to_vec())),
        }
    }

    fn take_secured(&mut self, job: &mut Job, bytes: &[u8], now: Duration) -> Taken {
        let keys = self.engine.as_ref().map(|engine| engine.keys.clone()).unwrap_or_default();
        let heard = match usm::decode(bytes, &keys) {
            Ok(heard) if heard.id == job.message => heard,
            Ok(heard) if self.stale.contains(&heard.id) => return Taken::Nothing,
            Ok(_) | Err(Bad::Malformed(_)) => return Taken::Trouble(Trouble::Strange(bytes.to_vec())),
            Err(Bad::Proof) => return Taken::Trouble(Trouble::NotProven),
            Err(Bad::Secret) => return Taken::Trouble(Trouble::Refused(Refusal::WrongSecret)),
        };
        if heard.pdu.kind == Kind::Report {
            return self.take_report(job, &heard, now);
        }
        let Some(engine) = &mut self.engine else { return Taken::Trouble(Trouble::Strange(bytes.to_vec())) };
        if heard.is_proven != engine.keys.auth.is_some() || heard.is_secret != engine.keys.privacy.is_some() {
            return Taken::Trouble(Trouble::NotProven);
        }
        if heard.stamp.engine != engine.stamp.engine || is_old(&heard.stamp, &engine.stamp) {
            return Taken::Nothing;
        }
        if heard.pdu.kind != Kind::Response || heard.pdu.id != job.pdu.id || !fits(&job.pdu, &heard.pdu) {
            return Taken::Trouble(Trouble::Strange(bytes.to_vec()));
        }
        if heard.is_proven {
            (engine.stamp, engine.at) = (heard.stamp, now);
        }
        Taken::Answer(heard.pdu)
    }

    fn take_report(&mut self, job: &mut Job, heard: &Heard, now: Duration) -> Taken {
        let stats = Oid::new(&USM_STATS[..9]);
        let which = heard.pdu.bindings.first().and_then(|(name, _)| name.below(&stats)).and_then(<[u32]>::first);
        let Access::User(user) = &self.access else { return Taken::Nothing };
        match which {
            // Not in time: believed when it is proven, as what would be proven had it been in time.
            Some(2) => match &mut self.engine {
                Some(engine) if heard.is_proven && !job.has_resynced => {
                    (engine.stamp, engine.at) = (heard.stamp.clone(), now);
                    job.has_resynced = true;
                    Taken::Again
                }
                Some(_) if heard.is_proven => Taken::Refused(Refusal::Time),
                _ => Taken::Trouble(Trouble::Refused(Refusal::Time)),
            },
            // An unknown engine: how one is discovered, and what a device says that was changed for another.
            Some(4) if (5..=32).contains(&heard.stamp.engine.len()) => {
                if self.engine.is_some() {
                    if job.has_rediscovered {
                        return Taken::Refused(Refusal::Other);
                    }
                    job.has_rediscovered = true;
                }
                let keys = Keys::of(user, &heard.stamp.engine);
                self.engine = Some(Engine { stamp: heard.stamp.clone(), at: now, keys });
                Taken::Again
            }
            Some(1) => Taken::Refused(Refusal::Level),
            Some(3) => Taken::Refused(Refusal::UnknownUser),
            Some(5) => Taken::Refused(Refusal::WrongPassword),
            Some(6) => Taken::Refused(Refusal::WrongSecret),
            _ => Taken::Refused(Refusal::Other),
        }
    }
}

/// What became of a datagram.
enum Taken {
    Answer(Pdu),
    /// Send once more.
    Again,
    Refused(Refusal),
    /// A late one, or a copy of an old one: passed over.
    Nothing,
    Trouble(Trouble),
}

/// An answer to Get is about the names that were asked; an error repeats them or not.
fn fits(question: &Pdu, answer: &Pdu) -> bool {
    let names = |pdu: &Pdu| pdu.bindings.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    question.kind != Kind::Get || answer.status != 0 || names(question) == names(answer)
}

/// RFC 3414, section 3.2, step 7b.
const fn is_old(said: &Stamp, known: &Stamp) -> bool {
    said.boots < known.boots || said.boots == known.boots && said.time.saturating_add(TIME_WINDOW) < known.time
}

#[cfg(test)]
mod tests;
