//! `avow-agent run`: the shell around the agent. It waits, hands over, and does as it is told.

use std::collections::{HashMap, VecDeque};
use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::FutureExt as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, Interval};

use crate::agent::{self, Agent, Effect, Event, Memory, Past, Reply};
use crate::bus::Trouble;
use crate::clock::{Clock, Uptime};
use crate::config::Config;
use crate::control::{Call, Server};
use crate::evidence::{self, Courier, Errand};
use crate::exercises::Exercises;
use crate::identity::{self, State};
use crate::mqtt::{self, Line};
use crate::overridden;
use crate::probe::preset::store::Store;
use crate::probe::switch::owed;
use crate::relay::Ledger;
use crate::relay::switch::{Failed, Switches};
use crate::reporter::{self, Identity, Reporter};
use crate::shell::Shell;
use crate::spool::disk::Disk;
use crate::spool::keeper::Limits;
use crate::spool::random_id;
use crate::systemd;
use crate::uplink::Pin;

mod anew;

/// How long a command that only looks may hold the state folder at a start.
const LOOKED_AT: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// A stop waits so long for HQ.
const DRAIN: Duration = Duration::from_secs(5);
/// And so long for the disk after that.
const LAST_WRITE: Duration = Duration::from_secs(2);
/// Whether somebody disciplines the clock changes seldom.
const READ_QUALITY_EVERY: Duration = Duration::from_secs(10);
const LONGEST_BACK_OFF_MS: u64 = 60_000;
const KEEP_ALIVE_S: u64 = 30;
const ERRANDS: usize = 64;
const CALLS: usize = 8;

/// Runs until SIGTERM or SIGINT. On SIGHUP the configuration is checked, and when it is good the program begins anew in
/// the same process; a wrong one is logged and nothing changes.
///
/// # Errors
/// When it cannot begin: the state folder, the socket, or itself after SIGHUP.
pub async fn run(config: Config, socket: &Path) -> anyhow::Result<()> {
    let config = Arc::new(config);
    let mut running = Box::new(Running::begin(Arc::clone(&config), socket).await?);
    systemd::ready();
    tracing::info!(agent = %running.agent.reporter().id(), "ready");
    let end = loop {
        match running.signals.came.take() {
            Some(End::Stop) => break End::Stop,
            Some(End::Reload) if anew::is_good(&config) => break End::Reload,
            Some(End::Reload) | None => {}
        }
        let wake = running.clock.instant(running.agent.wake_ms(running.clock.now()));
        let heard = running.wait(wake).await;
        running.turn(heard);
    };
    match running.stop(end).await {
        End::Stop => Ok(()),
        End::Reload => Err(anew::begin()),
    }
}

/// What the loop heard.
enum Heard {
    Agent(Event),
    Call(Call),
    Nothing,
}

struct Running {
    clock: Clock,
    agent: Agent,
    shell: Shell<Disk>,
    exercises: Exercises,
    switches: Switches,
    config: Arc<Config>,
    state: State,
    errands: mpsc::Sender<Errand>,
    calls: mpsc::Receiver<Call>,
    callers: HashMap<u64, oneshot::Sender<Reply>>,
    next_caller: u64,
    signals: Signals,
    watchdog: Option<Interval>,
    quality_read: Option<Instant>,
    _server: Server,
}

/// Somebody's `status` holds the folder for a moment; only another agent holds it for longer.
async fn state(folder: &Path) -> Result<State, identity::Error> {
    let until = Instant::now() + LOOKED_AT;
    loop {
        match State::open(folder) {
            Err(identity::Error::Locked(_)) if Instant::now() < until => tokio::time::sleep(LOOK_AGAIN).await,
            opened => return opened,
        }
    }
}

impl Running {
    async fn begin(config: Arc<Config>, socket: &Path) -> anyhow::Result<Self> {
        let state = state(&config.state).await?;
        // Before anything is made: a start that cannot be leaves nothing behind.
        let (sender, calls) = mpsc::channel(CALLS);
        let server = Server::listen(socket, sender)?;
        let signer = state.signer()?;
        let clock = Clock::new();
        let folder = config.state.join("spool");
        let (spool, opened) = tokio::task::spawn_blocking(move || Disk::open(&folder, Limits::BOX.disk_bytes as u64))
            .await
            .context("open the spool")?;
        let me = Identity {
            signer: signer.clone(),
            place: config.place(),
            venues: config.venues(),
            software: env!("CARGO_PKG_VERSION").into(),
            boot_nonce: random_id().0,
        };
        let pin = config.hq_key.or_else(|| state.pin()).map_or(Pin::FirstUse, Pin::Key);
        let reporter = Reporter::new(me, pin, &opened, Limits::BOX, clock.now());
        let line = Line::start(mqtt::Options {
            host: config.broker.host.clone(),
            port: config.broker.port,
            client_id: signer.id().to_string(),
            keep_alive_s: KEEP_ALIVE_S,
            back_off_most_ms: LONGEST_BACK_OFF_MS,
            turnstile: None,
        });
        let errands = courier(&config, signer)?;
        let relays = relays_on(&config).await;
        let past = Past {
            gate: state.gate(),
            meeting: state.meeting(),
            meetings: identity::meetings(state.folder()),
            assurance: identity::assurance(state.folder(), Uptime::read().as_ref()),
            plates: state.plates(),
            baseline: state.baseline(),
            references: Store::of(state.folder()).untold(),
            slots: state.slots(),
        };
        let mut agent = Agent::new(Arc::clone(&config), reporter, past, clock.now());
        for (at_ms, text) in overridden::take(&config.state) {
            agent.was_overridden(at_ms, &text, clock.now());
        }
        let owed = agent.switched_begin(owed::all(state.folder()), clock.now());
        owed.iter().for_each(|owed| owed.forget(state.folder()));
        let ledger = agent.relays_begin(state.relays(), &relays, clock.now());
        if !config.relays.is_empty() {
            remember_relays(&state, &ledger);
        }
        Ok(Self {
            exercises: Exercises::new(Arc::clone(&config)),
            switches: Switches::default(),
            config,
            agent,
            clock,
            shell: Shell::new(line, spool),
            state,
            errands,
            calls,
            callers: HashMap::new(),
            next_caller: 0,
            signals: Signals::new()?,
            watchdog: systemd::watchdog(),
            quality_read: None,
            _server: server,
        })
    }

    async fn wait(&mut self, wake: Instant) -> Heard {
        tokio::select! {
            event = self.shell.wait() => Heard::Agent(Event::Reporter(event)),
            (ticket, ended, took_ms) = self.exercises.next() => Heard::Agent(Event::Ended { ticket, ended, took_ms }),
            (relay, ended) = self.switches.next() => Heard::Agent(Event::Cycled { relay, ended }),
            Some(call) = self.calls.recv() => Heard::Call(call),
            () = tokio::time::sleep_until(wake) => Heard::Agent(Event::Reporter(reporter::Event::Tick)),
            () = self.signals.wait() => Heard::Nothing,
            () = tick(&mut self.watchdog) => {
                systemd::alive();
                Heard::Nothing
            }
        }
    }

    fn turn(&mut self, heard: Heard) {
        if self.quality_read.is_none_or(|at| at.elapsed() >= READ_QUALITY_EVERY) {
            self.quality_read = Some(Instant::now());
            self.clock.set_quality(crate::probe::host::clock::quality());
        }
        let event = match heard {
            Heard::Nothing => return,
            Heard::Agent(event) => event,
            Heard::Call(call) => {
                self.next_caller += 1;
                self.callers.retain(|_, reply| !reply.is_closed());
                self.callers.insert(self.next_caller, call.reply);
                Event::Asked { caller: self.next_caller, request: call.request }
            }
        };
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for effect in self.agent.apply(event, self.clock.now()) {
                events.extend(self.start(effect));
            }
        }
    }

    /// Never waits; completions come back as events, what fails at once as one of them here.
    fn start(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::Reporter(reporter::Effect::Subscribe(topics)) => self.shell.subscribe(topics),
            Effect::Reporter(reporter::Effect::Publish { topic, bytes }) => self.shell.publish(&topic, bytes),
            Effect::Reporter(reporter::Effect::Spool(job)) => self.shell.spool(job),
            Effect::Reporter(reporter::Effect::Told(_)) => {}
            Effect::Run { ticket, at, what } => self.exercises.start(ticket, at, what, self.clock.now()),
            Effect::Steer { at, motion, lease_ms, caller } => {
                let waiting = caller.and_then(|caller| self.callers.remove(&caller));
                let (lease, wall) = (Duration::from_millis(lease_ms.into()), self.clock.now().wall);
                self.exercises.steer(at, motion, lease, move |exercise, trouble| {
                    let reply = trouble.map_or(Reply::Done {}, |found| {
                        Reply::Checked(vec![agent::outcome(exercise, agent::Ended::Found(found), 0, wall).0])
                    });
                    // Who asked may be gone.
                    let _ = waiting.map(|waiting| waiting.send(reply));
                });
            }
            Effect::Cancel { ticket } => self.exercises.cancel(ticket),
            Effect::Halt => self.exercises.halt(),
            Effect::Cycle { relay, ledger } => return self.cycle(relay, &ledger),
            Effect::Evidence(errand) => {
                if self.errands.try_send(errand).is_err() {
                    tracing::warn!("evidence found no room");
                }
            }
            Effect::Reply { caller, reply } => {
                // Who asked may be gone.
                let _ = self.callers.remove(&caller).map(|waiting| waiting.send(reply));
            }
            Effect::Remember(memory) => self.remember(&memory),
            Effect::Time(time) => self.clock.set(time),
        }
        None
    }

    /// What is not written down is not done: the count of a day must survive.
    fn cycle(&mut self, relay: usize, ledger: &Ledger) -> Option<Event> {
        match self.state.set_relays(ledger) {
            Ok(()) => {
                self.switches.start(relay, self.config.relays[relay].wiring.clone());
                None
            }
            Err(error) => {
                let trouble = Trouble::Other { what: "状态目录".to_owned(), detail: error.to_string() };
                Some(Event::Cycled { relay, ended: Err(Failed::NotOff(trouble)) })
            }
        }
    }

    /// A few bytes, seldom: an order, a meeting, a first use, a device that is another one.
    fn remember(&self, memory: &Memory) {
        let remembered = match memory {
            Memory::Gate(gate) => self.state.set_gate(gate),
            Memory::Meeting(on) => self.state.set_meeting(*on),
            Memory::Meetings(kept) => self.state.set_meetings(kept.as_ref()),
            Memory::Assurance(list) => self.state.set_assurance(list).map(|()| self.note_lived()),
            Memory::Lived => {
                self.note_lived();
                Ok(())
            }
            Memory::Pin(key) => self.state.set_pin(key),
            Memory::Plates(plates) => self.state.set_plates(plates),
            Memory::Baseline(baseline) => self.state.set_baseline(baseline),
            Memory::Relays(ledger) => self.state.set_relays(ledger),
            Memory::Slots(kept) => self.state.set_slots(kept),
            Memory::Referred { whose, preset, version } => {
                Store::of(self.state.folder()).told(whose, *preset, *version);
                Ok(())
            }
        };
        if let Err(error) = remembered {
            tracing::warn!(%error, "what should outlive a restart may not");
        }
    }

    /// Looking notes it.
    fn note_lived(&self) {
        let _ = identity::assurance(self.state.folder(), Uptime::read().as_ref());
    }

    /// Ends in an orderly way; what to do then: a stop that comes meanwhile outweighs a reload.
    async fn stop(mut self: Box<Self>, end: End) -> End {
        match end {
            End::Stop => {
                tracing::info!("stopping");
                systemd::stopping();
            }
            End::Reload => tracing::info!("the configuration is good: beginning anew with it"),
        }
        self.exercises.stop().await;
        self.switches.stop().await;
        self.agent.stop();
        self.rest_until(Instant::now() + DRAIN).await;
        // What was acknowledged meanwhile is written too.
        self.agent.stop();
        self.rest_until(Instant::now() + LAST_WRITE).await;
        self.shell.disconnect().await;
        // One that came in the meantime is in its queue.
        let _ = tokio::time::timeout(Duration::from_millis(1), self.signals.wait()).await;
        match self.signals.came {
            Some(End::Stop) => End::Stop,
            Some(End::Reload) | None => end,
        }
    }

    async fn rest_until(&mut self, deadline: Instant) {
        self.turn(Heard::Agent(Event::Reporter(reporter::Event::Tick)));
        while !self.agent.is_at_rest() && Instant::now() < deadline {
            let wake = self.clock.instant(self.agent.wake_ms(self.clock.now())).min(deadline);
            let event = tokio::select! {
                event = self.shell.wait() => event,
                () = tokio::time::sleep_until(wake) => reporter::Event::Tick,
                () = self.signals.wait() => reporter::Event::Tick,
            };
            self.turn(Heard::Agent(Event::Reporter(event)));
        }
    }
}

/// Not being able to is no reason not to start: each cycle tries again, and is not done without.
fn remember_relays(state: &State, ledger: &Ledger) {
    if let Err(error) = state.set_relays(ledger) {
        tracing::warn!(%error, "how often relays were used may be forgotten");
    }
}

/// Before anything else all devices get their power: an earlier life may have been killed while one had none.
async fn relays_on(config: &Config) -> Vec<Result<(), Trouble>> {
    let mut given = Vec::new();
    for relay in &config.relays {
        let on = relay.wiring.power_on().await;
        if let Err(trouble) = &on {
            tracing::error!(relay = %relay.rule.name, %trouble, "power cannot be given");
        }
        given.push(on);
    }
    given
}

fn courier(config: &Config, signer: avow_shared::wire::Signer) -> anyhow::Result<mpsc::Sender<Errand>> {
    let courier =
        Courier::new(&evidence::folder(&config.state), &config.http, signer).context("make an HTTP client")?;
    let (sender, receiver) = mpsc::channel(ERRANDS);
    tokio::spawn(courier.work(receiver).boxed());
    Ok(sender)
}

async fn tick(interval: &mut Option<Interval>) {
    match interval {
        Some(interval) => {
            interval.tick().await;
        }
        None => std::future::pending().await,
    }
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Stop,
    Reload,
}

/// SIGTERM, SIGINT and SIGHUP.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    on_terminal: bool,
    came: Option<End>,
}

impl Signals {
    fn new() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("listen for signals");
        let signals = Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hang_up: listen(SignalKind::hangup())?,
            on_terminal: std::io::stderr().is_terminal(),
            came: None,
        };
        anew::take_hang_ups();
        Ok(signals)
    }

    async fn wait(&mut self) {
        let came = tokio::select! {
            _ = self.terminate.recv() => End::Stop,
            _ = self.interrupt.recv() => End::Stop,
            // A terminal that is gone says the same, and means that its programs end.
            _ = self.hang_up.recv() => if self.on_terminal && !std::io::stderr().is_terminal() {
                End::Stop
            } else {
                End::Reload
            },
        };
        if self.came != Some(End::Stop) {
            self.came = Some(came);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_start_waits_for_who_only_looks_and_not_for_another_agent() {
        let folder = tempfile::tempdir().expect("a folder");
        let looking = State::open(folder.path()).expect("opens");
        let looked_at = async move {
            tokio::time::sleep(LOOKED_AT / 2).await;
            drop(looking);
        };
        let (opened, ()) = tokio::join!(state(folder.path()), looked_at);
        let _running = opened.expect("opens once nobody looks");
        assert!(matches!(state(folder.path()).await, Err(identity::Error::Locked(_))));
    }
}
