//! 封网: which rooms nothing is changed in, what that keeps out, and what a box is told of it. Pure.
//!
//! An approval lifts the freeze of those responses alone that accept it: one that was given before anything was frozen, by whoever it
//! was, says nothing of a response that began later and names somebody else.

use std::sync::Arc;

use avow_shared::assurance::{Assurance as Told, MAX_SPANS, REACH_MS, SHORTEST_S, Span, is_frozen_out};
use avow_shared::id::VenueId;
use avow_shared::meeting::Window;
use avow_shared::time::UnixMs;

use super::{Approval, Assurance, Response};
use crate::inspection::Label;
use crate::province::{Extent, Tree};
use crate::rectify::Where;

/// Continuously means once a minute for a probe that runs and ends.
const CONTINUOUS_S: u32 = 60;

/// What is frozen at a moment, for many rooms to be asked about.
#[derive(Debug)]
pub struct Freeze<'a> {
    responses: Vec<(u64, &'a Arc<Response>, Extent)>,
    approvals: Vec<Approved<'a>>,
}

/// An approval with where it holds.
#[derive(Debug)]
struct Approved<'a> {
    approval: &'a Approval,
    place: Option<Extent>,
}

impl<'a> Approved<'a> {
    fn of(approval: &'a Approval, tree: &Tree) -> Self {
        let place = match approval.subject {
            Where::Place(place) => Some(Extent::of(&[place], tree)),
            Where::Venue(_) => None,
        };
        Self { approval, place }
    }

    fn covers(&self, venue: VenueId) -> bool {
        match &self.place {
            Some(extent) => extent.has(venue.place),
            None => self.approval.subject == Where::Venue(venue),
        }
    }
}

impl<'a> Freeze<'a> {
    /// Whether nothing is frozen anywhere.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.responses.is_empty()
    }

    /// The response that forbids to change anything in a room; none when nothing does, or a person has approved it.
    #[must_use]
    pub fn of(&self, venue: VenueId) -> Option<(u64, &'a Arc<Response>)> {
        let is_lifted =
            |response: &Response| self.approvals.iter().any(|one| one.covers(venue) && response.accepts(one.approval));
        let mut covering = self.responses.iter().filter(|(.., extent)| extent.has(venue.place));
        covering.find(|(_, response, _)| !is_lifted(response)).map(|(id, response, _)| (*id, *response))
    }

    /// Whether HQ does not order a test of a room. A box of a version that hears nothing of a freeze obeys every order, and how loud its
    /// sound tests are nobody knows.
    #[must_use]
    pub fn keeps_out(&self, venue: VenueId, test: &Label, is_old: bool) -> bool {
        let limited = test.limits.iter().map(|(value, _)| value.as_str());
        let changes = is_frozen_out(&test.kind, limited) || is_old && test.kind == "sound";
        changes && self.of(venue).is_some()
    }
}

impl Assurance {
    /// What is frozen now.
    #[must_use]
    pub fn freeze(&self, tree: &Tree, now: UnixMs) -> Freeze<'_> {
        let freezing = |response: &Response| response.terms().filter(|terms| terms.freeze).map(|t| t.extent(tree));
        let on = self.responses().filter(|(_, response)| response.is_on(now));
        let responses: Vec<_> =
            on.filter_map(|(id, response)| freezing(response).map(|extent| (id, response, extent))).collect();
        let is_needed = !responses.is_empty();
        let approvals = self.approvals().map(|(_, approval)| approval.as_ref());
        let on = approvals.filter(|approval| is_needed && approval.is_on(now));
        Freeze { responses, approvals: on.map(|approval| Approved::of(approval, tree)).collect() }
    }

    /// The same of one room.
    #[must_use]
    pub fn frozen(&self, venue: VenueId, tree: &Tree, now: UnixMs) -> Option<(u64, &Arc<Response>)> {
        self.freeze(tree, now).of(venue)
    }

    /// What the box that serves these rooms is told: what is in force or begins within a day.
    #[must_use]
    pub fn told(&self, venues: &[VenueId], tree: &Tree, now: UnixMs) -> Told {
        let until_ms = now.saturating_add(REACH_MS);
        let mut told = Told { as_of_ms: now, ..Told::default() };
        let mut freezing = Vec::new();
        for (_, response) in self.responses() {
            let Some(terms) = response.terms().filter(|terms| terms.from_ms < until_ms && !response.is_over(now))
            else {
                continue;
            };
            freezing.extend(terms.freeze.then_some(response));
            let to_ms = response.over_ms().map_or(until_ms, |over| over.min(until_ms));
            let check = self.rules.of(terms.level).check_every_s;
            let every_s = if check == 0 { CONTINUOUS_S } else { check.max(SHORTEST_S) };
            let window = |venue| Window { venue, from_ms: terms.from_ms, to_ms };
            let span = |venue| Span { window: window(venue), every_s, freeze: terms.freeze };
            told.spans.extend(windows(venues, |venue| response.covers(venue.place, tree)).into_iter().map(span));
        }
        // The most urgent, when there are more than a box takes.
        told.spans.sort_by_key(|span| (!span.freeze, span.every_s));
        told.spans.truncate(MAX_SPANS);
        for (_, approval) in self.approvals().filter(|(_, approval)| approval.is_on(now)) {
            let window = |venue| Window { venue, from_ms: approval.given_ms, to_ms: approval.until_ms.min(until_ms) };
            let approved = Approved::of(approval, tree);
            // A box does not know of whose freeze an approval is: one that does not lift all of a room's lifts none there.
            let is_accepted = |venue: VenueId| {
                let accepts = |response: &Response| !response.covers(venue.place, tree) || response.accepts(approval);
                approved.covers(venue) && freezing.iter().all(|response| accepts(response))
            };
            told.approved.extend(windows(venues, is_accepted).into_iter().map(window));
        }
        told.approved.truncate(MAX_SPANS);
        told
    }
}

/// All rooms at once when all are meant, else each that is.
fn windows(venues: &[VenueId], is_meant: impl Fn(VenueId) -> bool) -> Vec<Option<VenueId>> {
    let meant: Vec<_> = venues.iter().copied().filter(|venue| is_meant(*venue)).map(Some).collect();
    if meant.len() == venues.len() && !meant.is_empty() { vec![None] } else { meant }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOW, response, terms};
    use super::*;
    use crate::assurance::{Change, Level};
    use crate::province::tree_for_tests as tree;
    use crate::rectify::Where;

    const HOUR: u64 = 3_600_000;

    fn venue(code: &str) -> VenueId {
        code.parse().expect("a venue")
    }

    fn approval(person: &str, reason: &str) -> Approval {
        Approval {
            subject: Where::Place("35".parse().expect("a place")),
            what: "升级".into(),
            person: person.into(),
            reason: reason.into(),
            given_ms: NOW,
            until_ms: NOW + HOUR,
            revoked: None,
        }
    }

    fn label(kind: &str, value: &str) -> Label {
        let limits = [(value.parse().expect("a value"), "≤3".into())].into();
        Label { probe: "a".parse().expect("a probe"), name: "a".into(), kind: kind.into(), required: true, limits }
    }

    #[test]
    fn an_approval_from_before_a_response_does_not_lift_its_freeze_unless_it_names_the_approver() {
        let mut all = Assurance::default();
        let here = venue("350102001-01");
        all.change(Change::Approve(approval("钱八", "")), tree(), NOW).expect("nothing is frozen yet");
        let start = |all: &mut Assurance, place| {
            all.change(Change::Start(response(terms(Level::Ii, place, true))), tree(), NOW).expect("starts").response
        };
        let first = start(&mut all, "3501");
        let frozen = |all: &Assurance, venue| all.frozen(venue, tree(), NOW + 1).map(|(id, _)| id);
        let is_told_lifted = |all: &Assurance, venue| !all.told(&[venue], tree(), NOW + 1).approved.is_empty();
        assert_eq!((frozen(&all, here), is_told_lifted(&all, here)), (first, false));
        assert!(is_told_lifted(&all, venue("3502-01")), "nothing is frozen there");
        all.change(Change::Approve(approval("钱八", "陈六电话授权")), tree(), NOW).expect("on his word");
        assert_eq!((frozen(&all, here), is_told_lifted(&all, here)), (None, true));
        let mut other = response(terms(Level::I, "350102", true));
        other.approver = "周九".into();
        let second = all.change(Change::Start(other), tree(), NOW).expect("starts").response;
        assert_eq!((frozen(&all, here), is_told_lifted(&all, here)), (second, false), "of two freezes one is lifted");
        assert_eq!(frozen(&all, venue("350104-01")), None);
    }

    #[test]
    fn hq_orders_no_test_that_a_freeze_keeps_out_and_none_that_is_heard_of_a_box_that_hears_nothing_of_it() {
        let mut all = Assurance::default();
        let here = venue("350102001-01");
        let (sweep, whisper) = (label("sound", "sound_thd_n"), label("sound", "sound_delay"));
        let out = |all: &Assurance, test: &Label, is_old| all.freeze(tree(), NOW).keeps_out(here, test, is_old);
        assert!(!out(&all, &sweep, true) && all.freeze(tree(), NOW).is_none());
        all.change(Change::Start(response(terms(Level::Iv, "3501", false))), tree(), NOW).expect("starts");
        assert!(!out(&all, &sweep, true), "a response without a freeze");
        all.change(Change::Start(response(terms(Level::Iv, "3501", true))), tree(), NOW).expect("starts");
        assert!(out(&all, &sweep, false) && out(&all, &label("drill", "x"), false) && !out(&all, &whisper, false));
        assert!(out(&all, &whisper, true) && !out(&all, &label("line", "rtt_avg"), true));
        assert!(!all.freeze(tree(), NOW).keeps_out(venue("3502-01"), &sweep, false));
        all.change(Change::Approve(approval("陈六", "")), tree(), NOW).expect("is given");
        assert!(!out(&all, &sweep, false) && !out(&all, &whisper, true));
    }
}
