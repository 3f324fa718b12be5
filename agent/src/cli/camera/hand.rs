//! Whoever does it: the running agent, or this very process when none runs. Never both.

use std::time::{Duration, Instant};

use avow_shared::camera::{Command, Motion};
use avow_shared::interlock::{Disturbance, Facts};
use avow_shared::outcome::{Outcome, Verdict, Why};
use smol_str::SmolStr;
use tokio::runtime::Runtime;

use super::super::{Failed, Place, check, clock, runtime, unexpected, wait};
use crate::agent::{self, Decision, Ended, Question, Reply, Request, What, against, decide_person, person_facts};
use crate::calls::Calls;
use crate::camera::desk::{Camera, Desk, Lane};
use crate::camera::reach::Port;
use crate::clock::Clock;
use crate::config::{Config, Exercise, full_name};
use crate::exercises::{context, obey, within};
use crate::probe::{Found, Work, camera};

/// A person's way to one camera.
pub(super) struct Hand<'a> {
    place: &'a Place,
    config: &'a Config,
    exercise: &'a Exercise,
    name: SmolStr,
    yes: bool,
    /// What he said when he was asked.
    agreed: Option<bool>,
    direct: Option<Direct>,
    clock: Clock,
    /// What the room's terminals said when this process asked them.
    calls: Calls,
    /// For waiting between two words to the agent.
    runtime: Option<Runtime>,
}

/// The camera at a desk of this process.
struct Direct {
    desk: Desk,
    camera: Camera,
    /// Whether it is noted already that he goes on against the interlock.
    is_noted: bool,
}

/// Between two questions to a room's terminals.
const ASK_EVERY_MS: u64 = 60_000;

impl<'a> Hand<'a> {
    pub(super) fn new(place: &'a Place, config: &'a Config, exercise: &'a Exercise, name: &str, yes: bool) -> Self {
        let calls = Calls::of(&config.exercises);
        let (name, clock) = (name.into(), clock());
        Self { place, config, exercise, name, yes, agreed: None, direct: None, clock, calls, runtime: None }
    }

    /// Whether the camera's protocol has no answers, so that silence says nothing.
    pub(super) fn speaks_to_the_mute(&self) -> bool {
        matches!(&self.exercise.work, Work::Camera(setup) if matches!(setup.port, Port::Pelco(..)))
    }

    /// Has something done once.
    pub(super) fn command(&mut self, command: Command) -> Result<Outcome, Failed> {
        let name = self.name.clone();
        let request = |agreed| Request::Camera { name: name.clone(), command, agreed };
        match self.ask(request)? {
            Some(Reply::Checked(mut outcomes)) if outcomes.len() == 1 => Ok(outcomes.remove(0)),
            Some(other) => Err(unexpected(&other, self.place.language)),
            None => self.command_directly(command),
        }
    }

    /// Has it move for a moment, or stop; none when the camera took that, else why it did not.
    pub(super) fn steer(&mut self, motion: Motion, lease: Duration) -> Result<Option<Outcome>, Failed> {
        let name = self.name.clone();
        let lease_ms = u16::try_from(lease.as_millis()).unwrap_or(u16::MAX);
        let request = |agreed| Request::Steer { name: name.clone(), motion, lease_ms, agreed };
        match self.ask(request)? {
            Some(Reply::Done {}) => Ok(None),
            Some(Reply::Checked(mut outcomes)) if outcomes.len() == 1 => Ok(Some(outcomes.remove(0))),
            Some(other) => Err(unexpected(&other, self.place.language)),
            None => self.steer_directly(motion, lease),
        }
    }

    /// Lets time pass, and the desk of this process work meanwhile.
    pub(super) fn wait<T>(&mut self, until: impl Future<Output = T>) -> Result<T, Failed> {
        Ok(wait(self.runtime()?, until))
    }

    /// Gives the camera up: what a desk of this process moves is stopped.
    pub(super) fn leave(&mut self) -> Result<(), Failed> {
        match self.direct.take() {
            Some(Direct { desk, camera, .. }) => {
                drop(camera);
                self.wait(desk.close())
            }
            None => Ok(()),
        }
    }

    /// What the agent says, after asking the person where it wants to know; none when none runs.
    fn ask(&mut self, request: impl Fn(Option<bool>) -> Request) -> Result<Option<Reply>, Failed> {
        if self.direct.is_some() {
            return Ok(None);
        }
        loop {
            match self.place.ask(&request(self.agreed))? {
                Some(Reply::Ask(mut questions)) if questions.len() == 1 => {
                    let question = questions.remove(0);
                    self.agreed = Some(self.agrees(question));
                }
                reply => return Ok(reply),
            }
        }
    }

    fn agrees(&self, question: Question) -> bool {
        let said = check::answers(self.config, vec![question], self.yes, self.place.language);
        said.into_values().all(|agreed| agreed)
    }

    fn command_directly(&mut self, command: Command) -> Result<Outcome, Failed> {
        if let Some(outcome) = self.forbidden(command.disturbance(), command.changes_settings())? {
            return Ok(outcome);
        }
        let Work::Camera(setup) = &self.exercise.work else { return Err(Failed::Wrong(String::new())) };
        let desk = self.direct()?.desk.clone();
        let context = context(&self.config.state, What::Camera(command), self.clock.now());
        let run = async move { tokio::time::timeout(within(command), obey(setup, &desk, command, &context)).await };
        let begun = Instant::now();
        let ended = self.wait(run)?.map_or(Ended::Deadline, Ended::Found);
        Ok(self.outcome(ended, begun.elapsed()))
    }

    fn steer_directly(&mut self, motion: Motion, lease: Duration) -> Result<Option<Outcome>, Failed> {
        if !motion.is_still()
            && let Some(outcome) = self.forbidden(Disturbance::Motion, false)?
        {
            return Ok(Some(outcome));
        }
        let Work::Camera(setup) = &self.exercise.work else { return Err(Failed::Wrong(String::new())) };
        let camera = self.direct()?.camera.clone();
        let begun = Instant::now();
        let steered = self.wait(async move { camera.steer(motion, lease).await })?;
        let found: Option<Found> = steered.err().map(|trouble| camera::not_steered(setup, trouble));
        Ok(found.map(|found| self.outcome(Ended::Found(found), begun.elapsed())))
    }

    /// As the running agent would: asks the interlock, and where that says so the person.
    fn forbidden(&mut self, wanted: Disturbance, changes: bool) -> Result<Option<Outcome>, Failed> {
        self.ask_terminals()?;
        let facts = check::facts_now(self.config, self.exercise, &self.calls, &self.clock);
        let frozen = changes && check::is_frozen(self.config, self.exercise.name.venue, self.clock.now());
        let facts = person_facts(Facts { frozen, ..facts });
        let verdict = match decide_person(wanted, self.agreed == Some(true), &facts) {
            Decision::Go { .. } => None,
            Decision::Ask { wanted, allowed } if self.agreed.is_none() => {
                let (probe, against) = (full_name(self.exercise), against(wanted, &facts));
                let agreed = self.agrees(Question { probe, wanted, allowed, against });
                self.agreed = Some(agreed);
                (!agreed).then_some(Why::Declined)
            }
            Decision::Ask { .. } => Some(Why::Declined),
            Decision::No { wanted, allowed } => Some(Why::Interlocked { wanted, allowed }),
        };
        if let Some(why) = verdict {
            return Ok(Some(self.outcome(Ended::Verdict(Verdict::Unknown { why }), Duration::ZERO)));
        }
        if !self.direct()?.is_noted && against(wanted, &facts).is_some() {
            check::note_if_overridden(self.config, self.exercise, wanted, &facts, &self.clock)?;
            self.direct()?.is_noted = true;
        }
        Ok(None)
    }

    /// What a terminal said holds for a while: a person who steers is not kept waiting for it each time.
    fn ask_terminals(&mut self) -> Result<(), Failed> {
        let (venue, now_ms) = (self.exercise.name.venue, self.clock.now().mono_ms);
        if self.calls.unheard_since(venue, now_ms.saturating_sub(ASK_EVERY_MS)).next().is_some() {
            let (config, clock) = (self.config, self.clock.clone());
            self.calls = check::ask_terminals(config, &[venue].into(), &clock, self.runtime()?);
        }
        Ok(())
    }

    fn outcome(&self, ended: Ended, took: Duration) -> Outcome {
        let took_ms = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
        agent::outcome(self.exercise, ended, took_ms, self.clock.now().wall).0
    }

    /// A desk of this process, unless an agent runs that merely was not found: two masters never share a wire.
    fn direct(&mut self) -> Result<&mut Direct, Failed> {
        if self.direct.is_none() {
            self.place.sees_no_agent(self.config)?;
            let Work::Camera(setup) = &self.exercise.work else { return Err(Failed::Wrong(String::new())) };
            let reach = setup.reach();
            let seat = setup.seat();
            let desk = self.wait(async { reach.desk() })?;
            let camera = desk.camera(seat, Lane::Person);
            self.direct = Some(Direct { desk, camera, is_noted: false });
        }
        self.direct.as_mut().ok_or_else(|| Failed::Trouble(String::new()))
    }

    fn runtime(&mut self) -> Result<&Runtime, Failed> {
        if self.runtime.is_none() {
            self.runtime = Some(runtime()?);
        }
        self.runtime.as_ref().ok_or_else(|| Failed::Trouble(String::new()))
    }
}
