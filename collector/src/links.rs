//! One-time links: whoever holds one may say one thing about one venue, once, until it runs out. Pure: tokens come from outside, only
//! their hashes are kept.
//!
//! Not here: the page that a link opens, and what is said on it.

mod guesses;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::hint::black_box;
use std::str::FromStr;
use std::sync::Arc;

use avow_shared::hash::{from_hex, to_hex};
use avow_shared::id::{UnitId, VenueId};
use avow_shared::order::OrderNumber;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::command::Refusal;
use crate::obligations::End;
use crate::roll_call::Whom;
pub use guesses::Guesses;

/// The most links that can be used at once: one for every venue of two runs, and some. What was used up does not count.
pub const MOST: usize = 40_000;
/// So many are kept with those that cannot be used any more, of which the oldest are forgotten then.
const MOST_KEPT: usize = 80_000;
/// One that has run out is kept for so long, so that it can be said what became of it.
const KEPT_MS: u64 = 24 * 3_600_000;
/// Before a token when it is hashed: no other hash of HQ is one of a token.
const DOMAIN: &[u8] = b"avow one-time link\0";

/// What a link is for: one thing about one venue, or about a unit that has none. A new purpose comes last: those that are kept are told by their
/// place here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Purpose {
    /// To answer a roll call.
    RollCall {
        /// Which.
        call: OrderNumber,
        /// For which venue.
        venue: VenueId,
    },
    /// To fill in the manual items of an inspection.
    Inspection {
        /// Of which run.
        run: u64,
        /// Of which venue.
        venue: VenueId,
    },
    /// To answer a roll call for a unit without a room.
    RollCallUnit {
        /// Which.
        call: OrderNumber,
        /// For which unit.
        unit: UnitId,
    },
    /// To confirm a joint test.
    JointTest {
        /// Which.
        test: u64,
        /// For which end.
        end: End,
    },
}

/// 128 random bits that are told once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token([u8; 16]);

/// The name of a link: the beginning of its token's hash, of which the token cannot be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LinkId([u8; 8]);

/// A link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The hash of its token.
    hash: [u8; 32],
    /// What it is for.
    pub purpose: Purpose,
    /// Who made it.
    pub by: Box<str>,
    /// When.
    pub made_ms: UnixMs,
    /// It can be used until then.
    pub until_ms: UnixMs,
    /// When it was used.
    pub used_ms: Option<UnixMs>,
    /// When it was taken back.
    pub revoked_ms: Option<UnixMs>,
}

/// How a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LinkState {
    /// It can be used.
    Open,
    /// It was.
    Used,
    /// It was taken back, or there is a newer one for the same.
    Revoked,
    /// Its time is up.
    Expired,
}

/// What is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new one; what there was for the same is taken back.
    Make(Link),
    /// The same of many for different purposes, all or none.
    MakeAll(Vec<Link>),
    /// It is taken back.
    Revoke(LinkId),
}

/// What a change leaves to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// New and changed ones.
    pub put: Vec<LinkId>,
    /// Those that are forgotten.
    pub forgotten: Vec<LinkId>,
}

/// All links, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links(BTreeMap<LinkId, Arc<Link>>);

impl Purpose {
    /// To answer a roll call for somebody.
    #[must_use]
    pub fn roll_call(call: OrderNumber, whom: Whom) -> Self {
        match whom {
            Whom::Room(venue) => Self::RollCall { call, venue },
            Whom::Unit(unit) => Self::RollCallUnit { call, unit },
        }
    }

    /// Which roll call it answers, and for whom; none: it is for something else.
    #[must_use]
    pub fn called(&self) -> Option<(OrderNumber, Whom)> {
        match self {
            Self::RollCall { call, venue } => Some((*call, Whom::Room(*venue))),
            Self::RollCallUnit { call, unit } => Some((*call, Whom::Unit(unit.clone()))),
            Self::Inspection { .. } | Self::JointTest { .. } => None,
        }
    }
}

impl Token {
    /// From random bytes.
    #[must_use]
    pub const fn new(random: [u8; 16]) -> Self {
        Self(random)
    }

    /// As it stands in an address; to be told once and written nowhere.
    #[must_use]
    pub fn spelled(self) -> String {
        to_hex(&self.0)
    }

    fn hash(self) -> [u8; 32] {
        Sha256::new().chain_update(DOMAIN).chain_update(self.0).finalize().into()
    }
}

impl FromStr for Token {
    type Err = NoToken;

    fn from_str(text: &str) -> Result<Self, NoToken> {
        from_hex(text).map(Self).ok_or(NoToken)
    }
}

/// A text that no link has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such link")]
pub struct NoToken;

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl LinkId {
    fn of(hash: &[u8; 32]) -> Self {
        let mut id = [0; 8];
        id.copy_from_slice(&hash[..8]);
        Self(id)
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(self) -> [u8; 8] {
        self.0
    }
}

impl From<[u8; 8]> for LinkId {
    fn from(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }
}

impl FromStr for LinkId {
    type Err = NoToken;

    fn from_str(text: &str) -> Result<Self, NoToken> {
        from_hex(text).map(Self).ok_or(NoToken)
    }
}

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl Link {
    /// A new one.
    #[must_use]
    pub fn new(token: Token, purpose: Purpose, by: Box<str>, made_ms: UnixMs, until_ms: UnixMs) -> Self {
        Self { hash: token.hash(), purpose, by, made_ms, until_ms, used_ms: None, revoked_ms: None }
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> LinkId {
        LinkId::of(&self.hash)
    }

    /// How it stands.
    #[must_use]
    pub const fn state(&self, now: UnixMs) -> LinkState {
        match (self.used_ms, self.revoked_ms) {
            (Some(_), _) => LinkState::Used,
            (None, Some(_)) => LinkState::Revoked,
            (None, None) if self.until_ms < now => LinkState::Expired,
            (None, None) => LinkState::Open,
        }
    }
}

/// Whether two hashes are one; takes as long whatever they are.
fn is_same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.iter().zip(other).fold(0, |differs, (one, other)| black_box(differs | (one ^ other))) == 0
}

impl Links {
    /// What was read back.
    #[must_use]
    pub fn new(all: impl IntoIterator<Item = Link>) -> Self {
        Self(all.into_iter().map(|link| (link.id(), Arc::new(link))).collect())
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: LinkId) -> Option<&Arc<Link>> {
        self.0.get(&id)
    }

    /// All, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Link>> {
        self.0.values()
    }

    /// The link of a token, however it stands.
    #[must_use]
    pub fn find(&self, token: Token) -> Option<&Arc<Link>> {
        let hash = token.hash();
        self.get(LinkId::of(&hash)).filter(|link| is_same(&link.hash, &hash))
    }

    /// Makes a change at `now`.
    ///
    /// # Errors
    /// [`Refusal`]; everything is then as it was.
    pub fn change(&mut self, change: Change, now: UnixMs) -> Result<Written, Refusal> {
        match change {
            Change::Make(link) => self.make(vec![link], now),
            Change::MakeAll(links) => self.make(links, now),
            Change::Revoke(id) => {
                let link = self.get(id).ok_or_else(|| Refusal::NotFound(format!("there is no link {id}")))?;
                if link.state(now) != LinkState::Open {
                    return Err(Refusal::Conflict("this link cannot be used any more".to_owned()));
                }
                self.edit(id, |link| link.revoked_ms = Some(now));
                Ok(Written { put: vec![id], ..Written::default() })
            }
        }
    }

    fn make(&mut self, new: Vec<Link>, now: UnixMs) -> Result<Written, Refusal> {
        let is_old = |link: &Link| link.until_ms.saturating_add(KEPT_MS) < now;
        let open: HashMap<&Purpose, LinkId> = self
            .0
            .iter()
            .filter(|(_, link)| link.state(now) == LinkState::Open)
            .map(|(id, link)| (&link.purpose, *id))
            .collect();
        let mut put: Vec<LinkId> = new.iter().filter_map(|link| open.get(&link.purpose).copied()).collect();
        if open.len() - put.len() + new.len() > MOST {
            return Err(Refusal::Conflict(format!("there are {MOST} links already, as many as can be open at once")));
        }
        if new.iter().any(|link| self.0.contains_key(&link.id())) {
            return Err(Refusal::Conflict("another link has this name; try again".to_owned()));
        }
        let revoked: HashSet<LinkId> = put.iter().copied().collect();
        put.iter().for_each(|before| self.edit(*before, |before| before.revoked_ms = Some(now)));
        let mut forgotten: Vec<LinkId> = self.0.iter().filter(|(_, link)| is_old(link)).map(|(id, _)| *id).collect();
        let spare = (self.0.len() - forgotten.len() + new.len()).saturating_sub(MOST_KEPT);
        if spare > 0 {
            let is_done = |link: &Link| !is_old(link) && link.state(now) != LinkState::Open;
            let done = self.0.iter().filter(|(id, link)| is_done(link) && !revoked.contains(id));
            let mut done: Vec<(UnixMs, LinkId)> = done.map(|(id, link)| (link.made_ms, *id)).collect();
            done.sort_unstable();
            forgotten.extend(done.into_iter().take(spare).map(|(_, id)| id));
        }
        forgotten.iter().for_each(|old| drop(self.0.remove(old)));
        for link in new {
            put.push(link.id());
            self.0.insert(link.id(), Arc::new(link));
        }
        Ok(Written { put, forgotten })
    }

    /// Whoever holds the link says what it is for: it is used up. The purpose that it was for.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] when it cannot be used any more.
    pub fn use_up(&mut self, id: LinkId, now: UnixMs) -> Result<Purpose, Refusal> {
        let open = self.get(id).filter(|link| link.state(now) == LinkState::Open).map(|link| link.purpose.clone());
        let purpose = open.ok_or_else(|| Refusal::Conflict("this link cannot be used any more".to_owned()))?;
        self.edit(id, |link| link.used_ms = Some(now));
        Ok(purpose)
    }

    fn edit(&mut self, id: LinkId, edit: impl FnOnce(&mut Link)) {
        if let Some(link) = self.0.get_mut(&id) {
            edit(Arc::make_mut(link));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purpose(call: u64) -> Purpose {
        Purpose::RollCall { call, venue: "350102001-01".parse().expect("a venue") }
    }

    fn token(n: u16) -> Token {
        let mut random = [7; 16];
        random[..2].copy_from_slice(&n.to_be_bytes());
        Token::new(random)
    }

    fn link(n: u16, call: u64, until_ms: u64) -> Link {
        Link::new(token(n), purpose(call), "王五".into(), 1, until_ms)
    }

    fn made(links: &mut Links, link: &Link) -> LinkId {
        links.change(Change::Make(link.clone()), 10).expect("is made");
        link.id()
    }

    #[test]
    fn a_link_is_found_by_its_token_alone_and_used_once() {
        let mut links = Links::default();
        let id = made(&mut links, &link(1, 5, 100));
        assert_eq!(links.find(token(1)).map(|link| link.id()), Some(id));
        assert_eq!(links.find(token(2)), None);
        assert_eq!(token(1).spelled().parse(), Ok(token(1)));
        for wrong in ["", "07", "zz", &"0".repeat(33), &"0".repeat(31)] {
            assert_eq!(wrong.parse::<Token>(), Err(NoToken), "{wrong}");
        }
        assert_eq!(links.use_up(id, 100), Ok(purpose(5)), "until its last millisecond");
        assert!(links.use_up(id, 100).is_err());
        assert_eq!(links.find(token(1)).map(|link| link.state(100)), Some(LinkState::Used));
    }

    #[test]
    fn what_has_the_name_of_a_link_and_another_hash_is_not_it() {
        let mut forged = link(1, 5, 100);
        forged.hash[31] ^= 1;
        let links = Links::new([forged]);
        assert!(links.get(link(1, 5, 100).id()).is_some());
        assert_eq!(links.find(token(1)), None);
    }

    #[test]
    fn a_newer_link_a_person_and_time_end_one() {
        let mut links = Links::default();
        let first = made(&mut links, &link(1, 5, 100));
        let second = made(&mut links, &link(2, 5, 100));
        let other = made(&mut links, &link(3, 6, 100));
        let state = |links: &Links, id, now| links.get(id).map(|link| link.state(now));
        assert_eq!(state(&links, first, 10), Some(LinkState::Revoked), "one for one venue and call");
        assert_eq!(state(&links, other, 10), Some(LinkState::Open));
        assert_eq!(state(&links, other, 101), Some(LinkState::Expired));
        assert!(links.use_up(first, 10).is_err() && links.use_up(other, 101).is_err());
        links.change(Change::Revoke(second), 11).expect("is taken back");
        assert!(links.use_up(second, 11).is_err());
        assert!(matches!(links.change(Change::Revoke(second), 11), Err(Refusal::Conflict(_))));
        let none = LinkId([0; 8]);
        assert!(matches!(links.change(Change::Revoke(none), 11), Err(Refusal::NotFound(_))));
    }

    #[test]
    fn links_are_bounded_and_old_ones_are_forgotten() {
        let many = |from: u16, to: u16| (from..to).map(|n| link(n, u64::from(n), 100));
        let mut links = Links::new(many(0, 40_000));
        assert!(matches!(links.change(Change::Make(link(50_000, 50_000, 200)), 100), Err(Refusal::Conflict(_))));
        links.clone().change(Change::Make(link(50_000, 1, 200)), 100).expect("in the place of the one for the same");
        let written = links.change(Change::Make(link(50_000, 1, 200)), 101 + KEPT_MS).expect("there is room");
        assert_eq!((written.forgotten.len(), links.iter().count()), (40_000, 1));
    }

    #[test]
    fn a_second_yearly_run_within_a_week_has_its_links_whether_the_first_were_used_or_not() {
        let mut links = Links::default();
        let run = |from: u16| Change::MakeAll((from..from + 16_000).map(|n| link(n, u64::from(n), 100)).collect());
        let first = links.change(run(0), 10).expect("are made").put;
        for id in first.iter().take(15_000) {
            links.use_up(*id, 11).expect("is used");
        }
        links.change(run(16_000), 12).expect("are made");
        links.change(run(32_000), 12).expect("what was used up does not count");
        assert!(matches!(links.change(run(48_000), 12), Err(Refusal::Conflict(_))), "but what is open does");
        let again = links.change(Change::MakeAll(vec![link(64_000, 16_000, 100), link(64_001, 16_001, 100)]), 13);
        let again = again.expect("are made").put;
        assert_eq!(again.len(), 4, "two are taken back");
        assert_eq!(links.get(link(16_000, 16_000, 100).id()).map(|old| old.state(13)), Some(LinkState::Revoked));
        // What cannot be used any more goes when there is too much of it.
        let mut full = Links::new((0..=u16::MAX).map(|n| Link { used_ms: Some(11), ..link(n, u64::from(n), 100) }));
        let other = |n: u32| {
            let mut random = [9; 16];
            random[..4].copy_from_slice(&n.to_be_bytes());
            Link::new(Token::new(random), purpose(100_000 + u64::from(n)), "王五".into(), 12, 100)
        };
        let written = full.change(Change::MakeAll((0..30_000).map(other).collect()), 12).expect("are made");
        assert_eq!((full.iter().count(), written.forgotten.len()), (MOST_KEPT, 65_536 + 30_000 - MOST_KEPT));
    }

    #[test]
    fn a_token_shows_itself_in_no_log() {
        assert!(!format!("{:?}", token(1)).contains("07"));
        let text = format!("{:?}", link(1, 5, 100));
        assert!(!text.contains(&token(1).spelled()));
    }

    #[test]
    fn what_a_link_is_for_is_read_as_it_was_written_before_units_had_links() {
        let venue: VenueId = "350102001-01".parse().expect("a venue");
        let told = postcard::to_allocvec(&(7_u64, venue)).expect("bytes");
        for (place, purpose) in [(0, Purpose::RollCall { call: 7, venue }), (1, Purpose::Inspection { run: 7, venue })]
        {
            let bytes = [&[place], told.as_slice()].concat();
            assert_eq!(postcard::from_bytes::<Purpose>(&bytes).ok(), Some(purpose));
        }
    }
}
