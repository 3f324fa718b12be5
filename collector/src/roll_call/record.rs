//! The record of a roll call as its report reads it.

use avow_shared::id::{UnitId, VenueId};
use avow_shared::roll_call::{Aspect, Depth, Found};
use avow_shared::time::UnixMs;

use super::{ByHand, Call, Entry, Fault, Kind, Mode, Note, Origin, Standing, Via};
use crate::client::{Words, findings, proofs};
use crate::document::roll_call as report;
use crate::document::text::but_for;
use crate::document::value::{Precision, Value};
use crate::province::{Class, View};

impl Call {
    /// One row for each unit, in the order of their venues. `view` gives names of places, `note` what people wrote, `caller` 发起单位, `now` the
    /// end of what is open.
    #[must_use]
    pub fn record(&self, view: &View, note: Option<&Note>, caller: &str, now: UnixMs) -> report::Record {
        let counted = self.counted(now);
        let excused = counted.iter().filter(|(standing, _)| is_excused(*standing)).count();
        let places = self.asked.places.iter().map(|place| place_name(view, *place));
        let venue = |id: &VenueId| match view.venue(*id) {
            Some(known) => format!("{}（{id}）", known.name()),
            None => id.to_string(),
        };
        let unit = |id: &UnitId| match self.entries.iter().find(|entry| entry.unit_id.as_ref() == Some(id)) {
            Some(entry) => format!("{}（{id}）", entry.unit),
            None => id.to_string(),
        };
        let venues = self.asked.venues.iter().map(venue);
        let scope: Vec<String> = places.chain(venues).chain(self.asked.units.iter().map(unit)).collect();
        let Origin { group, meeting, .. } = &self.asked.origin;
        let scope =
            group.as_ref().or(meeting.as_ref()).map_or_else(|| scope.join("、"), |named| named.name.to_string());
        let scope = format!("{scope}{}", but_for(&self.asked.except, |place| place_name(view, place)));
        let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        report::Record {
            id: self.id.to_string(),
            direction: report::Direction::Outbound,
            category: category(note.map_or(self.asked.kind, |note| note.kind)),
            caller: caller.to_owned(),
            basis: said(&self.asked.basis),
            scope,
            system: said(&self.asked.system),
            depth: match self.asked.depth {
                Depth::Present => report::Depth::Present,
                Depth::Ready => report::Depth::Ready,
                Depth::Proven => report::Depth::Proven,
            },
            forecast: self.forecast.as_ref().map(|forecast| report::Forecast {
                fits: forecast.fits,
                slots: forecast.slots,
                run_s: forecast.run_s,
                why: forecast.why.map(|why| proofs::fell_back(Words::Chinese, why).to_owned()),
            }),
            received_at_ms: self.asked.given_ms,
            closed: self.closed.as_ref().map(|closed| report::Closed {
                at_ms: closed.at_ms,
                by: said(&closed.by),
                reason: said(&closed.reason),
                broke_off: self.is_broken_off(),
            }),
            deadline_s: u32::try_from((self.asked.until_ms - self.asked.given_ms) / 1_000).unwrap_or(u32::MAX),
            expected: u32::try_from(counted.len()).unwrap_or(u32::MAX),
            excused: u32::try_from(excused).unwrap_or(u32::MAX),
            rows: counted.into_iter().map(|(standing, entry)| self.row(standing, entry, view)).collect(),
            notice: note.map(|note| note.notice.to_string()).unwrap_or_default(),
            operator: said(&self.asked.operator),
            confirmed_by: None,
        }
    }

    fn row(&self, standing: Standing, entry: &Entry, view: &View) -> report::Row {
        let at = match entry.venue() {
            Some(id) => view.venue(id).map(|venue| venue.at).or_else(|| view.tree.index(id.place)),
            None => view.tree.index(entry.city),
        };
        // From below the province downwards: the city, then the county.
        let mut path: Vec<u32> = at.map(|at| view.tree.path(at).collect()).unwrap_or_default();
        path.reverse();
        let name = |nth: usize| path.get(nth).map(|at| view.tree.place(*at).name.to_string()).unwrap_or_default();
        let state = entry.answer.as_ref().and_then(|answer| answer.state.as_ref());
        let came = |aspect, person: Option<bool>| {
            person.or_else(|| match state?.aspect(aspect)? {
                Found::Good | Found::Degraded(_) => Some(true),
                Found::Failed(_) => Some(false),
                Found::Untested(_) => None,
            })
        };
        let person = entry.person();
        let is_answer = matches!(standing, Standing::OnTime | Standing::Late);
        let answered_at_ms = entry.answered_ms();
        report::Row {
            unit: entry.unit.to_string(),
            venue: entry.venue().map(|id| id.to_string()),
            city: name(1),
            county: name(2),
            result: result(standing, entry),
            mode: entry.mode().map(mode),
            via_page: person.is_some_and(|person| person.via == Via::Page),
            afterwards: entry.person_ms().is_some_and(|at_ms| self.is_afterwards(at_ms)),
            heard_at_ms: entry.heard.map(|heard| heard.at_ms),
            ready_at_ms: entry.answer.as_ref().map(|answer| answer.at_ms),
            answered_at_ms,
            elapsed_ms: answered_at_ms.map(|at_ms| at_ms.saturating_sub(self.asked.given_ms)),
            person: person.map(|person| person.person.to_string()).filter(|name| !name.is_empty()),
            video: came(Aspect::Picture, person.and_then(|person| person.picture)),
            audio: came(Aspect::Sound, person.and_then(|person| person.sound)),
            reason: reason(standing, entry),
            remark: self.remark(standing, entry),
            retries: u32::from(entry.asked),
            is_faulty: is_answer && Fault::of(entry).is_some() || !findings_of(entry).is_empty(),
            is_untested: is_answer && self.asked.depth > Depth::Present && entry.is_untested(),
            is_excused_afterwards: self.is_excused_afterwards(entry),
            blamed: blamed(standing, entry).map(str::to_owned),
            is_proven: matches!(entry.across(), Some(Found::Good | Found::Degraded(_))),
            proof: proofs::proof(Words::Chinese, entry),
        }
    }

    /// What is told of this one alone: how it was before the call if it did not answer, and who said something after the deadline.
    fn remark(&self, standing: Standing, entry: &Entry) -> Option<String> {
        let at = |ms: UnixMs, to: Precision| Value::At { ms, to }.to_string();
        let by = |by: &str, ms: UnixMs| {
            let name = if by.is_empty() { String::new() } else { format!("{by}，") };
            format!("{name}{}", at(ms, Precision::Second))
        };
        let is_silent = matches!(standing, Standing::Silent | Standing::Uncounted);
        let before = entry.before.class.filter(|_| is_silent && entry.agent.is_some()).map(|class| {
            let heard = entry.before.heard_ms.map(|ms| format!("，最后上报{}", at(ms, Precision::MinuteOfYear)));
            format!("点名前{}{}", class_word(class), heard.unwrap_or_default())
        });
        let excused = entry.excused().filter(|_| self.is_excused_afterwards(entry));
        let excused = excused.map(|one| format!("事后免点：{}（{}）", one.reason, by(&one.operator, one.at_ms)));
        let said = entry.person().filter(|word| self.is_afterwards(word.at_ms));
        let said = said.map(|word| format!("事后登记（{}）", by(&word.operator, word.at_ms)));
        let parts: Vec<String> = [before, excused, said].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("；"))
    }
}

const fn is_excused(standing: Standing) -> bool {
    matches!(standing, Standing::Excused | Standing::InMeeting)
}

const fn category(kind: Kind) -> report::Category {
    match kind {
        Kind::Duty => report::Category::Duty,
        Kind::BeforeMeeting => report::Category::BeforeMeeting,
        Kind::SpotCheck => report::Category::SpotCheck,
        Kind::Emergency => report::Category::Emergency,
    }
}

const fn mode(mode: Mode) -> report::Mode {
    match mode {
        Mode::Auto => report::Mode::Automatic,
        Mode::Person => report::Mode::Person,
        Mode::Telephone => report::Mode::Telephone,
        Mode::Backup => report::Mode::Backup,
    }
}

fn result(standing: Standing, entry: &Entry) -> report::Result {
    match (standing, Fault::of(entry), entry.mode()) {
        (Standing::Excused | Standing::InMeeting, ..) => report::Result::Excused,
        (Standing::Uncounted, ..) => report::Result::Uncounted,
        (Standing::Silent | Standing::Waiting | Standing::Heard, ..) => report::Result::Silent,
        (Standing::Late, ..) => report::Result::Late,
        (Standing::OnTime, _, Some(Mode::Backup)) => report::Result::Backup,
        (Standing::OnTime, Some(Fault::NoSound), _) => report::Result::NoSound,
        (Standing::OnTime, Some(Fault::NoPicture), _) => report::Result::NoPicture,
        (Standing::OnTime, Some(Fault::Neither), _) => report::Result::Neither,
        (Standing::OnTime, ..) => report::Result::OnTime,
    }
}

/// What was found to be wrong, in words, in the order in which it was looked at.
fn findings_of(entry: &Entry) -> Vec<String> {
    let state = entry.answer.as_ref().and_then(|answer| answer.state.as_ref());
    let found = state.into_iter().flat_map(|state| state.aspects.iter().map(|(_, found)| found)).chain(entry.across());
    let wrong = |found: &Found| match found {
        Found::Failed(finding) | Found::Degraded(finding) => Some(findings::told(Words::Chinese, finding.as_str())),
        Found::Good | Found::Untested(_) => None,
    };
    found.filter_map(wrong).collect()
}

/// What a person saw, heard and noted, as far as it is wrong or words.
fn told(word: &ByHand) -> impl Iterator<Item = String> {
    let seen = (word.picture == Some(false)).then(|| "人工看不到图像".to_owned());
    let heard = (word.sound == Some(false)).then(|| "人工听不到声音".to_owned());
    let note = Some(word.note.to_string()).filter(|note| !note.is_empty());
    [seen, heard, note].into_iter().flatten()
}

/// Which part of the chain did not do its work, by what the record of the call itself says.
fn blamed(standing: Standing, entry: &Entry) -> Option<&'static str> {
    let state = entry.answer.as_ref().and_then(|answer| answer.state.as_ref());
    let has_failed = |aspect| matches!(state.and_then(|state| state.aspect(aspect)), Some(Found::Failed(_)));
    match standing {
        Standing::Excused | Standing::Uncounted => None,
        Standing::Silent | Standing::Waiting | Standing::Heard => match (entry.venue(), entry.agent) {
            (None, _) => Some("人员"),
            (Some(_), None) => Some("测试终端"),
            (Some(_), Some(_)) if entry.heard.is_none() && !entry.before.connected => Some("终端或专线"),
            (Some(_), Some(_)) => Some("测试终端"),
        },
        Standing::Late | Standing::OnTime | Standing::InMeeting => {
            let parts = [
                (Aspect::Line, "线路"),
                (Aspect::Camera, "摄像机"),
                (Aspect::Picture, "图像"),
                (Aspect::Sound, "声音"),
            ];
            let part = parts.into_iter().find(|(aspect, _)| has_failed(*aspect)).map(|(_, part)| part);
            part.or(match Fault::of(entry)? {
                Fault::NoSound => Some("声音"),
                Fault::NoPicture => Some("图像"),
                Fault::Neither => Some("图像和声音"),
                Fault::Other => Some("双向音视频"),
            })
        }
    }
}

/// Why it stands so: the same words for all that stand so for the same reason.
fn reason(standing: Standing, entry: &Entry) -> Option<String> {
    let findings = || findings_of(entry).into_iter().chain(entry.person().into_iter().flat_map(told));
    let silent = || match (entry.venue(), entry.agent) {
        (None, _) => "没有会场，须由人员应答",
        (Some(_), None) => "没有测试终端",
        (Some(_), Some(_)) if entry.heard.is_some() => "检测未完成",
        (Some(_), Some(_)) if !entry.before.connected => "终端离线",
        (Some(_), Some(_)) => "终端无应答",
    };
    let parts: Vec<String> = match standing {
        Standing::Excused => entry.excused().map(|grounds| grounds.reason.to_string()).into_iter().collect(),
        Standing::InMeeting => std::iter::once("会议中".to_owned()).chain(findings()).collect(),
        Standing::Uncounted => vec!["点名提前结束时尚未应答".to_owned()],
        Standing::Silent | Standing::Waiting | Standing::Heard => vec![silent().to_owned()],
        Standing::Late | Standing::OnTime => findings().collect(),
    };
    Some(parts.join("；")).filter(|text| !text.is_empty())
}

/// A class without the mark that it has on a terminal.
fn class_word(class: Class) -> &'static str {
    Words::Chinese.class(class).trim_start_matches(|of: char| !of.is_alphabetic())
}

fn place_name(view: &View, place: avow_shared::place::PlaceCode) -> String {
    view.tree.index(place).map_or_else(|| place.to_string(), |at| view.tree.place(at).name.to_string())
}
