//! Orders from HQ: a number, a scope, a deadline. Doing one twice does it once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::assurance::Assurance;
use crate::camera::Command;
use crate::id::{AgentId, ProbeId, VenueId};
use crate::meeting::MeetingList;
use crate::place::PlaceCode;
use crate::roll_call::Call;
use crate::time::{ClockQuality, UnixMs};

use crate::wire::{CALLS_SINCE, MEETINGS_SINCE, VERSION};

/// An order's number: `max(last + 1, HQ's milliseconds)`, so it grows even when HQ is restored from a backup.
pub type OrderNumber = u64;

/// Something that HQ wants done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its number.
    pub number: OrderNumber,
    /// When HQ gave it.
    pub given_ms: UnixMs,
    /// After this HQ time it is not begun any more.
    pub expires_ms: UnixMs,
    /// Who is meant, judged by the agent.
    pub scope: Scope,
    /// What is to be done.
    pub task: Task,
}

/// Who is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// Everything under `within` but not under `except`; each list is at most [`MAX_SCOPE`] long.
    Places {
        /// Included code prefixes.
        within: Vec<PlaceCode>,
        /// Excluded code prefixes.
        except: Vec<PlaceCode>,
    },
    /// These agents and no others, at most [`MAX_SCOPE`].
    Agents(Vec<AgentId>),
}

/// The longest list in a scope.
pub const MAX_SCOPE: usize = 1_024;

impl Scope {
    /// Whether the agent at `place` is meant.
    #[must_use]
    pub fn means(&self, agent: AgentId, place: PlaceCode) -> bool {
        let under = |list: &[PlaceCode]| list.iter().any(|prefix| place.is_within(*prefix));
        match self {
            Self::Places { within, except } => under(within) && !under(except),
            Self::Agents(agents) => agents.contains(&agent),
        }
    }
}

/// What is to be done. New tasks go to the end: the wire numbers them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Answer that the line from HQ to the venue works.
    RollCall,
    /// Run these probes now; an empty list means all.
    Probe {
        /// Which venue.
        venue: VenueId,
        /// Which of its probes.
        probes: Vec<ProbeId>,
        /// Whether the person at HQ confirmed what will happen in the room.
        confirmed: bool,
    },
    /// Command a camera once. The answer is *done* with a line of what the camera said (who it is, where it looks), or
    /// *impossible* with a line of why: no such camera, a fault, or the interlock, which asks as for `Probe`.
    Camera {
        /// Which venue.
        venue: VenueId,
        /// Which of its camera probes.
        probe: ProbeId,
        /// What it is to do.
        command: Command,
        /// Whether the person at HQ confirmed that it may disturb what is going on in the room.
        confirmed: bool,
    },
    /// Take part in a run of two venues ([`crate::mouth_to_ear`]): sound a marker, listen and look. Both get the same order. The answer is
    /// *done* when the part is told in a report of its own, else as for `Camera`.
    MouthToEar {
        /// In the order in which they speak; two different ones.
        venues: [VenueId; 2],
        /// Whether the person at HQ confirmed that it is heard in both rooms.
        confirmed: bool,
    },
    /// Know when there are meetings; from version 4 on. It passes no [`Gate`] and is not answered: the newest list holds, whenever
    /// it comes, and one that is lost shows in its age.
    Meetings(MeetingList),
    /// Answer a roll call in phases ([`crate::roll_call`]); from version 4 on. Who reads less is asked [`Task::RollCall`].
    Call(Call),
    /// Run these probes for an inspection, as far as the interlock lets a roll call; from version 4 on. The answer is *done* once all have
    /// ended; its line begins with [`INTERLOCKED`] and names those that were refused, when some were.
    Inspect {
        /// Which venue.
        venue: VenueId,
        /// Which of its probes, at most [`MAX_PARTS`](crate::venue::MAX_PARTS); none: all.
        probes: Vec<ProbeId>,
        /// Whether somebody at HQ agreed that cameras turn and sounds are heard in rooms without a meeting.
        confirmed: bool,
    },
    /// Know when assurance is heightened; from version 4 on. As with [`Task::Meetings`], the newest list holds.
    Assurance(Assurance),
}

impl Task {
    /// Whether it may be obeyed before the clock is set: it neither moves, sounds nor changes anything.
    #[must_use]
    pub const fn is_harmless(&self) -> bool {
        match self {
            Self::RollCall => true,
            Self::Probe { confirmed, .. } | Self::Inspect { confirmed, .. } => !*confirmed,
            Self::Camera { command, .. } => command.is_harmless(),
            Self::MouthToEar { .. } => false,
            Self::Call(call) => !call.confirmed,
            // It allows nothing as long as the clock cannot tell its age.
            Self::Meetings(_) => true,
            // It only has more listened to, and less done.
            Self::Assurance(_) => true,
        }
    }

    /// The lowest version of the envelope that has it.
    #[must_use]
    pub const fn version(&self) -> u8 {
        match self {
            Self::Meetings(_) | Self::Assurance(_) => MEETINGS_SINCE,
            Self::Call(_) | Self::Inspect { .. } => CALLS_SINCE,
            Self::RollCall | Self::Probe { .. } | Self::Camera { .. } | Self::MouthToEar { .. } => VERSION,
        }
    }
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The order.
    pub order: OrderNumber,
    /// What the agent did.
    pub result: AnswerResult,
    /// A line for a person, may be empty.
    pub detail: SmolStr,
}

/// How the line of an answer begins that the interlock refused.
pub const INTERLOCKED: &str = "会议联锁";

/// Done, or why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerResult {
    /// Done.
    Done,
    /// The order is understood but not for this agent or not possible here.
    Impossible,
}

/// Why an order is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassedOver {
    /// It was obeyed before.
    #[error("was seen before")]
    Seen,
    /// It came too late.
    #[error("has expired")]
    Expired,
    /// The clock is unset and the order is not harmless.
    #[error("waits for a clock that is set")]
    ClockUnset,
    /// Somebody else is meant.
    #[error("is not meant for this agent")]
    NotMeant,
    /// More open orders than anybody gives.
    #[error("comes on top of too many open orders")]
    TooMany,
}

/// The most unexpired orders that an agent remembers.
pub const MAX_OPEN: usize = 256;

/// Remembers which orders were taken: the unexpired numbers, and a floor below which all are old.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    floor: OrderNumber,
    taken: BTreeMap<OrderNumber, UnixMs>,
}

impl Gate {
    /// Takes an order once. `now_ms` is HQ's time as far as the agent knows it.
    ///
    /// # Errors
    /// Why it is passed over; nothing has changed then.
    pub fn take(
        &mut self,
        order: &Order,
        agent: AgentId,
        place: PlaceCode,
        now_ms: UnixMs,
        clock: ClockQuality,
    ) -> Result<(), PassedOver> {
        if !order.scope.means(agent, place) {
            return Err(PassedOver::NotMeant);
        }
        if order.number <= self.floor || self.taken.contains_key(&order.number) {
            return Err(PassedOver::Seen);
        }
        if clock == ClockQuality::Unset {
            if !order.task.is_harmless() {
                return Err(PassedOver::ClockUnset);
            }
        } else {
            self.forget_expired(now_ms);
            if order.number <= self.floor || order.expires_ms <= now_ms {
                return Err(PassedOver::Expired);
            }
        }
        if self.taken.len() >= MAX_OPEN {
            return Err(PassedOver::TooMany);
        }
        self.taken.insert(order.number, order.expires_ms);
        Ok(())
    }

    /// Expired numbers go, and the floor rises over them: they stay refused although nobody remembers them.
    fn forget_expired(&mut self, now_ms: UnixMs) {
        while let Some((number, expires_ms)) = self.taken.first_key_value().map(|(n, e)| (*n, *e)) {
            if expires_ms > now_ms {
                break;
            }
            self.taken.remove(&number);
            self.floor = self.floor.max(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: AgentId = AgentId([1; 16]);
    const SYNCED: ClockQuality = ClockQuality::Synced { error_ms: 5 };

    fn here() -> PlaceCode {
        "350102001".parse().expect("a place")
    }

    fn order(number: u64, expires_ms: u64, task: Task) -> Order {
        let scope = Scope::Places { within: vec!["3501".parse().expect("a place")], except: vec![] };
        Order { number, given_ms: 0, expires_ms, scope, task }
    }

    #[test]
    fn an_order_is_taken_once_even_after_it_expired_and_was_forgotten() {
        let mut gate = Gate::default();
        let first = order(10, 100, Task::RollCall);
        assert_eq!(gate.take(&first, ME, here(), 50, SYNCED), Ok(()));
        assert_eq!(gate.take(&first, ME, here(), 60, SYNCED), Err(PassedOver::Seen));
        assert_eq!(gate.take(&order(11, 300, Task::RollCall), ME, here(), 200, SYNCED), Ok(()));
        assert_eq!(gate.taken.len(), 1, "the first is forgotten");
        assert_eq!(gate.take(&first, ME, here(), 200, SYNCED), Err(PassedOver::Seen), "the floor remembers");
    }

    #[test]
    fn an_expired_order_is_not_begun() {
        assert_eq!(
            Gate::default().take(&order(1, 100, Task::RollCall), ME, here(), 100, SYNCED),
            Err(PassedOver::Expired)
        );
    }

    #[test]
    fn without_a_clock_only_harmless_orders_are_obeyed() {
        let loud = Task::Probe { venue: "350102001-01".parse().expect("a venue"), probes: vec![], confirmed: true };
        let mut gate = Gate::default();
        assert_eq!(gate.take(&order(1, 100, loud), ME, here(), 0, ClockQuality::Unset), Err(PassedOver::ClockUnset));
        assert_eq!(gate.take(&order(2, 100, Task::RollCall), ME, here(), 0, ClockQuality::Unset), Ok(()));
    }

    #[test]
    fn the_agent_judges_who_is_meant() {
        let place = |text: &str| text.parse::<PlaceCode>().expect("a place");
        let scope = Scope::Places { within: vec![place("35")], except: vec![place("350102")] };
        assert!(scope.means(ME, place("3502")) && !scope.means(ME, here()));
        assert!(Scope::Agents(vec![ME]).means(ME, here()) && !Scope::Agents(vec![]).means(ME, here()));
    }

    #[test]
    fn a_flood_of_orders_is_bounded() {
        let mut gate = Gate::default();
        for number in 1..=MAX_OPEN as u64 {
            assert_eq!(gate.take(&order(number, 1_000, Task::RollCall), ME, here(), 1, SYNCED), Ok(()));
        }
        assert_eq!(gate.take(&order(9_999, 1_000, Task::RollCall), ME, here(), 1, SYNCED), Err(PassedOver::TooMany));
    }
}
