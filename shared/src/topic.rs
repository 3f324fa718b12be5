//! MQTT topics. They follow the division code level by level, so one filter covers a city and an ACL is a prefix; a
//! topic is never believed, the signature inside is.

use crate::id::AgentId;
use crate::place::PlaceCode;

/// What HQ subscribes to: everything that agents send.
pub const ALL_UP: &str = "avow/1/up/#";

fn path(place: PlaceCode) -> String {
    place.steps().join("/")
}

/// Where an agent at `place` publishes: `avow/1/up/35/01/02/001/<agent>`.
#[must_use]
pub fn up(place: PlaceCode, agent: AgentId) -> String {
    format!("avow/1/up/{}/{agent}", path(place))
}

/// Where one agent listens: `avow/1/down/35/01/02/001/<agent>`.
#[must_use]
pub fn down(place: PlaceCode, agent: AgentId) -> String {
    format!("avow/1/down/{}/{agent}", path(place))
}

/// Where orders for a whole subtree are published: `avow/1/all/35/01`.
#[must_use]
pub fn subtree(scope: PlaceCode) -> String {
    format!("avow/1/all/{}", path(scope))
}

/// Everything an agent at `place` subscribes to: its own topic and each subtree that it lies in.
#[must_use]
pub fn subscriptions(place: PlaceCode, agent: AgentId) -> Vec<String> {
    std::iter::once(down(place, agent)).chain(place.ancestry().map(subtree)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_follow_the_code_level_by_level() {
        let place = "350102001".parse().expect("a place");
        let agent = AgentId([0xab; 16]);
        assert_eq!(up(place, agent), format!("avow/1/up/35/01/02/001/{}", "ab".repeat(16)));
        let tail: Vec<_> = subscriptions(place, agent).split_off(1);
        assert_eq!(tail, ["avow/1/all/35/01/02/001", "avow/1/all/35/01/02", "avow/1/all/35/01", "avow/1/all/35"]);
    }
}
