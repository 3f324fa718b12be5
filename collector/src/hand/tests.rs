//! What leaves for the agent, and what comes back to whoever asked.

use avow_shared::order::{AnswerResult, Order, Scope};

use super::*;

const NOW: u64 = 1_790_000_000_000;

struct Scene {
    hand: Hand,
    sent: mpsc::Receiver<Outgoing>,
    hq: Signer,
}

fn camera(agent: u8) -> Camera {
    let (venue, probe) = ("350102001-01".parse().expect("a venue"), "front".parse().expect("a probe"));
    Camera { agent: AgentId([agent; 16]), venue, probe }
}

fn scene() -> Scene {
    let hq = Signer::from_seed(&[3; 32]);
    let hand = Hand::new(hq.clone());
    let (outbox, sent) = mpsc::channel(1_000);
    hand.connect(outbox);
    Scene { hand, sent, hq }
}

impl Scene {
    fn hello(&self, agent: u8, now: u64) {
        self.hand.hello(AgentId([agent; 16]), camera(agent).venue.place, [agent; 16], true, now);
    }

    fn orders(&mut self) -> Vec<Order> {
        let frames = std::iter::from_fn(|| self.sent.try_recv().ok());
        frames.map(|sent| Order::open(&sent.payload, &self.hq.public()).expect("an order")).collect()
    }

    fn steers(&mut self) -> Vec<Steer> {
        let frames = std::iter::from_fn(|| self.sent.try_recv().ok());
        frames.map(|sent| Steer::open(&sent.payload, &self.hq.public()).expect("a steer")).collect()
    }
}

fn answer(order: u64) -> Answer {
    Answer { order, result: AnswerResult::Done, detail: "ok".into() }
}

#[test]
fn order_numbers_grow_although_the_clock_is_set_back() {
    let mut scene = scene();
    scene.hello(1, NOW);
    for now in [NOW, NOW, NOW - 5_000, NOW + 10] {
        scene.hand.order(&camera(1), Command::Home, false, now).expect("sent");
    }
    let orders = scene.orders();
    let numbers: Vec<u64> = orders.iter().map(|order| order.number - NOW).collect();
    assert_eq!(numbers, [0, 1, 2, 10]);
    assert_eq!(orders[3].expires_ms, NOW + 10 + BEGIN_WITHIN_MS);
    assert_eq!(orders[3].scope, Scope::Agents(vec![AgentId([1; 16])]));
}

#[test]
fn an_order_is_said_again_to_its_agent_alone_until_it_is_answered_or_has_expired() {
    let mut scene = scene();
    scene.hello(1, NOW);
    scene.hello(2, NOW);
    let mut first = scene.hand.order(&camera(1), Command::Home, false, NOW).expect("sent");
    let second = scene.hand.order(&camera(1), Command::Recall(2), false, NOW + 1).expect("sent");
    let given = scene.orders();
    scene.hand.gone(AgentId([1; 16]));
    scene.hello(2, NOW + 2);
    assert_eq!(scene.orders(), [], "nothing of another agent");
    scene.hello(1, NOW + 2);
    assert_eq!(scene.orders(), given, "the same numbers: the agent does none twice");
    scene.hand.answered(AgentId([2; 16]), &answer(given[0].number), NOW);
    assert!(first.try_recv().is_err(), "another agent's word about it means nothing");
    scene.hand.answered(AgentId([1; 16]), &answer(given[0].number), NOW);
    assert_eq!(first.try_recv(), Ok(answer(given[0].number)));
    scene.hello(1, NOW + 3);
    assert_eq!(scene.orders(), given[1..], "what is answered is not said again");
    scene.hello(1, given[1].expires_ms);
    assert_eq!(scene.orders(), [], "nor what has expired");
    drop(second);
}

#[test]
fn who_is_away_is_sent_nothing() {
    let mut scene = scene();
    let order = |scene: &Scene| scene.hand.order(&camera(1), Command::Home, false, NOW).map(drop);
    let steer = |scene: &Scene| scene.hand.steer(&camera(1), Motion::STILL, 400, false, NOW);
    assert_eq!((order(&scene), steer(&scene)), (Err(NotSent::Away), Err(NotSent::Away)));
    scene.hello(1, NOW);
    assert_eq!((order(&scene), steer(&scene)), (Ok(()), Ok(())));
    scene.hand.gone(AgentId([1; 16]));
    assert_eq!((order(&scene), steer(&scene)), (Err(NotSent::Away), Err(NotSent::Away)));
    assert_eq!(std::iter::from_fn(|| scene.sent.try_recv().ok()).count(), 2);
}

#[test]
fn steering_is_for_the_present_start_numbered_and_bounded_and_a_stop_passes_always() {
    let mut scene = scene();
    scene.hello(1, NOW);
    let left = Motion { pan: -50, ..Motion::STILL };
    let sent = (0..10).filter(|_| scene.hand.steer(&camera(1), left, 400, true, NOW).is_ok()).count();
    assert_eq!(sent, 3);
    assert_eq!(scene.hand.steer(&camera(1), Motion::STILL, 400, true, NOW), Ok(()));
    assert_eq!(
        scene.hand.steer(&camera(1), Motion::STILL, 400, true, NOW),
        Err(NotSent::TooFast),
        "one stop is enough"
    );
    let steers = scene.steers();
    let numbers: Vec<u64> = steers.iter().map(|steer| steer.sequence - NOW).collect();
    assert_eq!(numbers, [0, 1, 2, 3]);
    assert!(steers[3].motion.is_still() && steers[0].motion == left && steers[0].boot_nonce == [1; 16]);
    scene.hand.hello(AgentId([1; 16]), camera(1).venue.place, [7; 16], true, NOW + 1_000);
    scene.hand.steer(&camera(1), left, 400, false, NOW + 1_000).expect("sent");
    assert_eq!(scene.steers()[0].boot_nonce, [7; 16]);
}

#[test]
fn orders_are_bounded_by_agent() {
    let scene = scene();
    scene.hello(1, NOW);
    scene.hello(2, NOW);
    let given = |agent| (0..50).filter(|_| scene.hand.order(&camera(agent), Command::Ask, false, NOW).is_ok()).count();
    assert_eq!((given(1), given(2)), (5, 5));
}

#[test]
fn who_has_a_preset_learnt_may_wait_for_longer_than_for_other_commands() {
    let mut scene = scene();
    scene.hello(1, NOW);
    let mut home = scene.hand.order(&camera(1), Command::Home, false, NOW).expect("sent");
    let mut learn = scene.hand.order(&camera(1), Command::Learn(1), false, NOW + 1).expect("sent");
    let given = scene.orders();
    // Others come and go: what nobody waits for any more is forgotten.
    drop(scene.hand.order(&camera(1), Command::Ask, false, NOW + 1 + answer_within_ms(Command::Home)));
    given.iter().for_each(|order| drop(scene.hand.answered(AgentId([1; 16]), &answer(order.number), NOW)));
    assert_eq!((home.try_recv().is_ok(), learn.try_recv()), (false, Ok(answer(given[1].number))));
    assert_eq!(given[1].expires_ms, NOW + 1 + BEGIN_WITHIN_MS, "it begins as soon as any other or never");
}

fn end(agent: u8) -> End {
    End { venue: format!("3501020{agent:02}-01").parse().expect("a venue"), agent: AgentId([agent; 16]), answer: None }
}

fn both(hand: &Hand, ends: [End; 2], confirmed: bool, now: u64) -> Result<u64, NotSent> {
    let (number, run) = hand.prepare(ends, Wanted::Person { confirmed }, now)?;
    hand.begin(number, run).map(|_| number)
}

#[test]
fn a_run_of_two_is_one_order_to_both_and_keeps_what_each_answers() {
    let mut scene = scene();
    scene.hello(1, NOW);
    scene.hello(2, NOW);
    let number = both(&scene.hand, [end(1), end(2)], true, NOW).expect("sent");
    let orders = scene.orders();
    assert_eq!(orders.len(), 2);
    assert!(orders.iter().all(|order| *order == orders[0] && order.number == number));
    assert_eq!(orders[0].scope, Scope::Agents(vec![AgentId([1; 16]), AgentId([2; 16])]));
    assert_eq!(orders[0].task, Task::MouthToEar { venues: [end(1).venue, end(2).venue], confirmed: true });
    assert_eq!(both(&scene.hand, [end(2), end(3)], true, NOW), Err(NotSent::Away));
    scene.hello(3, NOW);
    assert_eq!(both(&scene.hand, [end(2), end(3)], true, NOW), Err(NotSent::Busy));
    assert!(scene.orders().is_empty(), "nothing was sent");

    scene.hand.answered(AgentId([2; 16]), &answer(number), NOW);
    let run = scene.hand.run(number).expect("begun");
    assert_eq!(run.ends.each_ref().map(|end| end.answer.is_some()), [false, true]);
    scene.hello(1, NOW + 1_000);
    scene.hello(2, NOW + 1_000);
    assert_eq!(scene.orders().len(), 1, "said again to who has not answered");
    scene.hand.answered(AgentId([1; 16]), &answer(number), NOW);
    let next = both(&scene.hand, [end(2), end(3)], false, NOW + 2_000).expect("free again");
    assert_eq!(scene.hand.runs(Some(end(2).venue)), [next, number]);
}

#[test]
fn a_roll_calls_run_is_an_order_of_its_own_and_a_box_of_an_earlier_version_is_not_free_for_it() {
    let mut scene = scene();
    scene.hello(1, NOW);
    scene.hand.hello(AgentId([2; 16]), end(2).venue.place, [2; 16], false, NOW);
    assert!(scene.hand.is_free(&end(1), NOW) && !scene.hand.is_free(&end(2), NOW) && !scene.hand.is_free(&end(3), NOW));
    scene.hello(2, NOW);
    let (number, run) = scene.hand.prepare([end(1), end(2)], Wanted::Call(77), NOW).expect("both are there");
    scene.hand.begin(number, run.clone()).expect("sent");
    let venues = [end(1).venue, end(2).venue];
    assert!(scene.orders().iter().all(|order| order.task == Task::Prove { call: 77, venues }));
    assert!(!scene.hand.is_free(&end(1), NOW + 1));
    assert_eq!((scene.hand.runs_of_call(77).len(), scene.hand.runs_of_call(78).len(), run.call), (1, 0, Some(77)));
}

#[test]
fn an_echo_is_a_harmless_order_whose_answer_is_measured() {
    let mut scene = scene();
    assert_eq!(scene.hand.echo(AgentId([1; 16]), NOW), Err(NotSent::Away));
    scene.hello(1, NOW);
    scene.hand.echo(AgentId([1; 16]), NOW).expect("sent");
    let [order] = scene.orders().try_into().expect("one");
    assert_eq!((&order.task, &order.scope), (&Task::RollCall, &Scope::Agents(vec![AgentId([1; 16])])));
    let heard = scene.hand.answered(AgentId([1; 16]), &answer(order.number), NOW + 120);
    assert_eq!(heard, Heard { run: None, echo_ms: Some(120) });
    scene.hand.echo(AgentId([1; 16]), NOW).expect("sent");
    scene.hand.gone(AgentId([1; 16]));
    assert_eq!(scene.hand.late_echoes(NOW + 3_600_000), 0, "who is away owes none");
}
