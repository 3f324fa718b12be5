//! One simulated agent: the agent's reporter and shell, and invented outcomes in place of probes.

use std::sync::Arc;
use std::time::Duration;

use avow_agent::canary::Canary;
use avow_agent::clock::Clock;
use avow_agent::jitter::Dice;
use avow_agent::mqtt::{self, Line, LineEvent};
use avow_agent::orders::{Orders, answer};
use avow_agent::reporter::{Effect, Event, Identity, Reporter, Told};
use avow_agent::shell::Shell;
use avow_agent::spool::disk::Disk;
use avow_agent::spool::keeper::Limits;
use avow_agent::spool::memory::Memory;
use avow_agent::spool::{Opened, Spool, random_id};
use avow_agent::uplink::Pin;
use avow_shared::check::{Check, Checked};
use avow_shared::hash::{ContentHash, from_hex};
use avow_shared::id::VenueId;
use avow_shared::mouth_to_ear::Part;
use avow_shared::order::{AnswerResult, Gate, Order, Task};
use avow_shared::roll_call::{Aspect, Call, Depth, Found, Phase, State, Told as Said};
use avow_shared::time::WallTime;
use avow_shared::wire::{PublicKey, Report, SIGNS_SINCE, Signer, Standing};
use tokio::sync::{Semaphore, watch};

use super::across;
use super::believed::Believed;
use super::invent::{Fill, Inventor};
use super::log::Log;
use super::still::Stills;
use super::tally::{Share, Tally};
use super::{DRAIN, Options};

/// A simulated agent before it begins.
#[derive(Clone, Debug)]
pub struct Player {
    venue: VenueId,
    broker: (String, u16),
    options: Arc<Options>,
    turnstile: Arc<Semaphore>,
    stills: Arc<Stills>,
    believed: Arc<Believed>,
}

/// One agent in so many plants a canary …
const CANARIES: u64 = 20;
/// … once in so many seconds: more often than a box, so that whoever looks at a fleet sees it.
const CANARY_EVERY_S: u32 = 600;
/// What a box that was cut off found meanwhile: an outcome in so many seconds.
const BEHIND_EVERY_S: u32 = 60;
/// A fleet is back at most so long after a broker is.
const BACK_OFF_MOST_MS: u64 = 4_500;

impl Player {
    /// One of a fleet, whose members pass the turnstile one by one to connect.
    #[must_use]
    pub const fn new(
        venue: VenueId,
        broker: (String, u16),
        options: Arc<Options>,
        turnstile: Arc<Semaphore>,
        stills: Arc<Stills>,
        believed: Arc<Believed>,
    ) -> Self {
        Self { venue, broker, options, turnstile, stills, believed }
    }

    /// Plays until it is stopped, and drains then.
    pub async fn play(self, tally: &Tally, log: Option<&Log>, stopped: watch::Receiver<bool>) {
        match &self.options.spool {
            None => {
                let (spool, opened) = Memory::begin(random_id());
                self.play_with(spool, &opened, Limits::SIMULATED, tally, log, stopped).await;
            }
            Some(folder) => {
                let folder = folder.join(self.venue.to_string()).join("spool");
                let opening = tokio::task::spawn_blocking(move || open(&folder));
                let Ok((spool, opened)) = opening.await else { return };
                let limits = Limits { memory_bytes: 128 << 10, ..Limits::BOX };
                self.play_with(spool, &opened, limits, tally, log, stopped).await;
            }
        }
    }

    async fn play_with<S: Spool>(
        &self,
        spool: S,
        opened: &Opened,
        limits: Limits,
        tally: &Tally,
        log: Option<&Log>,
        mut stopped: watch::Receiver<bool>,
    ) {
        let mut play = Box::new(self.begin(spool, opened, limits));
        play.describe();
        play.fall_behind();
        while !*stopped.borrow_and_update() {
            play.settle(tally, log);
            play.step(&mut stopped, tally).await;
        }
        play.reporter.stop();
        play.apply(Event::Tick);
        let deadline = play.clock.now().mono_ms + u64::try_from(DRAIN.as_millis()).unwrap_or(0);
        play.settle(tally, log);
        while !play.is_done() && play.clock.now().mono_ms < deadline {
            play.drain(deadline).await;
            play.settle(tally, log);
        }
        play.reporter.stop();
        play.apply(Event::Tick);
        play.settle(tally, log);
        while !play.reporter.keeper().is_at_rest() && play.clock.now().mono_ms < deadline + 500 {
            play.drain(deadline + 500).await;
            play.settle(tally, log);
        }
    }

    fn begin<S: Spool>(&self, spool: S, opened: &Opened, limits: Limits) -> Play<S> {
        let clock = Clock::new();
        let signer = Signer::from_seed(&self.seed());
        let line = Line::start(mqtt::Options {
            host: self.broker.0.clone(),
            port: self.broker.1,
            client_id: signer.id().to_string(),
            keep_alive_s: 60,
            back_off_most_ms: BACK_OFF_MOST_MS,
            turnstile: Some(Arc::clone(&self.turnstile)),
        });
        let me = Identity {
            signer: signer.clone(),
            place: self.venue.place,
            venues: vec![self.venue],
            software: concat!(env!("CARGO_PKG_VERSION"), "-fleet").into(),
            boot_nonce: random_id().0,
        };
        let fill = if self.options.as_measured { Fill::AsMeasured } else { Fill::Filled };
        let mut dice = Dice::seeded(&signer.id().0);
        let every = Duration::from_secs_f64(self.options.report_every);
        let canary_every_s = if dice.upto(CANARIES - 1) == 0 { CANARY_EVERY_S } else { 0 };
        Play {
            canary: Canary::new(canary_every_s, dice.clone(), clock.now()),
            told_backups: false,
            next_ms: dice.upto(u64::try_from(every.as_millis()).unwrap_or(0)),
            every_ms: self.options.report_every * 1_000.0,
            rounds: 0.0,
            reporter: Reporter::new(me, self.pin(), opened, limits, clock.now()),
            shell: Shell::new(line, spool),
            inventor: Inventor::new(self.venue, self.options.seed, self.options.faults_of(self.venue), fill),
            orders: Orders::new(signer.id(), self.venue.place, Gate::default()),
            options: Arc::clone(&self.options),
            pending: Vec::new(),
            share: Share::default(),
            venue: self.venue,
            calls: Vec::new(),
            run: None,
            stills: Arc::clone(&self.stills),
            believed: Arc::clone(&self.believed),
            signer,
            dice,
            clock,
        }
    }

    /// By venue, so that fleets of different size on one collector are the same agents.
    fn seed(&self) -> [u8; 32] {
        ContentHash::of(format!("avow fleet {} {}", self.options.seed, self.venue).as_bytes()).0
    }

    fn pin(&self) -> Pin {
        let bytes = self.options.hq_key.as_deref().and_then(from_hex);
        let key = bytes.and_then(|bytes| PublicKey::from_bytes(&bytes).ok());
        key.map_or(Pin::FirstUse, Pin::Key)
    }
}

fn open(folder: &std::path::Path) -> (Disk, Opened) {
    if let Some(Err(error)) = folder.parent().map(std::fs::create_dir_all) {
        tracing::error!(%error, "make the folder of a spool");
    }
    Disk::open(folder, Limits::BOX.disk_bytes as u64)
}

/// A simulated agent that runs.
struct Play<S> {
    clock: Clock,
    canary: Option<Canary>,
    told_backups: bool,
    reporter: Reporter,
    shell: Shell<S>,
    inventor: Inventor,
    orders: Orders,
    options: Arc<Options>,
    pending: Vec<Effect>,
    next_ms: u64,
    every_ms: f64,
    rounds: f64,
    share: Share,
    venue: VenueId,
    dice: Dice,
    /// Calls that are looked at, and when that ends.
    calls: Vec<(u64, Call)>,
    /// Its part in a run with another venue, and when that ends.
    run: Option<(u64, Part)>,
    stills: Arc<Stills>,
    believed: Arc<Believed>,
    signer: Signer,
}

impl<S: Spool> Play<S> {
    fn describe(&mut self) {
        let description = self.inventor.description(self.options.report_every, self.options.batch);
        self.reporter.produce(Report::Description(description), true, self.clock.now());
        self.told_backups = false;
        self.apply(Event::Tick);
    }

    /// Finds what a box finds that is cut off, before it speaks to anybody.
    fn fall_behind(&mut self) {
        let now = self.clock.now();
        for ago in (1..=self.options.behind / BEHIND_EVERY_S).rev() {
            let ago_ms = u64::from(ago * BEHIND_EVERY_S) * 1_000;
            let at = WallTime { at_ms: now.wall.at_ms.saturating_sub(ago_ms), ..now.wall };
            self.reporter.produce(Report::Outcome(self.inventor.outcome(at)), false, now);
        }
        self.apply(Event::Tick);
    }

    /// Tells an HQ that reads it what binds the backups and what was last found of them, and plants a canary that is due.
    fn tell_more(&mut self) {
        let now = self.clock.now();
        if !self.told_backups && self.reporter.uplink().hq_reads() >= Some(SIGNS_SINCE) {
            self.told_backups = true;
            self.reporter.produce(Report::Terms(self.inventor.terms()), true, now);
            for outcome in self.inventor.last_of_backups(now.wall) {
                self.reporter.produce(Report::Outcome(outcome), true, now);
            }
            self.apply(Event::Tick);
        }
        if let Some(pair) = self.canary.as_mut().and_then(|canary| canary.plant(self.venue, now)) {
            pair.into_iter().for_each(|outcome| self.reporter.produce(Report::Outcome(outcome), true, now));
            self.apply(Event::Tick);
        }
    }

    /// Writes down what got numbers, and only then lets anything out.
    fn settle(&mut self, tally: &Tally, log: Option<&Log>) {
        while !self.pending.is_empty() {
            self.write_down(log);
            for effect in std::mem::take(&mut self.pending) {
                self.start(effect);
            }
        }
        self.write_down(log);
        let counts = self.reporter.keeper().ledger();
        let ended = counts.held().count() + counts.dropped().count() + counts.void().count();
        let welcomed = self.reporter.uplink().standing() == Some(Standing::Accepted);
        tally.note(&mut self.share, welcomed, counts.produced(), counts.produced().saturating_sub(ended));
    }

    fn write_down(&mut self, log: Option<&Log>) {
        let (agent, spool) = (self.reporter.id(), self.reporter.keeper().ledger().spool());
        let news = self.reporter.take_news();
        if let Some(log) = log.filter(|_| !news.is_empty())
            && let Err(error) = log.write(agent, spool, &news)
        {
            tracing::error!(%error, "write the log");
        }
    }

    fn start(&mut self, effect: Effect) {
        match effect {
            Effect::Subscribe(topics) => self.shell.subscribe(topics),
            Effect::Publish { topic, bytes } => self.shell.publish(&topic, bytes),
            Effect::Spool(job) => self.shell.spool(job),
            Effect::Told(Told::Order(order)) => self.obey(&order),
            Effect::Told(Told::Restored | Told::BegunAnew) => self.describe(),
            Effect::Told(_) => {}
        }
    }

    fn apply(&mut self, event: Event) {
        let effects = self.reporter.apply(event, self.clock.now());
        self.pending.extend(effects);
    }

    async fn step(&mut self, stopped: &mut watch::Receiver<bool>, tally: &Tally) {
        let canary_ms = self.canary.as_ref().map_or(u64::MAX, Canary::next_ms);
        let answer_ms = self.calls.iter().map(|(at_ms, _)| *at_ms).min().unwrap_or(u64::MAX);
        let run_ms = self.run.as_ref().map_or(u64::MAX, |(at_ms, _)| *at_ms);
        let next_ms = self.next_ms.min(canary_ms).min(answer_ms).min(run_ms);
        let wake = self.clock.instant(self.reporter.wake_ms().min(next_ms));
        tokio::select! {
            event = self.shell.wait() => {
                if let Event::Line(LineEvent::Down(why)) = &event {
                    tally.lost(why);
                }
                self.hear(event);
            }
            () = tokio::time::sleep_until(wake) => {
                self.invent();
                self.answer_calls();
                self.end_run();
                self.apply(Event::Tick);
            }
            _ = stopped.changed() => return,
        }
        self.tell_more();
    }

    /// Takes in what happened; an order that another of the fleet has believed is obeyed at once.
    fn hear(&mut self, event: Event) {
        let Event::Line(LineEvent::Received(bytes)) = &event else { return self.apply(event) };
        let Some(hq) = self.reporter.uplink().hq() else { return self.apply(event) };
        if let Some(order) = self.believed.find(hq, bytes) {
            return self.obey(&order);
        }
        let bytes = bytes.clone();
        self.apply(event);
        let order = self.pending.iter().find_map(|effect| match effect {
            Effect::Told(Told::Order(order)) => Some(order),
            _ => None,
        });
        if let Some(order) = order {
            self.believed.keep(hq, bytes, order);
        }
    }

    async fn drain(&mut self, deadline_ms: u64) {
        let wake = self.clock.instant(self.reporter.wake_ms().min(deadline_ms));
        tokio::select! {
            event = self.shell.wait() => self.apply(event),
            () = tokio::time::sleep_until(wake) => self.apply(Event::Tick),
        }
    }

    fn is_done(&self) -> bool {
        self.reporter.is_drained() && self.reporter.keeper().is_at_rest() && self.pending.is_empty()
    }

    /// A round that is late is not made up for, so that a stopped machine does not answer with a flood.
    fn invent(&mut self) {
        let now = self.clock.now();
        if now.mono_ms < self.next_ms {
            return;
        }
        for _ in 0..self.options.batch {
            let outcome = self.inventor.outcome(now.wall);
            self.reporter.produce(Report::Outcome(outcome), false, now);
        }
        self.rounds += self.every_ms;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds of a process")]
        let due_ms = |rounds: f64| rounds as u64;
        self.next_ms += due_ms(self.rounds) - due_ms(self.rounds - self.every_ms);
        if self.next_ms + 1_000 + due_ms(self.every_ms) < now.mono_ms {
            self.next_ms = now.mono_ms;
        }
    }

    fn obey(&mut self, order: &Order) {
        let now = self.clock.now();
        let Ok(task) = self.orders.take(order, self.reporter.hq_time(), now) else { return };
        if let Task::Probe { probes, .. } | Task::Inspect { probes, .. } = &task {
            let all: Vec<String> = Inventor::probes().map(str::to_owned).collect();
            let named = probes.iter().map(|probe| probe.as_str().to_owned());
            let wanted: Vec<String> = if probes.is_empty() { all } else { named.collect() };
            for outcome in wanted.iter().filter_map(|probe| self.inventor.outcome_named(probe, now.wall)) {
                self.reporter.produce(Report::Outcome(outcome), true, now);
            }
        }
        let report = match &task {
            Task::Call(call) => return self.called(call),
            Task::Prove { venues, .. } | Task::MouthToEar { venues, .. } => {
                match self.take_part(order.number, *venues) {
                    Ok(()) => return,
                    Err(why) => Report::Answer(answer(order.number, AnswerResult::Impossible, why)),
                }
            }
            Task::Check(check) => {
                let Some(outcome) = self.inventor.outcome_named(check.probe.as_str(), now.wall) else { return };
                let (took_ms, verdict) = (outcome.took_ms, outcome.verdict.clone());
                let Check { venue, probe, .. } = check.clone();
                self.reporter.produce(Report::Outcome(outcome), true, now);
                Report::Checked(Checked { order: order.number, venue, probe, at: now.wall, took_ms, verdict })
            }
            _ => Report::Answer(answer(order.number, AnswerResult::Done, "")),
        };
        self.reporter.produce(report, true, now);
        self.apply(Event::Tick);
    }

    /// Hears a roll call, and answers: at once when it is asked whether it is there, else after its tests, which take as long as tests do.
    fn called(&mut self, call: &Call) {
        if call.depth == Depth::Present {
            return self.answer_call(call.call, State::default());
        }
        self.tell_phase(call.call, Phase::Heard { of: 4 });
        let longest_ms = self.options.call_ms.max(1);
        let takes_ms = longest_ms / 2 + self.dice.upto(longest_ms / 2);
        self.calls.push((self.clock.now().mono_ms + takes_ms, call.clone()));
        self.apply(Event::Tick);
    }

    /// Answers the calls whose tests have ended.
    fn answer_calls(&mut self) {
        let now = self.clock.now();
        let (due, open): (Vec<_>, Vec<_>) = self.calls.drain(..).partition(|(at_ms, _)| *at_ms <= now.mono_ms);
        self.calls = open;
        for (_, call) in due {
            let mut found = Vec::new();
            let still = (call.depth == Depth::Proven).then(|| self.stills.of(self.venue, self.options.seed));
            for (aspect, mut outcome) in self.inventor.aspects(now.wall) {
                found.push((aspect, Found::of(&outcome.verdict, false)));
                if aspect == Aspect::Picture
                    && let Some(Ok(picture)) = &still
                {
                    outcome.evidence = vec![picture.clone()];
                }
                self.reporter.produce(Report::Outcome(outcome), true, now);
            }
            let mut state = State::of(false, found);
            if let Some(still) = still {
                if still.is_ok() {
                    let (stills, venue, signer) = (Arc::clone(&self.stills), self.venue, self.signer.clone());
                    tokio::spawn(async move { stills.show(venue, signer).await });
                }
                state = state.with_still(still.map(|picture| picture.hash));
            }
            self.answer_call(call.call, state);
        }
    }

    /// Begins its part in a run of two venues; why not.
    fn take_part(&mut self, order: u64, venues: [VenueId; 2]) -> Result<(), &'static str> {
        let place = venues.iter().position(|venue| *venue == self.venue).ok_or("没有这个会场")?;
        if !across::takes_part(self.venue, self.options.seed) {
            return Err("该会场没有配置双会场互测（mouth-to-ear）");
        }
        if self.run.is_some() {
            return Err("正忙：另一次双会场互测尚未结束");
        }
        let now = self.clock.now();
        let part = across::part(self.options.seed, order, venues, place, now.wall);
        self.run = Some((now.mono_ms + self.options.run_ms, part));
        Ok(())
    }

    /// Tells of its part in a run that is over.
    fn end_run(&mut self) {
        let now = self.clock.now();
        let Some((_, part)) = self.run.take_if(|(at_ms, _)| *at_ms <= now.mono_ms) else { return };
        let done = answer(part.order, AnswerResult::Done, "");
        self.reporter.produce(Report::MouthToEar(Box::new(part)), true, now);
        self.reporter.produce(Report::Answer(done), true, now);
    }

    fn answer_call(&mut self, call: u64, state: State) {
        self.tell_phase(call, Phase::Done(state));
        self.apply(Event::Tick);
    }

    fn tell_phase(&mut self, call: u64, phase: Phase) {
        let now = self.clock.now();
        let told = Said { call, venue: self.venue, at: now.wall, phase };
        self.reporter.produce(Report::Called(told), true, now);
    }
}
