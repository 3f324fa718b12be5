//! How long a motion goes on: a lease, renewed while somebody holds the button. Pure: time is an argument.
//!
//! A motion ends when its lease runs out, when it is refused, when the line is lost, or when it is told to; then a stop is
//! said again and again until the camera has taken it. A camera that takes none for a minute is not reachable any more.

use std::time::Duration;

use avow_shared::camera::{MAX_LEASE_MS, Motion};

use super::words::Axes;

/// Between the first stop and the second; doubled each time.
const AGAIN: Duration = Duration::from_millis(100);
/// The longest pause between two stops.
const AGAIN_AT_MOST: Duration = Duration::from_secs(2);
/// For so long a stop is said again.
const GIVE_UP: Duration = Duration::from_secs(60);
/// A camera that answers, and refuses to stop so often, does not move.
const REFUSALS: u8 = 5;

/// Something to say to the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Say {
    /// Comes back with what became of it.
    pub round: u64,
    /// How it moves from now on.
    pub motion: Motion,
    /// Which axes this is about.
    pub axes: Axes,
}

/// What became of something that was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The camera took it.
    Taken,
    /// The camera refused it.
    Refused,
    /// The camera said nothing, or cannot be reached.
    Silence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Still,
    Moving { motion: Motion, until: Duration, round: u64, is_failed: bool },
    Stopping { first_round: u64, next: Duration, pause: Duration, give_up: Duration, refusals: u8 },
}

/// The motion of one camera.
#[derive(Clone, Debug)]
pub struct Lease {
    state: State,
    /// What was set in motion since a stop was taken.
    touched: Axes,
    next_round: u64,
}

impl Default for Lease {
    fn default() -> Self {
        Self { state: State::Still, touched: Axes::default(), next_round: 0 }
    }
}

impl Lease {
    /// Whether nothing moves and no stop is owed.
    #[must_use]
    pub fn is_still(&self) -> bool {
        self.state == State::Still
    }

    /// Move like this for at most `lease` (and never longer than [`MAX_LEASE_MS`]); still is stop.
    pub fn renew(&mut self, motion: Motion, lease: Duration, now: Duration) -> Option<Say> {
        if motion.is_still() {
            return self.stop(now);
        }
        let until = now + lease.min(Duration::from_millis(MAX_LEASE_MS.into()));
        let axes = match self.state {
            State::Still => Axes::moved_by(motion),
            State::Moving { is_failed: true, .. } | State::Stopping { .. } => self.touched.and(Axes::moved_by(motion)),
            State::Moving { motion: before, .. } => Axes::between(before, motion),
        };
        self.touched = self.touched.and(axes);
        if let State::Moving { until: end, .. } = &mut self.state
            && axes.is_none()
        {
            *end = until;
            return None;
        }
        let say = self.say(motion, axes);
        self.state = State::Moving { motion, until, round: say.round, is_failed: false };
        Some(say)
    }

    /// Stop now: somebody says so, the interlock does, or the line is gone. What is still stays so.
    pub fn stop(&mut self, now: Duration) -> Option<Say> {
        if !matches!(self.state, State::Moving { .. }) {
            return None;
        }
        let say = self.say(Motion::STILL, self.touched);
        let (pause, give_up) = (AGAIN, now + GIVE_UP);
        self.state = State::Stopping { first_round: say.round, next: now + pause, pause, give_up, refusals: 0 };
        Some(say)
    }

    /// The moment of [`Self::poll_timeout`] has come.
    pub fn tick(&mut self, now: Duration) -> Option<Say> {
        match &mut self.state {
            State::Moving { until, .. } if now >= *until => self.stop(now),
            State::Stopping { give_up, .. } if now >= *give_up => {
                self.rest();
                None
            }
            State::Stopping { next, pause, .. } if now >= *next => {
                *pause = (*pause * 2).min(AGAIN_AT_MOST);
                *next = now + *pause;
                Some(self.say(Motion::STILL, self.touched))
            }
            State::Still | State::Moving { .. } | State::Stopping { .. } => None,
        }
    }

    /// What became of something that was said.
    pub fn heard(&mut self, said: u64, heard: Heard) {
        match &mut self.state {
            State::Moving { round, is_failed, .. } if said == *round => *is_failed = heard != Heard::Taken,
            State::Stopping { first_round, refusals, .. } if said >= *first_round => match heard {
                Heard::Taken => self.rest(),
                Heard::Refused if *refusals + 1 >= REFUSALS => self.rest(),
                Heard::Refused => *refusals += 1,
                Heard::Silence => {}
            },
            State::Still | State::Moving { .. } | State::Stopping { .. } => {}
        }
    }

    /// When [`Self::tick`] wants to be called; none when nothing moves.
    #[must_use]
    pub const fn poll_timeout(&self) -> Option<Duration> {
        match self.state {
            State::Still => None,
            State::Moving { until, .. } => Some(until),
            State::Stopping { next, .. } => Some(next),
        }
    }

    fn rest(&mut self) {
        self.state = State::Still;
        self.touched = Axes::default();
    }

    const fn say(&mut self, motion: Motion, axes: Axes) -> Say {
        self.next_round += 1;
        Say { round: self.next_round, motion, axes }
    }
}

#[cfg(test)]
mod tests;
