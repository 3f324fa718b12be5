//! From replies to values, facts and a verdict. Pure.

use std::collections::BTreeMap;

use avow_shared::facts::{Facts, Setting};
use avow_shared::outcome::Verdict;
use avow_shared::sort;
use avow_shared::value::Value;
use avow_shared::venue::Grade;

use super::bytes::{crc16_modbus, shown};
use super::framing::Framing;
use super::{FactKind, Form, Place, Profile, Reading, Request, State};

/// What came back to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A whole reply.
    Got(Vec<u8>),
    /// Nothing, or no whole reply, in time.
    Silent,
    /// More than any device sends.
    TooLong,
}

/// What the replies say.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The worst of it.
    pub verdict: Verdict,
    /// What is wrong, or how the device does, for a person (Chinese).
    pub detail: String,
    /// The numbers.
    pub values: Vec<Value>,
    /// What the device tells of itself.
    pub facts: BTreeMap<FactKind, String>,
    /// How it is set.
    pub settings: Vec<Setting>,
    /// Whether it is in a call; none when it did not say so.
    pub in_call: Option<bool>,
}

impl Judged {
    /// What the device tells of itself and how it is set, to be reported.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let fact = |kind| self.facts.get(&kind).map(String::as_str).unwrap_or_default().into();
        Facts {
            make: fact(FactKind::Make),
            model: fact(FactKind::Model),
            serial: fact(FactKind::Serial),
            firmware: fact(FactKind::Firmware),
            mac: fact(FactKind::Mac),
            settings: self.settings.clone(),
        }
    }
}

/// Judges the replies to the profile's requests, in their order; what was not asked any more is missing at the end.
#[must_use]
pub fn judge(profile: &Profile, replies: &[Reply]) -> Judged {
    let mut found = Findings::default();
    for (request, reply) in profile.requests.iter().zip(replies) {
        found.take(profile, request, reply);
    }
    found.told(profile)
}

#[derive(Default)]
struct Findings {
    worst: Option<(Grade, &'static str)>,
    troubles: Vec<(Grade, String)>,
    values: Vec<Value>,
    facts: BTreeMap<FactKind, String>,
    settings: Vec<Setting>,
    in_call: Option<bool>,
}

impl Findings {
    fn take(&mut self, profile: &Profile, request: &Request, reply: &Reply) {
        let bytes = match reply {
            Reply::Got(bytes) => bytes.as_slice(),
            Reply::Silent if request.optional => return,
            Reply::Silent => return self.note(Grade::Fail, "device.no-answer", format!("{} 无应答", request.id)),
            Reply::TooLong => return self.note(Grade::Fail, "device.wrong-answer", format!("{} 应答不止", request.id)),
        };
        let Some(body) = checked(profile, bytes) else {
            return self.note(Grade::Fail, "device.wrong-answer", format!("{} 应答校验不符", request.id));
        };
        let text = super::latin1(body);
        // White space around a line means nothing; a byte of a binary reply does.
        let is_binary =
            profile.checksum || matches!(request.framing.as_ref().unwrap_or(&profile.framing), Framing::Length(_));
        let text = if is_binary { text.as_str() } else { text.trim() };
        let captures = request.expect.as_ref().map(|expect| expect.captures(text));
        if matches!(captures, Some(None)) {
            if !request.optional {
                let heard = shown(&bytes[..bytes.len().min(40)]);
                self.note(Grade::Fail, "device.wrong-answer", format!("{} 应答不符：{heard}", request.id));
            }
            return;
        }
        let group = |name: &str| captures.as_ref()?.as_ref()?.name(name).map(|group| group.as_str().trim().to_owned());
        for reading in &request.readings {
            self.read(request, reading, &group, body);
        }
        for state in &request.states {
            self.compare(state, &group);
        }
        let facts = request.facts.iter().filter_map(|fact| Some((fact.kind, group(&fact.group)?)));
        self.facts.extend(facts.filter(|(_, told)| !told.is_empty()));
        // An empty word is a setting too: no NTP server is set.
        let set = |set: &super::Set| Some(Setting { name: set.name.clone(), value: group(&set.group)?.into() });
        self.settings.extend(request.settings.iter().filter_map(set));
        if let Some(call) = &request.call
            && let Some(word) = group(&call.group)
        {
            let is_on = !call.idle.iter().any(|idle| *idle == word);
            self.in_call = Some(self.in_call == Some(true) || is_on);
        }
    }

    fn read(&mut self, request: &Request, reading: &Reading, group: &impl Fn(&str) -> Option<String>, body: &[u8]) {
        let number = match &reading.place {
            Place::Group(name) => match group(name) {
                // A part of the reply that may be missing.
                None => return,
                Some(text) => text.parse::<f64>().ok(),
            },
            Place::Bytes { at, form } => number(body, *at, *form),
        };
        let Some(number) =
            number.map(|number| number * reading.scale + reading.offset).filter(|number| number.is_finite())
        else {
            return self.note(
                Grade::Fail,
                "device.wrong-answer",
                format!("{} 的 {} 不是数", request.id, reading.value),
            );
        };
        let number = reading.unit.round(number);
        let grade = reading.limit.as_ref().map_or(Grade::Good, |limit| limit.judge(number));
        if grade > Grade::Good {
            self.note(grade, "device.value", format!("{} {number}{}", reading.says, reading.unit.symbol()));
        }
        self.values.push(Value { name: reading.value.clone(), unit: reading.unit, number });
    }

    fn compare(&mut self, state: &State, group: &impl Fn(&str) -> Option<String>) {
        let Some(word) = group(&state.group) else { return };
        if state.right.iter().any(|right| *right == word) {
            return;
        }
        let grade = if state.passing.iter().any(|passing| *passing == word) { Grade::Degraded } else { Grade::Fail };
        self.note(grade, "device.state", format!("{}（{word}）", state.says));
    }

    fn note(&mut self, grade: Grade, finding: &'static str, text: String) {
        if self.worst.is_none_or(|(worst, _)| grade > worst) {
            self.worst = Some((grade, finding));
        }
        self.troubles.push((grade, text));
    }

    fn told(mut self, profile: &Profile) -> Judged {
        let verdict = match self.worst {
            None | Some((Grade::Good, _)) => Verdict::Pass,
            Some((Grade::Degraded, finding)) => Verdict::degraded(finding),
            Some((Grade::Fail, finding)) => Verdict::fail(finding),
        };
        sort::short_by_key(&mut self.troubles, |(grade, _)| std::cmp::Reverse(*grade));
        let model = [FactKind::Make, FactKind::Model].iter().filter_map(|kind| self.facts.get(kind)).cloned();
        let model = model.collect::<Vec<_>>().join(" ");
        let name = if model.is_empty() { profile.name.to_string() } else { model };
        let firmware =
            self.facts.get(&FactKind::Firmware).map(|version| format!(" 固件 {version}")).unwrap_or_default();
        let state = if self.troubles.is_empty() {
            "正常".to_owned()
        } else {
            self.troubles.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("；")
        };
        Judged {
            verdict,
            detail: format!("{name}{firmware}，{state}"),
            values: self.values,
            facts: self.facts,
            settings: self.settings,
            in_call: self.in_call,
        }
    }
}

/// The reply without its checksum; none when that is wrong.
fn checked<'a>(profile: &Profile, bytes: &'a [u8]) -> Option<&'a [u8]> {
    if !profile.checksum {
        return Some(bytes);
    }
    let (body, sum) = bytes.split_last_chunk::<2>()?;
    (crc16_modbus(body) == *sum).then_some(body)
}

fn number(body: &[u8], at: usize, form: Form) -> Option<f64> {
    let bytes = body.get(at..at.checked_add(form.width())?)?;
    let two = || bytes.try_into().ok();
    let four = || bytes.try_into().ok();
    Some(match form {
        Form::U8 => f64::from(*bytes.first()?),
        Form::U16 => f64::from(u16::from_be_bytes(two()?)),
        Form::I16 => f64::from(i16::from_be_bytes(two()?)),
        Form::U32 => f64::from(u32::from_be_bytes(four()?)),
        Form::F32 => f64::from(f32::from_be_bytes(four()?)),
    })
}
