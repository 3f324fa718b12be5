//! Records of roll calls as earlier versions wrote them, and what they are now. Of each version there is a file of bytes that it wrote
//! (`collector/tests/golden`).
//!
//! In the second version came units without a room, kinds, origins, telephones and proofs; in the third, since when a proof stands as it
//! does; in the fourth everything that was said in the place of the newest, who ended a call and why, when everybody had answered, and over
//! which system it was called.

mod third;

use avow_shared::id::{AgentId, UnitId, VenueId};
use avow_shared::order::OrderNumber;
use avow_shared::place::PlaceCode;
use avow_shared::roll_call::{Aspect, Depth, Found, State};
use avow_shared::time::UnixMs;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{
    Answer, Before, ByHand, Call, FellBack, Forecast, Grounds, Head, Heard, Kind, Mode, Nonce, Origin, Proof, Proving,
    Via, Whom,
};
use third::{Asked3, Call3, Entry3, Head2};

/// The version of a record that is written now.
pub const VERSION: u8 = 4;
/// And of what lists tell of it.
pub const HEAD_VERSION: u8 = 3;

/// The call in a record of this version; none when it cannot be read.
#[must_use]
pub fn call(version: u8, plain: &[u8]) -> Option<Call> {
    match version {
        1 => whole::<Call1>(plain).map(Call3::from).map(Call::from),
        2 => whole::<Call2>(plain).map(Call3::from).map(Call::from),
        3 => whole::<Call3>(plain).map(Call::from),
        VERSION => whole(plain),
        _ => None,
    }
}

/// What a list tells, in this version; none when it cannot be read.
#[must_use]
pub fn head(version: u8, plain: &[u8]) -> Option<Head> {
    match version {
        1 => whole::<Head1>(plain).map(Head2::from).map(Head::from),
        2 => whole::<Head2>(plain).map(Head::from),
        HEAD_VERSION => whole(plain),
        _ => None,
    }
}

/// The calls in a snapshot of version 4, which was written with both of the first versions of a call.
#[must_use]
pub fn calls_of_snapshot_4(plain: &[u8]) -> Option<Vec<Call>> {
    let now = |calls: Vec<Call3>| calls.into_iter().map(Call::from).collect();
    let second = || whole::<Vec<Call2>>(plain).map(|calls| calls.into_iter().map(Call3::from).collect());
    let first = || whole::<Vec<Call1>>(plain).map(|calls| calls.into_iter().map(Call3::from).collect());
    second().or_else(first).map(now)
}

/// The calls in a snapshot of version 5.
#[must_use]
pub fn calls_of_snapshot_5(plain: &[u8]) -> Option<Vec<Call>> {
    whole::<Vec<Call3>>(plain).map(|calls| calls.into_iter().map(Call::from).collect())
}

/// Read to the last byte: what another version wrote rarely ends where this one does.
fn whole<T: DeserializeOwned>(plain: &[u8]) -> Option<T> {
    match postcard::take_from_bytes(plain) {
        Ok((value, [])) => Some(value),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Call1 {
    id: OrderNumber,
    asked: Asked1,
    entries: Vec<Entry1>,
    revision: u64,
    turned: bool,
    ended_ms: Option<UnixMs>,
    cancelled: bool,
}

#[derive(Deserialize)]
struct Asked1 {
    title: Box<str>,
    depth: Depth,
    confirmed: bool,
    places: Vec<PlaceCode>,
    except: Vec<PlaceCode>,
    venues: Vec<VenueId>,
    operator: Box<str>,
    basis: Box<str>,
    given_ms: UnixMs,
    until_ms: UnixMs,
}

#[derive(Deserialize)]
struct Entry1 {
    venue: VenueId,
    unit: Box<str>,
    unit_id: Option<UnitId>,
    city: PlaceCode,
    agent: Option<AgentId>,
    before: Before,
    excused: Option<Grounds>,
    heard: Option<Heard>,
    answer: Option<Answer1>,
    person: Option<ByHand1>,
    asked: u16,
    ask_ms: UnixMs,
    nonce: Option<Nonce>,
    revision: u64,
}

#[derive(Deserialize)]
struct Answer1 {
    at_ms: UnixMs,
    state: Option<State1>,
}

#[derive(Deserialize)]
struct State1 {
    in_meeting: bool,
    aspects: Vec<(Aspect, Found)>,
}

#[derive(Deserialize)]
struct ByHand1 {
    at_ms: UnixMs,
    mode: Mode,
    person: Box<str>,
    operator: Box<str>,
    picture: Option<bool>,
    sound: Option<bool>,
    note: Box<str>,
}

#[derive(Deserialize)]
struct Head1 {
    id: OrderNumber,
    asked: Asked1,
    ended_ms: Option<UnixMs>,
    cancelled: bool,
    /// In the order of [`Tally`].
    tally: [u32; 11],
}

#[derive(Deserialize)]
struct Call2 {
    id: OrderNumber,
    asked: Asked3,
    entries: Vec<Entry2>,
    forecast: Option<Forecast>,
    revision: u64,
    turned: bool,
    ended_ms: Option<UnixMs>,
    cancelled: bool,
}

#[derive(Deserialize)]
struct Entry2 {
    whom: Whom,
    unit: Box<str>,
    unit_id: Option<UnitId>,
    city: PlaceCode,
    agent: Option<AgentId>,
    before: Before,
    excused: Option<Grounds>,
    heard: Option<Heard>,
    answer: Option<Answer>,
    person: Option<ByHand>,
    proving: Option<Proving2>,
    asked: u16,
    ask_ms: UnixMs,
    nonce: Option<Nonce>,
    revision: u64,
}

#[derive(Deserialize)]
struct Proving2 {
    turn: u32,
    proof: Proof2,
}

#[derive(Deserialize)]
enum Proof2 {
    Planned,
    Spare,
    FellBack(FellBack),
    HqRefused { run: OrderNumber, with: VenueId },
    Running { run: OrderNumber, with: VenueId },
    Ended { run: OrderNumber, with: VenueId, at_ms: UnixMs, found: Found },
}

impl From<Call1> for Call3 {
    fn from(old: Call1) -> Self {
        let Call1 { id, asked, entries, revision, turned, ended_ms, cancelled } = old;
        let entries = entries.into_iter().map(Entry3::from).collect();
        Self { id, asked: asked.into(), entries, forecast: None, revision, turned, ended_ms, cancelled }
    }
}

impl From<Asked1> for Asked3 {
    fn from(old: Asked1) -> Self {
        let Asked1 { title, depth, confirmed, places, except, venues, operator, basis, given_ms, until_ms } = old;
        let (units, kind, origin) = (Vec::new(), Kind::default(), Origin::default());
        Self {
            title,
            depth,
            confirmed,
            places,
            except,
            venues,
            units,
            kind,
            origin,
            operator,
            basis,
            given_ms,
            until_ms,
        }
    }
}

impl From<Entry1> for Entry3 {
    fn from(old: Entry1) -> Self {
        let Entry1 { venue, unit, unit_id, city, agent, before, excused, heard, answer, person, .. } = old;
        let state = |old: State1| State { in_meeting: old.in_meeting, aspects: old.aspects, still: None };
        Self {
            whom: Whom::Room(venue),
            unit,
            unit_id,
            city,
            agent,
            before,
            excused,
            heard,
            answer: answer.map(|answer| Answer { at_ms: answer.at_ms, state: answer.state.map(state) }),
            person: person.map(ByHand::from),
            proving: None,
            asked: old.asked,
            ask_ms: old.ask_ms,
            nonce: old.nonce,
            revision: old.revision,
        }
    }
}

impl From<ByHand1> for ByHand {
    fn from(old: ByHand1) -> Self {
        let ByHand1 { at_ms, mode, person, operator, picture, sound, note } = old;
        Self { at_ms, mode, person, telephone: Box::default(), via: Via::Hq, operator, picture, sound, note }
    }
}

impl From<Head1> for Head2 {
    fn from(old: Head1) -> Self {
        let Head1 { id, asked, ended_ms, cancelled, tally } = old;
        let mut now = [0; 13];
        now[..tally.len()].copy_from_slice(&tally);
        Self { id, asked: asked.into(), forecast: None, ended_ms, cancelled, tally: now }
    }
}

impl From<Call2> for Call3 {
    fn from(old: Call2) -> Self {
        let Call2 { id, asked, entries, forecast, revision, turned, ended_ms, cancelled } = old;
        let given_ms = asked.given_ms;
        let entries = entries.into_iter().map(|entry| entry.now(given_ms)).collect();
        Self { id, asked, entries, forecast, revision, turned, ended_ms, cancelled }
    }
}

impl Entry2 {
    fn now(self, given_ms: UnixMs) -> Entry3 {
        let Self { whom, unit, unit_id, city, agent, before, excused, heard, answer, person, proving, .. } = self;
        Entry3 {
            whom,
            unit,
            unit_id,
            city,
            agent,
            before,
            excused,
            heard,
            answer,
            person,
            proving: proving.map(|proving| proving.now(given_ms)),
            asked: self.asked,
            ask_ms: self.ask_ms,
            nonce: self.nonce,
            revision: self.revision,
        }
    }
}

impl Proving2 {
    /// Who fell back from the beginning, or is planned, is so since the call; of the rest the end of a run alone was written down.
    fn now(self, given_ms: UnixMs) -> Proving {
        let (proof, at_ms) = match self.proof {
            Proof2::Planned => (Proof::Planned, Some(given_ms)),
            Proof2::Spare => (Proof::Spare, Some(given_ms)),
            Proof2::FellBack(why @ (FellBack::NoHq | FellBack::Unconfirmed | FellBack::Unable)) => {
                (Proof::FellBack(why), Some(given_ms))
            }
            Proof2::FellBack(why) => (Proof::FellBack(why), None),
            Proof2::HqRefused { run, with } => (Proof::HqRefused { run, with }, None),
            Proof2::Running { run, with } => (Proof::Running { run, with }, None),
            Proof2::Ended { run, with, at_ms, found } => (Proof::Ended { run, with, found }, Some(at_ms)),
        };
        Proving { turn: self.turn, proof, at_ms }
    }
}
