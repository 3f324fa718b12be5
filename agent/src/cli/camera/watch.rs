//! Watching a camera: a line whenever what it says of itself changes.

use std::io::Write as _;
use std::time::Duration;

use avow_shared::camera::Command;

use super::super::{Ended, Place};
use super::checked;
use super::hand::Hand;
use super::wheel::Interrupts;
use crate::check::{Checked, exit_code, to_json_line};
use crate::config::Exercise;

/// Between two questions.
const EVERY: Duration = Duration::from_millis(300);

/// Until Ctrl-C, or until nobody reads any more.
pub(super) fn watch(hand: &mut Hand<'_>, place: &Place, exercise: &Exercise) -> Ended {
    let mut interrupts = Interrupts::new(hand)?;
    let mut last: Option<Checked> = None;
    loop {
        let seen = checked(exercise, hand.command(Command::Ask)?);
        let is_news = last.as_ref().is_none_or(|last| {
            let (old, new) = (&last.outcome, &seen.outcome);
            (&old.verdict, &old.values, &old.detail) != (&new.verdict, &new.values, &new.detail)
        });
        if is_news && !said(place, &seen) {
            break;
        }
        last = Some(seen);
        if hand.wait(interrupts.within(EVERY))? {
            break;
        }
    }
    hand.leave()?;
    Ok(exit_code(last.as_slice()))
}

fn said(place: &Place, seen: &Checked) -> bool {
    let line = if place.json {
        to_json_line(seen)
    } else {
        let outcome = &seen.outcome;
        // The time of day in UTC+8, as everywhere.
        let seconds = (outcome.at.at_ms / 1_000 + 8 * 3_600) % 86_400;
        format!("{:02}:{:02}:{:02}  {}", seconds / 3_600, seconds / 60 % 60, seconds % 60, outcome.detail)
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).is_ok()
}
