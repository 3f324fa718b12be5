//! Records of the third version, and heads of the second, which were written with them.

use std::sync::Arc;

use avow_shared::id::{AgentId, UnitId, VenueId};
use avow_shared::order::OrderNumber;
use avow_shared::place::PlaceCode;
use avow_shared::roll_call::Depth;
use avow_shared::time::UnixMs;
use serde::Deserialize;

use crate::scope::Except;

use super::super::{
    Answer, Asked, Before, ByHand, Call, Closed, Entry, Forecast, Grounds, Head, Heard, Kind, Nonce, Origin, Proving,
    Said, Tally, Whom,
};

#[derive(Deserialize)]
pub(super) struct Call3 {
    pub(super) id: OrderNumber,
    pub(super) asked: Asked3,
    pub(super) entries: Vec<Entry3>,
    pub(super) forecast: Option<Forecast>,
    pub(super) revision: u64,
    pub(super) turned: bool,
    pub(super) ended_ms: Option<UnixMs>,
    pub(super) cancelled: bool,
}

#[derive(Deserialize)]
pub(super) struct Asked3 {
    pub(super) title: Box<str>,
    pub(super) depth: Depth,
    pub(super) confirmed: bool,
    pub(super) places: Vec<PlaceCode>,
    pub(super) except: Vec<PlaceCode>,
    pub(super) venues: Vec<VenueId>,
    pub(super) units: Vec<UnitId>,
    pub(super) kind: Kind,
    pub(super) origin: Origin,
    pub(super) operator: Box<str>,
    pub(super) basis: Box<str>,
    pub(super) given_ms: UnixMs,
    pub(super) until_ms: UnixMs,
}

#[derive(Deserialize)]
pub(super) struct Entry3 {
    pub(super) whom: Whom,
    pub(super) unit: Box<str>,
    pub(super) unit_id: Option<UnitId>,
    pub(super) city: PlaceCode,
    pub(super) agent: Option<AgentId>,
    pub(super) before: Before,
    pub(super) excused: Option<Grounds>,
    pub(super) heard: Option<Heard>,
    pub(super) answer: Option<Answer>,
    pub(super) person: Option<ByHand>,
    pub(super) proving: Option<Proving>,
    pub(super) asked: u16,
    pub(super) ask_ms: UnixMs,
    pub(super) nonce: Option<Nonce>,
    pub(super) revision: u64,
}

#[derive(Deserialize)]
pub(super) struct Head2 {
    pub(super) id: OrderNumber,
    pub(super) asked: Asked3,
    pub(super) forecast: Option<Forecast>,
    pub(super) ended_ms: Option<UnixMs>,
    pub(super) cancelled: bool,
    /// In the order of [`Tally`].
    pub(super) tally: [u32; 13],
}

impl From<Asked3> for Asked {
    fn from(old: Asked3) -> Self {
        let Asked3 { title, depth, confirmed, places, except, venues, units, kind, origin, .. } = old;
        let Asked3 { operator, basis, given_ms, until_ms, .. } = old;
        let system = Box::default();
        Self {
            title,
            depth,
            confirmed,
            places,
            except: Except { places: except, ..Except::default() },
            venues,
            units,
            kind,
            origin,
            operator,
            basis,
            system,
            given_ms,
            until_ms,
        }
    }
}

/// Who ended a call and why was not written down.
fn closed(cancelled: bool, ended_ms: Option<UnixMs>) -> Option<Closed> {
    let at_ms = ended_ms.filter(|_| cancelled)?;
    Some(Closed { by: Box::default(), reason: Box::default(), at_ms })
}

impl From<Call3> for Call {
    fn from(old: Call3) -> Self {
        let Call3 { id, asked, entries, forecast, revision, turned, ended_ms, cancelled } = old;
        let entries: Vec<Arc<Entry>> = entries.into_iter().map(|entry| Arc::new(Entry::from(entry))).collect();
        let closed = closed(cancelled, ended_ms);
        let call =
            Self { id, asked: asked.into(), entries, forecast, revision, turned, complete_ms: None, ended_ms, closed };
        // A call ended when everybody had answered; of one that is open the next look says so.
        let is_complete = !cancelled && call.completed_ms().is_some();
        Self { complete_ms: ended_ms.filter(|_| is_complete), ..call }
    }
}

impl From<Entry3> for Entry {
    fn from(old: Entry3) -> Self {
        let Entry3 { whom, unit, unit_id, city, agent, before, excused, heard, answer, person, proving, .. } = old;
        let mut said: Vec<Said> = excused.map(Said::Excused).into_iter().chain(person.map(Said::Answered)).collect();
        said.sort_by_key(Said::at_ms);
        Self {
            whom,
            unit,
            unit_id,
            city,
            agent,
            before,
            said,
            heard,
            answer,
            proving,
            asked: old.asked,
            ask_ms: old.ask_ms,
            nonce: old.nonce,
            revision: old.revision,
        }
    }
}

impl From<Head2> for Head {
    /// What is counted since is not in it: how many were not tested, and who was excused too late. A head knows no entries, and without them
    /// whether everybody had answered only by its sums.
    fn from(old: Head2) -> Self {
        let Head2 { id, asked, forecast, ended_ms, cancelled, tally } = old;
        let [
            expected,
            on_time,
            late,
            silent,
            waiting,
            heard,
            in_meeting,
            excused,
            faulty,
            by_person,
            whole,
            proven,
            fell_back,
        ] = tally;
        let asked = Asked::from(asked);
        let closed = closed(cancelled, ended_ms);
        let is_broken_off = closed.as_ref().is_some_and(|closed| closed.broke_off(asked.until_ms, None));
        let uncounted = if is_broken_off { waiting + heard } else { 0 };
        let (waiting, heard) = if is_broken_off { (0, 0) } else { (waiting, heard) };
        let tally = Tally {
            expected,
            on_time,
            late,
            silent,
            waiting,
            heard,
            in_meeting,
            excused,
            faulty,
            by_person,
            whole,
            proven,
            fell_back,
            uncounted,
            untested: 0,
            excused_afterwards: 0,
        };
        let is_complete = !cancelled && silent + waiting + heard == 0;
        Self { id, asked, forecast, complete_ms: ended_ms.filter(|_| is_complete), ended_ms, closed, tally }
    }
}
