//! The `[[venue.relay]]` tables: what takes the power from a device, and when it may.

use std::time::Duration;

use avow_shared::id::{DeviceId, ProbeId, VenueId};
use avow_shared::venue::{Device, Venue};
use embedded_hal::digital::PinState;
use smol_str::{SmolStr, format_smolstr};

use super::venues::device_of;
use super::{Exercise, Fields, Wrong};
use crate::bus::Line;
use crate::relay::switch::Wiring;
use crate::relay::{After, Rule};

/// A relay that is ready to be used.
#[derive(Clone, Debug)]
pub struct Relay {
    /// The venue that it is in.
    pub venue: VenueId,
    /// Its name within the venue; it is a device there.
    pub id: DeviceId,
    /// As people call it.
    pub title: SmolStr,
    /// As people call the venue.
    pub venue_title: SmolStr,
    /// The device that it takes the power from.
    pub powers: SmolStr,
    /// How it is wired.
    pub wiring: Wiring,
    /// What binds it.
    pub rule: Rule,
}

impl Relay {
    /// As HQ is told of it.
    pub(super) fn device(&self) -> Device {
        Device {
            id: self.id.clone(),
            name: self.title.clone(),
            kind: "relay".into(),
            make: SmolStr::default(),
            model: SmolStr::default(),
            serial: SmolStr::default(),
            firmware: SmolStr::default(),
            address: format_smolstr!("{} → {}", self.wiring.line, self.powers),
            backup_for: None,
        }
    }

    /// The same when the exercises of earlier venues come before those of its own.
    pub(super) fn after_exercises(mut self, before: usize) -> Self {
        if let Some(after) = &mut self.rule.after {
            after.exercise += before;
        }
        self
    }
}

pub(super) fn read(mut table: Fields, venue: &Venue, exercises: &[Exercise]) -> Result<Relay, Wrong> {
    let id: DeviceId = table.parsed("id")?;
    let title = table.text("name")?;
    let line: Line = table.parsed("line")?;
    let missing = table.wrong("off_level", "expected the level that takes the power, 'high' or 'low', found nothing");
    let levels = [("high", Some(PinState::High)), ("low", Some(PinState::Low))];
    let off_level = table.word("off_level", &levels, None)?.ok_or(missing)?;
    let missing = table.wrong("powers", "expected a device of this venue, found nothing");
    let powers = device_of(&mut table, "powers", venue)?.ok_or(missing)?;
    let off = Duration::from_secs(table.whole("off_seconds", 1..=120, 10)?.into());
    let at_most_a_day = table.whole("at_most_a_day", 1..=10, 3)?;
    let after = after(table.table("after")?, exercises)?;
    table.finish()?;
    let name = format_smolstr!("{}/{id}", venue.id);
    let at_most_a_day = u8::try_from(at_most_a_day).unwrap_or(1);
    let rule = Rule { name, at_most_a_day, after };
    let wiring = Wiring { line, off_level, off };
    Ok(Relay { venue: venue.id, id, title, venue_title: venue.name.clone(), powers, wiring, rule })
}

fn after(mut table: Fields, exercises: &[Exercise]) -> Result<Option<After>, Wrong> {
    let Some(probe) = table.parsed_if::<ProbeId>("probe")? else {
        table.finish()?;
        return Ok(None);
    };
    let exercise = exercises.iter().position(|exercise| exercise.name.probe == probe);
    let exercise = exercise
        .ok_or_else(|| table.wrong("probe", format_args!("expected a probe of this venue, found '{probe}'")))?;
    let minutes = table.whole("failing_minutes", 2..=1_440, 15)?;
    table.finish()?;
    Ok(Some(After { exercise, failing_ms: u64::from(minutes) * 60_000 }))
}

/// Two relays on one line would not know of each other's cycles.
pub(super) fn each_has_its_line(file: &Fields, relays: &[Relay]) -> Result<(), Wrong> {
    let shared = relays
        .iter()
        .enumerate()
        .find(|(at, relay)| relays[..*at].iter().any(|other| other.wiring.line == relay.wiring.line));
    match shared {
        None => Ok(()),
        Some((_, relay)) => {
            let problem = format_args!("expected a GPIO line for each relay, found '{}' twice", relay.wiring.line);
            Err(file.wrong("venue.relay.line", problem))
        }
    }
}

/// The relay of that name, alone or as `venue/relay`, or that powers the device of that name.
#[must_use]
pub fn relay(relays: &[Relay], name: &str) -> Option<usize> {
    let by_name = |relay: &Relay| relay.id.as_str() == name || relay.rule.name == name;
    let found = relays.iter().position(by_name);
    found.or_else(|| relays.iter().position(|relay| relay.powers == name))
}
