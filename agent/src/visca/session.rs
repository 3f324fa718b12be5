//! One request at a time to one camera: bytes in, bytes out, time as an argument. No port, no clock, no task.
//!
//! A VISCA answer does not say which inquiry it answers. What keeps a late answer from answering the next request is the
//! fence: after anything doubtful the session sends `IF_Clear` first and believes nothing until that is answered, because
//! a camera answers in order. Sources: see [`codec`](super::codec).

use std::collections::VecDeque;
use std::time::Duration;

use super::codec::{Address, Data, Frame, MAX_FRAME, Refusal, Reply, Request, Said, Splitter};

/// How long the session waits, and how often it tries.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// For an ACK or an answer. A camera answers within two pictures; converters and long lines need more.
    pub reply: Duration,
    /// For the end of a move after its ACK.
    pub done: Duration,
    /// Between two tries when both sockets of the camera are taken.
    pub pause: Duration,
    /// For a free socket in all.
    pub busy: Duration,
    /// How often a request is sent before the camera counts as silent.
    pub tries: u8,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            reply: Duration::from_millis(1000),
            done: Duration::from_secs(20),
            pause: Duration::from_millis(200),
            busy: Duration::from_secs(5),
            tries: 3,
        }
    }
}

/// How a request ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An inquiry's data.
    Data(Data),
    /// A command was carried out.
    Done,
}

/// How a request ended badly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Not a byte came.
    #[error("the camera does not answer")]
    NoAnswer,
    /// Bytes came, but none that answers: wrong speed, wrong address, or no camera at all.
    #[error("the camera answers what was not asked: {}", super::codec::hex(.heard))]
    WrongAnswer {
        /// The last bytes heard, at most 16.
        heard: Vec<u8>,
    },
    /// The chain is shorter than the camera's number.
    #[error("the chain has only {cameras} cameras")]
    NoSuchAddress {
        /// How many there are.
        cameras: u8,
    },
    /// Not now, in this mode (`6y 41`); or a person at the remote control cancelled it.
    #[error("the camera cannot do it now")]
    NotExecutable,
    /// The camera does not know the command (`60 02`).
    #[error("the camera does not know the command")]
    Syntax,
    /// Both sockets stayed taken (`60 03`).
    #[error("the camera stays busy")]
    Busy,
    /// Taken (ACK), but never completed.
    #[error("the camera took the command and never completed it")]
    NotCompleted,
}

/// How far the line may be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// The camera has no number yet, or lost it.
    Unaddressed,
    /// An answer of an earlier request may still come.
    Doubtful,
    /// Nothing is outstanding.
    Ready,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Addressing,
    Clearing,
    Asking,
    Pausing,
    Running { socket: u8 },
}

#[derive(Debug)]
struct Job {
    request: Request,
    stage: Stage,
    until: Duration,
    tries_left: u8,
    address_tries_left: u8,
    give_up_busy: Option<Duration>,
    heard: VecDeque<u8>,
}

/// The session with one camera of a chain.
#[derive(Debug)]
pub struct Session {
    to: Address,
    timing: Timing,
    link: Link,
    splitter: Splitter,
    job: Option<Job>,
    transmit: VecDeque<Frame>,
    result: Option<Result<Answer, Failure>>,
}

impl Session {
    /// A session that has not said a word yet.
    #[must_use]
    pub fn new(to: Address, timing: Timing) -> Self {
        Self {
            to,
            timing,
            link: Link::Unaddressed,
            splitter: Splitter::default(),
            job: None,
            transmit: VecDeque::new(),
            result: None,
        }
    }

    /// Begins a request. One that still runs is given up, its answer will not be believed.
    pub fn start(&mut self, request: Request, now: Duration) {
        if self.job.take().is_some() && self.link == Link::Ready {
            self.link = Link::Doubtful;
        }
        self.result = None;
        self.transmit.clear();
        let job = Job {
            request,
            stage: Stage::Asking,
            until: now,
            tries_left: self.timing.tries,
            address_tries_left: self.timing.tries,
            give_up_busy: None,
            heard: VecDeque::with_capacity(MAX_FRAME),
        };
        self.enter(job, now);
    }

    /// Bytes from the line.
    pub fn handle_bytes(&mut self, bytes: &[u8], now: Duration) {
        for byte in bytes {
            if let Some(job) = &mut self.job {
                if job.heard.len() == MAX_FRAME {
                    job.heard.pop_front();
                }
                job.heard.push_back(*byte);
            }
            if let Some(reply) = self.splitter.push(*byte).and_then(|run| run.read(Reply::decode)) {
                self.handle_reply(reply, now);
            }
        }
    }

    /// The moment of [`Self::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Duration) {
        let Some(mut job) = self.job.take_if(|job| now >= job.until) else { return };
        match job.stage {
            Stage::Pausing => self.send(job, Stage::Asking, now),
            Stage::Running { .. } => self.fail(Failure::NotCompleted),
            Stage::Addressing => {
                job.address_tries_left = job.address_tries_left.saturating_sub(1);
                self.enter(job, now);
            }
            _ if job.tries_left <= 1 && job.heard.is_empty() => self.fail(Failure::NoAnswer),
            _ if job.tries_left <= 1 => self.fail(Failure::WrongAnswer { heard: job.heard.into() }),
            _ => self.again(job, now),
        }
    }

    /// The next frame for the line.
    pub fn poll_transmit(&mut self) -> Option<Frame> {
        self.transmit.pop_front()
    }

    /// When [`Self::handle_timeout`] wants to be called; none when nothing runs.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.job.as_ref().map(|job| job.until)
    }

    /// How the request ended, once.
    pub fn poll_result(&mut self) -> Option<Result<Answer, Failure>> {
        self.result.take()
    }

    fn enter(&mut self, job: Job, now: Duration) {
        if self.link == Link::Unaddressed && job.address_tries_left == 0 {
            // A camera whose number is set by switches need not answer to AddressSet.
            self.link = Link::Doubtful;
        }
        let stage = match self.link {
            Link::Unaddressed => Stage::Addressing,
            Link::Doubtful => Stage::Clearing,
            Link::Ready => Stage::Asking,
        };
        self.send(job, stage, now);
    }

    /// Once more, behind a fence: the answer to the last try may still be under way.
    fn again(&mut self, mut job: Job, now: Duration) {
        job.tries_left -= 1;
        if self.link == Link::Ready {
            self.link = Link::Doubtful;
        }
        self.enter(job, now);
    }

    fn send(&mut self, mut job: Job, stage: Stage, now: Duration) {
        let request = match stage {
            Stage::Addressing => Request::AddressSet,
            Stage::Clearing if self.link == Link::Unaddressed => Request::ClearAll,
            Stage::Clearing => Request::Clear,
            _ => job.request,
        };
        self.transmit.push_back(request.encode(self.to));
        job.stage = stage;
        job.until = now + self.timing.reply;
        self.job = Some(job);
    }

    fn finish(&mut self, answer: Answer) {
        self.result = Some(Ok(answer));
    }

    fn fail(&mut self, failure: Failure) {
        self.link = match (&failure, self.link) {
            (Failure::NoAnswer | Failure::WrongAnswer { .. } | Failure::NoSuchAddress { .. }, _) => Link::Unaddressed,
            (_, Link::Unaddressed) => Link::Unaddressed,
            _ => Link::Doubtful,
        };
        self.result = Some(Err(failure));
    }

    fn handle_reply(&mut self, reply: Reply, now: Duration) {
        if matches!(reply, Reply::From(_, Said::NetworkChange)) {
            return self.handle_network_change(now);
        }
        let Some(mut job) = self.job.take() else { return };
        match (job.stage, reply) {
            (Stage::Addressing, Reply::Addressed { cameras }) if cameras < self.to.number() => {
                self.fail(Failure::NoSuchAddress { cameras });
            }
            (Stage::Addressing, Reply::Addressed { .. }) => {
                job.heard.clear();
                self.send(job, Stage::Clearing, now);
            }
            (Stage::Clearing, Reply::ClearedAll) => self.handle_cleared(job, now),
            (Stage::Clearing, Reply::From(from, Said::Done(0))) if from == self.to => self.handle_cleared(job, now),
            (Stage::Asking, Reply::From(from, said)) if from == self.to => self.handle_first_word(job, said, now),
            (Stage::Running { socket }, Reply::From(from, said)) if from == self.to => {
                self.handle_last_word(job, socket, said);
            }
            _ => self.job = Some(job),
        }
    }

    fn handle_network_change(&mut self, now: Duration) {
        self.link = Link::Unaddressed;
        match self.job.take() {
            Some(job) if job.tries_left > 1 => self.again(job, now),
            Some(_) => self.fail(Failure::NoAnswer),
            None => {}
        }
    }

    fn handle_cleared(&mut self, mut job: Job, now: Duration) {
        job.heard.clear();
        self.link = Link::Ready;
        self.send(job, Stage::Asking, now);
    }

    /// ACK, answer or refusal.
    fn handle_first_word(&mut self, mut job: Job, said: Said, now: Duration) {
        match said {
            Said::Answer(data) if answers(job.request, data) => self.finish(Answer::Data(data)),
            Said::Ack(socket) if !job.request.is_inquiry() => {
                job.stage = Stage::Running { socket };
                job.until = now + self.timing.done;
                self.job = Some(job);
            }
            Said::Refused(_, Refusal::BufferFull) => self.handle_busy(job, now),
            Said::Refused(_, Refusal::NotExecutable) => self.fail(Failure::NotExecutable),
            Said::Refused(_, Refusal::Syntax) if job.tries_left > 1 => self.again(job, now),
            Said::Refused(_, Refusal::Syntax) => self.fail(Failure::Syntax),
            _ => self.job = Some(job),
        }
    }

    fn handle_busy(&mut self, mut job: Job, now: Duration) {
        let give_up = *job.give_up_busy.get_or_insert(now + self.timing.busy);
        if now >= give_up {
            return self.fail(Failure::Busy);
        }
        job.stage = Stage::Pausing;
        job.until = now + self.timing.pause;
        self.job = Some(job);
    }

    /// Completion or refusal by the socket that took the command; other sockets are others' business.
    fn handle_last_word(&mut self, job: Job, socket: u8, said: Said) {
        match said {
            Said::Done(done) if done == socket => self.finish(Answer::Done),
            Said::Refused(refused, Refusal::NotExecutable | Refusal::Cancelled) if refused == socket => {
                self.fail(Failure::NotExecutable);
            }
            _ => self.job = Some(job),
        }
    }
}

const fn answers(request: Request, data: Data) -> bool {
    matches!(
        (request, data),
        (Request::Version, Data::Version(_))
            | (Request::Power, Data::Power(_))
            | (Request::Zoom, Data::Zoom(_))
            | (Request::PanTilt, Data::PanTilt { .. })
    )
}

#[cfg(test)]
mod tests;
