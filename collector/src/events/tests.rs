//! Events: what changed, once, and a word when something was lost.

use avow_shared::divisions::Divisions;

use super::*;
use crate::inbound::{Asked, Boxes, Event, Kind, Reach, Room};
use crate::province::{Province, Rules};
use crate::registry::{Entry, Key, Registry};

const TABLE: &str = "h\n35,,province,福建省\n3501,35,city,福州市\n3502,35,city,厦门市\n350102,3501,county,鼓楼区\n";

fn province() -> Province {
    let mut province = Province::new(Divisions::parse(TABLE).expect("a table"), Arc::default(), Rules::default());
    province.go_live(1_790_000_000_000);
    province
}

/// Registers `n` venues below 3501: `never` counts up.
fn register(province: &mut Province, n: u8) -> Arc<View> {
    let mut registry = Registry::default();
    for room in 1..=n {
        let id = VenueId::new("350102".parse().expect("a place"), room).expect("a room");
        registry.set(Key::Venue(id), Arc::new(Entry::default()));
    }
    province.apply_registry(Arc::new(registry));
    province.publish()
}

fn of(view: Arc<View>) -> Shown {
    Shown { view, desk: Arc::default(), now_ms: 1_790_000_000_000 }
}

fn subscribe(hub: &Hub, view: &Arc<View>, code: &str, last_revision: Option<u64>) -> Subscription {
    let scope = view.tree.index(code.parse().expect("a place")).expect("in the table");
    hub.subscribe(of(Arc::clone(view)), Wish { scope, venue: None, last_revision }).expect("room")
}

#[tokio::test]
async fn a_listener_hears_only_what_changed_in_its_scope() {
    let (hub, mut province) = (Hub::default(), province());
    let view = province.publish();
    let mut listener = subscribe(&hub, &view, "35", None);
    let mut elsewhere = subscribe(&hub, &view, "3502", None);
    assert!(matches!(listener.next().await, Some(Message::Hello(_))));
    assert!(matches!(elsewhere.next().await, Some(Message::Hello(_))));
    hub.show(of(register(&mut province, 2)));
    let Some(Message::Delta(delta)) = listener.next().await else { panic!("expected a delta") };
    let told: Vec<_> = delta.counts.iter().map(|(code, counts)| (code.as_str(), counts.never)).collect();
    assert_eq!(told, [("35", 2), ("3501", 2)]);
    assert_eq!(delta.venues.len(), 2);
    drop(hub);
    assert_eq!(elsewhere.next().await, None, "nothing changed there");
}

#[tokio::test]
async fn several_states_between_two_looks_are_one_event() {
    let (hub, mut province) = (Hub::default(), province());
    let mut listener = subscribe(&hub, &province.publish(), "3501", None);
    listener.next().await;
    register(&mut province, 1);
    register(&mut province, 2);
    hub.show(of(register(&mut province, 3)));
    let Some(Message::Delta(delta)) = listener.next().await else { panic!("expected a delta") };
    assert_eq!((delta.counts["3501"].never, delta.venues.len()), (3, 3));
}

#[tokio::test]
async fn who_does_not_keep_up_is_told_to_fetch_again_and_then_hears_on() {
    let (hub, mut province) = (Hub::default(), province());
    let mut listener = subscribe(&hub, &province.publish(), "35", None);
    listener.next().await;
    for n in 1..40 {
        hub.show(of(register(&mut province, n)));
    }
    let Some(Message::Resync(resync)) = listener.next().await else { panic!("expected a resync") };
    assert_eq!(resync.revision, province.publish().revision);
    hub.show(of(register(&mut province, 41)));
    let Some(Message::Delta(delta)) = listener.next().await else { panic!("expected a delta") };
    assert_eq!(delta.counts["35"].never, 41);
}

#[tokio::test]
async fn who_comes_back_soon_hears_what_it_missed_and_later_fetches_again() {
    let (hub, mut province) = (Hub::default(), province());
    let first = register(&mut province, 1);
    let second = register(&mut province, 2);
    let mut soon = subscribe(&hub, &second, "35", Some(first.revision));
    assert!(matches!(soon.next().await, Some(Message::Hello(_))));
    let Some(Message::Delta(delta)) = soon.next().await else { panic!("expected a delta") };
    assert_eq!(delta.counts["35"].never, 2);
    for last in [1, second.revision + 1] {
        let mut late = subscribe(&hub, &second, "35", Some(last));
        late.next().await;
        assert!(matches!(late.next().await, Some(Message::Resync(_))), "{last}");
    }
}

#[tokio::test]
async fn there_is_room_for_so_many_and_no_more() {
    let (hub, view) = (Hub::default(), province().publish());
    let all: Vec<_> = (0..MOST_STREAMS).map(|_| subscribe(&hub, &view, "35", None)).collect();
    assert_eq!(hub.listeners(), MOST_STREAMS);
    let wish = Wish { scope: 0, venue: None, last_revision: None };
    assert!(hub.subscribe(of(Arc::clone(&view)), wish).is_none());
    drop(all);
    assert_eq!(hub.listeners(), 0);
}

/// Nobody is reached; numbers count up from 7.
struct Nobody;

impl Boxes for Nobody {
    fn reach(&self, _: avow_shared::id::AgentId) -> Reach {
        Reach::Away
    }

    fn number(&self) -> u64 {
        7
    }
}

#[tokio::test]
async fn a_call_to_us_is_told_whatever_place_is_followed_and_once_a_change() {
    let (hub, mut province) = (Hub::default(), province());
    let view = province.publish();
    let mut listener = subscribe(&hub, &view, "3502", None);
    listener.next().await;
    let asked = Asked {
        venue: "350102-01".parse().expect("a venue"),
        caller: "应急部".into(),
        kind: Kind::Duty,
        basis: "".into(),
        operator: "".into(),
        key: None,
        deadline_ms: 180_000,
        confirmed: true,
    };
    let mut desk = Desk::default();
    desk.begin(asked, Room::default(), &Nobody, 1_790_000_000_000).expect("begins");
    let show = |desk: &Desk| hub.show(Shown { desk: Arc::new(desk.clone()), ..of(Arc::clone(&view)) });
    show(&desk);
    let Some(Message::Inbound(news)) = listener.next().await else { panic!("expected a call") };
    let revision = desk.get(7).expect("held").revision;
    assert_eq!((news.open, news.calls), (1, vec![InboundNews { id: 7, revision }]));
    // The same once more is no news.
    show(&desk);
    desk.word(7, Event::Close, &Nobody, 1_790_000_001_000).expect("is closed");
    show(&desk);
    let Some(Message::Inbound(news)) = listener.next().await else { panic!("expected its end") };
    assert_eq!((news.open, news.calls.len()), (0, 1));
    assert!(news.calls[0].revision > revision);
}
