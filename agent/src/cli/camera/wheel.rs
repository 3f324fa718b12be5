//! Holding the wheel: a motion that is renewed until its time is over or the person interrupts it.

use std::time::{Duration, Instant};

use avow_shared::camera::{Command, MAX_LEASE_MS, Motion};
use avow_shared::outcome::{Outcome, Verdict};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::super::Failed;
use super::hand::Hand;

/// A lease outlives two renewals that come late.
const RENEW: Duration = Duration::from_millis(130);
const LEASE: Duration = Duration::from_millis(MAX_LEASE_MS as u64);

/// Moves for so many milliseconds, and says where the camera looks then.
pub(super) fn hold(hand: &mut Hand<'_>, motion: Motion, time_ms: u32) -> Result<Outcome, Failed> {
    let mut interrupts = Interrupts::new(hand)?;
    // A question opens the line, so that the time of the motion is not spent on that; who does not answer does not move,
    // unless nobody answers in his protocol.
    let there = hand.command(Command::Ask)?;
    let is_mute = hand.speaks_to_the_mute() && matches!(there.verdict, Verdict::Unknown { .. });
    if !is_mute && !matches!(there.verdict, Verdict::Pass) {
        hand.leave()?;
        return Ok(there);
    }
    // The time begins when the camera may move.
    if let Some(trouble) = hand.steer(motion, LEASE.min(Duration::from_millis(time_ms.into())))? {
        hand.leave()?;
        return Ok(trouble);
    }
    let until = Instant::now() + Duration::from_millis(time_ms.into());
    let mut trouble = None;
    while trouble.is_none() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || hand.wait(interrupts.within(left.min(RENEW)))? {
            break;
        }
        let left = until.saturating_duration_since(Instant::now());
        if left > Duration::from_millis(1) {
            trouble = hand.steer(motion, LEASE.min(left))?;
        }
    }
    let not_stopped = hand.steer(Motion::STILL, LEASE)?;
    let outcome = match trouble.or(not_stopped) {
        Some(trouble) => trouble,
        None => hand.command(Command::Ask)?,
    };
    hand.leave()?;
    Ok(outcome)
}

/// The person's Ctrl-C and its kin, noted from the beginning on.
pub(super) struct Interrupts([Signal; 3]);

impl Interrupts {
    pub(super) fn new(hand: &mut Hand<'_>) -> Result<Self, Failed> {
        let listen = async {
            let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
            let [interrupt, terminate, hang_up] = kinds.map(signal);
            Ok::<_, std::io::Error>(Self([interrupt?, terminate?, hang_up?]))
        };
        hand.wait(listen)?.map_err(|error| Failed::Trouble(error.to_string()))
    }

    /// Waits; whether the person interrupts it meanwhile.
    pub(super) async fn within(&mut self, time: Duration) -> bool {
        let [interrupt, terminate, hang_up] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => true,
            _ = terminate.recv() => true,
            _ = hang_up.recv() => true,
            () = tokio::time::sleep(time) => false,
        }
    }
}
