//! Does what a [`crate::reporter::Reporter`] wants done: one line to a broker and one spool. It decides nothing.

use std::collections::VecDeque;

use smol_str::SmolStr;
use tokio::task::JoinHandle;

use crate::mqtt::{Line, LineEvent};
use crate::reporter::Event;
use crate::spool::keeper::{Done, Job};
use crate::spool::{Error, Spool};

/// A line and a spool.
pub struct Shell<S> {
    line: Line,
    spool: Option<S>,
    running: Option<JoinHandle<(S, Done)>>,
    done: VecDeque<Done>,
}

impl<S: Spool> Shell<S> {
    /// Joins the two.
    #[must_use]
    pub const fn new(line: Line, spool: S) -> Self {
        Self { line, spool: Some(spool), running: None, done: VecDeque::new() }
    }

    /// The next thing that happens; may be dropped while it waits.
    pub async fn wait(&mut self) -> Event {
        if let Some(done) = self.done.pop_front() {
            return Event::Spooled(done);
        }
        tokio::select! {
            event = self.line.next() => Event::Line(event),
            done = finished(&mut self.running) => {
                self.running = None;
                Event::Spooled(self.take_back(done))
            }
        }
    }

    /// Subscribes.
    pub fn subscribe(&self, topics: Vec<String>) {
        self.line.subscribe(topics);
    }

    /// Publishes.
    pub fn publish(&self, topic: &SmolStr, bytes: Vec<u8>) {
        self.line.publish(topic, bytes);
    }

    /// Begins a job of the spool; what became of it comes back as an event.
    pub fn spool(&mut self, job: Job) {
        let Some(mut spool) = self.spool.take() else {
            self.done.push_back(lost());
            return;
        };
        if S::INSTANT {
            self.done.push_back(work(&mut spool, &job));
            self.spool = Some(spool);
        } else {
            self.running = Some(tokio::task::spawn_blocking(move || {
                let done = work(&mut spool, &job);
                (spool, done)
            }));
        }
    }

    /// Says goodbye to the broker.
    pub async fn disconnect(mut self) {
        self.line.disconnect();
        let closed = async { while !matches!(self.line.next().await, LineEvent::Down(_)) {} };
        // A line that is down already never says so again.
        let _ = tokio::time::timeout(std::time::Duration::from_millis(200), closed).await;
    }

    fn take_back(&mut self, finished: Option<(S, Done)>) -> Done {
        match finished {
            Some((spool, done)) => {
                self.spool = Some(spool);
                done
            }
            None => lost(),
        }
    }
}

async fn finished<S>(running: &mut Option<JoinHandle<(S, Done)>>) -> Option<(S, Done)> {
    match running {
        Some(handle) => handle.await.ok(),
        None => std::future::pending().await,
    }
}

fn work(spool: &mut impl Spool, job: &Job) -> Done {
    let done = match job {
        Job::Commit(changes) => spool.commit(changes).map(|()| Done::Committed),
        Job::Read(first) => spool.read(*first).map(Done::Read),
    };
    done.unwrap_or_else(Done::Failed)
}

/// A spool catches its own panics; one that is gone all the same takes nothing any more.
fn lost() -> Done {
    Done::Failed(Error::Unavailable { path: String::new(), detail: "it is gone".to_owned() })
}
