//! Reads a profile: one TOML file, checked whole before anything is sent. Every error names the key and what was expected.

use std::path::Path;
use std::time::Duration;

use avow_shared::value::Unit;
use avow_shared::venue::{Limit, Side};
use regex_lite::Regex;
use smol_str::SmolStr;

use super::bytes::{crc16_modbus, escaped, hex};
use super::framing::{Framing, LONGEST};
use super::{Call, Fact, FactKind, Form, Place, Profile, Reading, Request, Route, Set, State, Step, Transport};
use crate::config::{Fields, Wrong};

/// More than any device needs.
const MOST_REQUESTS: usize = 32;
const MOST_STEPS: usize = 8;

/// The units that a configuration may name.
pub(crate) const UNITS: &[(&str, Unit)] = &[
    ("none", Unit::None),
    ("ms", Unit::Millisecond),
    ("percent", Unit::Percent),
    ("s", Unit::Second),
    ("byte", Unit::Byte),
    ("celsius", Unit::Celsius),
    ("db", Unit::Decibel),
    ("lux", Unit::Lux),
    ("volt", Unit::Volt),
    ("ampere", Unit::Ampere),
];

/// Why a file is no profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It cannot be read.
    #[error("{path}: {words}")]
    Read {
        /// The file.
        path: String,
        /// What the system says.
        kind: std::io::ErrorKind,
        /// The same in its own words.
        words: String,
    },
    /// It is no TOML, or one key is wrong.
    #[error("{0}")]
    Wrong(String),
}

/// Reads and checks a file.
///
/// # Errors
/// The first thing that is wrong.
pub fn load(path: &Path) -> Result<Profile, Error> {
    let unread = |error: std::io::Error| {
        let (path, kind) = (path.display().to_string(), error.kind());
        Error::Read { path, kind, words: error.to_string() }
    };
    let text = std::fs::read_to_string(path).map_err(unread)?;
    parse(&text).map_err(|wrong| Error::Wrong(format!("{}: {wrong}", path.display())))
}

/// Checks a text.
///
/// # Errors
/// The first thing that is wrong, in words that name the key.
pub fn parse(text: &str) -> Result<Profile, String> {
    let table = text.parse::<toml::Table>().map_err(|error| error.to_string().trim().to_owned())?;
    read(Fields::new(String::new(), table)).map_err(|wrong| wrong.to_string())
}

fn read(mut file: Fields) -> Result<Profile, Wrong> {
    let version = file.whole("profile", 1..=1, 0)?;
    if version == 0 {
        return Err(file.wrong("profile", "expected 1, the version of the form of this file"));
    }
    let name = file.text("name")?;
    let (transport, settle) = transport(file.table("transport")?)?;
    let mut reply = file.table("reply")?;
    let framing = framing(&mut reply)?.unwrap_or(match transport {
        Transport::Udp { .. } | Transport::Http { .. } => Framing::Whole,
        _ => Framing::End(b"\r\n".to_vec()),
    });
    let checksum = reply.word("checksum", &[("none", false), ("modbus", true)], false)?;
    let patience = millis(&mut reply, "within_ms", 50..=30_000, 1_000)?;
    let gap = millis(&mut reply, "gap_ms", 0..=10_000, 0)?;
    reply.finish()?;
    let login = file.tables("login")?.into_iter().map(step).collect::<Result<Vec<_>, _>>()?;
    let requests =
        file.tables("request")?.into_iter().map(|table| request(table, checksum)).collect::<Result<Vec<_>, _>>()?;
    if requests.is_empty() || requests.len() > MOST_REQUESTS || login.len() > MOST_STEPS {
        let problem = format!("expected 1 to {MOST_REQUESTS} [[request]] and at most {MOST_STEPS} [[login]]");
        return Err(file.wrong("request", problem));
    }
    let route = route(file.table("route")?)?;
    file.finish()?;
    Ok(Profile { name, transport, settle, gap, patience, framing, checksum, login, requests, route })
}

fn transport(mut table: Fields) -> Result<(Transport, Duration), Wrong> {
    let kind = table.text("kind")?;
    let port = |table: &mut Fields, or: u16| {
        let port = table.whole("port", 1..=65_535, or.into())?;
        Ok::<u16, Wrong>(u16::try_from(port).unwrap_or(or))
    };
    let baud = |table: &mut Fields| table.whole("baud", 1_200..=921_600, 9_600);
    let transport = match kind.as_str() {
        "serial" => Transport::Serial { baud: baud(&mut table)? },
        "tcp" => Transport::Tcp { port: port(&mut table, 23)?, baud: baud(&mut table)? },
        "telnet" => Transport::Telnet { port: port(&mut table, 23)?, baud: baud(&mut table)? },
        "udp" => Transport::Udp { port: port(&mut table, 5_000)? },
        "http" => Transport::Http { port: port(&mut table, 80)? },
        other => {
            let kinds = "'serial', 'tcp', 'telnet', 'udp', 'http'";
            return Err(table.wrong("kind", format_args!("expected one of {kinds}, found '{other}'")));
        }
    };
    let settle = millis(&mut table, "settle_ms", 0..=10_000, 0)?;
    table.finish()?;
    Ok((transport, settle))
}

fn millis(
    table: &mut Fields,
    key: &'static str,
    bounds: std::ops::RangeInclusive<u32>,
    or: u32,
) -> Result<Duration, Wrong> {
    Ok(Duration::from_millis(table.whole(key, bounds, or)?.into()))
}

/// At most one of `end`, `length` and `idle_ms`.
fn framing(table: &mut Fields) -> Result<Option<Framing>, Wrong> {
    let end = table.text_if("end")?;
    let longest = u32::try_from(LONGEST).unwrap_or(u32::MAX);
    let length = table.whole("length", 0..=longest, 0)?;
    let idle = table.whole("idle_ms", 0..=5_000, 0)?;
    let end = end.map(|end| escaped(&end).map_err(|problem| table.wrong("end", problem))).transpose()?;
    let ways = [
        end.filter(|end| !end.is_empty()).map(Framing::End),
        (length > 0).then_some(Framing::Length(length as usize)),
        (idle > 0).then(|| Framing::Idle(Duration::from_millis(idle.into()))),
    ];
    let mut ways = ways.into_iter().flatten();
    let first = ways.next();
    match ways.next() {
        Some(_) => Err(table.wrong("end", "expected one of 'end', 'length' and 'idle_ms', found several")),
        None => Ok(first),
    }
}

/// None when the table is not there.
fn route(mut table: Fields) -> Result<Option<Route>, Wrong> {
    let Some(send) = table.text_if("send")? else {
        table.finish()?;
        return Ok(None);
    };
    for placeholder in ["${source}", "${sink}"] {
        if !send.contains(placeholder) {
            return Err(table.wrong("send", format_args!("expected {placeholder} in what routes")));
        }
    }
    let ask = table.text("ask")?;
    for (key, text) in [("send", &send), ("ask", &ask)] {
        escaped(text).map_err(|problem| table.wrong(key, problem))?;
    }
    let answer = table.text("answer")?;
    let answer = whole(&table, "answer", &answer)?;
    if !answer.capture_names().flatten().any(|group| group == "source") {
        return Err(table.wrong("answer", "expected a group (?<source>…)"));
    }
    let expect = table.text_if("expect")?;
    let expect = expect.map(|text| whole(&table, "expect", &text)).transpose()?;
    let settle = millis(&mut table, "settle_ms", 100..=30_000, 2_000)?;
    table.finish()?;
    Ok(Some(Route { send: send.into(), expect, ask: ask.into(), answer, settle }))
}

/// The whole reply is meant, so that a half one never fits.
fn whole(table: &Fields, key: &str, text: &str) -> Result<Regex, Wrong> {
    Regex::new(&format!("^(?:{text})$"))
        .map_err(|error| table.wrong(key, format_args!("expected a regular expression: {error}")))
}

fn step(mut table: Fields) -> Result<Step, Wrong> {
    let step = Step { wait: table.text_if("wait")?.map(Into::into), send: table.text_if("send")?.map(Into::into) };
    escaped(step.send.as_deref().unwrap_or_default()).map_err(|problem| table.wrong("send", problem))?;
    table.finish()?;
    Ok(step)
}

fn request(mut table: Fields, checksum: bool) -> Result<Request, Wrong> {
    let id = table.text("id")?;
    let send = sent(&mut table, checksum)?;
    let expect = table.text_if("expect")?;
    let expect = expect.map(|text| whole(&table, "expect", &text)).transpose()?;
    let request = Request {
        framing: framing(&mut table)?,
        optional: table.boolean("optional", false)?,
        readings: table
            .tables("value")?
            .into_iter()
            .map(|value| reading(value, expect.as_ref()))
            .collect::<Result<_, _>>()?,
        states: table.tables("state")?.into_iter().map(|one| state(one, expect.as_ref())).collect::<Result<_, _>>()?,
        facts: facts(table.table("facts")?, expect.as_ref())?,
        settings: table
            .tables("setting")?
            .into_iter()
            .map(|one| set(one, expect.as_ref()))
            .collect::<Result<_, _>>()?,
        call: call(table.table("call")?, expect.as_ref())?,
        id,
        send,
        expect,
    };
    table.finish()?;
    Ok(request)
}

/// `send` as text, or `send_hex`; with the checksum behind it when the profile has one.
fn sent(table: &mut Fields, checksum: bool) -> Result<Vec<u8>, Wrong> {
    let (text, digits) = (table.text_if("send")?, table.text_if("send_hex")?);
    let mut bytes = match (text, digits) {
        (Some(text), None) => escaped(&text).map_err(|problem| table.wrong("send", problem))?,
        (None, Some(digits)) => hex(&digits).map_err(|problem| table.wrong("send_hex", problem))?,
        _ => return Err(table.wrong("send", "expected either 'send' (text) or 'send_hex'")),
    };
    if checksum {
        bytes.extend(crc16_modbus(&bytes));
    }
    Ok(bytes)
}

/// A group that `expect` has.
fn group(table: &mut Fields, key: &'static str, expect: Option<&Regex>) -> Result<Option<SmolStr>, Wrong> {
    let Some(name) = table.text_if(key)? else { return Ok(None) };
    let has = expect.is_some_and(|expect| expect.capture_names().flatten().any(|group| group == name));
    if has {
        Ok(Some(name))
    } else {
        Err(table.wrong(key, format_args!("expected a group (?<{name}>…) of 'expect'")))
    }
}

fn reading(mut table: Fields, expect: Option<&Regex>) -> Result<Reading, Wrong> {
    let value = table.parsed("name")?;
    let unit = table.word("unit", UNITS, Unit::None)?;
    let in_group = group(&mut table, "group", expect)?;
    let at = table.whole("at", 0..=1_023, u32::MAX)?;
    let forms = [("u8", Form::U8), ("u16", Form::U16), ("i16", Form::I16), ("u32", Form::U32), ("f32", Form::F32)];
    let form = table.word("as", &forms, Form::U16)?;
    let place = match (in_group, at) {
        (Some(name), u32::MAX) => Place::Group(name),
        (None, at) if at != u32::MAX => Place::Bytes { at: at as usize, form },
        _ => return Err(table.wrong("group", "expected either 'group' (of 'expect') or 'at' (an offset in bytes)")),
    };
    let scale = table.number_if("scale")?.unwrap_or(1.0);
    let offset = table.number_if("offset")?.unwrap_or(0.0);
    let limit = limit(&mut table, &value)?;
    let says = table.text_if("says")?.unwrap_or_else(|| value.to_string().into());
    table.finish()?;
    Ok(Reading { value, unit, place, scale, offset, limit, says })
}

/// `at_most` with `fail_above`, or `at_least` with `fail_below`.
pub(crate) fn limit(table: &mut Fields, value: &avow_shared::id::ValueName) -> Result<Option<Limit>, Wrong> {
    let (most, least) = (table.number_if("at_most")?, table.number_if("at_least")?);
    let (above, below) = (table.number_if("fail_above")?, table.number_if("fail_below")?);
    let limit = |side, good, tolerable| Some(Limit { value: value.clone(), side, good, tolerable });
    match (most, least, above, below) {
        (None, None, None, None) => Ok(None),
        (Some(good), None, fail, None) if fail.is_none_or(|fail| fail >= good) => Ok(limit(Side::AtMost, good, fail)),
        (None, None, Some(good), None) => Ok(limit(Side::AtMost, good, Some(good))),
        (None, Some(good), None, fail) if fail.is_none_or(|fail| fail <= good) => Ok(limit(Side::AtLeast, good, fail)),
        (None, None, None, Some(good)) => Ok(limit(Side::AtLeast, good, Some(good))),
        _ => Err(table.wrong(
            "at_most",
            "expected 'at_most' with 'fail_above' beyond it, or 'at_least' with 'fail_below' beyond it",
        )),
    }
}

fn state(mut table: Fields, expect: Option<&Regex>) -> Result<State, Wrong> {
    let named = group(&mut table, "group", expect)?;
    let missing = table.wrong("group", "expected a group of 'expect'");
    let state = State {
        group: named.ok_or(missing)?,
        right: table.list("right")?,
        passing: table.list("passing")?,
        says: table.text("says")?,
    };
    if state.right.is_empty() {
        return Err(table.wrong("right", "expected the words that are right, found none"));
    }
    table.finish()?;
    Ok(state)
}

fn set(mut table: Fields, expect: Option<&Regex>) -> Result<Set, Wrong> {
    let missing = table.wrong("group", "expected a group of 'expect'");
    let set = Set { name: table.parsed("name")?, group: group(&mut table, "group", expect)?.ok_or(missing)? };
    table.finish()?;
    Ok(set)
}

/// None when the table is not there.
fn call(mut table: Fields, expect: Option<&Regex>) -> Result<Option<Call>, Wrong> {
    let named = group(&mut table, "group", expect)?;
    let idle = table.list("idle")?;
    let call = match (named, idle.is_empty()) {
        (None, true) => None,
        (Some(group), false) => Some(Call { group, idle }),
        (None, false) => return Err(table.wrong("group", "expected a group of 'expect'")),
        (Some(_), true) => return Err(table.wrong("idle", "expected the words of no call, found none")),
    };
    table.finish()?;
    Ok(call)
}

fn facts(mut table: Fields, expect: Option<&Regex>) -> Result<Vec<Fact>, Wrong> {
    let kinds = [
        ("make", FactKind::Make),
        ("model", FactKind::Model),
        ("serial", FactKind::Serial),
        ("firmware", FactKind::Firmware),
        ("mac", FactKind::Mac),
    ];
    let mut facts = Vec::new();
    for (key, kind) in kinds {
        facts.extend(group(&mut table, key, expect)?.map(|group| Fact { group, kind }));
    }
    table.finish()?;
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const MANUAL: &str = include_str!("../../../docs/profiles.md");

    /// The keys that this file reads, as they stand in its source: where a table is asked for one.
    fn keys() -> BTreeSet<&'static str> {
        const READERS: [&str; 12] = [
            "text(",
            "text_if(",
            "whole(",
            "table(",
            "tables(",
            "word(",
            "boolean(",
            "parsed(",
            "number_if(",
            "list(",
            "group(&mut table, ",
            "millis(&mut ",
        ];
        let (source, _) = include_str!("file.rs").split_once("#[cfg(test)]").expect("what is before the tests");
        let after = READERS.iter().flat_map(|reader| source.split(reader).skip(1));
        let key = |rest: &'static str| {
            let (before, rest) = rest.split_once('"')?;
            // `millis(&mut table, "settle_ms"`: what stands between is a name.
            let is_near = before.chars().all(|character| character.is_ascii_lowercase() || ", _".contains(character));
            rest.split_once('"').map(|(key, _)| key).filter(|_| is_near)
        };
        after.filter_map(key).chain(["make", "model", "serial", "firmware", "mac"]).collect()
    }

    #[test]
    fn the_manual_names_every_key_that_is_read() {
        let keys = keys();
        for known in ["profile", "within_ms", "send_hex", "fail_below", "idle", "settle_ms", "baud", "at", "passing"] {
            assert!(keys.contains(known), "the source is read: {keys:?}");
        }
        // In a table, as a key: `name` or `state.name`.
        let rows: Vec<&str> = MANUAL.lines().filter(|line| line.starts_with('|')).collect();
        let first = |row: &&str| row.split('|').nth(1).unwrap_or_default().to_owned();
        let named: Vec<String> = rows.iter().map(first).collect();
        for key in &keys {
            let is_named = |cell: &String| cell.contains(&format!("`{key}`")) || cell.contains(&format!(".{key}`"));
            assert!(named.iter().any(is_named), "docs/profiles.md says nothing of `{key}`");
        }
        for (unit, _) in UNITS {
            assert!(rows.iter().any(|row| row.contains(unit)), "docs/profiles.md does not know the unit {unit}");
        }
    }

    #[test]
    fn the_example_of_the_manual_is_a_profile() {
        let blocks = MANUAL.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
        let example = blocks.filter(|block| block.starts_with("profile = 1")).map(parse).collect::<Result<Vec<_>, _>>();
        let example = example.expect("a profile");
        let [example] = example.as_slice() else { panic!("one example") };
        let expect = example.requests[0].expect.as_ref().expect("a pattern");
        assert!(expect.is_match("PWR=ON TEMP=41 GAIN=-6 FW=1.2"), "and it fits what it is written for");
    }
}
