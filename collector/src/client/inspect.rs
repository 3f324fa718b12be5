//! `inspect`: begins an inspection run and shows how it goes, lists runs and plans, writes reports.

mod show;

use std::collections::HashSet;
use std::io::Write as _;
use std::time::Duration;

use super::args::{InspectAction, InspectDeed};
use super::call::Failure;
use super::file::{Of, named};
use super::watch::watched;
use super::words::Words;
use super::{JSON, Session, records, watch};
use crate::api::documents::DocumentItem;
use crate::api::inspection::dto::{
    InspectionAnswer, InspectionDeed, InspectionItem, InspectionList, InspectionState, InspectionVenue,
    InspectionVenues, InspectionWork, NewInspection,
};
use crate::api::inspection::passing::{InspectionPassWanted, InspectionPassed};
use crate::api::inspection::persons::{MadeLinks, NewLinks};
use crate::api::inspection::plan_dto::{InspectionPlans, InspectionTemplates};
use crate::api::inspection::report::NewAcceptance;
use crate::inspection::{Again, Deed};

/// Between two looks at a run.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// So many venues that are not as they should be are listed for a person …
const MOST_LISTED: usize = 50;
/// … and so many runs.
const MOST_RUNS: usize = 100;
/// The longest page.
const PAGE: usize = 500;
/// How often a list is read from the beginning for what moved.
const MOST_PASSES: usize = 5;
const BAR: usize = 30;

impl Session {
    pub(super) async fn inspect(&self, action: InspectAction) -> Result<bool, Failure> {
        match action {
            InspectAction::List => {
                let list = self.runs().await?;
                self.tell(&list, || show::list(self.words, &list))?;
                Ok(true)
            }
            InspectAction::Plans => {
                let plans: InspectionPlans = self.server.get("inspections/plans").await?;
                self.tell(&plans, || show::plans(self.words, &plans))?;
                Ok(true)
            }
            InspectAction::Show { id } => {
                let answer: InspectionAnswer = self.server.get(&format!("inspections/runs/{id}")).await?;
                self.told(&answer).await
            }
            InspectAction::Report { id, saved } => {
                let of = Of {
                    report: format!("inspections/runs/{id}/report"),
                    editions: Some(format!("inspections/runs/{id}/editions")),
                    stem: format!("inspection-{id}"),
                };
                self.save_document(of, &saved).await
            }
            InspectAction::Links { id, by, place, level, per_day, output } => {
                let body = serde_json::to_vec(&NewLinks { by, place, level, per_day }).unwrap_or_default();
                let made: MadeLinks = self.server.post(&format!("inspections/runs/{id}/links"), JSON, body).await?;
                let csv = show::links(self.server.base(), &made);
                let told = match named(&output) {
                    Some(file) => self.save_text(file, csv.as_bytes()).await,
                    None => self.tell(&made, || csv).map(|()| true),
                };
                // They are told once: nothing may come between.
                let _ = writeln!(std::io::stderr(), "{}", show::sending(self.words, &made));
                told
            }
            InspectAction::Pause(of) => self.deed(of, Deed::Pause).await,
            InspectAction::Resume(of) => self.deed(of, Deed::Resume).await,
            InspectAction::Cancel(of) => self.deed(of, Deed::Cancel).await,
            InspectAction::Retry { of: InspectDeed { id, person }, which, venues } => {
                let deed = InspectionDeed { person, deed: Deed::Retry, which: Some(again(&which)), venues };
                self.done(id, &deed).await
            }
            InspectAction::Templates => {
                let templates: InspectionTemplates = self.server.get("inspections/templates").await?;
                self.tell(&templates, || show::templates(self.words, &templates))?;
                Ok(true)
            }
            InspectAction::Pass { id, level, place, by } => {
                let wanted = InspectionPassWanted { level, place, person: by, from: Some(0) };
                let left = self.words.say(
                    "已停止：已上报的照旧，其余未动；再执行一次即继续上报",
                    "stopped: what was passed on stays so, the others are as they were; the same command goes on",
                );
                let all = watched(self.pass_all(id, wanted), left.to_owned()).await?;
                self.tell(&all, || show::passed(self.words, &all))?;
                Ok(true)
            }
            InspectAction::Sign { id, by, reason, unfinished } => {
                let body = serde_json::to_vec(&NewAcceptance { by, reason, unfinished }).unwrap_or_default();
                let item: DocumentItem = self.server.post(&format!("inspections/runs/{id}/sign"), JSON, body).await?;
                self.tell(&item, || records::signed(self.words, &item))?;
                Ok(true)
            }
            run @ InspectAction::Run { .. } => self.inspect_now(run).await,
        }
    }

    /// Part by part, so that it is seen how far it is, and who breaks it off leaves whole parts.
    async fn pass_all(&self, id: u64, mut wanted: InspectionPassWanted) -> Result<InspectionPassed, Failure> {
        let mut passed = 0;
        loop {
            let body = serde_json::to_vec(&wanted).unwrap_or_default();
            let part: InspectionPassed = self.server.post(&format!("inspections/runs/{id}/review"), JSON, body).await?;
            passed += part.passed;
            if part.next.is_none() {
                return Ok(InspectionPassed { passed, ..part });
            }
            let _ = writeln!(std::io::stderr(), "{}", show::passing(self.words, passed, part.lying.ready));
            wanted.from = part.next;
        }
    }

    async fn inspect_now(&self, action: InspectAction) -> Result<bool, Failure> {
        let InspectAction::Run { plan, place, except, levels, template, yes, window, title, operator, basis, wait } =
            action
        else {
            return Ok(false);
        };
        let work = match (plan, place.is_empty()) {
            (Some(_), true) => None,
            (None, false) => Some(self.work(&template, place, (except, levels), yes, window).await?),
            _ => {
                let words = self.words.say(
                    "inspect run：请写计划编号，或用 --place 写地区或会场",
                    "inspect run: the number of a plan, or --place with places or venues, is expected",
                );
                return Err(Failure::Usage(words.to_owned()));
            }
        };
        let new = NewInspection { plan, title, operator, basis, work };
        let body = serde_json::to_vec(&new).unwrap_or_default();
        let item: InspectionItem = self.server.post("inspections/runs", JSON, body).await?;
        let id = item.id;
        if !wait {
            let answer: InspectionAnswer = self.server.get(&format!("inspections/runs/{id}")).await?;
            // It has only begun: nothing of it can be bad yet.
            return self.told(&answer).await.map(|_| true);
        }
        let goes_on = self.words.goes_on(
            &match self.words {
                Words::Chinese => format!("已停止查看，巡检 {id} 继续进行。"),
                Words::English => format!("no longer watching: inspection {id} goes on."),
            },
            self.server.base(),
            &[
                (self.words.say("查看：", "look again: "), format!("inspect show {id}")),
                (
                    self.words.say("结束巡检：", "end it:     "),
                    format!("inspect cancel {id} --person {}", self.words.say("姓名", "NAME")),
                ),
            ],
        );
        let begun: InspectionAnswer = self.server.get(&format!("inspections/runs/{id}")).await?;
        // Who waits is to know why nothing happens; whoever reads no standard error has it in the JSON.
        let _ = write!(std::io::stderr(), "{}", show::quiet_now(self.words, &begun));
        let answer = watched(self.ended(id), goes_on).await?;
        self.told(&answer).await
    }

    async fn ended(&self, id: u64) -> Result<InspectionAnswer, Failure> {
        let path = format!("inspections/runs/{id}");
        loop {
            let answer: InspectionAnswer = self.server.watch(&path).await?;
            if answer.run.state == InspectionState::Ended {
                watch::show(&format!("\r{:78}\r", ""));
                return Ok(answer);
            }
            watch::show(&format!("\r{}", progress(self.words, &answer)));
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn deed(&self, InspectDeed { id, person }: InspectDeed, deed: Deed) -> Result<bool, Failure> {
        self.done(id, &InspectionDeed { person, deed, which: None, venues: Vec::new() }).await
    }

    async fn done(&self, id: u64, deed: &InspectionDeed) -> Result<bool, Failure> {
        let body = serde_json::to_vec(deed).unwrap_or_default();
        let item: InspectionItem = self.server.post(&format!("inspections/runs/{id}/deeds"), JSON, body).await?;
        let list = InspectionList { now_ms: 0, total: 1, items: vec![item] };
        self.tell(&list.items[0], || show::list(self.words, &list))?;
        Ok(true)
    }

    /// A template's work at other places.
    async fn work(
        &self,
        template: &str,
        place: Vec<String>,
        (except, levels): (Vec<String>, Vec<String>),
        yes: bool,
        window: Option<u32>,
    ) -> Result<InspectionWork, Failure> {
        let templates: InspectionTemplates = self.server.get("inspections/templates").await?;
        let known: Vec<String> = templates.items.iter().map(|one| format!("{}（{}）", one.key, one.title)).collect();
        let found = templates.items.into_iter().find(|one| one.key == template).map(|one| one.work);
        let none = || {
            Failure::Usage(match self.words {
                Words::Chinese => format!("没有模板 {template}；可用：{}", known.join("、")),
                Words::English => format!("there is no template {template}; there are {}", known.join(", ")),
            })
        };
        let work = found.ok_or_else(none)?;
        let (venues, places): (Vec<_>, Vec<_>) = place.into_iter().partition(|code| code.contains('-'));
        // A level is one of places; who is named is meant whatever it is.
        let levels = if places.is_empty() || !levels.is_empty() { levels } else { work.levels.clone() };
        let window_min = window.unwrap_or(work.window_min);
        // Whoever types it is there now: quiet hours are for what the calendar begins.
        let (units, quiet, confirmed) = (Vec::new(), None, yes);
        Ok(InspectionWork { venues, places, except, levels, units, quiet, confirmed, window_min, ..work })
    }

    /// All runs; a person reads the newest.
    async fn runs(&self) -> Result<InspectionList, Failure> {
        let page = async |offset, limit| {
            let path = format!("inspections/runs?offset={offset}&limit={limit}");
            let list: InspectionList = self.server.get(&path).await?;
            Ok::<_, Failure>((list.items.clone(), list.total, list))
        };
        let limit = if self.json { PAGE } else { MOST_RUNS };
        let (items, mut list) = pages(limit, self.json, |item: &InspectionItem| item.id, page).await?;
        list.items = items;
        list.items.sort_by_key(|item| std::cmp::Reverse(item.id));
        Ok(list)
    }

    /// All venues of a run, by their codes; a person reads those that need one, of which the first come first.
    async fn venues(&self, id: u64) -> Result<InspectionVenues, Failure> {
        let page = async |offset, limit| {
            let path = format!("inspections/runs/{id}/venues?offset={offset}&limit={limit}");
            let venues: InspectionVenues = self.server.get(&path).await?;
            Ok::<_, Failure>((venues.items.clone(), venues.total, venues))
        };
        let limit = if self.json { PAGE } else { MOST_LISTED };
        let (items, mut venues) = pages(limit, self.json, |venue: &InspectionVenue| venue.venue.clone(), page).await?;
        venues.items = items;
        Ok(venues)
    }

    /// A run with those of its venues that are not as they should be. Good when everything is sound: nothing is abnormal, untested, tested in part or still to be
    /// filled in.
    async fn told(&self, answer: &InspectionAnswer) -> Result<bool, Failure> {
        let venues = self.venues(answer.run.id).await?;
        let told = serde_json::json!({ "run": answer, "venues": venues.items });
        self.tell(&told, || show::run(self.words, answer, &venues))?;
        let tally = &answer.run.tally;
        Ok(tally.abnormal + tally.unfilled + tally.incomplete + tally.untested + tally.open == 0)
    }
}

/// The command line takes no other words.
fn again(word: &str) -> Again {
    match word {
        "failed" => Again::Failed,
        "untested" => Again::Untested,
        _ => Again::Both,
    }
}

/// What a server lists in pages of `limit`: the first page, or with `all` everything, each entry once, and its answer to the last page.
/// While a run is open its venues change their places between two pages: what was not in any is looked for again.
async fn pages<T, K: Eq + std::hash::Hash, A>(
    limit: usize,
    all: bool,
    key: impl Fn(&T) -> K,
    page: impl AsyncFn(usize, usize) -> Result<(Vec<T>, usize, A), Failure>,
) -> Result<(Vec<T>, A), Failure> {
    let (mut found, mut known) = (Vec::new(), HashSet::new());
    let mut passes = 0;
    let mut offset = 0;
    loop {
        let (items, total, answer) = page(offset, limit).await?;
        let is_last = items.len() < limit;
        offset += items.len();
        found.extend(items.into_iter().filter(|item| known.insert(key(item))));
        if !all || found.len() >= total {
            return Ok((found, answer));
        }
        if is_last || offset >= total {
            passes += 1;
            if passes >= MOST_PASSES {
                let cut = format!("{} of {total} could be listed while they change; try again", found.len());
                return Err(Failure::Broken(cut));
            }
            offset = 0;
        }
    }
}

fn progress(words: Words, answer: &InspectionAnswer) -> String {
    let tally = &answer.run.tally;
    let done = tally.venues - tally.open;
    let full = if tally.venues == 0 { BAR } else { done as usize * BAR / tally.venues as usize };
    let bar = format!("{}{}", "█".repeat(full), "░".repeat(BAR - full));
    let left_s = answer.forecast.map(|forecast| forecast.end_ms.saturating_sub(answer.now_ms).div_ceil(1_000));
    let left = left_s.map_or_else(|| "—".to_owned(), |left_s| format!("{}:{:02}", left_s / 60, left_s % 60));
    let (tested, bad, about) = match words {
        Words::Chinese => ("已检", "异常", "预计还需"),
        Words::English => ("tested", "abnormal", "about"),
    };
    format!("{bar} {tested} {done}/{}  {bad} {}  {about} {left} ", tally.venues, tally.abnormal)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn what_is_tested_once_more_is_named_as_the_server_names_it() {
        for word in ["failed", "untested", "both"] {
            assert_eq!(serde_json::to_value(again(word)).ok(), Some(word.into()));
        }
    }

    #[tokio::test]
    async fn all_pages_are_read_and_what_changes_its_place_between_two_is_found_all_the_same() {
        let of = async |all: bool, moves: bool| {
            let asked = Cell::new(0);
            let page = async |offset: usize, limit: usize| {
                asked.set(asked.get() + 1);
                let mut list: Vec<usize> = (0..7).collect();
                if moves && asked.get() == 2 {
                    // The first has come behind: of the second page everything moves forward by one.
                    list.rotate_left(1);
                }
                Ok((list.iter().skip(offset).take(limit).copied().collect(), list.len(), asked.get()))
            };
            let (mut found, _) = pages(3, all, |one: &usize| *one, page).await.expect("is read");
            found.sort_unstable();
            (found, asked.get())
        };
        assert_eq!(of(false, false).await, (vec![0, 1, 2], 1));
        assert_eq!(of(true, false).await, ((0..7).collect(), 3));
        assert_eq!(of(true, true).await, ((0..7).collect(), 5), "a second pass finds what was missing");
        let never = pages(3, true, |one: &usize| *one, async |_, _| Ok((vec![1, 2, 3], 9, ()))).await;
        assert!(matches!(never, Err(Failure::Broken(_))), "never cut without a word");
    }
}
