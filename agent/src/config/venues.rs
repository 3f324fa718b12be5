//! The `[[venue]]` tables: what stands there, and how it is tested.

use std::str::FromStr;
use std::time::Duration;

use avow_shared::backup::{Terms, Whose, is_for_backup_only};
use avow_shared::id::{DeviceId, ProbeId, StageId};
use avow_shared::venue::{Chain, Device, Probe, Role, Stage, Venue};

use super::{Exercise, Fields, ProbeName, Quiet, Relay, Wrong, backups, relays};
use crate::probe::{BadSetup, Work, mouth_to_ear};
use crate::slots::{At, Every};

/// Within how many days backup paths are to be proven, as far as the file says so.
type Within = Vec<(Whose, u16)>;

/// A venue and what belongs to it.
pub(super) struct Read {
    pub(super) venue: Venue,
    pub(super) exercises: Vec<Exercise>,
    pub(super) relays: Vec<Relay>,
    pub(super) terms: Option<Terms>,
    /// It agreed to stills that HQ sees though no sensor says that nobody is in the room.
    pub(super) still_agreed: bool,
}

pub(super) fn read(mut table: Fields, may_disturb: &[ProbeName], quiet: &[Quiet]) -> Result<Read, Wrong> {
    let mut within = Within::new();
    let mut venue = Venue {
        id: table.parsed("id")?,
        name: table.text("name")?,
        unit: table.text_or_empty("unit")?,
        two_way: table.boolean("two_way", true)?,
        devices: table.tables("device")?.into_iter().map(|t| device(t, &mut within)).collect::<Result<_, _>>()?,
        chains: table.tables("chain")?.into_iter().map(|t| chain(t, &mut within)).collect::<Result<_, _>>()?,
        probes: Vec::new(),
    };
    let still_agreed = table.boolean("still_agreed", false)?;
    let mut exercises = Vec::new();
    for probe_table in table.tables("probe")? {
        let (probe, exercise) = probe(probe_table, &venue, (may_disturb, quiet), &mut within)?;
        venue.probes.push(probe);
        exercises.push(exercise);
    }
    resolve(&table, &mut exercises)?;
    let mut relays = Vec::new();
    for relay_table in table.tables("relay")? {
        let relay = relays::read(relay_table, &venue, &exercises)?;
        venue.devices.push(relay.device());
        relays.push(relay);
    }
    let terms = backups::terms(&table, &venue, &exercises, within)?;
    table.finish()?;
    Ok(Read { venue, exercises, relays, terms, still_agreed })
}

/// A camera may name the probe that looks at its picture.
fn resolve(table: &Fields, exercises: &mut [Exercise]) -> Result<(), Wrong> {
    let picture = |exercise: &Exercise| match &exercise.work {
        Work::Picture(setup) => Some((exercise.name.probe.clone(), setup.clone())),
        _ => None,
    };
    let pictures: Vec<_> = exercises.iter().filter_map(picture).collect();
    for (at, exercise) in exercises.iter_mut().enumerate() {
        if let Work::Picture(setup) = &mut exercise.work {
            *setup = setup.clone().of_probe(exercise.name.clone());
        }
        if let Work::Camera(setup) = &mut exercise.work {
            let named = |id: &str| Some(pictures.iter().find(|(probe, _)| probe.as_str() == id)?.1.clone());
            let resolved = setup.resolve(exercise.name.clone(), named);
            resolved.map_err(|bad| table.wrong(&format!("probe[{at}].picture"), bad))?;
        }
    }
    Ok(())
}

fn device(mut table: Fields, within: &mut Within) -> Result<Device, Wrong> {
    let device = Device {
        id: table.parsed("id")?,
        name: table.text("name")?,
        kind: table.text("kind")?,
        make: table.text_or_empty("make")?,
        model: table.text_or_empty("model")?,
        serial: table.text_or_empty("serial")?,
        firmware: table.text_or_empty("firmware")?,
        address: without_credentials(&table.text_or_empty("address")?).into(),
        backup_for: table.parsed_if("backup_for")?,
    };
    backups::within(&mut table, Whose::Device(device.id.clone()), within)?;
    table.finish()?;
    Ok(device)
}

/// What HQ is told of an address holds no password: `rtsp://user:secret@10.0.0.1/` → `rtsp://10.0.0.1/`.
fn without_credentials(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let end = rest.find('/').unwrap_or(rest.len());
    let host = rest[..end].rfind('@').map_or(rest, |at| &rest[at + 1..]);
    if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
}

fn chain(mut table: Fields, within: &mut Within) -> Result<Chain, Wrong> {
    let chain = Chain {
        id: table.parsed("id")?,
        name: table.text("name")?,
        role: table.word("role", &[("main", Role::Main), ("backup", Role::Backup)], Role::Main)?,
        stages: table.tables("stages")?.into_iter().map(stage).collect::<Result<_, _>>()?,
    };
    backups::within(&mut table, Whose::Chain(chain.id.clone()), within)?;
    table.finish()?;
    Ok(chain)
}

fn stage(mut table: Fields) -> Result<Stage, Wrong> {
    let stage =
        Stage { id: table.parsed("id")?, name: table.text("name")?, device: table.parsed_if::<DeviceId>("device")? };
    table.finish()?;
    Ok(stage)
}

fn probe(
    mut table: Fields,
    venue: &Venue,
    (may_disturb, quiet): (&[ProbeName], &[Quiet]),
    within: &mut Within,
) -> Result<(Probe, Exercise), Wrong> {
    let id: ProbeId = table.parsed("id")?;
    if id.as_str() == avow_shared::canary::PROBE {
        return Err(table.wrong("id", format_args!("expected another name, '{id}' is the agent's own")));
    }
    backups::within(&mut table, Whose::Probe(id.clone()), within)?;
    let title = table.text("name")?;
    let kind = table.text("kind")?;
    // What only runs when HQ has it run is never overdue.
    let required = table.boolean("required", kind != mouth_to_ear::KIND)?;
    let covers: Vec<StageId> = table.list("covers")?;
    let device = device_of(&mut table, "device", venue)?;
    let said = said(&mut table)?;
    let deadline_s = table.whole("deadline_s", 0..=3_600, 0)?;
    let rest = table.rest();
    let mut work = Work::parse(&kind, rest).map_err(|bad| in_table(&table, &bad))?;
    let (interval_s, at) = match said {
        (0, None) if is_for_backup_only(venue, &covers) => backups::usual(&work, quiet),
        (0, None) => (work.default_interval_s(), None),
        said => said,
    };
    let deadline = if deadline_s == 0 { work.default_deadline() } else { Duration::from_secs(deadline_s.into()) };
    if deadline < work.least_deadline() {
        let least = work.least_deadline().as_secs() + 1;
        let problem = format!("expected at least {least}: what the test changes must be put back within it");
        return Err(table.wrong("deadline_s", problem));
    }
    let name = ProbeName { venue: venue.id, probe: id };
    if let Work::Sound(setup) = &mut work {
        setup.belongs_to(&name);
    }
    let exercise = Exercise {
        device_key: work.device_key(),
        listed: may_disturb.contains(&name),
        tells_of_people: false,
        title: title.clone(),
        venue_title: venue.name.clone(),
        device,
        interval: Duration::from_secs(interval_s.into()),
        at,
        deadline,
        name,
        work,
    };
    let probe = Probe {
        id: exercise.name.probe.clone(),
        name: title,
        kind: exercise.work.kind().into(),
        interval_s,
        required,
        disturbance: exercise.work.disturbance(),
        covers,
        limits: exercise.work.limits(),
    };
    Ok((probe, exercise))
}

/// How often the file wants it, seconds, 0 when it does not say; and at which time of the day.
fn said(table: &mut Fields) -> Result<(u32, Option<At>), Wrong> {
    let interval_s = table.whole("interval_s", 0..=86_400, 0)?;
    let (every, at) = (table.parsed_if::<Every>("every")?, table.parsed_if::<At>("at")?);
    match (interval_s, every, at) {
        (1.., Some(_), _) => Err(table.wrong("every", "expected this or interval_s, found both")),
        (1.., None, Some(_)) => Err(table.wrong("at", "expected together with every, in whole days")),
        (0, Some(every), Some(_)) if every.seconds % DAY_S > 0 => {
            Err(table.wrong("every", "expected whole days, like '7d', where 'at' says the time of the day"))
        }
        (0, every, Some(_)) => Ok((every.map_or(DAY_S, |every| every.seconds), at)),
        (_, every, None) => Ok((every.map_or(interval_s, |every| every.seconds), None)),
    }
}

const DAY_S: u32 = 86_400;

pub(super) fn device_of(
    table: &mut Fields,
    key: &'static str,
    venue: &Venue,
) -> Result<Option<smol_str::SmolStr>, Wrong> {
    let Some(text) = table.text_if(key)? else { return Ok(None) };
    let id = DeviceId::from_str(&text).map_err(|error| table.wrong(key, error))?;
    if venue.devices.iter().any(|device| device.id == id) {
        Ok(Some(text))
    } else {
        Err(table.wrong(key, format_args!("expected a device of this venue, found '{text}'")))
    }
}

/// A probe's own error names its key first.
fn in_table(table: &Fields, bad: &BadSetup) -> Wrong {
    match bad {
        BadSetup::Kind(found) => {
            table.wrong("kind", format_args!("expected one of {}, found '{found}'", crate::probe::KINDS))
        }
        BadSetup::Value { key, expected, found } => {
            table.wrong(key, format_args!("expected {expected}, found '{found}'"))
        }
        BadSetup::Key(wrong) => table.wrong(&wrong.path, &wrong.problem),
        BadSetup::Form(text) => {
            let key = text.split('`').nth(1).filter(|_| text.contains("field")).unwrap_or("");
            table.wrong(key, text)
        }
    }
}
