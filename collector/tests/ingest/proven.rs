//! A roll call that proves, from the call to what HQ keeps, with a restart while a run is under way.

use std::path::Path;

use avow_collector::command::Command as Asks;
use avow_collector::roll_call::{Asked, Entry, Kind, Origin, Proof, Whom};
use avow_shared::interlock::Disturbance;
use avow_shared::mouth_to_ear::{Part, Signal};
use avow_shared::order::{Answer, AnswerResult, Order, OrderNumber, Task};
use avow_shared::roll_call::{Aspect, Depth, Found, Phase, State, Told};
use avow_shared::venue::Probe;
use tokio::sync::oneshot;

use super::*;

fn hq_end() -> VenueId {
    "350102-01".parse().expect("a venue")
}

fn began() -> WallTime {
    WallTime { at_ms: 1_790_000_000_000, quality: ClockQuality::Synced { error_ms: 1 } }
}

/// A venue that can take part in a run.
fn able(venue: VenueId) -> Report {
    let probe = Probe {
        id: "across".parse().expect("a probe"),
        name: "双会场互测".into(),
        kind: "mouth-to-ear".into(),
        interval_s: 60,
        required: false,
        disturbance: Disturbance::Sound,
        covers: vec![],
        limits: vec![],
    };
    let Report::Description(mut description) = description().report else { panic!("a description") };
    description.place = venue.place;
    description.venues[0].id = venue;
    description.venues[0].probes = vec![probe];
    Report::Description(description)
}

/// What an end tells that heard the other.
fn part(order: OrderNumber, venue: VenueId, other: VenueId) -> Part {
    let signal =
        Signal { venue: other, run: (order & 0xffff_ffff) as u32, sequence: 0, at_us: 80_000, level: -200, snr: 120 };
    Part {
        order,
        venue,
        other,
        probe: "across".parse().expect("a probe"),
        began: began(),
        spoke_us: Some(0),
        heard: vec![signal],
        seen: vec![],
        lip_sync: None,
        picture: None,
        shows: false,
    }
}

impl Agent {
    async fn joins(hub: &Hub, seed: u8, venue: VenueId) -> Self {
        let mut agent = Self::connect_at(&hub.broker.address, seed, hub.hq, venue).await;
        agent.reads = wire::READS.to_vec();
        agent.hello().await;
        agent
    }

    /// Tells, and waits until it is stored: what else comes meanwhile is passed over.
    async fn tells(&mut self, from: u64, reports: Vec<Report>) {
        let last = from + reports.len() as u64 - 1;
        self.says(from, reports).await;
        self.acked(last).await;
    }

    /// Tells; it leaves with whatever is waited for next.
    async fn says(&self, from: u64, reports: Vec<Report>) {
        let reports: Vec<Numbered> =
            (from..).zip(reports).map(|(number, report)| Numbered { number, report }).collect();
        let produced = reports.last().map_or(0, |last| last.number);
        self.send(wire::encode_reports(&self.signer, self.header(produced), &reports)).await;
    }

    async fn ordered<T>(&mut self, wanted: impl Fn(&Order) -> Option<T>) -> T {
        let hq = self.hq;
        self.until(|packet| match packet {
            Packet::Publish(message) => Order::open(&message.payload, &hq).ok().and_then(|order| wanted(&order)),
            _ => None,
        })
        .await
    }

    /// The run that it is to take part in: its number, and who is at both ends.
    async fn proves(&mut self) -> (OrderNumber, [VenueId; 2]) {
        self.ordered(|order| match order.task {
            Task::Prove { venues, .. } => Some((order.number, venues)),
            _ => None,
        })
        .await
    }
}

fn entry(hub: &Hub, call: OrderNumber) -> Option<Entry> {
    let view = hub.view.load();
    view.calls.get(call).and_then(|call| call.entry(&Whom::Room(venue()))).map(|entry| Entry::clone(entry))
}

fn proof(hub: &Hub, call: OrderNumber) -> Option<Proof> {
    entry(hub, call)?.proving.map(|proving| proving.proof)
}

fn prover(data: &TempDir) -> Setup {
    Setup { prover: Prover { hq: vec![hq_end()], ..Prover::default() }, ..setup(data) }
}

fn begins(data: &TempDir) -> Hub {
    hub::start(prover(data), ears(None), hub::lock(data.path()).expect("nobody else is here")).expect("starts")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to)
        } else {
            std::fs::copy(entry.path(), to).expect("copies");
        }
    }
}

async fn calls(hub: &Hub) -> OrderNumber {
    let given_ms = u64::try_from(std::time::UNIX_EPOCH.elapsed().expect("a clock").as_millis()).expect("this age");
    let asked = Asked {
        title: "实证".into(),
        depth: Depth::Proven,
        confirmed: true,
        places: vec![],
        except: avow_collector::scope::Except::default(),
        venues: vec![venue()],
        units: vec![],
        kind: Kind::default(),
        origin: Origin::default(),
        operator: "".into(),
        basis: "".into(),
        system: "".into(),
        given_ms,
        until_ms: given_ms + 300_000,
    };
    let (reply, answer) = oneshot::channel();
    hub.commands.send(Asks::BeginCall { asked, reply }).await.expect("the core hears");
    answer.await.expect("the core answers").expect("it begins").id
}

#[test]
fn a_venue_that_is_ready_is_proven_with_hq_and_a_restart_in_the_middle_begins_no_second_run() {
    let data = tempfile::tempdir().expect("a folder");
    start_runtime().block_on(async {
        let hub = begins(&data);
        let mut ends = [Agent::joins(&hub, 1, hq_end()).await, Agent::joins(&hub, 2, venue()).await];
        for (end, at) in ends.iter_mut().zip([hq_end(), venue()]) {
            end.tells(1, vec![able(at)]).await;
            until(|| hub.view.load().venue(at).is_some_and(|venue| venue.has_kind("mouth-to-ear"))).await;
        }
        let call = calls(&hub).await;
        until(|| proof(&hub, call) == Some(Proof::Planned)).await;
        let forecast = hub.view.load().calls.get(call).and_then(|call| call.forecast.clone()).expect("a forecast");
        assert_eq!((forecast.fits, forecast.slots), (1, 1));
        ends[1].ordered(|order| matches!(order.task, Task::Call(_)).then_some(())).await;
        let state = State::of(false, [(Aspect::Line, Found::Good)]);
        let told = Told { call, venue: venue(), at: began(), phase: Phase::Done(state) };
        ends[1].says(2, vec![Report::Called(told)]).await;
        let (run, venues) = ends[1].proves().await;
        assert_eq!((ends[0].proves().await, venues), ((run, venues), [hq_end(), venue()]));
        until(|| proof(&hub, call) == Some(Proof::Running { run, with: hq_end() })).await;
        drop(ends);
        hub.stop().await;
        // As after a kill, which writes no snapshot: the call is as it began, and the run is known all the same.
        let killed = tempfile::tempdir().expect("a folder");
        copy(data.path(), killed.path());
        std::fs::remove_file(killed.path().join("snapshot")).expect("there is one");
        let hub = begins(&killed);
        assert_eq!(proof(&hub, call), Some(Proof::Running { run, with: hq_end() }));
        hub.stop().await;

        let hub = begins(&data);
        assert_eq!(proof(&hub, call), Some(Proof::Running { run, with: hq_end() }));
        let done = Answer { order: run, result: AnswerResult::Done, detail: "".into() };
        for (seed, me, other, from) in [(1, hq_end(), venue(), 2), (2, venue(), hq_end(), 3)] {
            let mut end = Agent::joins(&hub, seed, me).await;
            let part = Report::MouthToEar(Box::new(part(run, me, other)));
            end.tells(from, vec![part, Report::Answer(done.clone())]).await;
            until(|| hub.view.load().crossings.part(run, me).is_some()).await;
        }
        until(|| entry(&hub, call).is_some_and(|entry| entry.across() == Some(&Found::Good))).await;
        until(|| hub.view.load().calls.get(call).is_some_and(|call| call.complete_ms.is_some())).await;
        assert_eq!(hub.hand.runs(None), [run], "nobody was disturbed twice");
        hub.stop().await;

        let hub = begins(&data);
        let head = hub.books.roll_calls.load().newest().next().cloned().expect("a record");
        assert_eq!((head.id, head.tally.proven, head.tally.fell_back), (call, 1, 0));
        hub.stop().await;
    });
}
