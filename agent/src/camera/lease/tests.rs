//! The lease: whatever happens in whatever order, what moves is stopped.

use avow_shared::camera::Motion;
use proptest::prelude::*;

use super::*;

const LEFT: Motion = Motion { pan: -50, ..Motion::STILL };
const TELE: Motion = Motion { zoom: 100, ..Motion::STILL };
const LEASE: Duration = Duration::from_millis(400);
const HEAD: Axes = Axes { head: true, zoom: false, focus: false };
const BOTH: Axes = Axes { head: true, zoom: true, focus: false };

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[track_caller]
fn check(said: Option<Say>, motion: Motion, axes: Axes) -> u64 {
    let said = said.expect("something is said");
    assert_eq!((said.motion, said.axes), (motion, axes));
    said.round
}

#[test]
fn a_button_that_is_held_is_said_once_and_ends_with_the_last_renewal() {
    let mut lease = Lease::default();
    let round = check(lease.renew(LEFT, LEASE, ms(0)), LEFT, HEAD);
    lease.heard(round, Heard::Taken);
    for at in [150, 300, 450] {
        assert_eq!(lease.renew(LEFT, LEASE, ms(at)), None);
    }
    assert_eq!((lease.tick(ms(849)), lease.poll_timeout()), (None, Some(ms(850))));
    let stop = check(lease.tick(ms(850)), Motion::STILL, HEAD);
    lease.heard(stop, Heard::Taken);
    assert!(lease.is_still() && lease.poll_timeout().is_none());
}

#[test]
fn no_lease_is_longer_than_the_longest() {
    let mut lease = Lease::default();
    lease.renew(LEFT, Duration::from_secs(3600), ms(0));
    assert_eq!(lease.poll_timeout(), Some(LEASE));
}

#[test]
fn a_stop_is_said_again_until_it_is_taken_by_the_minute() {
    let mut lease = Lease::default();
    lease.renew(LEFT, LEASE, ms(0));
    check(lease.renew(Motion::STILL, LEASE, ms(100)), Motion::STILL, HEAD);
    assert_eq!(lease.renew(Motion::STILL, LEASE, ms(110)), None, "it is owed already");
    let mut times = Vec::new();
    while let Some(at) = lease.poll_timeout() {
        times.extend(lease.tick(at).map(|_| at.as_millis()));
    }
    assert_eq!(times[..4], [200, 400, 800, 1_600]);
    let last = times.last().copied().expect("several");
    assert!((58_000..=60_100).contains(&last) && lease.is_still(), "given up after {last} ms");
}

#[test]
fn an_earlier_stop_that_is_taken_late_is_a_stop_and_an_earlier_motion_is_none() {
    let mut lease = Lease::default();
    let moved = check(lease.renew(LEFT, LEASE, ms(0)), LEFT, HEAD);
    let first = check(lease.stop(ms(50)), Motion::STILL, HEAD);
    lease.heard(moved, Heard::Taken);
    assert!(!lease.is_still(), "the camera took the motion, not the stop");
    check(lease.tick(ms(150)), Motion::STILL, HEAD);
    lease.heard(first, Heard::Taken);
    assert!(lease.is_still());
}

#[test]
fn a_camera_that_refuses_to_stop_again_and_again_does_not_move() {
    let mut lease = Lease::default();
    lease.renew(Motion { focus: 9, ..Motion::STILL }, LEASE, ms(0));
    lease.stop(ms(1));
    for _ in 0..REFUSALS {
        let at = lease.poll_timeout().expect("it is still owed");
        let said = lease.tick(at).expect("a stop");
        lease.heard(said.round, Heard::Refused);
    }
    assert!(lease.is_still());
}

#[test]
fn another_motion_stops_what_the_last_one_moved() {
    let mut lease = Lease::default();
    lease.renew(LEFT, LEASE, ms(0));
    check(lease.renew(TELE, LEASE, ms(100)), TELE, BOTH);
    let faster = Motion { zoom: 50, ..TELE };
    check(lease.renew(faster, LEASE, ms(200)), faster, Axes { zoom: true, ..Axes::default() });
    check(lease.tick(ms(600)), Motion::STILL, BOTH);
    check(lease.renew(LEFT, LEASE, ms(610)), LEFT, BOTH);
}

#[test]
fn a_motion_that_the_camera_did_not_take_is_said_again_with_the_next_renewal() {
    let mut lease = Lease::default();
    let round = check(lease.renew(LEFT, LEASE, ms(0)), LEFT, HEAD);
    lease.heard(round, Heard::Silence);
    check(lease.renew(LEFT, LEASE, ms(100)), LEFT, HEAD);
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Renew(Motion, u64),
    Stop,
    Tick,
    Heard(u64, Heard),
}

fn any_event() -> impl Strategy<Value = Event> {
    let motion = (-1i8..=1, -1i8..=1, -1i8..=1, -1i8..=1);
    let motion = motion.prop_map(|(pan, tilt, zoom, focus)| Motion { pan, tilt, zoom, focus });
    let heard = prop_oneof![Just(Heard::Taken), Just(Heard::Refused), Just(Heard::Silence)];
    prop_oneof![
        4 => (motion, 1u64..2_000).prop_map(|(motion, lease)| Event::Renew(motion, lease)),
        1 => Just(Event::Stop),
        3 => Just(Event::Tick),
        3 => (1u64..30, heard).prop_map(|(round, heard)| Event::Heard(round, heard)),
    ]
}

/// What the camera does, and since when a stop has been due, as an onlooker sees it.
#[derive(Default)]
struct Onlooker {
    /// The axes that were said to move and not said to stop since.
    moving: [bool; 3],
    last_renewal: Duration,
}

impl Onlooker {
    fn note(&mut self, say: Option<Say>) {
        let Some(Say { motion, axes, .. }) = say else { return };
        let moved = Axes::moved_by(motion);
        let all = [(axes.head, moved.head), (axes.zoom, moved.zoom), (axes.focus, moved.focus)];
        for (moving, (is_meant, is_moved)) in self.moving.iter_mut().zip(all) {
            *moving = if is_meant { is_moved } else { *moving };
        }
    }
}

proptest! {
    #[test]
    fn after_the_last_renewal_and_one_tick_nothing_was_told_to_move(events in prop::collection::vec((any_event(), 0u64..600), 1..60)) {
        let (mut lease, mut onlooker, mut now) = (Lease::default(), Onlooker::default(), Duration::ZERO);
        for (event, later) in events {
            now += ms(later);
            match event {
                Event::Renew(motion, length) => {
                    onlooker.note(lease.renew(motion, ms(length), now));
                    onlooker.last_renewal = now;
                    prop_assert!(!motion.is_still() || onlooker.moving == [false; 3], "a stop says so for all that moves");
                }
                Event::Stop => {
                    onlooker.note(lease.stop(now));
                    prop_assert_eq!(onlooker.moving, [false; 3]);
                }
                Event::Tick => {
                    onlooker.note(lease.tick(now));
                    let is_over = now >= onlooker.last_renewal + LEASE;
                    prop_assert!(!is_over || onlooker.moving == [false; 3], "the lease ran out and it was told to stop");
                }
                Event::Heard(round, heard) => lease.heard(round, heard),
            }
        }
        onlooker.note(lease.tick(now + LEASE));
        prop_assert_eq!(onlooker.moving, [false; 3]);
    }

    #[test]
    fn a_stop_is_owed_until_the_camera_takes_one(events in prop::collection::vec((any_event(), 0u64..300), 1..40)) {
        let (mut lease, mut now, mut owed) = (Lease::default(), Duration::ZERO, Vec::<u64>::new());
        for (event, later) in events {
            now += ms(later);
            let say = match event {
                Event::Renew(motion, length) => lease.renew(motion, ms(length), now),
                Event::Stop => lease.stop(now),
                Event::Tick => lease.tick(now),
                Event::Heard(round, Heard::Taken) if owed.contains(&round) => {
                    lease.heard(round, Heard::Taken);
                    prop_assert!(lease.is_still());
                    owed.clear();
                    None
                }
                // Refusals end it in the end; that has a test of its own.
                Event::Heard(..) => None,
            };
            if let Some(say) = say {
                if say.motion.is_still() { owed.push(say.round) } else { owed.clear() }
            }
            prop_assert!(owed.is_empty() || lease.poll_timeout().is_some(), "it will be said again");
        }
    }
}
