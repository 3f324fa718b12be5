//! The agent as one pure value: what happened goes in, what is to be done comes out. It joins the schedule, the
//! interlock, the orders and the reporter; it waits for nothing and reads no clock.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use avow_shared::assurance::Assurance;
use avow_shared::camera::{Command, Motion};
use avow_shared::facts::DeviceFacts;
use avow_shared::hash::ContentHash;
use avow_shared::interlock::Disturbance;
use avow_shared::order::{AnswerResult, Gate, INTERLOCKED, Order, Task};
use avow_shared::outcome::{MAX_DETAIL_CHARS, Outcome, Verdict, Why};
use avow_shared::sort;
use avow_shared::time::{ClockQuality, EARLIEST_MS, WallTime};
use avow_shared::wire::{Event as Happened, PublicKey, Report, Standing};

use crate::assurance::Vigilance;
use crate::baseline::Baseline;
use crate::calls::Calls;
use crate::canary::Canary;
use crate::clock::{HqTime, Now};
use crate::config::{Config, Exercise, ProbeName, full_name};
use crate::evidence::Errand;
use crate::jitter::Dice;
use crate::meetings::{self as hq_meetings, Meetings};
use crate::occupancy::Occupancy;
use crate::orders::{Orders, answer};
use crate::plates::Plates;
use crate::probe::mouth_to_ear::Turn;
use crate::probe::{self, Work, preset::reference::Reference};
use crate::relay::switch::Failed;
use crate::relay::{Ledger, Relays};
use crate::reporter::{self, Reporter};
use crate::schedule::{Plan, Schedule};
use crate::slots::{Kept, Slots};
use crate::words::Language;

mod abort;
mod across;
mod asked;
mod assurance;
mod check;
mod code;
mod devices;
mod inspect;
mod meetings;
mod permit;
mod references;
mod relays;
mod result;
mod roll_call;
mod room;
mod switches;
mod wheel;

use asked::declined;
pub use asked::{Asked, Disbelieved, ProbeStatus, Question, Reply, Request, Status};
pub use code::Code;
pub use devices::{Accepted, drifts};
pub use permit::{
    Against, Decision, Told, against, decide, decide_command, decide_person, facts, overridden, person_facts, refused,
    room_facts,
};
use references::References;
pub use relays::rules;
pub use result::{Ended, outcome};

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// On the line, in the spool, or time passed.
    Reporter(reporter::Event),
    /// An exercise ended.
    Ended {
        /// Which run.
        ticket: u64,
        /// How.
        ended: Ended,
        /// After so many milliseconds.
        took_ms: u32,
    },
    /// A relay has given the power back, or has failed.
    Cycled {
        /// Which of the configuration's relays.
        relay: usize,
        /// How.
        ended: Result<(), Failed>,
    },
    /// A person asked at the socket.
    Asked {
        /// Who waits for the reply.
        caller: u64,
        /// What he wants.
        request: Request,
    },
}

/// What is to be done; none of it is waited for.
#[derive(Debug)]
pub enum Effect {
    /// On the line or in the spool.
    Reporter(reporter::Effect),
    /// Run an exercise.
    Run {
        /// Comes back with its end.
        ticket: u64,
        /// Which of the configuration's exercises.
        at: usize,
        /// What it is to do.
        what: What,
    },
    /// Give up a run at once.
    Cancel {
        /// Whose end is still to come.
        ticket: u64,
    },
    /// Have a camera move for a moment, or stop.
    Steer {
        /// Which of the configuration's exercises.
        at: usize,
        /// How; still is stop.
        motion: Motion,
        /// For how long when nothing more is heard.
        lease_ms: u16,
        /// Who waits to hear whether the camera took it.
        caller: Option<u64>,
    },
    /// Stop all cameras that somebody steers.
    Halt,
    /// Write the ledger down; then, and only then, take the power from a device and give it back.
    Cycle {
        /// Which of the configuration's relays.
        relay: usize,
        /// What must be written first.
        ledger: Ledger,
    },
    /// Carry evidence.
    Evidence(Errand),
    /// Tell a person.
    Reply {
        /// Who waits.
        caller: u64,
        /// What.
        reply: Reply,
    },
    /// Remember something across a restart.
    Remember(Memory),
    /// HQ's time is known.
    Time(HqTime),
}

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The probe; a camera moves only when it may.
    Probe {
        /// Whether it may.
        may_move: bool,
    },
    /// Sets a sink right that an interrupted switching test left otherwise.
    PutBack,
    /// A person's command to a camera.
    Camera(Command),
    /// This venue's half of a run of two.
    MouthToEar(Turn),
}

/// What outlives a restart.
#[derive(Clone, Debug)]
pub enum Memory {
    /// The orders that were taken.
    Gate(Gate),
    /// Whether a meeting was announced on site.
    Meeting(bool),
    /// What HQ told of its meetings; none: an older HQ tells of none.
    Meetings(Option<hq_meetings::Kept>),
    /// What HQ told of heightened assurance.
    Assurance(Assurance),
    /// That the box goes on living with it.
    Lived,
    /// HQ's key.
    Pin(PublicKey),
    /// Who the devices are.
    Plates(Vec<DeviceFacts>),
    /// How they were accepted.
    Baseline(Baseline),
    /// How often relays were used.
    Relays(Ledger),
    /// When exercises ran last that have a time of the day.
    Slots(Kept),
    /// HQ has stored that a preset was learnt.
    Referred {
        /// Whose preset.
        whose: ProbeName,
        /// Which one.
        preset: u8,
        /// The version of its reference.
        version: u32,
    },
}

/// What an earlier run remembered.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The orders that were taken.
    pub gate: Gate,
    /// Whether a meeting was announced on site.
    pub meeting: bool,
    /// What HQ told of its meetings.
    pub meetings: Option<hq_meetings::Kept>,
    /// What HQ told of heightened assurance.
    pub assurance: crate::assurance::Kept,
    /// Who the devices are.
    pub plates: Vec<DeviceFacts>,
    /// How they were accepted.
    pub baseline: Baseline,
    /// References that HQ was not told of yet.
    pub references: Vec<Reference>,
    /// When exercises ran last that have a time of the day.
    pub slots: Kept,
}

/// Who waits for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    Schedule,
    Errand(u64),
}

/// A run that a person or HQ wants and that waits for its device.
#[derive(Clone, Copy, Debug)]
struct Wish {
    at: usize,
    what: What,
    party: u64,
    /// Whether it was confirmed that it may disturb.
    confirmed: bool,
    /// Whether it is logged already that it goes on against the interlock.
    told: bool,
    /// A roll call wants it, which overrides nothing; what terminals said since then is new enough. None: a person wants it.
    called_ms: Option<u64>,
}

/// A run that is under way.
#[derive(Clone, Copy, Debug)]
struct Run {
    at: usize,
    what: What,
    whom: For,
    /// What a person knew who had it begin all the same.
    despite: abort::Known,
    /// It was given up: what it would have done, and what is allowed.
    aborted: Option<(Disturbance, Disturbance)>,
}

impl Run {
    const fn new(at: usize, what: What, whom: For) -> Self {
        Self { at, what, whom, despite: abort::Known { meeting: false, in_call: false }, aborted: None }
    }
}

/// Several runs that somebody waits for together.
#[derive(Debug)]
struct Party {
    left: usize,
    /// With the place of each exercise in the configuration, which is the order in which people know them.
    results: Vec<(usize, Outcome)>,
    asked: Asked,
}

/// A person or HQ may queue so many runs.
const MOST_WAITING: usize = 256;

/// See the module.
pub struct Agent {
    config: Arc<Config>,
    reporter: Reporter,
    schedule: Schedule,
    slots: Slots,
    canary: Option<Canary>,
    orders: Orders,
    plates: Plates,
    references: References,
    /// Whether HQ was told the terms of backup paths.
    told_terms: bool,
    baseline: Baseline,
    meeting: bool,
    meetings: Meetings,
    /// What HQ told of heightened assurance.
    assurance: Vigilance,
    calls: Calls,
    occupancy: Occupancy,
    /// Scheduled, and waiting for what terminals say.
    held: Vec<room::Held>,
    last: Vec<Option<Verdict>>,
    named: BTreeMap<u64, Vec<ContentHash>>,
    waiting: VecDeque<Wish>,
    running: BTreeMap<u64, Run>,
    parties: BTreeMap<u64, Party>,
    /// Venues that HQ calls and that have not answered.
    roll_calls: Vec<roll_call::Open>,
    next_id: u64,
    wheel: wheel::Wheel,
    standing: Option<Standing>,
    relays: Relays,
    /// Who waits for the end of a relay's cycle.
    relay_callers: BTreeMap<usize, u64>,
    /// Sinks that have to be set right.
    debts: Vec<switches::Debt>,
    stopping: bool,
}

/// The evidence of so many reports is waited for; that of older ones is found where it lies.
const MOST_NAMED: usize = 1_024;

impl Agent {
    /// Begins: the description is the first report.
    #[must_use]
    pub fn new(config: Arc<Config>, reporter: Reporter, past: Past, now: Now) -> Self {
        let interval_ms = |exercise: &Exercise| u64::try_from(exercise.interval.as_millis()).unwrap_or(u64::MAX);
        let plan = |exercise: &Exercise| Plan {
            // A run of two venues is HQ's to begin.
            interval_ms: if matches!(exercise.work, Work::MouthToEar(_)) { u64::MAX } else { interval_ms(exercise) },
            device_key: exercise.device_key.clone(),
            by_clock: exercise.at.is_some(),
        };
        let is_ours = |one: &Exercise| !matches!(one.work, Work::MouthToEar(_));
        let slot = |(at, one): (usize, &Exercise)| {
            Some((at, full_name(one), one.at.filter(|_| is_ours(one))?, interval_ms(one)))
        };
        let timed = config.exercises.iter().enumerate().filter_map(slot);
        let slots = Slots::new(timed, &past.slots, Dice::seeded(&reporter.id().0), now);
        let plans: Vec<Plan> = config.exercises.iter().map(plan).collect();
        let mut agent = Self {
            last: vec![None; plans.len()],
            schedule: Schedule::new(plans, Dice::seeded(&reporter.id().0), now.mono_ms),
            slots,
            canary: Canary::new(config.canary_every_s, Dice::seeded(&reporter.id().0), now),
            orders: Orders::new(reporter.id(), config.place(), past.gate),
            references: References::default(),
            told_terms: false,
            plates: Plates::resume(past.plates, &config.exercises),
            baseline: past.baseline,
            meeting: past.meeting,
            meetings: Meetings::resume(past.meetings),
            assurance: Vigilance::resume(past.assurance, now.mono_ms),
            calls: Calls::of(&config.exercises),
            occupancy: Occupancy::of(&config.exercises),
            held: Vec::new(),
            relays: Relays::new(relays::rules(&config), Ledger::default(), now),
            relay_callers: BTreeMap::new(),
            debts: Vec::new(),
            config,
            reporter,
            named: BTreeMap::new(),
            waiting: VecDeque::new(),
            running: BTreeMap::new(),
            parties: BTreeMap::new(),
            roll_calls: Vec::new(),
            next_id: 1,
            wheel: wheel::Wheel::default(),
            standing: None,
            stopping: false,
        };
        past.references.iter().for_each(|reference| agent.references.take(reference));
        agent.describe(now);
        agent.happened(Code::AgentStarted, concat!("avow-agent ", env!("CARGO_PKG_VERSION")), now);
        agent
    }

    /// Takes in what happened, and says what is to be done.
    pub fn apply(&mut self, event: Event, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        let inner = match event {
            Event::Reporter(event) => event,
            Event::Ended { ticket, ended, took_ms } => {
                self.ended(ticket, ended, took_ms, now, &mut effects);
                reporter::Event::Tick
            }
            Event::Cycled { relay, ended } => {
                self.cycled(relay, ended, now, &mut effects);
                reporter::Event::Tick
            }
            Event::Asked { caller, request } => {
                self.asked(caller, request, now, &mut effects);
                reporter::Event::Tick
            }
        };
        self.look_at_rooms(now, &mut effects);
        if !self.stopping {
            self.start_due(now, &mut effects);
            self.answer_calls_due(now);
            self.plant_canary(now);
        }
        self.tell_terms(now);
        self.tell_plates(now);
        self.tell_references(now, &mut effects);
        self.report(inner, now, &mut effects);
        // HQ may have said just now that it hears of backup paths, devices and references.
        if self.tell_terms(now) | self.tell_plates(now) | self.tell_references(now, &mut effects) {
            self.report(reporter::Event::Tick, now, &mut effects);
        }
        effects
    }

    fn plant_canary(&mut self, now: Now) {
        let (Some(canary), Some(venue)) = (&mut self.canary, self.config.description.venues.first()) else { return };
        for outcome in canary.plant(venue.id, now).into_iter().flatten() {
            self.reporter.produce(Report::Outcome(outcome), true, now);
        }
    }

    /// When a tick is due, monotonic milliseconds.
    #[must_use]
    pub fn wake_ms(&self, now: Now) -> u64 {
        let canary = self.canary.as_ref().map_or(u64::MAX, Canary::next_ms);
        let scheduled = self.schedule.wake_ms(now.mono_ms).min(self.slots.wake_ms(now)).min(canary);
        let scheduled = if self.stopping { u64::MAX } else { scheduled };
        let owed = if self.stopping { u64::MAX } else { self.debts_wake_ms(now) };
        let asked = if self.stopping { u64::MAX } else { self.terminals_wake_ms(now) };
        let watched = self.watch_wake_ms(now).min(self.meetings.wake_ms(now)).min(self.assurance_wake_ms(now));
        self.reporter.wake_ms().min(scheduled).min(owed).min(asked).min(watched).min(self.calls_wake_ms())
    }

    /// A meeting of HQ's may have begun or ended, and a test may be in the way of what is known by now.
    fn look_at_rooms(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.meetings_turned(now, effects);
        self.hurry_watches(now);
        if self.assurance.is_to_note(self.meetings.moment(now), now.mono_ms) {
            effects.push(Effect::Remember(Memory::Lived));
        }
        self.abort_disturbing(now, effects);
    }

    /// Tells what a person did against the interlock while no agent ran.
    pub fn was_overridden(&mut self, at_ms: u64, text: &str, now: Now) {
        let quality = if at_ms < EARLIEST_MS { ClockQuality::Unset } else { ClockQuality::Free };
        let at = WallTime { at_ms, quality };
        self.happened_at(at, Code::InterlockOverridden, text, now);
    }

    /// From now on no exercise begins; what is held is written and sent.
    pub fn stop(&mut self) {
        self.stopping = true;
        self.waiting.clear();
        self.held.clear();
        self.reporter.stop();
    }

    /// Whether everything is written, and HQ has it or cannot be reached.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        let sent = self.reporter.is_drained() || self.standing != Some(Standing::Accepted);
        sent && self.reporter.keeper().is_at_rest()
    }

    /// The reporting half, to look at.
    #[must_use]
    pub const fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    fn report(&mut self, event: reporter::Event, now: Now, effects: &mut Vec<Effect>) {
        for effect in self.reporter.apply(event, now) {
            match effect {
                reporter::Effect::Told(told) => self.told(told, now, effects),
                other => effects.push(Effect::Reporter(other)),
            }
        }
    }

    fn told(&mut self, told: reporter::Told, now: Now, effects: &mut Vec<Effect>) {
        match told {
            reporter::Told::Time(time) => {
                self.meetings.time(time);
                effects.push(Effect::Time(time));
            }
            reporter::Told::Pinned(key) => effects.push(Effect::Remember(Memory::Pin(key))),
            reporter::Told::Standing(standing) => {
                match standing {
                    Some(standing) => tracing::info!(?standing, "HQ has answered"),
                    None => tracing::info!("HQ is out of reach"),
                }
                // Its reports may have been stored long ago, in an earlier life or beyond what is remembered.
                if standing == Some(Standing::Accepted) {
                    self.forget_meetings_of_a_newer_hq(effects);
                    effects.push(Effect::Evidence(Errand::Offer));
                }
                self.standing = standing;
            }
            reporter::Told::Order(order) => self.ordered(&order, now, effects),
            reporter::Told::Steer(steer) => self.steered_from_hq(&steer, now, effects),
            reporter::Told::Ended(numbers) => {
                let ended: Vec<u64> = self.named.keys().copied().filter(|number| numbers.contains(*number)).collect();
                let hashes: Vec<_> = ended.iter().filter_map(|number| self.named.remove(number)).flatten().collect();
                if !hashes.is_empty() {
                    effects.push(Effect::Evidence(Errand::Wanted(hashes)));
                }
                self.references_stored(|number| numbers.contains(number), effects);
            }
            reporter::Told::BegunAnew => {
                self.named.clear();
                self.plates.tell_anew();
                self.references.tell_anew();
                self.told_terms = false;
                self.describe(now);
                self.happened(Code::SpoolBegunAnew, "缓存损坏或被旧镜像覆盖，已重新开始", now);
            }
            // A start describes it anyway.
            reporter::Told::Restored if self.stopping => {}
            reporter::Told::Restored => {
                tracing::info!("HQ knows less than it did; the description is sent again");
                self.told_terms = false;
                self.describe(now);
            }
        }
    }

    /// Asks the interlock, and runs what is due.
    fn start_due(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.put_back_due(now, effects);
        for at in self.schedule.poll(now.mono_ms) {
            self.begin_scheduled(at, now, effects);
        }
        for at in self.slots.due(now) {
            if self.schedule.try_start(at) {
                self.begin_scheduled(at, now, effects);
            }
        }
        self.begin_held(now, effects);
        self.ask_while_it_disturbs(now, effects);
        for _ in 0..self.waiting.len() {
            let Some(wish) = self.waiting.pop_front() else { break };
            if self.waits_for_terminals(&wish, now, effects) {
                self.waiting.push_back(wish);
                continue;
            }
            // A meeting may have begun while it waited for its device.
            if let Some(wish) = self.ask_again(wish, now, effects) {
                let is_free = match wish.what {
                    What::Probe { .. } | What::PutBack | What::MouthToEar(_) => self.schedule.try_start(wish.at),
                    // A person has a lane of his own at the camera's desk.
                    What::Camera(_) => true,
                };
                let run = Run::new(wish.at, wish.what, For::Errand(wish.party));
                if is_free {
                    self.start(run, now, effects);
                } else {
                    self.make_way(&wish, now, effects);
                    self.waiting.push_back(wish);
                }
            }
        }
    }

    fn start(&mut self, run: Run, now: Now, effects: &mut Vec<Effect>) {
        let ticket = self.fresh_id();
        let despite = self.known(run.at, now);
        self.running.insert(ticket, Run { despite, ..run });
        effects.push(Effect::Run { ticket, at: run.at, what: run.what });
    }

    fn interlocked(
        &mut self,
        at: usize,
        wanted: Disturbance,
        allowed: Disturbance,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let verdict = Verdict::Unknown { why: Why::Interlocked { wanted, allowed } };
        tracing::info!(probe = %self.config.exercises[at].name.probe, ?wanted, ?allowed, "the interlock refused");
        let outcome = outcome(&self.config.exercises[at], Ended::Verdict(verdict), 0, now.wall).0;
        self.publish(at, outcome, vec![], now, effects);
    }

    fn ended(&mut self, ticket: u64, ended: Ended, took_ms: u32, now: Now, effects: &mut Vec<Effect>) {
        let Some(run) = self.running.remove(&ticket) else { return };
        if matches!(run.what, What::Probe { .. }) {
            self.hear_terminal(run.at, &ended, now, effects);
        }
        let ended = match run.aborted {
            // What it found when it was given up is half a test.
            Some((wanted, allowed)) => Ended::Verdict(Verdict::Unknown { why: Why::Interlocked { wanted, allowed } }),
            None => ended,
        };
        let mut ended = match (ended, run.what) {
            (Ended::Found(found), What::Probe { .. }) if !self.stopping => {
                Ended::Found(self.read(run.at, found, now, effects))
            }
            (ended, _) => ended,
        };
        if let Ended::Found(probe::Found { learnt: Some(reference), .. }) = &ended {
            self.references.take(reference);
        }
        let part = match &mut ended {
            Ended::Found(found) => found.part.take(),
            _ => None,
        };
        let (outcome, errands) = outcome(&self.config.exercises[run.at], ended, took_ms, now.wall);
        match run.what {
            What::Probe { .. } | What::PutBack | What::MouthToEar(_) => {
                self.schedule.finished(run.at);
                self.switch_ended(run.at, &outcome.verdict, now);
                if !self.stopping {
                    self.tell_part(part, now);
                    self.publish(run.at, outcome.clone(), errands, now, effects);
                }
            }
            What::Camera(_) => {}
        }
        if let For::Errand(id) = run.whom {
            self.arrived(id, run.at, outcome, now, effects);
        }
    }

    fn publish(&mut self, at: usize, outcome: Outcome, errands: Vec<Errand>, now: Now, effects: &mut Vec<Effect>) {
        let is_news = match &self.last[at] {
            Some(last) => last.changes_to(&outcome.verdict),
            None => outcome.verdict != Verdict::Pass,
        };
        self.last[at] = Some(outcome.verdict.clone());
        let verdict = outcome.verdict.clone();
        let hashes: Vec<ContentHash> = outcome.evidence.iter().map(|evidence| evidence.hash).collect();
        self.reporter.produce(Report::Outcome(outcome), is_news, now);
        effects.extend(errands.into_iter().map(Effect::Evidence));
        if !hashes.is_empty() {
            let number = self.reporter.keeper().ledger().produced();
            self.named.insert(number, hashes);
            if self.named.len() > MOST_NAMED {
                self.named.pop_first();
            }
        }
        self.relays_hear(at, &verdict, now, effects);
    }

    /// One of those runs that somebody waits for is done; with the last one he hears.
    fn arrived(&mut self, id: u64, at: usize, outcome: Outcome, now: Now, effects: &mut Vec<Effect>) {
        let Some(party) = self.parties.get_mut(&id) else { return };
        party.left -= 1;
        let left = party.left;
        if party.asked == Asked::RollCall {
            self.call_run_ended(id, at, &outcome, left, now);
            if left == 0 {
                self.parties.remove(&id);
            }
            return;
        }
        party.results.push((at, outcome));
        if left > 0 {
            return;
        }
        let Some(mut party) = self.parties.remove(&id) else { return };
        sort::short_by_key(&mut party.results, |(at, _)| *at);
        let results = party.results.into_iter().map(|(_, outcome)| outcome).collect();
        match party.asked {
            Asked::Caller(caller) => effects.push(Effect::Reply { caller, reply: Reply::Checked(results) }),
            Asked::RollCall => {}
            Asked::Check(order) => {
                results.into_iter().for_each(|outcome| self.tell_checked(order, outcome, now));
            }
            Asked::Order(number) | Asked::Inspection(number) => {
                let results: Vec<Outcome> = results;
                self.answer(number, AnswerResult::Done, &inspect::refused(&results), now);
            }
            Asked::CameraOrder(number) => {
                let results: Vec<Outcome> = results;
                let (result, detail) = results.first().map_or((AnswerResult::Impossible, ""), camera_answer);
                self.answer(number, result, detail, now);
            }
            Asked::AcrossOrder(number) => {
                let results: Vec<Outcome> = results;
                let (result, detail) = results.first().map_or((AnswerResult::Impossible, ""), across::across_answer);
                self.answer(number, result, detail, now);
            }
        }
    }

    fn ordered(&mut self, order: &Order, now: Now, effects: &mut Vec<Effect>) {
        if let Task::Meetings(list) = &order.task {
            self.hear_meetings(order, list, now, effects);
            self.look_at_rooms(now, effects);
            return self.report(reporter::Event::Tick, now, effects);
        }
        if let Task::Assurance(list) = &order.task {
            self.hear_assurance(order, list, now, effects);
            self.look_at_rooms(now, effects);
            return self.report(reporter::Event::Tick, now, effects);
        }
        let task = match self.orders.take(order, self.reporter.hq_time(), now) {
            Ok(task) => task,
            Err(passed_over) => {
                tracing::info!(order = order.number, %passed_over, "passed over an order");
                return;
            }
        };
        effects.push(Effect::Remember(Memory::Gate(self.orders.gate().clone())));
        match &task {
            Task::Call(call) => self.called(order, call, now),
            Task::Check(check) => self.ordered_check(order.number, check, now),
            _ => self.obey(order.number, task, now, effects),
        }
        // What was produced just now goes out at once.
        self.start_due(now, effects);
        self.report(reporter::Event::Tick, now, effects);
    }

    fn obey(&mut self, order: u64, task: Task, now: Now, effects: &mut Vec<Effect>) {
        let (venue, probes, confirmed) = match task {
            Task::RollCall => return self.answer(order, AnswerResult::Done, "", now),
            Task::Probe { venue, probes, confirmed } => (venue, probes, confirmed),
            Task::Camera { venue, probe, command, confirmed } => {
                let is_it = |exercise: &Exercise| exercise.name.venue == venue && exercise.name.probe == probe;
                let is_camera = |exercise: &Exercise| matches!(exercise.work, Work::Camera(_)) && is_it(exercise);
                let at = self.config.exercises.iter().position(is_camera);
                return self.ordered_camera(order, at, command, confirmed, now);
            }
            Task::MouthToEar { venues, confirmed } => return self.ordered_across(order, venues, confirmed, now),
            Task::Prove { venues, .. } => return self.called_across(order, venues, now),
            Task::Inspect { venue, probes, confirmed } => {
                return self.inspected(order, (venue, &probes), confirmed, now, effects);
            }
            // Taken before.
            Task::Meetings(_) | Task::Call(_) | Task::Check(_) | Task::Assurance(_) => return,
        };
        let is_meant = |at: &usize| {
            let name = &self.config.exercises[*at].name;
            name.venue == venue && (probes.is_empty() || probes.contains(&name.probe))
        };
        let chosen: Vec<usize> = (0..self.config.exercises.len()).filter(is_meant).collect();
        if chosen.is_empty() || self.waiting.len() + chosen.len() > MOST_WAITING {
            return self.answer(order, AnswerResult::Impossible, "没有这个探测项，或正忙", now);
        }
        self.person_wants(&chosen, |_| Some(confirmed), Asked::Order(order), now, effects);
    }

    fn describe(&mut self, now: Now) {
        let description = self.config.description.clone();
        self.reporter.produce(Report::Description(description), true, now);
    }

    fn answer(&mut self, order: u64, result: AnswerResult, detail: &str, now: Now) {
        self.reporter.produce(Report::Answer(answer(order, result, detail)), true, now);
    }

    /// A person or HQ wanted something that the facts forbid.
    fn was_refused(&mut self, at: usize, wanted: Disturbance, now: Now) {
        let exercise = &self.config.exercises[at];
        let text = refused(exercise, wanted, &person_facts(self.facts(exercise, now)));
        if let Some(text) = text {
            tracing::info!(probe = %exercise.name.probe, ?wanted, "the interlock refused an order");
            self.tell_event(now.wall, Code::InterlockRefused, &text, false, now);
        }
    }

    fn happened(&mut self, code: Code, text: &str, now: Now) {
        self.happened_at(now.wall, code, text, now);
    }

    fn happened_at(&mut self, at: WallTime, code: Code, text: &str, now: Now) {
        self.tell_event(at, code, text, true, now);
    }

    /// What is urgent is written and sent at once. HQ refuses a longer line as a whole.
    fn tell_event(&mut self, at: WallTime, code: Code, text: &str, urgent: bool, now: Now) {
        let Ok(code) = code.as_str().parse() else { return };
        let text = text.chars().take(MAX_DETAIL_CHARS).collect();
        self.reporter.produce(Report::Event(Happened { at, code, text }), urgent, now);
    }

    const fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

/// HQ's language.
const CHINESE: Language = Language::Chinese;

/// The answer to an order that commanded a camera, with a line for a person.
fn camera_answer(outcome: &Outcome) -> (AnswerResult, &str) {
    match &outcome.verdict {
        Verdict::Pass | Verdict::Degraded { .. } => (AnswerResult::Done, &outcome.detail),
        Verdict::Unknown { why: Why::Interlocked { .. } } => (AnswerResult::Impossible, INTERLOCKED),
        Verdict::Unknown { why: Why::Deadline } => (AnswerResult::Impossible, "超时：摄像机未在限时内完成"),
        Verdict::Fail { .. } | Verdict::Unknown { .. } => (AnswerResult::Impossible, &outcome.detail),
    }
}

#[cfg(test)]
mod tests;
