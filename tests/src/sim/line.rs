//! A line that is long, uneven and loses packets: what the kernel hands out of a netfilter queue goes on later, or never. For a
//! network namespace of its own, with `iptables -j NFQUEUE` before it; kernels without `netem` need no more.

use std::io;
use std::time::Duration;

use nfq::{Message, Queue, Verdict};
use tokio::time::{Instant, sleep};

use crate::rig::Random;

/// What a line does to each packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imposed {
    /// So long it is on its way.
    pub delay: Duration,
    /// And up to so much more or less, evenly.
    pub jitter: Duration,
    /// Of a hundred packets so many are lost.
    pub loss_percent: u8,
}

/// How fine its times are.
const TICK: Duration = Duration::from_millis(1);
/// More packets than anybody sends in a second.
const MOST: u32 = 8_192;

/// Imposes it on the packets of a queue, for good.
///
/// # Errors
/// When the queue cannot be had: another has it, or this is not root.
pub async fn impose(queue: u16, imposed: Imposed, mut dice: Random, ready: impl FnOnce()) -> io::Result<()> {
    let mut kernel = Queue::open()?;
    kernel.bind(queue)?;
    kernel.set_queue_max_len(queue, MOST)?;
    kernel.set_nonblocking(true);
    ready();
    let mut held: Vec<(Instant, Message)> = Vec::new();
    loop {
        match kernel.recv() {
            Ok(mut packet) if dice.below(100) < usize::from(imposed.loss_percent) => {
                packet.set_verdict(Verdict::Drop);
                kernel.verdict(packet)?;
            }
            Ok(packet) => held.push((Instant::now() + way(imposed, &mut dice), packet)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => sleep(TICK).await,
            Err(error) => return Err(error),
        }
        let now = Instant::now();
        let mut at = 0;
        while at < held.len() {
            if held[at].0 <= now {
                let (_, mut packet) = held.remove(at);
                packet.set_verdict(Verdict::Accept);
                kernel.verdict(packet)?;
            } else {
                at += 1;
            }
        }
    }
}

fn way(imposed: Imposed, dice: &mut Random) -> Duration {
    let spread = usize::try_from(imposed.jitter.as_micros() * 2).unwrap_or(0);
    (imposed.delay + Duration::from_micros(dice.below(spread + 1) as u64)).saturating_sub(imposed.jitter)
}
