//! Reads a pattern frame by frame, and says in the end how it ran.

use std::collections::VecDeque;

use avow_shared::mouth_to_ear::{MAX_SIGNALS, Running};

use super::super::code::Finder;
use super::cells::{Place, Stamp, read};
use super::pattern::{ground, place};
use super::{Flash, HEIGHT, WIDTH, frames_between};
use crate::sound::marker::Payload;

/// So many frames are remembered: 40 s at 60 a second.
const MOST: usize = 2_400;
/// After so many frames the code is looked for again: a second, or sooner while no frame can be read.
const LOOK_AGAIN: usize = 25;
const LOOK_SOON: usize = 5;
/// Frames so near to the flash tell when it was, each way.
const NEAR: i32 = 25;
/// The ground must become so much brighter for a flash of which no frame can be read.
const STEP: f32 = 0.25;

/// One frame, as it was read.
#[derive(Clone, Copy, Debug)]
struct Glance {
    stamp: Option<Stamp>,
    ground: f32,
}

/// A code that was seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sighting {
    /// What it says.
    pub payload: Payload,
    /// When it was seen first, microseconds by the times of the frames.
    pub at_us: i64,
    /// How much brighter its white was than its black, of full scale.
    pub contrast: f32,
}

/// When a flash began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Microseconds, by the times of the frames.
    pub at_us: i64,
    /// How far that may be wrong: half the time between two frames, and what their times stray.
    pub error_us: u32,
    /// By how much it left later than the marker, as its sender has measured.
    pub skew_us: Option<i64>,
}

/// What was seen of a pattern.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watched {
    /// How it ran; none when no frame of it came.
    pub running: Option<Running>,
    /// Its flash.
    pub edge: Option<Edge>,
    /// Whose it is: each code once, at most [`MAX_SIGNALS`].
    pub codes: Vec<Sighting>,
    /// Frames that came and could not be read, before the first that could be or between two.
    pub unread: usize,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Watch {
    finder: Finder,
    place: Option<Place>,
    glances: Vec<Glance>,
    /// With the frame in which each was seen first, and its contrast.
    codes: Vec<(Payload, usize, f32)>,
    look_at: usize,
}

impl Watch {
    /// The next frame: [`WIDTH`] × [`HEIGHT`] of luma. What comes after so many as there is room for is passed over.
    pub fn take(&mut self, luma: &[u8]) {
        if luma.len() != WIDTH * HEIGHT || self.glances.len() == MOST {
            return;
        }
        let stamp = read(luma, self.place.unwrap_or(Place::WHOLE));
        let frame = self.glances.len();
        let is_due = frame >= self.look_at || stamp.is_none() && frame + LOOK_AGAIN >= self.look_at + LOOK_SOON;
        let stamp = if is_due { self.look(luma, frame, stamp) } else { stamp };
        self.glances.push(Glance { stamp, ground: ground(luma, self.place.unwrap_or(Place::WHOLE)) });
    }

    /// Looks for the code; the frame is read once more where the code says that it lies.
    fn look(&mut self, luma: &[u8], frame: usize, stamp: Option<Stamp>) -> Option<Stamp> {
        self.look_at = frame + LOOK_AGAIN;
        let Some(seen) = self.finder.find(luma, WIDTH, HEIGHT) else { return stamp };
        let is_new = self.codes.iter().all(|(other, ..)| *other != seen.payload);
        if is_new && self.codes.len() < MAX_SIGNALS {
            self.codes.push((seen.payload, frame, seen.contrast / 255.0));
        }
        if stamp.is_some() {
            return stamp;
        }
        self.place = Some(place(&seen));
        read(luma, place(&seen))
    }

    /// What it all came to; `times_us` has the presentation time of each frame. Frames without one are passed over.
    #[must_use]
    pub fn end(self, times_us: &[i64]) -> Watched {
        let frames: Vec<(i64, Glance)> = times_us.iter().copied().zip(self.glances).collect();
        let is_over = |(_, glance): &(i64, Glance)| glance.stamp.is_some_and(|stamp| stamp.flash == Flash::Over);
        let until = frames.iter().position(is_over).unwrap_or(frames.len());
        let stamps: Vec<(i64, Stamp)> =
            frames[..until].iter().filter_map(|(at_us, glance)| Some((*at_us, glance.stamp?))).collect();
        let last = frames[..until].iter().rposition(|(_, glance)| glance.stamp.is_some()).map_or(0, |at| at + 1);
        let skew_ms = frames.iter().rev().find_map(|(_, glance)| glance.stamp?.skew_ms);
        let skew_us = skew_ms.map(|ms| i64::from(ms) * 1_000);
        let sighting = |(payload, frame, contrast): &(Payload, usize, f32)| {
            let at_us = frames.get(*frame)?.0;
            Some(Sighting { payload: *payload, at_us, contrast: *contrast })
        };
        let codes: Vec<Sighting> = self.codes.iter().filter_map(sighting).collect();
        let edge = by_numbers(&stamps).or_else(|| if codes.is_empty() { None } else { by_light(&frames) });
        Watched {
            running: running(&stamps),
            edge: edge.map(|(at_us, error_us)| Edge { at_us, error_us, skew_us }),
            codes,
            unread: last - stamps.len().min(last),
        }
    }
}

/// How a pattern ran that is not over yet.
fn running(stamps: &[(i64, Stamp)]) -> Option<Running> {
    let ((first_us, first), (end_us, _)) = (*stamps.first()?, *stamps.last()?);
    let (mut newest, mut newest_us) = (first.number, first_us);
    let (mut new, mut missing, mut repeated, mut longest_us) = (1_u32, 0_u32, 0_u32, 0);
    for (at_us, stamp) in &stamps[1..] {
        match frames_between(newest, stamp.number) {
            0 => {
                repeated += 1;
                continue;
            }
            gap @ 2.. => missing += gap.unsigned_abs() - 1,
            // It was taken for missing, and comes after a later one.
            -25..=-1 => {
                missing = missing.saturating_sub(1);
                new += 1;
                continue;
            }
            // From far back, another pattern has begun.
            1 | i32::MIN..=-1 => {}
        }
        new += 1;
        longest_us = longest_us.max(at_us - newest_us);
        (newest, newest_us) = (stamp.number, *at_us);
    }
    let span_us = u64::try_from(newest_us - first_us).unwrap_or(0);
    let rate = (u64::from(new - 1) * 1_000_000_000).checked_div(span_us).unwrap_or(0);
    Some(Running {
        frames: u32::try_from(stamps.len()).unwrap_or(u32::MAX),
        missing,
        repeated,
        longest_still_ms: u32::try_from(longest_us.max(end_us - newest_us) / 1_000).unwrap_or(u32::MAX),
        rate: u32::try_from(rate).unwrap_or(u32::MAX),
    })
}

/// When the flash was, by the numbers of the frames around it: the median of what each says, so that one that is late or missing
/// counts little. And how far that may be wrong.
fn by_numbers(stamps: &[(i64, Stamp)]) -> Option<(i64, u32)> {
    let flash_at = stamps.iter().find_map(|(_, stamp)| match stamp.flash {
        Flash::In(frames) => Some(stamp.number.wrapping_add_signed(frames.into()) % super::NUMBERS),
        Flash::Far | Flash::Over => None,
    })?;
    let mut near: Vec<(i64, i32)> = Vec::new();
    for (at_us, stamp) in stamps {
        let from = frames_between(flash_at, stamp.number);
        if from.abs() <= NEAR && near.iter().all(|(_, other)| *other != from) {
            near.push((*at_us, from));
        }
    }
    let (first, last) = (*near.first()?, *near.last()?);
    let frame_us = match last.1 - first.1 {
        frames @ 1.. => (last.0 - first.0) / i64::from(frames),
        // A single one is the flash, or nobody knows how far from it.
        _ if first.1 == 0 => 40_000,
        _ => return None,
    };
    let mut said: Vec<i64> = near.iter().map(|(at_us, from)| at_us - i64::from(*from) * frame_us).collect();
    let at_us = median(&mut said)?;
    let mut strays: Vec<i64> = said.iter().map(|said| (said - at_us).abs()).collect();
    let error_us = frame_us / 2 + median(&mut strays)?;
    Some((at_us, u32::try_from(error_us).unwrap_or(u32::MAX)))
}

/// When the ground became bright, where no number could be read: a frame that is lit in part, as a change of frame rates makes them,
/// tells when between two.
fn by_light(frames: &[(i64, Glance)]) -> Option<(i64, u32)> {
    let mut before: VecDeque<f32> = VecDeque::new();
    for (at, (at_us, glance)) in frames.iter().enumerate() {
        let dark = before.iter().copied().fold(f32::MAX, f32::min);
        let lit = frames[at..].iter().take(2).map(|(_, glance)| glance.ground).fold(f32::MIN, f32::max);
        if before.len() == 3 && lit - dark >= STEP && glance.ground - dark >= (lit - dark) / 4.0 {
            let gap_us = at_us - frames[at - 1].0;
            let missing = f64::from((lit - glance.ground) / (lit - dark));
            let error_us = u32::try_from(gap_us).unwrap_or(u32::MAX);
            return Some((at_us + (missing * gap_us as f64) as i64, error_us));
        }
        if before.len() == 3 {
            before.pop_front();
        }
        before.push_back(glance.ground);
    }
    None
}

/// The lower of two middle ones; none of nothing.
fn median(all: &mut [i64]) -> Option<i64> {
    all.sort_unstable();
    all.get(all.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests;
