//! All venues parted otherwise than by place: by the level of their own place, and by the network of their boxes with the state of
//! their lines. One pass over a view; pure.

use avow_shared::outcome::Verdict;
use avow_shared::place::Level;
use avow_shared::venue::Domain;

use super::counts::{Class, Standing};
use super::venue::Venue;
use super::view::View;

/// The kind of the probes that look at a venue's line.
const LINE: &str = "line";

/// The venues whose own place is of one level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfLevel {
    /// Venues that were heard of and are not excluded.
    pub venues: u32,
    /// How many of them are silent.
    pub silent: u32,
    /// Registered, never heard of; outside the sum.
    pub never: u32,
}

/// The venues whose boxes are connected to one network. All but `venues` add up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfNetwork {
    /// Venues that were heard of and are not excluded.
    pub venues: u32,
    /// Nothing is heard of their boxes.
    pub silent: u32,
    /// The line does not carry a conference.
    pub fail: u32,
    /// The line is worse than it should be.
    pub degraded: u32,
    /// It could not be told, or is too long ago.
    pub unknown: u32,
    /// The line is well.
    pub pass: u32,
    /// No test of the line is required of them.
    pub untested: u32,
}

/// How venues are parted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breakdown {
    /// By level, the highest first.
    pub levels: [OfLevel; Level::ALL.len()],
    /// 应急指挥信息网, 政务外网, 互联网, and those whose network is not known.
    pub networks: [(Option<Domain>, OfNetwork); 4],
}

/// How a line stands; the worst last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Line {
    Pass,
    Degraded,
    Unknown,
    Fail,
}

impl Breakdown {
    /// The venues at and below `scope`.
    #[must_use]
    pub fn of(view: &View, scope: u32) -> Self {
        let networks = [Domain::CommandNetwork, Domain::GovernmentExtranet, Domain::Internet].map(Some);
        let [command, extranet, internet] = networks.map(|network| (network, OfNetwork::default()));
        let mut all = Self { networks: [command, extranet, internet, (None, OfNetwork::default())], ..Self::default() };
        for venue in view.venues_within(scope) {
            all.add(venue, view.tree.place(venue.at).code.level());
        }
        all
    }

    fn add(&mut self, venue: &Venue, level: Level) {
        let Some(of) = Level::ALL.iter().zip(&mut self.levels).find_map(|(one, of)| (*one == level).then_some(of))
        else {
            return;
        };
        let class = match venue.standing {
            Standing::Class(class) => class,
            Standing::Never => {
                of.never += 1;
                return;
            }
            Standing::Hidden | Standing::Excluded => return,
        };
        of.venues += 1;
        of.silent += u32::from(class == Class::Silent);
        let domain = venue.described.as_ref().and_then(|described| described.domain);
        let Some((_, of)) = self.networks.iter_mut().find(|(network, _)| *network == domain) else { return };
        of.venues += 1;
        let counted = match (class, line(venue)) {
            (Class::Silent, _) => &mut of.silent,
            (_, None) => &mut of.untested,
            (_, Some(Line::Fail)) => &mut of.fail,
            (_, Some(Line::Degraded)) => &mut of.degraded,
            (_, Some(Line::Unknown)) => &mut of.unknown,
            (_, Some(Line::Pass)) => &mut of.pass,
        };
        *counted += 1;
    }
}

/// The worst that the tests say on which the venue's state rests; none: there is no such test.
fn line(venue: &Venue) -> Option<Line> {
    let described = venue.described.as_deref()?;
    let tests = described.probes.iter().filter(|probe| probe.required && probe.kind == LINE);
    let stands = tests.map(|probe| {
        let is_stale = venue.class() == Some(Class::Stale) && venue.why.as_deref() == Some(probe.id.as_str());
        match venue.newest(&probe.id).map(|newest| &newest.verdict) {
            Some(Verdict::Fail { .. }) => Line::Fail,
            _ if is_stale => Line::Unknown,
            Some(Verdict::Pass) => Line::Pass,
            Some(Verdict::Degraded { .. }) => Line::Degraded,
            Some(Verdict::Unknown { .. }) | None => Line::Unknown,
        }
    });
    stands.max()
}
