//! Venues by level and by network.

use avow_shared::venue::Domain;
use avow_shared::wire::Report;

use super::build::*;
use crate::province::{Breakdown, OfLevel, OfNetwork};

/// What a box of this network says of one room with two tests of its line.
pub(super) fn in_network(domain: Domain, id: &str) -> Report {
    let Report::Description(mut all) = description(&[venue(id)], &[probe("line", true, 60), probe("spare", false, 60)])
    else {
        unreachable!("it is one")
    };
    all.domain = domain;
    Report::Description(all)
}

#[test]
fn townships_and_villages_are_apart_and_the_states_of_lines_add_up_to_each_network() {
    let mut province = empty();
    province.go_live(START_MS);
    let silent_after_ms = 181_000;
    let rooms = [
        ("350102001-01", Domain::GovernmentExtranet, Some(0)),
        ("350102002-01", Domain::GovernmentExtranet, Some(2)),
        ("350102001001-01", Domain::GovernmentExtranet, None),
        ("350102-01", Domain::CommandNetwork, Some(1)),
        ("3501-01", Domain::Internet, Some(0)),
    ];
    for (n, (id, domain, _)) in (1..).zip(rooms) {
        let late = if domain == Domain::Internet { 0 } else { silent_after_ms };
        province.fold(&stored(u64::from(n), agent(n), 1, START_MS + late, vec![(1, in_network(domain, id))]));
    }
    for (n, (id, _, said)) in (1..).zip(rooms) {
        let Some(said) = said.filter(|_| id != "3501-01") else { continue };
        let at_ms = START_MS + silent_after_ms;
        let reports = vec![(2, outcome(venue(id), "line", verdict(said), at_ms))];
        province.fold(&stored(u64::from(n) + 10, agent(n), 1, at_ms, reports));
    }
    // Not the venue's state, so not the line's either.
    let spare = vec![(3, outcome(venue(rooms[0].0), "spare", verdict(2), START_MS + silent_after_ms))];
    province.fold(&stored(30, agent(1), 1, START_MS + silent_after_ms, spare));
    province.tick(START_MS + silent_after_ms);
    let view = province.publish();
    let at = |code: &str| view.tree.index(place(code)).expect("a place");

    let all = Breakdown::of(&view, at("35"));
    let level = |venues, silent| OfLevel { venues, silent, never: 0 };
    assert_eq!(all.levels, [level(0, 0), level(1, 1), level(1, 0), level(2, 0), level(1, 0)]);
    let [command, extranet, internet, unknown] = all.networks;
    assert_eq!(command, (Some(Domain::CommandNetwork), OfNetwork { venues: 1, degraded: 1, ..OfNetwork::default() }));
    let three = OfNetwork { venues: 3, pass: 1, fail: 1, unknown: 1, ..OfNetwork::default() };
    assert_eq!(extranet, (Some(Domain::GovernmentExtranet), three));
    assert_eq!(internet, (Some(Domain::Internet), OfNetwork { venues: 1, silent: 1, ..OfNetwork::default() }));
    assert_eq!(unknown, (None, OfNetwork::default()));
    assert_eq!(Breakdown::of(&view, at("350102001")).levels[3..], [level(1, 0), level(1, 0)]);
}
