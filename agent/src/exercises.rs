//! Runs exercises: each with a deadline and behind a guard, so that a panic or a hang ends as `Unknown` and the agent
//! lives on.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use avow_shared::camera::{Command, Motion};
use futures_util::FutureExt as _;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use crate::agent::{Ended, What};
use crate::camera::desk::Desk;
use crate::clock::Now;
use crate::config::{Config, Exercise};
use crate::probe::{self, Context, Found, Work, camera, mouth_to_ear};

/// A camera that moves needs so long.
const CAMERA_WITHIN: Duration = Duration::from_secs(60);
/// And when it is to be looked at as well, until it stands still.
const LEARN_WITHIN: Duration = Duration::from_secs(240);

/// What a switching test changed is put back before the program ends, when that takes no longer.
pub const PUT_BACK_WITHIN: Duration = Duration::from_secs(20);

/// What runs.
#[derive(Debug)]
pub struct Exercises {
    config: Arc<Config>,
    runs: Guarded,
    /// One for each camera's line, by its device key.
    desks: HashMap<String, Desk>,
}

/// Runs, each with a deadline, whose panics are noticed and go no further.
#[derive(Debug, Default)]
struct Guarded {
    runs: JoinSet<Option<Found>>,
    under_way: Vec<(AbortHandle, u64, Instant)>,
}

impl Exercises {
    /// Nothing runs.
    #[must_use]
    pub fn new(config: Arc<Config>) -> Self {
        Self { config, runs: Guarded::default(), desks: HashMap::new() }
    }

    /// Begins a run of the exercise `at`.
    pub fn start(&mut self, ticket: u64, at: usize, what: What, now: Now) {
        let context = Context { desk: self.desk(at), ..context(&self.config.state, what, now) };
        let config = Arc::clone(&self.config);
        let within = match what {
            What::Probe { .. } | What::PutBack | What::MouthToEar(_) => config.exercises[at].deadline,
            What::Camera(command) => within(command),
        };
        self.runs.spawn(ticket, within, async move { execute(&config.exercises[at], what, &context).await });
    }

    /// Has a camera move for at most `lease`, or stop; `taken` hears what came of it, as far as anything was.
    pub fn steer(
        &mut self,
        at: usize,
        motion: Motion,
        lease: Duration,
        taken: impl FnOnce(&Exercise, Option<Found>) + Send + 'static,
    ) {
        let (Some(desk), config) = (self.desk(at), Arc::clone(&self.config)) else { return };
        let Work::Camera(setup) = &config.exercises[at].work else { return };
        let steering = desk.steer(setup.seat(), motion, lease);
        tokio::spawn(
            async move {
                let trouble = steering.await.err();
                let exercise = &config.exercises[at];
                let Work::Camera(setup) = &exercise.work else { return };
                taken(exercise, trouble.map(|trouble| camera::not_steered(setup, trouble)));
            }
            .boxed(),
        );
    }

    /// Gives up a run, which drops it in the middle: its children end, a sink or a camera goes back by itself. Its end comes as
    /// every other's. Nothing when it has ended.
    pub fn cancel(&self, ticket: u64) {
        self.runs.cancel(ticket);
    }

    /// Stops every camera that somebody steers.
    pub fn halt(&self) {
        self.desks.values().for_each(Desk::halt);
    }

    /// The next end: the ticket, how, and after how many milliseconds. May be dropped while it waits.
    pub async fn next(&mut self) -> (u64, Ended, u32) {
        self.runs.next().await
    }

    /// Ends everything that runs; a dropped run ends its children and frees its port. Cameras that move are stopped.
    pub async fn stop(&mut self) {
        self.runs.runs.shutdown().await;
        probe::switch::settled(PUT_BACK_WITHIN).await;
        let desks = std::mem::take(&mut self.desks).into_values();
        let desks: JoinSet<()> = desks.map(|desk| desk.close().boxed()).collect();
        desks.join_all().await;
        probe::switch::settled(PUT_BACK_WITHIN).await;
    }

    /// The desk of the camera that an exercise is about, none when it is about none.
    pub fn desk(&mut self, at: usize) -> Option<Desk> {
        let exercise = &self.config.exercises[at];
        let key = exercise.device_key.clone().unwrap_or_default();
        if let Some(desk) = self.desks.get(&key) {
            return Some(desk.clone());
        }
        let desk = exercise.work.desk()?;
        self.desks.insert(key, desk.clone());
        Some(desk)
    }
}

impl Guarded {
    fn spawn(&mut self, ticket: u64, within: Duration, run: impl Future<Output = Found> + Send + 'static) {
        let handle = self.runs.spawn(async move { tokio::time::timeout(within, run).await.ok() }.boxed());
        self.under_way.push((handle, ticket, Instant::now()));
    }

    fn cancel(&self, ticket: u64) {
        self.under_way.iter().filter(|(_, running, _)| *running == ticket).for_each(|(handle, ..)| handle.abort());
    }

    async fn next(&mut self) -> (u64, Ended, u32) {
        let Some(joined) = self.runs.join_next_with_id().await else { return std::future::pending().await };
        let (id, ended) = match joined {
            Ok((id, Some(found))) => (id, Ended::Found(found)),
            Ok((id, None)) => (id, Ended::Deadline),
            Err(error) if error.is_cancelled() => (error.id(), Ended::Aborted),
            Err(error) => (error.id(), Ended::Panicked),
        };
        let at = self.under_way.iter().position(|(running, ..)| running.id() == id);
        let (ticket, began) = at.map_or((0, Instant::now()), |at| {
            let (_, ticket, began) = self.under_way.swap_remove(at);
            (ticket, began)
        });
        (ticket, ended, u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX))
    }
}

/// A person's command is given up after this.
#[must_use]
pub const fn within(command: Command) -> Duration {
    match command {
        Command::Learn(_) => LEARN_WITHIN,
        _ => CAMERA_WITHIN,
    }
}

/// Does one thing.
pub async fn execute(exercise: &Exercise, what: What, context: &Context) -> Found {
    let work = &exercise.work;
    match (what, work) {
        (What::MouthToEar(turn), Work::MouthToEar(setup)) => {
            Box::pin(mouth_to_ear::run(setup, turn, &exercise.name.probe, context)).await
        }
        (What::Camera(command), Work::Camera(setup)) => {
            let desk = context.desk.clone().unwrap_or_else(|| setup.reach().desk());
            let found = obey(setup, &desk, command, context).await;
            if context.desk.is_none() {
                desk.close().await;
            }
            found
        }
        (What::PutBack, work) if let Some(setup) = work.switches() => {
            probe::switch::put_back(setup, &context.state_dir).await
        }
        _ => probe::run(work, context).await,
    }
}

/// Carries out a person's command at the desk of the camera.
pub async fn obey(setup: &camera::Setup, desk: &Desk, command: Command, context: &Context) -> Found {
    match command {
        Command::Learn(preset) => Box::pin(camera::learn(setup, desk, preset, context)).await,
        command => camera::command(setup, desk, command).await,
    }
}

/// What a run is told about the moment and the box.
#[must_use]
pub fn context(state: &std::path::Path, what: What, now: Now) -> Context {
    Context {
        may_move: matches!(what, What::Probe { may_move: true }),
        state_dir: PathBuf::from(state),
        wall: now.wall,
        flash_bytes: probe::host::flash_bytes(),
        uptime: Duration::from_millis(now.mono_ms),
        desk: None,
    }
}

#[cfg(test)]
mod tests {
    use avow_shared::outcome::Verdict;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_panic_and_a_hang_end_and_the_others_go_on() {
        let mut runs = Guarded::default();
        let within = Duration::from_secs(20);
        runs.spawn(1, within, async { panic!("a probe's own mistake") });
        runs.spawn(2, within, std::future::pending());
        runs.spawn(3, within, async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            Found::new(Verdict::Pass, "well")
        });
        assert!(matches!(runs.next().await, (1, Ended::Panicked, 0)));
        assert!(matches!(runs.next().await, (3, Ended::Found(_), 5_000)));
        assert!(matches!(runs.next().await, (2, Ended::Deadline, 20_000)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_is_given_up_is_dropped_at_once_and_the_others_go_on() {
        let mut runs = Guarded::default();
        let (child, mut gone) = tokio::sync::oneshot::channel::<()>();
        runs.spawn(1, Duration::from_secs(20), async move {
            let _child = child;
            std::future::pending().await
        });
        runs.spawn(2, Duration::from_secs(20), async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            Found::new(Verdict::Pass, "well")
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        runs.cancel(1);
        runs.cancel(9);
        assert!(matches!(runs.next().await, (1, Ended::Aborted, 1_000)), "no later than it was said");
        assert!(gone.try_recv().is_err_and(|error| error == tokio::sync::oneshot::error::TryRecvError::Closed));
        runs.cancel(1);
        assert!(matches!(runs.next().await, (2, Ended::Found(_), 5_000)));
    }
}
