//! The record of a roll call as its report reads it.

use avow_shared::id::{UnitId, VenueId};
use avow_shared::roll_call::{Aspect, Depth, Found};
use avow_shared::time::UnixMs;

use super::{Call, Entry, Fault, Kind, Mode, Note, Origin, Standing, Via};
use crate::client::{Words, findings, proofs};
use crate::document::roll_call as report;
use crate::province::View;

/// What a report calls whoever called, when nobody said who it was.
const CALLER: &str = "省应急指挥中心";

impl Call {
    /// One row for each unit, in the order of their venues. `view` gives names of places, `note` what people wrote, `now` the end of what is open.
    #[must_use]
    pub fn record(&self, view: &View, note: Option<&Note>, now: UnixMs) -> report::Record {
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
        let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        report::Record {
            id: self.id.to_string(),
            direction: report::Direction::Outbound,
            category: category(note.map_or(self.asked.kind, |note| note.kind)),
            caller: CALLER.to_owned(),
            basis: said(&self.asked.basis),
            scope,
            system: None,
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
        let person = entry.person.as_ref();
        let answered_at_ms = entry.answered_ms();
        report::Row {
            unit: entry.unit.to_string(),
            venue: entry.venue().map(|id| id.to_string()),
            city: name(1),
            county: name(2),
            result: result(standing, entry),
            mode: entry.mode().map(mode),
            via_page: person.is_some_and(|person| person.via == Via::Page),
            heard_at_ms: entry.heard.map(|heard| heard.at_ms),
            ready_at_ms: entry.answer.as_ref().map(|answer| answer.at_ms),
            answered_at_ms,
            elapsed_ms: answered_at_ms.map(|at_ms| at_ms.saturating_sub(self.asked.given_ms)),
            person: person.map(|person| person.person.to_string()).filter(|name| !name.is_empty()),
            video: came(Aspect::Picture, person.and_then(|person| person.picture)),
            audio: came(Aspect::Sound, person.and_then(|person| person.sound)),
            reason: reason(standing, entry),
            retries: u32::from(entry.asked),
            blamed: None,
            is_proven: matches!(entry.across(), Some(Found::Good | Found::Degraded(_))),
            proof: proofs::proof(Words::Chinese, entry),
        }
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
        (Standing::Silent | Standing::Waiting | Standing::Heard, ..) => report::Result::Silent,
        (Standing::Late, ..) => report::Result::Late,
        (Standing::OnTime, _, Some(Mode::Backup)) => report::Result::Backup,
        (Standing::OnTime, Some(Fault::NoSound), _) => report::Result::NoSound,
        (Standing::OnTime, Some(Fault::NoPicture | Fault::Neither), _) => report::Result::NoPicture,
        (Standing::OnTime, ..) => report::Result::OnTime,
    }
}

fn reason(standing: Standing, entry: &Entry) -> Option<String> {
    let failed = |found: &Found| match found {
        Found::Failed(finding) | Found::Degraded(finding) => Some(findings::told(Words::Chinese, finding.as_str())),
        Found::Good | Found::Untested(_) => None,
    };
    let text = match standing {
        Standing::Excused => entry.excused.as_ref()?.reason.to_string(),
        Standing::InMeeting => "会议中".to_owned(),
        Standing::Silent | Standing::Waiting | Standing::Heard if entry.venue().is_none() => {
            "没有会场，须由人员应答".to_owned()
        }
        Standing::Silent | Standing::Waiting | Standing::Heard if entry.agent.is_none() => "没有测试终端".to_owned(),
        Standing::Silent | Standing::Waiting | Standing::Heard if entry.heard.is_some() => "检测未完成".to_owned(),
        Standing::Silent | Standing::Waiting | Standing::Heard if !entry.before.connected => "终端离线".to_owned(),
        Standing::Silent | Standing::Waiting | Standing::Heard => "终端无应答".to_owned(),
        Standing::Late | Standing::OnTime => {
            let state = entry.answer.as_ref()?.state.as_ref()?;
            let found = state.aspects.iter().map(|(_, found)| found).chain(entry.across());
            let findings: Vec<String> = found.filter_map(failed).collect();
            if findings.is_empty() { entry.person.as_ref()?.note.to_string() } else { findings.join("；") }
        }
    };
    Some(text).filter(|text| !text.is_empty())
}

fn place_name(view: &View, place: avow_shared::place::PlaceCode) -> String {
    view.tree.index(place).map_or_else(|| place.to_string(), |at| view.tree.place(at).name.to_string())
}
