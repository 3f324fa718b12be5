//! Taking a group of messages: decide, write, flush, fold, acknowledge, in this order and no other.

use avow_shared::account::MAX_NUMBER;
use avow_shared::id::{AgentId, VenueId};
use avow_shared::ranges::{Range, RangeSet};
use avow_shared::time::UnixMs;
use avow_shared::wire::{
    self, Ack, CALLS_SINCE, Header, Hello, Numbered, READS, Report, Standing, Up, UpBody, Welcome,
};

use std::sync::Arc;

use super::past::read_back;
use super::{Core, RETRY_EVERY_MS, Storing};
use crate::agents::{Agents, Greeted, Greeting};
use crate::broker::Line;
use crate::counters::{add, one};
use crate::fact::{Arrival, Stored};
use crate::journal::{Entry, Head};
use crate::ledger::{SpoolKey, Undo};
use crate::store::Batch;
use crate::verify::Verified;

/// An envelope that goes into the journal, with what the fold will see of it.
struct Taken {
    entry: Entry,
    stored: Stored,
}

/// Something that an agent signed came.
struct Sign {
    agent: AgentId,
    at_ms: UnixMs,
    line: Option<Arc<Line>>,
}

impl From<&Verified> for Sign {
    fn from(message: &Verified) -> Self {
        Self { agent: message.agent, at_ms: message.received_ms, line: message.line.clone() }
    }
}

/// What a group leads to once it is written.
#[derive(Default)]
struct Group {
    taken: Vec<Taken>,
    undo: Undo,
    acks: Vec<(SpoolKey, u64)>,
    heard: Vec<Sign>,
    hellos: Vec<(AgentId, Header, Hello)>,
}

impl Core {
    pub(super) fn take(&mut self, messages: Vec<Verified>, now: UnixMs) {
        if self.storing != Storing::Yes {
            add(&self.counters.messages_discarded, messages.len() as u64);
            let heard: Vec<Sign> = messages.iter().map(Sign::from).collect();
            for message in messages {
                self.hear_message(message);
            }
            self.signs_of_life(&heard);
            return;
        }
        let mut group = Group::default();
        let mut changed = Batch::new();
        for message in messages {
            self.consider(message, &mut group, &mut changed);
        }
        match self.write(&mut group, changed) {
            Ok(()) => self.fold(group, now),
            Err(error) => self.give_up(group, now, &error),
        }
    }

    fn consider(&mut self, message: Verified, group: &mut Group, changed: &mut Batch) {
        group.heard.push(Sign::from(&message));
        let Up { header, body } = message.up;
        if let Ok(UpBody::Hello(hello)) = &body {
            one(&self.counters.hellos);
            if !self.greet(&message.key, &header, hello, message.received_ms, changed) {
                return;
            }
            group.hellos.push((message.agent, header.clone(), hello.clone()));
        }
        if self.agents.get(message.agent).map(|agent| agent.standing()) != Some(Standing::Accepted) {
            one(&self.counters.messages_not_accepted);
            return;
        }
        let (good, bad) = sort(&self.agents, message.agent, &header, body);
        let key = SpoolKey { agent: message.agent, spool: header.spool };
        let good_numbers: RangeSet = good.iter().map(|report| report.number).collect();
        let Some(decision) = self.ledger.decide(key, &header, &good_numbers, &bad, &mut group.undo) else { return };
        group.acks.push((key, good_numbers.count() + bad.count()));
        if !decision.to_journal {
            one(&self.counters.envelopes_redelivered);
            return;
        }
        let head = Head {
            received_ms: message.received_ms,
            accepted: decision.accepted.ranges().to_vec(),
            refused: decision.refused.ranges().to_vec(),
        };
        let reports = keep(good, &decision.accepted);
        let stored = stored(0, message.agent, header, &head, reports);
        group.taken.push(Taken { entry: Entry { head, frame: message.bytes.to_vec() }, stored });
    }

    /// Takes in a hello; says whether it is to be answered.
    fn greet(
        &mut self,
        key: &wire::PublicKey,
        header: &Header,
        hello: &Hello,
        now: UnixMs,
        changed: &mut Batch,
    ) -> bool {
        let first = std::iter::once(header.venue);
        let venues = first.chain(hello.venues.iter().copied()).collect();
        let greeting = Greeting { key: *key, venues, software: hello.software.to_string(), now_ms: now };
        let tree = std::sync::Arc::clone(self.province.tree());
        let exists = |venue: VenueId| tree.index(venue.place).is_some();
        let known_before = self.agents.get(key.id()).is_some();
        match self.agents.greet(&greeting, self.accept_new, exists) {
            Greeted::NoRoom => {
                one(&self.counters.hellos_over_bound);
                return false;
            }
            Greeted::Changed => {
                super::boot::put_agent(&self.agents, key.id(), changed);
                self.tell_province(key.id());
            }
            Greeted::Same => {}
        }
        if !known_before {
            self.keyring.add(*key);
        }
        true
    }

    /// How an agent stands now.
    pub(super) fn tell_province(&mut self, id: AgentId) {
        if let Some(agent) = self.agents.get(id) {
            self.province.agent_state(id, agent.state, &agent.venues);
            self.province.connection(id, self.present.contains_key(&id));
        }
    }

    fn write(&mut self, group: &mut Group, changed: Batch) -> Result<(), crate::store::Error> {
        if changed.bytes() > 0 {
            self.store.commit(changed)?;
        }
        if group.taken.is_empty() {
            return Ok(());
        }
        let entries: Vec<_> =
            group.taken.iter_mut().map(|taken| std::mem::replace(&mut taken.entry, empty())).collect();
        let before = self.journal.written();
        let first = self.journal.append(&entries)?;
        one(&self.counters.journal_commits);
        add(&self.counters.journal_bytes, self.journal.written() - before);
        for (taken, arrival) in group.taken.iter_mut().zip(first..) {
            taken.stored.arrival = arrival;
        }
        Ok(())
    }

    fn fold(&mut self, group: Group, now: UnixMs) {
        for taken in group.taken {
            add(&self.counters.reports_stored, taken.stored.reports.len() as u64);
            add(&self.counters.reports_refused, taken.stored.refused.iter().map(|range| range.count()).sum());
            one(&self.counters.envelopes_stored);
            self.province.fold(&taken.stored);
            self.hear_answers(&taken.stored);
            self.hear_checks(&taken.stored);
            self.inspect_hear(&taken.stored);
            self.keeper.stored(taken.stored);
        }
        self.signs_of_life(&group.heard);
        self.show_spools(group.acks.iter().map(|(key, _)| *key));
        for (key, reports) in group.acks {
            self.ledger.want_ack(key, reports, now);
        }
        for (agent, header, hello) in group.hellos {
            self.welcome(agent, &header, &hello, now);
        }
    }

    fn welcome(&mut self, agent: AgentId, header: &Header, hello: &Hello, now: UnixMs) {
        let Some(known) = self.agents.get(agent) else { return };
        let standing = known.standing();
        let key = SpoolKey { agent, spool: header.spool };
        let nothing = Ack { to: agent, spool: header.spool, issued_ms: now, upto: 0, more: vec![] };
        let ack = self.ledger.ack(key, now).map_or(nothing, |(_, ack)| ack);
        let welcome = Welcome {
            to: agent,
            boot_nonce: hello.boot_nonce,
            hq_ms: now,
            standing,
            reads: READS.to_vec(),
            window: self.ledger.window(),
            ack,
        };
        self.send(avow_shared::topic::down(header.venue.place, agent), welcome.seal(&self.hq));
        match standing {
            // Behind the welcome: an agent believes no order before.
            Standing::Accepted => {
                self.hand.hello(agent, header.venue.place, hello.boot_nonce, hello.reads.contains(&CALLS_SINCE), now);
                self.tell_meetings_first(agent, &hello.reads, now);
                self.call_hello(agent, hello.boot_nonce, now);
                self.inbound_hello(agent, now);
                self.inspect_hello(agent, hello.boot_nonce, now);
            }
            Standing::Pending | Standing::Refused | Standing::Conflict => self.hand.gone(agent),
        }
    }

    /// Something that an agent signed came from it just now, whether it can be stored or not: a full disk at HQ makes
    /// no venue silent.
    fn signs_of_life(&mut self, heard: &[Sign]) {
        for Sign { agent, at_ms, line } in heard {
            self.province.heard(*agent, *at_ms);
            match line {
                Some(line) => self.proves(*agent, line),
                None if !self.presence_known => self.province.connection(*agent, true),
                None => {}
            }
        }
        self.show_agents(heard.iter().map(|sign| sign.agent));
    }

    /// What finds no room on the disk is heard all the same where somebody waits for it: an answer to a call counts when it came. It comes
    /// again when there is room, and changes nothing then.
    fn hear_unstored(&mut self, unstored: &Stored) {
        for numbered in &unstored.reports {
            if let Report::Called(told) = &numbered.report {
                let _ = self.province.change_calls(|calls| calls.told(told, unstored.received_ms));
            }
        }
        self.hear_checks(unstored);
    }

    fn hear_message(&mut self, message: Verified) {
        let Up { header, body } = message.up;
        if self.agents.get(message.agent).map(|agent| agent.standing()) == Some(Standing::Accepted) {
            let (good, _) = sort(&self.agents, message.agent, &header, body);
            let head = Head { received_ms: message.received_ms, ..empty().head };
            self.hear_unstored(&stored(0, message.agent, header, &head, good));
        }
    }

    /// The disk refused: the group was never taken. The agents keep it and send it again.
    fn give_up(&mut self, group: Group, now: UnixMs, error: &crate::store::Error) {
        one(&self.counters.journal_errors);
        add(&self.counters.messages_discarded, group.heard.len() as u64);
        self.ledger.undo(group.undo);
        group.taken.iter().for_each(|taken| self.hear_unstored(&taken.stored));
        self.signs_of_life(&group.heard);
        tracing::error!(%error, "the journal cannot be written; reports stay with the agents");
        self.trouble.store(std::sync::Arc::new(Some(error.into())));
        self.storing = Storing::No { retry_ms: now + RETRY_EVERY_MS };
    }

    /// Reads back what the failed write left, and goes on when the disk lets it.
    pub(super) fn try_again(&mut self, now: UnixMs) {
        let mut left = Vec::new();
        let recovered = self.journal.recover(|arrival, entry| left.push((arrival, entry)));
        for (arrival, entry) in left {
            let stored = self.replay(arrival, &entry);
            stored.into_iter().for_each(|stored| self.keeper.stored(stored));
        }
        match recovered {
            Ok(()) => {
                self.show_all();
                self.storing = Storing::Yes;
                self.trouble.store(std::sync::Arc::new(None));
                tracing::info!("the journal can be written again");
            }
            Err(_) => self.storing = Storing::No { retry_ms: now + RETRY_EVERY_MS },
        }
    }

    /// Takes an entry that is read back from the journal into accounts and picture; answers with what of it is new.
    pub(super) fn replay(&mut self, arrival: Arrival, entry: &Entry) -> Option<Stored> {
        let (header, mut stored) = read_back(arrival, entry)?;
        let key = SpoolKey { agent: stored.agent, spool: stored.spool };
        let fresh = self.ledger.replay(key, &header, &entry.head.accepted, &entry.head.refused);
        stored.reports.retain(|report| fresh.contains(report.number));
        self.province.fold(&stored);
        // A run of two may lack an answer that was stored the moment before a kill.
        self.hear_answers(&stored);
        self.hear_checks(&stored);
        self.inspect_hear(&stored);
        Some(stored)
    }
}

fn empty() -> Entry {
    Entry { head: Head { received_ms: 0, accepted: vec![], refused: vec![] }, frame: vec![] }
}

pub(super) fn keep(reports: Vec<Numbered>, numbers: &RangeSet) -> Vec<Numbered> {
    reports.into_iter().filter(|report| numbers.contains(report.number)).collect()
}

pub(super) fn stored(arrival: Arrival, agent: AgentId, header: Header, head: &Head, reports: Vec<Numbered>) -> Stored {
    Stored {
        arrival,
        received_ms: head.received_ms,
        agent,
        venue: header.venue,
        spool: header.spool,
        sent_at: header.sent_at,
        produced: header.produced,
        dropped: header.dropped,
        void: header.void,
        reports,
        refused: head.refused.clone(),
    }
}

/// The believable reports, and the numbers of the others. Of a body that cannot be read, only the two numbers that the
/// header surely claims are refused: the others may come in another envelope.
fn sort(
    agents: &Agents,
    agent: AgentId,
    header: &Header,
    body: Result<UpBody, wire::Error>,
) -> (Vec<Numbered>, RangeSet) {
    match body {
        Ok(UpBody::Hello(_)) => (vec![], RangeSet::new()),
        Ok(UpBody::Reports(reports)) => {
            let (good, bad): (Vec<_>, Vec<_>) =
                reports.into_iter().partition(|r| is_credible(agents, agent, &r.report));
            (good, bad.into_iter().map(|report| report.number).collect())
        }
        Err(_) => (vec![], header.claims().map(ends).unwrap_or_default()),
    }
}

fn ends(claim: Range) -> RangeSet {
    [claim.first, claim.last].into_iter().filter(|number| (1..=MAX_NUMBER).contains(number)).collect()
}

/// Whether a report keeps its bounds and speaks of the agent's own venues alone.
fn is_credible(agents: &Agents, agent: AgentId, report: &Report) -> bool {
    let own = |venue: VenueId| agents.serves(agent, venue);
    report.is_believable()
        && match report {
            Report::Outcome(outcome) => own(outcome.venue),
            Report::Description(description) => description.venues.iter().all(|venue| own(venue.id)),
            Report::Facts(said) => own(said.venue),
            Report::Reference(reference) => own(reference.venue),
            Report::MouthToEar(part) => own(part.venue),
            Report::Terms(terms) => own(terms.venue),
            Report::Called(told) => own(told.venue),
            Report::Checked(checked) => own(checked.venue),
            Report::Answer(_) | Report::Event(_) => true,
        }
}
