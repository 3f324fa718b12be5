//! The cameras of one line: a session for each, and what they must know of one another. Pure, like the sessions.
//!
//! The opening of a serial line belongs to all who stand at it: `AddressSet` and the `IF_Clear` to all reach every camera, and
//! the latter stops what each of them does. Who comes to a line that is open, or back after silence, while a neighbour moves,
//! clears its own camera alone.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::codec::{Address, TERMINATOR};
use super::session::{Answer, Failure, Neighbours, Session, Ticket, Timing, Wire};

/// See the module.
#[derive(Debug)]
pub struct Chain {
    wire: Wire,
    sessions: BTreeMap<u8, Session>,
    transmit: VecDeque<Vec<u8>>,
}

impl Chain {
    /// A line at which nobody was spoken with yet.
    #[must_use]
    pub const fn new(wire: Wire) -> Self {
        Self { wire, sessions: BTreeMap::new(), transmit: VecDeque::new() }
    }

    /// Has the session with the camera numbered `seat` say something; the first word to a camera begins its session.
    pub fn tell<T>(&mut self, seat: u8, now: Duration, tell: impl FnOnce(&mut Session) -> T) -> T {
        let neighbours = self.neighbours_of(seat);
        let (address, wire) = (Address::new(seat).unwrap_or(Address::FIRST), self.wire);
        let session = self.sessions.entry(seat).or_insert_with(|| Session::new(address, wire, Timing::default()));
        session.meet(neighbours, now);
        let told = tell(session);
        self.settle(now);
        told
    }

    /// Bytes from the line: all hear them.
    pub fn handle_bytes(&mut self, bytes: &[u8], now: Duration) {
        if self.wire != Wire::Serial {
            return self.each(now, |session| session.handle_bytes(bytes, now));
        }
        for frame in bytes.split_inclusive(|byte| *byte == TERMINATOR) {
            // What comes round the line is for whoever sent it, though it was heard by him first.
            let opening: Vec<u8> =
                self.sessions.iter().filter(|(_, one)| one.is_opening_the_line()).map(|(seat, _)| *seat).collect();
            let seats: Vec<u8> = self.sessions.keys().copied().collect();
            for seat in seats {
                let neighbours = self.neighbours_of(seat);
                let are_opening = neighbours.are_opening || opening.iter().any(|other| *other != seat);
                self.act(seat, Neighbours { are_opening, ..neighbours }, now, |one| one.handle_bytes(frame, now));
            }
            self.settle(now);
        }
    }

    /// The moment of [`Self::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.each(now, |session| {
            if session.poll_timeout().is_some_and(|at| at <= now) {
                session.handle_timeout(now);
            }
        });
    }

    /// When [`Self::handle_timeout`] wants to be called; none when nothing is awaited.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.sessions.values().filter_map(Session::poll_timeout).min()
    }

    /// The next bytes for the line, in the order in which they were meant.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmit.pop_front()
    }

    /// How a request to a camera ended, once.
    pub fn poll_result(&mut self) -> Option<(u8, Ticket, Result<Answer, Failure>)> {
        self.sessions
            .iter_mut()
            .find_map(|(seat, session)| session.poll_result().map(|(ticket, result)| (*seat, ticket, result)))
    }

    /// Whether another controller was heard at the line.
    #[must_use]
    pub fn has_company(&self) -> bool {
        self.sessions.values().any(Session::has_company)
    }

    /// The line is gone, and with it all that was known of its cameras.
    pub fn forget(&mut self) {
        *self = Self::new(self.wire);
    }

    fn each(&mut self, now: Duration, act: impl Fn(&mut Session)) {
        let seats: Vec<u8> = self.sessions.keys().copied().collect();
        for seat in seats {
            self.act(seat, self.neighbours_of(seat), now, &act);
        }
        self.settle(now);
    }

    /// One of them acts, and knows how the others stand.
    fn act(&mut self, seat: u8, neighbours: Neighbours, now: Duration, act: impl Fn(&mut Session)) {
        if let Some(session) = self.sessions.get_mut(&seat) {
            session.meet(neighbours, now);
            act(session);
            self.transmit.extend(std::iter::from_fn(|| session.poll_transmit()));
        }
    }

    /// Who waited for another goes on.
    fn settle(&mut self, now: Duration) {
        let seats: Vec<u8> = self.sessions.keys().copied().collect();
        for session in self.sessions.values_mut() {
            self.transmit.extend(std::iter::from_fn(|| session.poll_transmit()));
        }
        for seat in seats {
            self.act(seat, self.neighbours_of(seat), now, |_| {});
        }
    }

    fn neighbours_of(&self, seat: u8) -> Neighbours {
        let others = || self.sessions.iter().filter(|(other, _)| **other != seat);
        Neighbours {
            seats: others().fold(0, |seats, (other, _)| seats | 1 << (other & 7)),
            are_moving: others().any(|(_, session)| session.is_moving()),
            are_opening: others().any(|(_, session)| session.is_opening_the_line()),
            have_opened: others().any(|(_, session)| session.has_opened_for(seat)),
        }
    }
}

#[cfg(test)]
mod tests;
