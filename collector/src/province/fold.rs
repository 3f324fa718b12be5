//! What happens to the province: reports, signs of life, connections, decisions about keys.

use std::sync::Arc;

use avow_shared::backup::Terms;
use avow_shared::camera::Reference;
use avow_shared::canary::is_canary;
use avow_shared::facts::DeviceFacts;
use avow_shared::id::{AgentId, VenueId};
use avow_shared::outcome::{Outcome, Verdict};
use avow_shared::time::{ClockQuality, EARLIEST_MS, UnixMs, WallTime};
use avow_shared::venue::Description;
use avow_shared::wire::{Event, Report};

use super::counts::Class;
use super::events::Told;
use super::venue::{Described, Link, Newest, Order, Venue};
use super::{Agent, Province};
use crate::fact::{AgentState, Stored};

impl Province {
    /// Takes in a stored batch, live or on replay alike. A batch that was folded before changes nothing.
    pub fn fold(&mut self, stored: &Stored) {
        if stored.arrival <= self.arrival {
            return;
        }
        self.arrival = stored.arrival;
        self.now_ms = self.now_ms.max(stored.received_ms);
        let mut agent = self.agents.remove(&stored.agent).unwrap_or_default();
        let spool = agent.rank(stored.spool, &mut self.next_rank);
        agent.clock = stored.sent_at.quality;
        let mut tested: Vec<(VenueId, bool)> = Vec::new();
        let mut has_told = false;
        for numbered in &stored.reports {
            let order = Order { spool, number: numbered.number };
            match &numbered.report {
                Report::Outcome(outcome) if is_canary(outcome) => self.canary(stored, outcome),
                Report::Outcome(outcome) => {
                    let is_newer = self.outcome(&mut agent, stored, order, outcome);
                    match tested.iter_mut().find(|(venue, _)| *venue == outcome.venue) {
                        Some((_, news)) => *news |= is_newer,
                        None => tested.push((outcome.venue, is_newer)),
                    }
                }
                Report::Description(description) => self.description(&mut agent, stored, order, description),
                Report::Facts(said) => self.facts(&mut agent, stored, order, said),
                Report::Reference(learnt) => self.reference(&mut agent, stored, order, learnt),
                Report::Event(event) => has_told |= self.event(stored, order, event),
                Report::MouthToEar(part) => {
                    Arc::make_mut(&mut self.crossings).take(part);
                }
                Report::Terms(terms) => self.terms(&mut agent, stored, order, terms),
                Report::Answer(answer) => {
                    if self.calls.get(answer.order).is_some() {
                        Arc::make_mut(&mut self.calls).answered(&agent.venues, answer, stored.received_ms);
                    }
                }
                Report::Called(told) => {
                    Arc::make_mut(&mut self.calls).told(told, stored.received_ms);
                }
                // A call to us is no state of the province: the core takes it.
                Report::Checked(_) => {}
            }
        }
        let looked_at = if has_told { agent.venues.clone() } else { Vec::new() };
        self.agents.insert(stored.agent, agent);
        looked_at.into_iter().for_each(|venue| self.touch(venue));
        // A venue is judged once a batch, however many outcomes it brings.
        for (venue, is_newer) in &tested {
            self.update(*venue, |_| *is_newer);
        }
        self.alive(stored.agent, stored.received_ms, &tested);
        self.news = true;
    }

    /// Keeps the outcome when it is the newest of its probe; the venue is to be judged after that.
    fn outcome(&mut self, agent: &mut Agent, stored: &Stored, order: Order, outcome: &Outcome) -> bool {
        let new = Newest {
            probe: outcome.probe.clone(),
            order,
            at: outcome.at,
            received_ms: stored.received_ms,
            verdict: outcome.verdict.clone(),
            detail: outcome.detail.clone(),
            schema: self.interner.schema(&outcome.values),
            numbers: outcome.values.iter().map(|value| value.number).collect(),
            evidence: outcome.evidence.clone().into_boxed_slice(),
            passed_ms: if outcome.verdict == Verdict::Pass { when(outcome.at, stored.received_ms) } else { 0 },
            proof: None,
        };
        agent.serves(outcome.venue);
        let link = link(stored.agent, agent, stored.received_ms);
        let taken = self.edit(outcome.venue, |venue| {
            hear(venue, link);
            venue.take(new)
        });
        taken.unwrap_or(false)
    }

    fn facts(&mut self, agent: &mut Agent, stored: &Stored, order: Order, said: &DeviceFacts) {
        agent.serves(said.venue);
        let link = link(stored.agent, agent, stored.received_ms);
        let seen_ms = when(said.seen_at, stored.received_ms);
        self.update(said.venue, |venue| {
            hear(venue, link);
            venue.take_plate(said, order, seen_ms)
        });
    }

    fn reference(&mut self, agent: &mut Agent, stored: &Stored, order: Order, learnt: &Reference) {
        agent.serves(learnt.venue);
        let link = link(stored.agent, agent, stored.received_ms);
        let taken_ms = when(learnt.taken_at, stored.received_ms);
        self.update(learnt.venue, |venue| {
            hear(venue, link);
            venue.take_reference(learnt, stored.agent, order, taken_ms)
        });
    }

    fn terms(&mut self, agent: &mut Agent, stored: &Stored, order: Order, terms: &Terms) {
        agent.serves(terms.venue);
        let link = link(stored.agent, agent, stored.received_ms);
        let taken = self.edit(terms.venue, |venue| {
            hear(venue, link);
            venue.take_terms(terms, stored.agent, order)
        });
        if taken == Some(true) {
            self.find_backups(terms.venue);
        }
        self.update(terms.venue, |_| taken == Some(true));
    }

    fn event(&mut self, stored: &Stored, order: Order, event: &Event) -> bool {
        let told = Told {
            order,
            at_ms: when(event.at, stored.received_ms),
            received_ms: stored.received_ms,
            code: event.code.clone(),
            text: event.text.clone(),
        };
        Arc::make_mut(&mut self.events).take(stored.agent, told)
    }

    fn description(&mut self, agent: &mut Agent, stored: &Stored, order: Order, new: &Description) {
        if agent.described.is_some_and(|newest| newest >= order) {
            return;
        }
        agent.described = Some(order);
        for gone in agent.venues.iter().filter(|id| !new.venues.iter().any(|venue| venue.id == **id)) {
            self.forget_description(*gone, stored.agent, order);
        }
        let link = link(stored.agent, agent, stored.received_ms);
        for venue in &new.venues {
            agent.serves(venue.id);
            let described = Arc::new(Described {
                agent: stored.agent,
                order,
                received_ms: stored.received_ms,
                name: venue.name.clone(),
                unit: venue.unit.clone(),
                two_way: venue.two_way,
                software: new.software.clone(),
                probes: self.interner.probes(venue.probes.clone()),
                whole: postcard::to_allocvec(venue).unwrap_or_default().into(),
                domain: Some(new.domain),
            });
            self.describe(venue.id, link, described);
        }
    }

    fn describe(&mut self, id: VenueId, link: Link, new: Arc<Described>) {
        let is_newer = self.edit(id, |venue| {
            hear(venue, link);
            let is_newer = venue.described.as_ref().is_none_or(|held| held.order < new.order);
            if is_newer {
                venue.describe(new);
            }
            is_newer
        });
        if is_newer == Some(true) {
            self.find_backups(id);
        }
        self.update(id, |_| is_newer == Some(true));
        self.refresh_search(id);
    }

    /// The agent's newest description does not name the venue any more.
    fn forget_description(&mut self, id: VenueId, agent: AgentId, order: Order) {
        let own = self.edit(id, |venue| {
            let own = venue.described.as_ref().is_some_and(|d| d.agent == agent && d.order < order);
            if own {
                venue.described = None;
                venue.probes.retain(|held| held.order > order);
                venue.retain_plates(|_, held| held > order);
            }
            own
        });
        if own == Some(true) {
            self.find_backups(id);
        }
        self.update(id, |_| own == Some(true));
    }

    /// Something signed by an accepted agent came.
    pub fn heard(&mut self, agent: AgentId, at_ms: UnixMs) {
        self.now_ms = self.now_ms.max(at_ms);
        self.alive(agent, at_ms, &[]);
    }

    /// All venues of the agent but those that this very batch judged.
    fn alive(&mut self, id: AgentId, at_ms: UnixMs, judged: &[(VenueId, bool)]) {
        let Some(agent) = self.agents.get_mut(&id).filter(|agent| agent.state == AgentState::Accepted) else { return };
        agent.last_ms = agent.last_ms.max(Some(at_ms));
        let link = link(id, agent, at_ms);
        let others: Vec<VenueId> =
            agent.venues.iter().filter(|id| !judged.iter().any(|(venue, _)| venue == *id)).copied().collect();
        for venue in others {
            match self.held(venue).and_then(|held| Some((held.link?, held.class()?))) {
                // The batch of which this is the sign was folded a moment ago.
                Some((held, _)) if held == link => {}
                // It is silent later than it would have been; it is looked at when it would have been.
                Some((held, class)) if class != Class::Silent && held == (Link { last_ms: held.last_ms, ..link }) => {
                    self.edit(venue, |venue| hear(venue, link));
                }
                _ => self.update(venue, |venue| {
                    hear(venue, link);
                    false
                }),
            }
        }
        self.news = true;
    }

    /// A connection of the agent came up or went down; strangers do not count.
    pub fn connection(&mut self, id: AgentId, up: bool) {
        let Some(agent) = self.agents.get_mut(&id).filter(|agent| agent.connected != up) else { return };
        agent.connected = up;
        for venue in agent.venues.clone() {
            self.edit(venue, |venue| {
                if let Some(link) = venue.link.as_mut().filter(|link| link.agent == id) {
                    link.connected = up;
                }
            });
            self.touch(venue);
        }
        self.count_agent(id);
        self.news = true;
    }

    /// How HQ stands to a key, and what it says it serves (as of its newest hello). Call it for every known key at start.
    pub fn agent_state(&mut self, id: AgentId, state: AgentState, venues: &[VenueId]) {
        let agent = self.agents.entry(id).or_default();
        agent.state = state;
        if state == AgentState::Accepted {
            for venue in venues {
                agent.serves(*venue);
            }
        }
        self.count_agent(id);
        self.news = true;
    }

    /// Counts a connected, accepted agent at the place of its first venue.
    fn count_agent(&mut self, id: AgentId) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        let counts = agent.connected && agent.state == AgentState::Accepted;
        let place = agent.venues.first().filter(|_| counts).map(|venue| venue.place);
        let now = place.and_then(|place| self.tree.nearest(place));
        let was = std::mem::replace(&mut agent.counted_at, now);
        if was == now {
            return;
        }
        let tree = Arc::clone(&self.tree);
        for place in was.into_iter().flat_map(|at| tree.path(at)) {
            self.tally.edit(place).agents -= 1;
        }
        for place in now.into_iter().flat_map(|at| tree.path(at)) {
            self.tally.edit(place).agents += 1;
        }
    }

    /// Into an empty tally.
    pub(super) fn recount_agents(&mut self) {
        let ids: Vec<AgentId> = self.agents.keys().copied().collect();
        for id in ids {
            if let Some(agent) = self.agents.get_mut(&id) {
                agent.counted_at = None;
            }
            self.count_agent(id);
        }
    }
}

fn link(id: AgentId, agent: &Agent, at_ms: UnixMs) -> Link {
    Link { agent: id, last_ms: at_ms, connected: agent.connected, clock: agent.clock }
}

/// How far an agent's clock may run ahead of HQ's and still be believed.
const AHEAD_MS: u64 = 60_000;

/// When something happened: by the agent's clock where that can be, else when HQ heard of it.
#[must_use]
pub fn when(at: WallTime, received_ms: UnixMs) -> UnixMs {
    let believable = at.quality != ClockQuality::Unset && (EARLIEST_MS..=received_ms + AHEAD_MS).contains(&at.at_ms);
    if believable { at.at_ms } else { received_ms }
}

/// A clock goes back by so much without anybody having set it.
const SLEWED_MS: u64 = 5_000;

/// When something ended by HQ's clock, as far as the box's own can tell, however far that is off: it says how long before it was sent. None
/// when it says nothing: it was set between the two, or was not set before, and then the thing is from before HQ was reached.
#[must_use]
pub fn by_age(at: WallTime, sent_at: WallTime, received_ms: UnixMs) -> Option<UnixMs> {
    let is_before_set = at.quality == ClockQuality::Unset && sent_at.quality != ClockQuality::Unset;
    let is_back = at.at_ms > sent_at.at_ms.saturating_add(SLEWED_MS);
    (!is_before_set && !is_back).then(|| received_ms.saturating_sub(sent_at.at_ms.saturating_sub(at.at_ms)))
}

/// The agent that was heard last is the venue's agent.
fn hear(venue: &mut Venue, link: Link) {
    let last_ms = venue.link.map_or(link.last_ms, |held| held.last_ms.max(link.last_ms));
    venue.link = Some(Link { last_ms, ..link });
}

/// The quality of a clock as the API words it, and the error it claims.
#[must_use]
pub fn clock_words(clock: ClockQuality) -> (&'static str, Option<u32>) {
    match clock {
        ClockQuality::Unset => ("unset", None),
        ClockQuality::Free => ("free", None),
        ClockQuality::Synced { error_ms } => ("synced", Some(error_ms)),
    }
}
