//! What the description says of backup paths: within how many days they are to be proven, what each probe is about, and which
//! of them nothing proves.

use avow_shared::backup::{MAX_WITHIN_DAYS, Path, Terms, Whose, paths, unexercised};
use avow_shared::interlock::Disturbance;
use avow_shared::venue::Venue;

use super::{Config, Exercise, Fields, Quiet, Wrong};
use crate::probe::Work;
use crate::slots::At;
use crate::words::Language;

const KEY: &str = "proven_within_days";
const HOUR_S: u32 = 3_600;
const DAY_S: u32 = 86_400;
/// 07:30.
const MORNING: At = At { minute: 7 * 60 + 30 };

/// Reads the key of a chain, device or probe, where it stands.
pub(super) fn within(table: &mut Fields, whose: Whose, all: &mut Vec<(Whose, u16)>) -> Result<(), Wrong> {
    let days = table.whole(KEY, 0..=MAX_WITHIN_DAYS.into(), 0)?;
    all.extend(u16::try_from(days).ok().filter(|days| *days > 0).map(|days| (whose, days)));
    Ok(())
}

/// How often a probe runs that exercises nothing but backups, when nobody says: what only loads a line a little, once an hour,
/// because a line in reserve may be paid by the byte, and an hour is soon enough for what nobody uses just now. What more
/// disturbs, once a day: in the morning before work, or as soon as quiet hours are over, when sound and motion are allowed
/// again and whoever mends it is awake.
pub(super) fn usual(work: &Work, quiet: &[Quiet]) -> (u32, Option<At>) {
    // A run of two venues is HQ's to begin.
    if matches!(work, Work::MouthToEar(_)) {
        return (work.default_interval_s(), None);
    }
    if work.disturbance() <= Disturbance::Line {
        return (HOUR_S, None);
    }
    let ends = quiet.iter().find(|hours| hours.contains(MORNING.minute)).map(|hours| At { minute: hours.end() });
    (work.default_interval_s().max(DAY_S), Some(ends.unwrap_or(MORNING)))
}

/// What HQ is told beside the description; none of a venue without a backup path.
pub(super) fn terms(
    table: &Fields,
    venue: &Venue,
    exercises: &[Exercise],
    within: Vec<(Whose, u16)>,
) -> Result<Option<Terms>, Wrong> {
    let about = |exercise: &Exercise| Some((exercise.name.probe.clone(), exercise.device.as_ref()?.parse().ok()?));
    let terms = Terms { venue: venue.id, about: exercises.iter().filter_map(about).collect(), within };
    let paths = paths(venue, Some(&terms));
    match terms.within.iter().find(|(whose, _)| !paths.iter().any(|path| path.whose == *whose)) {
        Some((whose, _)) => {
            let expected = "expected at a chain with role = 'backup', a device with backup_for, or a UPS";
            Err(table.wrong(KEY, format_args!("{expected}, found at {whose}")))
        }
        None => Ok(Some(terms).filter(|_| !paths.is_empty())),
    }
}

/// A line for each backup path that no probe exercises whole: the engineer on site can still mend that.
#[must_use]
pub fn unproven(config: &Config, language: Language) -> Vec<String> {
    let venues = config.description.venues.iter();
    let of_venue = |venue: &Venue| {
        let terms = config.terms.iter().find(|terms| terms.venue == venue.id);
        let paths = paths(venue, terms);
        let line = |(path, parts): (&Path, Vec<&str>)| line(&venue.name, path, &parts, language);
        unexercised(&paths).into_iter().map(line).collect::<Vec<_>>()
    };
    venues.flat_map(of_venue).collect()
}

fn line(venue: &str, path: &Path, parts: &[&str], language: Language) -> String {
    let (name, parts) = (&path.name, parts.join(language.pick("、", ", ")));
    match language {
        Language::Chinese => {
            format!("{venue} 备份“{name}”无从证明：没有探测项覆盖 {parts}。请增加探测项，或在探测项中写 device、covers")
        }
        Language::English => {
            format!(
                "{venue}: nothing proves the backup '{name}': no probe covers {parts}. Add one, or say device or covers"
            )
        }
    }
}

#[cfg(test)]
mod tests;
