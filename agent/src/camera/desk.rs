//! The desk of one camera's line: whoever wants something of a camera comes here, and nobody else touches the line.
//!
//! Two lanes lead to it. A person's (and HQ's) commands and steering pass what a probe asks: they are sent at once, also while
//! a probe waits for an answer that never comes. The line is opened when somebody needs it and left to others soon after;
//! after a person it stays open for a while, so that his next click needs no opening. Leases end here: see [`Lease`].

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use avow_shared::camera::{Command, Motion};
use futures_util::FutureExt as _;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::lease::{self, Lease, Say};
use super::reach::{Backend, Happened, Ticket};
use super::words::{Answer, Job, Question, Trouble};

/// So many requests of each lane wait at the desk.
const LANE: usize = 16;
/// Between the questions of a probe the line stays open.
const AFTER_A_PROBE: Duration = Duration::from_secs(1);
/// Whoever steers is likely to go on.
const AFTER_A_PERSON: Duration = Duration::from_secs(30);
/// A desk that closes gives cameras that move so long to take a stop.
const LAST_STOP: Duration = Duration::from_secs(1);

/// Whose request it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// A person at the box or at HQ.
    Person,
    /// A probe.
    Probe,
}

#[derive(Debug)]
enum What {
    Job(Job),
    Steer {
        motion: Motion,
        lease: Duration,
    },
    /// All leases end.
    Halt,
    Transcript(oneshot::Sender<String>),
}

#[derive(Debug)]
struct Request {
    seat: u8,
    what: What,
    reply: Option<oneshot::Sender<Result<Answer, Trouble>>>,
}

/// A way to the desk. When the last is dropped, what moves is stopped, and the line is left.
#[derive(Clone, Debug)]
pub struct Desk {
    persons: mpsc::Sender<Request>,
    probes: mpsc::Sender<Request>,
    /// Ends when the desk has left its line.
    left: mpsc::Sender<()>,
}

/// A camera at a desk, as one of the two lanes sees it.
#[derive(Clone, Debug)]
pub struct Camera {
    desk: Desk,
    seat: u8,
    lane: Lane,
}

impl Desk {
    /// A desk with a task of its own.
    #[must_use]
    pub fn of(backend: Backend) -> Self {
        let (persons, from_persons) = mpsc::channel(LANE);
        let (probes, from_probes) = mpsc::channel(LANE);
        let (left, is_open) = mpsc::channel(1);
        tokio::spawn(
            async move {
                Clerk::new(backend).work(from_persons, from_probes).await;
                drop(is_open);
            }
            .boxed(),
        );
        Self { persons, probes, left }
    }

    /// The camera in `seat` (its number in a chain, 1 where there are no chains).
    #[must_use]
    pub fn camera(&self, seat: u8, lane: Lane) -> Camera {
        Camera { desk: self.clone(), seat, lane }
    }

    /// Stops whatever a lease moves, without waiting: the interlock says no.
    pub fn halt(&self) {
        self.tell(Request { seat: 0, what: What::Halt, reply: None });
    }

    /// Has a camera move for at most `lease` from now, or stop: said before this returns, unless the lane is full. What is
    /// given back ends when the camera has taken it, or had it already; it need not be waited for.
    pub fn steer(
        &self,
        seat: u8,
        motion: Motion,
        lease: Duration,
    ) -> impl Future<Output = Result<(), Trouble>> + use<> {
        let (reply, replied) = oneshot::channel();
        self.tell(Request { seat, what: What::Steer { motion, lease }, reply: Some(reply) });
        async move { replied.await.unwrap_or(Err(Trouble::Full)).map(drop) }
    }

    /// Gives up this way to the desk, and waits until the line is left when it was the last.
    pub async fn close(self) {
        let Self { persons, probes, left } = self;
        drop((persons, probes));
        left.closed().await;
    }

    fn tell(&self, request: Request) {
        if self.persons.try_send(request).is_err() {
            tracing::debug!("a hand at the wheel found no room");
        }
    }
}

impl Camera {
    /// Has something done, and waits for its end.
    ///
    /// # Errors
    /// What the camera or the line did instead.
    pub async fn command(&self, command: Command) -> Result<(), Trouble> {
        self.ask_for(What::Job(Job::Do(command))).await.map(drop)
    }

    /// Asks something.
    ///
    /// # Errors
    /// What the camera or the line did instead.
    pub async fn ask(&self, question: Question) -> Result<Answer, Trouble> {
        self.ask_for(What::Job(Job::Ask(question))).await
    }

    /// Has it move for at most `lease` from now, or stop; ends when the camera has taken that, or had it already.
    ///
    /// # Errors
    /// What the camera or the line did instead. A stop goes on being said all the same.
    pub async fn steer(&self, motion: Motion, lease: Duration) -> Result<(), Trouble> {
        self.desk.steer(self.seat, motion, lease).await
    }

    /// What went over the line since it was opened last.
    pub async fn transcript(&self) -> String {
        let (sender, said) = oneshot::channel();
        let request = Request { seat: self.seat, what: What::Transcript(sender), reply: None };
        match self.lane().send(request).await {
            Ok(()) => said.await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    async fn ask_for(&self, what: What) -> Result<Answer, Trouble> {
        let (reply, replied) = oneshot::channel();
        let request = Request { seat: self.seat, what, reply: Some(reply) };
        self.lane().send(request).await.map_err(|_| Trouble::Full)?;
        replied.await.unwrap_or(Err(Trouble::Full))
    }

    /// The same camera in a person's lane: what has to be done now passes what a probe asks.
    #[must_use]
    pub fn of_a_person(self) -> Self {
        Self { lane: Lane::Person, ..self }
    }

    const fn lane(&self) -> &mpsc::Sender<Request> {
        match self.lane {
            Lane::Person => &self.desk.persons,
            Lane::Probe => &self.desk.probes,
        }
    }
}

/// What is under way.
#[derive(Debug)]
struct UnderWay {
    seat: u8,
    /// Of something that a lease said.
    round: Option<u64>,
    reply: Option<oneshot::Sender<Result<Answer, Trouble>>>,
}

/// The task behind the desk.
#[derive(Debug)]
struct Clerk {
    backend: Backend,
    begun: Instant,
    leases: BTreeMap<u8, Lease>,
    under_way: HashMap<Ticket, UnderWay>,
    next_ticket: Ticket,
    /// The line is left at this moment when nobody has come.
    rest_at: Option<Instant>,
}

impl Clerk {
    fn new(backend: Backend) -> Self {
        Self {
            backend,
            begun: Instant::now(),
            leases: BTreeMap::new(),
            under_way: HashMap::new(),
            next_ticket: 0,
            rest_at: None,
        }
    }

    async fn work(mut self, mut persons: mpsc::Receiver<Request>, mut probes: mpsc::Receiver<Request>) {
        loop {
            let wake = self.wake();
            tokio::select! {
                biased;
                request = persons.recv() => match request {
                    Some(request) => self.take(request, Lane::Person),
                    // The last way to the desk is gone, and with it whoever waited for an answer.
                    None => break,
                },
                Some(request) = probes.recv() => self.take(request, Lane::Probe),
                happened = self.backend.next() => self.happened(happened),
                () = tokio::time::sleep_until(wake) => self.tick(),
            }
        }
        self.halt();
        let is_stopped = async {
            while self.leases.values().any(|lease| !lease.is_still()) {
                let wake = self.wake();
                tokio::select! {
                    happened = self.backend.next() => self.happened(happened),
                    () = tokio::time::sleep_until(wake) => self.tick(),
                }
            }
        };
        // A camera that does not even take a stop is not waited for.
        let _ = tokio::time::timeout(LAST_STOP, is_stopped).await;
    }

    fn wake(&self) -> Instant {
        let leases = self.leases.values().filter_map(Lease::poll_timeout).map(|at| self.begun + at);
        let far = Instant::now() + Duration::from_secs(24 * 3600);
        leases.chain(self.rest_at).min().unwrap_or(far)
    }

    fn take(&mut self, request: Request, lane: Lane) {
        let Request { seat, what, reply } = request;
        self.stay_for(match lane {
            Lane::Person => AFTER_A_PERSON,
            Lane::Probe => AFTER_A_PROBE,
        });
        match what {
            What::Job(job) => self.begin(seat, job, None, reply),
            What::Steer { motion, lease } => {
                let now = self.begun.elapsed();
                let say = self.leases.entry(seat).or_default().renew(motion, lease, now);
                match (say, reply) {
                    (Some(say), reply) => self.say(seat, say, reply),
                    // It moves like this already, or stands still already.
                    (None, Some(reply)) => drop(reply.send(Ok(Answer::Done))),
                    (None, None) => {}
                }
            }
            What::Halt => self.halt(),
            // Who asks may be gone.
            What::Transcript(reply) => drop(reply.send(self.backend.transcript().to_owned())),
        }
    }

    fn begin(
        &mut self,
        seat: u8,
        job: Job,
        round: Option<u64>,
        reply: Option<oneshot::Sender<Result<Answer, Trouble>>>,
    ) {
        self.next_ticket += 1;
        self.under_way.insert(self.next_ticket, UnderWay { seat, round, reply });
        self.backend.take(self.next_ticket, seat, job);
    }

    fn say(&mut self, seat: u8, say: Say, reply: Option<oneshot::Sender<Result<Answer, Trouble>>>) {
        self.begin(seat, Job::Steer(say.motion, say.axes), Some(say.round), reply);
    }

    fn halt(&mut self) {
        let now = self.begun.elapsed();
        self.for_leases(|lease| lease.stop(now));
    }

    fn for_leases(&mut self, each: impl Fn(&mut Lease) -> Option<Say>) {
        let said: Vec<(u8, Say)> =
            self.leases.iter_mut().filter_map(|(seat, lease)| Some((*seat, each(lease)?))).collect();
        said.into_iter().for_each(|(seat, say)| self.say(seat, say, None));
    }

    fn happened(&mut self, happened: Happened) {
        match happened {
            Happened::Ended(ticket, result) => self.ended(ticket, result),
            Happened::Lost => self.halt(),
        }
    }

    fn ended(&mut self, ticket: Ticket, result: Result<Answer, Trouble>) {
        let Some(UnderWay { seat, round, reply }) = self.under_way.remove(&ticket) else { return };
        if let (Some(round), Some(lease)) = (round, self.leases.get_mut(&seat)) {
            lease.heard(
                round,
                match &result {
                    Ok(_) => lease::Heard::Taken,
                    Err(trouble) if trouble.is_refusal() => lease::Heard::Refused,
                    Err(_) => lease::Heard::Silence,
                },
            );
        }
        if let Some(reply) = reply {
            // Who asked may be gone.
            let _ = reply.send(result);
        }
    }

    fn tick(&mut self) {
        let now = self.begun.elapsed();
        self.for_leases(|lease| lease.tick(now));
        if self.rest_at.is_some_and(|at| Instant::now() >= at) {
            self.rest_if_idle();
        }
    }

    fn stay_for(&mut self, time: Duration) {
        let until = Instant::now() + time;
        self.rest_at = Some(self.rest_at.map_or(until, |at| at.max(until)));
    }

    fn rest_if_idle(&mut self) {
        let is_idle = self.under_way.is_empty() && self.leases.values().all(Lease::is_still);
        if is_idle {
            self.backend.rest();
            self.rest_at = None;
        } else {
            self.rest_at = Some(Instant::now() + AFTER_A_PROBE);
        }
    }
}

#[cfg(test)]
mod tests;
