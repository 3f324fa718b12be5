//! Who may report: the keys that HQ has seen, what a person decided about them, and which venue each serves. Pure.
//!
//! A key seen first is pending; a second key for a served venue is a visible conflict, never a take-over. An agent stands
//! in one place: one that names venues of several waits for a person, and so does an accepted one that has moved.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use avow_shared::id::{AgentId, VenueId};
use avow_shared::time::UnixMs;
use avow_shared::venue::MAX_VENUES;
use avow_shared::wire::{PublicKey, Standing};
use serde::{Deserialize, Serialize};

use crate::fact::AgentState;

/// The most keys that wait for a person or are in conflict.
pub const MOST_PENDING: usize = 1_000;
/// The most agents in all: far more than a province has venues.
const MOST_AGENTS: usize = 60_000;

/// One key and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Its public key.
    pub key: [u8; 32],
    /// How HQ stands to it.
    pub state: AgentState,
    /// Why, in words; empty when there is nothing to say.
    pub reason: String,
    /// The venues that it says it serves, never empty.
    pub venues: Vec<VenueId>,
    /// HQ's time of the first hello.
    pub first_seen_ms: UnixMs,
    /// HQ's time of the newest hello.
    pub last_hello_ms: UnixMs,
    /// Its program's version.
    pub software: String,
}

impl Agent {
    /// What it is told.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        match self.state {
            AgentState::Accepted => Standing::Accepted,
            AgentState::Pending => Standing::Pending,
            AgentState::Refused => Standing::Refused,
            AgentState::Conflict => Standing::Conflict,
        }
    }

    /// Whether a person has still to decide.
    const fn waits(&self) -> bool {
        matches!(self.state, AgentState::Pending | AgentState::Conflict)
    }
}

/// As much of a version as is kept.
fn short(software: &str) -> String {
    software.chars().take(64).collect()
}

/// How the reason of an agent begins that was accepted in another place; it is kept for as long as the agent waits.
const MOVED: &str = "accepted in ";

/// All agents.
#[derive(Clone, Debug, Default)]
pub struct Agents {
    known: HashMap<AgentId, Arc<Agent>>,
    serving: HashMap<VenueId, AgentId>,
    waiting: usize,
}

/// What a hello says, checked.
#[derive(Clone, Debug)]
pub struct Greeting {
    /// The key that signed it.
    pub key: PublicKey,
    /// The venues it names.
    pub venues: Vec<VenueId>,
    /// The program's version.
    pub software: String,
    /// HQ's time.
    pub now_ms: UnixMs,
}

/// What came of a hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greeted {
    /// Nothing is new: only the time of the hello.
    Same,
    /// Something is new and must be written down.
    Changed,
    /// There is no room for another key.
    NoRoom,
}

/// Why a person's decision cannot be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecideError {
    /// No such key.
    #[error("no agent with this id has said hello")]
    NoSuchAgent,
}

impl Agents {
    /// Puts an agent from the store back.
    pub fn restore(&mut self, id: AgentId, agent: Agent) {
        self.put(id, agent);
    }

    /// The agent with this id.
    #[must_use]
    pub fn get(&self, id: AgentId) -> Option<&Arc<Agent>> {
        self.known.get(&id)
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (AgentId, &Arc<Agent>)> {
        self.known.iter().map(|(id, agent)| (*id, agent))
    }

    /// Whether the reports of `agent` about `venue` are believed.
    #[must_use]
    pub fn serves(&self, agent: AgentId, venue: VenueId) -> bool {
        self.serving.get(&venue) == Some(&agent)
    }

    /// Takes in a hello. `trust` accepts a new key, or one that still waits, when its venues are free; `exists` knows the
    /// division table.
    pub fn greet(&mut self, greeting: &Greeting, trust: bool, exists: impl Fn(VenueId) -> bool) -> Greeted {
        let id = greeting.key.id();
        let venues: Vec<_> =
            greeting.venues.iter().copied().collect::<BTreeSet<_>>().into_iter().take(MAX_VENUES).collect();
        if let Some(known) = self.known.get_mut(&id) {
            Arc::make_mut(known).last_hello_ms = greeting.now_ms;
            // Who waits is judged with every hello: a flag or a venue that has become free may have changed its case.
            if !known.waits() && known.venues == venues && known.software == short(&greeting.software) {
                return Greeted::Same;
            }
        } else if venues.is_empty() || self.known.len() >= MOST_AGENTS {
            return Greeted::NoRoom;
        }
        let agent = self.judge(id, greeting, venues, trust, exists);
        match self.known.get(&id) {
            Some(known) if **known == agent => return Greeted::Same,
            None if agent.waits() && self.waiting >= MOST_PENDING => return Greeted::NoRoom,
            _ => {}
        }
        self.put(id, agent);
        Greeted::Changed
    }

    fn judge(
        &self,
        id: AgentId,
        greeting: &Greeting,
        venues: Vec<VenueId>,
        trust: bool,
        exists: impl Fn(VenueId) -> bool,
    ) -> Agent {
        let taken = venues
            .iter()
            .find_map(|venue| self.serving.get(venue).filter(|other| **other != id).map(|other| (venue, other)));
        let unknown = venues.iter().find(|venue| !exists(**venue));
        let known = self.known.get(&id);
        let misplaced = known.map_or_else(|| several_places(&venues), |known| misplaced(known, &venues, trust));
        let (state, reason) = match (known.map(|agent| agent.state), taken, unknown) {
            (Some(AgentState::Refused), _, _) => (AgentState::Refused, "refused by a person".to_owned()),
            (Some(AgentState::Accepted), Some((venue, other)), _) if misplaced.is_none() => {
                (AgentState::Accepted, format!("venue {venue} is served by agent {other}"))
            }
            (_, Some((venue, other)), _) => (AgentState::Conflict, format!("venue {venue} is served by agent {other}")),
            (Some(AgentState::Accepted), None, _) if misplaced.is_none() => (AgentState::Accepted, String::new()),
            (_, None, Some(venue)) => {
                (AgentState::Pending, format!("the place of venue {venue} is not in the division table"))
            }
            (_, None, None) if misplaced.is_some() => (AgentState::Pending, misplaced.unwrap_or_default()),
            (_, None, None) if trust => (AgentState::Accepted, "accepted at first sight".to_owned()),
            (_, None, None) => (AgentState::Pending, String::new()),
        };
        Agent {
            key: greeting.key.bytes(),
            state,
            reason,
            venues,
            first_seen_ms: known.map_or(greeting.now_ms, |agent| agent.first_seen_ms),
            last_hello_ms: greeting.now_ms,
            software: short(&greeting.software),
        }
    }

    /// Carries out a person's decision; answers with every agent that changed. Accepting an agent in conflict is the
    /// take-over that only a person may order: the other one is refused.
    ///
    /// # Errors
    /// When the agent is not known.
    pub fn decide(&mut self, id: AgentId, accept: bool) -> Result<Vec<AgentId>, DecideError> {
        let mut agent = Agent::clone(self.known.get(&id).ok_or(DecideError::NoSuchAgent)?);
        let mut changed = vec![id];
        if accept {
            let others: BTreeSet<_> =
                agent.venues.iter().filter_map(|venue| self.serving.get(venue)).copied().collect();
            for other in others.into_iter().filter(|other| *other != id) {
                self.refuse(other, format!("a person accepted agent {id} in its place"));
                changed.push(other);
            }
            agent.state = AgentState::Accepted;
            agent.reason = "accepted by a person".to_owned();
            self.put(id, agent);
        } else {
            self.refuse(id, "refused by a person".to_owned());
        }
        Ok(changed)
    }

    fn refuse(&mut self, id: AgentId, reason: String) {
        if let Some(agent) = self.known.get(&id) {
            self.put(id, Agent { state: AgentState::Refused, reason, ..Agent::clone(agent) });
        }
    }

    fn put(&mut self, id: AgentId, agent: Agent) {
        if let Some(before) = self.known.get(&id) {
            for venue in &before.venues {
                if self.serving.get(venue) == Some(&id) {
                    self.serving.remove(venue);
                }
            }
        }
        self.waiting += usize::from(agent.waits());
        if agent.state == AgentState::Accepted {
            for venue in &agent.venues {
                self.serving.entry(*venue).or_insert(id);
            }
        }
        if let Some(before) = self.known.insert(id, Arc::new(agent)) {
            self.waiting -= usize::from(before.waits());
        }
    }
}

/// Why an agent that is known is not believed to stand where it says; nothing when it says what it was accepted with.
fn misplaced(known: &Agent, venues: &[VenueId], trust: bool) -> Option<String> {
    let is_accepted = known.state == AgentState::Accepted;
    if is_accepted && known.venues == venues {
        return None;
    }
    let moved = || {
        let has_moved =
            is_accepted && !known.venues.iter().any(|held| venues.iter().any(|new| new.place == held.place));
        let before = known.venues.first().filter(|_| has_moved)?;
        let now = venues.first().map(|venue| venue.place.to_string()).unwrap_or_default();
        Some(format!("{MOVED}{}, now says that it stands in {now}", before.place))
    };
    let still = || Some(known.reason.clone()).filter(|reason| !is_accepted && reason.starts_with(MOVED));
    several_places(venues).or_else(|| moved().or_else(still).filter(|_| !trust))
}

fn several_places(venues: &[VenueId]) -> Option<String> {
    let first = venues.first()?;
    let other = venues.iter().find(|venue| venue.place != first.place)?;
    Some(format!("venues {first} and {other} lie in two places: an agent stands in one"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use avow_shared::wire::Signer;

    fn venue(text: &str) -> VenueId {
        text.parse().expect("a venue")
    }

    fn greeting(seed: u8, venues: &[&str]) -> Greeting {
        let key = Signer::from_seed(&[seed; 32]).public();
        Greeting { key, venues: venues.iter().map(|v| venue(v)).collect(), software: "1".to_owned(), now_ms: 1 }
    }

    fn greet(agents: &mut Agents, seed: u8, venues: &[&str], trust: bool) -> (AgentId, AgentState) {
        let greeting = greeting(seed, venues);
        agents.greet(&greeting, trust, |venue| venue.place.to_string().starts_with("35"));
        let id = greeting.key.id();
        (id, agents.get(id).expect("known").state)
    }

    #[test]
    fn a_key_seen_first_waits_for_a_person() {
        let mut agents = Agents::default();
        let (id, state) = greet(&mut agents, 1, &["350102-01"], false);
        assert_eq!(state, AgentState::Pending);
        assert!(!agents.serves(id, venue("350102-01")));
        assert_eq!(agents.decide(id, true), Ok(vec![id]));
        assert!(agents.serves(id, venue("350102-01")));
        assert_eq!(agents.waiting, 0);
    }

    #[test]
    fn a_second_key_for_a_served_venue_is_a_conflict_and_no_takeover() {
        let mut agents = Agents::default();
        let (first, _) = greet(&mut agents, 1, &["350102-01"], true);
        let (second, state) = greet(&mut agents, 2, &["350102-01"], true);
        assert_eq!(state, AgentState::Conflict);
        assert!(agents.serves(first, venue("350102-01")) && !agents.serves(second, venue("350102-01")));
        assert_eq!(agents.decide(second, true), Ok(vec![second, first]), "only a person orders a take-over");
        assert!(agents.serves(second, venue("350102-01")));
        assert_eq!(agents.get(first).map(|agent| agent.state), Some(AgentState::Refused));
    }

    #[test]
    fn a_refused_key_stays_refused_however_often_it_says_hello() {
        let mut agents = Agents::default();
        let (id, _) = greet(&mut agents, 1, &["350102-01"], false);
        agents.decide(id, false).expect("known");
        assert_eq!(greet(&mut agents, 1, &["350102-01", "350102-02"], true).1, AgentState::Refused);
    }

    #[test]
    fn an_accepted_agent_gains_no_venue_of_another() {
        let mut agents = Agents::default();
        greet(&mut agents, 1, &["350102-01"], true);
        greet(&mut agents, 2, &["350102-02"], true);
        let (second, state) = greet(&mut agents, 2, &["350102-01", "350102-02"], true);
        assert_eq!(state, AgentState::Accepted);
        assert!(agents.serves(second, venue("350102-02")) && !agents.serves(second, venue("350102-01")));
        assert!(agents.get(second).expect("known").reason.contains("350102-01"));
    }

    #[test]
    fn a_place_that_does_not_exist_is_not_trusted_at_first_sight() {
        assert_eq!(greet(&mut Agents::default(), 1, &["110101-01"], true).1, AgentState::Pending);
    }

    #[test]
    fn a_key_with_venues_of_two_places_is_not_trusted_at_first_sight() {
        let mut agents = Agents::default();
        let (id, state) = greet(&mut agents, 1, &["350102-01", "350103-01"], true);
        assert_eq!(state, AgentState::Pending);
        assert!(agents.get(id).expect("known").reason.contains("350103-01"));
        agents.decide(id, true).expect("known");
        let update = Greeting { software: "2".to_owned(), ..greeting(1, &["350102-01", "350103-01"]) };
        agents.greet(&update, false, |_| true);
        assert_eq!(agents.get(id).expect("known").state, AgentState::Accepted, "what a person accepted stays so");
    }

    #[test]
    fn an_accepted_key_claims_no_venue_of_another_place_by_its_own_word() {
        let mut agents = Agents::default();
        let (id, _) = greet(&mut agents, 1, &["350102-01"], false);
        agents.decide(id, true).expect("known");
        assert_eq!(greet(&mut agents, 1, &["350102-01", "350102-02"], false).1, AgentState::Accepted, "the same place");
        assert_eq!(greet(&mut agents, 1, &["350102-01", "350103-01"], false).1, AgentState::Pending, "one more place");
        agents.decide(id, true).expect("known");
        assert_eq!(greet(&mut agents, 1, &["350104-01"], false).1, AgentState::Pending, "another place");
        assert!(!agents.serves(id, venue("350104-01")));
        for _ in 0..2 {
            let (_, state) = greet(&mut agents, 1, &["350104-01"], false);
            let reason = &agents.get(id).expect("known").reason;
            assert!(state == AgentState::Pending && reason.contains("350102") && reason.contains("350104"), "{reason}");
        }
        agents.decide(id, true).expect("known");
        assert!(agents.serves(id, venue("350104-01")), "a person let it move");
        assert_eq!(greet(&mut agents, 1, &["350102-01"], true).1, AgentState::Accepted, "where all keys are trusted");
    }

    #[test]
    fn a_key_that_moved_to_a_served_venue_is_in_conflict() {
        let mut agents = Agents::default();
        let (id, _) = greet(&mut agents, 1, &["350102-01"], true);
        let (first, _) = greet(&mut agents, 2, &["350103-01"], true);
        for trust in [true, false] {
            let mut agents = agents.clone();
            let (_, state) = greet(&mut agents, 1, &["350103-01"], trust);
            assert_eq!(state == AgentState::Conflict, !trust, "accepted, without the venue, where keys are trusted");
            assert!(agents.serves(first, venue("350103-01")) && !agents.serves(id, venue("350103-01")));
        }
    }

    /// Hellos of ever new keys, all for one venue; says how many found no room.
    fn flood(agents: &mut Agents, keys: usize, trust: bool) -> usize {
        let greet = |n: usize| {
            let mut seed = [0; 32];
            seed[..8].copy_from_slice(&n.to_le_bytes());
            let key = Signer::from_seed(&seed).public();
            agents.greet(&Greeting { key, ..greeting(1, &["350102-01"]) }, trust, |_| true)
        };
        (0..keys).map(greet).filter(|greeted| *greeted == Greeted::NoRoom).count()
    }

    #[test]
    fn the_keys_that_wait_are_bounded_whether_new_ones_are_trusted_or_not() {
        for (trust, served) in [(false, 0), (true, 1)] {
            let mut agents = Agents::default();
            assert_eq!(flood(&mut agents, MOST_PENDING + 5 + served, trust), 5, "trust: {trust}");
            assert_eq!((agents.waiting, agents.known.len()), (MOST_PENDING, MOST_PENDING + served), "trust: {trust}");
            let (_, free) = greet(&mut agents, 1, &["350102-02"], true);
            assert_eq!(free, AgentState::Accepted, "who does not wait needs no room among those who do");
        }
    }

    #[test]
    fn a_key_that_waits_is_accepted_once_new_keys_are_trusted() {
        let mut agents = Agents::default();
        assert_eq!(greet(&mut agents, 1, &["350102-01"], false).1, AgentState::Pending);
        assert_eq!(greet(&mut agents, 2, &["350102-01"], false).1, AgentState::Pending);
        let (first, state) = greet(&mut agents, 1, &["350102-01"], true);
        assert_eq!(state, AgentState::Accepted);
        assert!(agents.serves(first, venue("350102-01")));
        assert_eq!(greet(&mut agents, 2, &["350102-01"], true).1, AgentState::Conflict, "the venue is served by then");
        assert_eq!(agents.waiting, 1);
    }

    #[test]
    fn a_conflict_lasts_as_long_as_its_venue_is_served_by_another() {
        let mut agents = Agents::default();
        let (first, _) = greet(&mut agents, 1, &["350102-01"], true);
        for trust in [true, false, true] {
            assert_eq!(greet(&mut agents, 2, &["350102-01"], trust).1, AgentState::Conflict);
        }
        agents.decide(first, false).expect("known");
        assert_eq!(greet(&mut agents, 2, &["350102-01"], false).1, AgentState::Pending);
        assert_eq!(greet(&mut agents, 2, &["350102-01"], true).1, AgentState::Accepted);
    }

    #[test]
    fn a_hello_without_news_needs_no_writing() {
        for trust in [true, false] {
            let mut agents = Agents::default();
            let long = Greeting { software: "1".repeat(100), ..greeting(1, &["350102-01"]) };
            assert_eq!(agents.greet(&long, trust, |_| true), Greeted::Changed);
            assert_eq!(agents.greet(&long, trust, |_| true), Greeted::Same);
            assert_eq!(agents.greet(&greeting(2, &[]), trust, |_| true), Greeted::NoRoom);
        }
    }
}
