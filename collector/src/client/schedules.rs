//! `roll-call schedules`: roll calls by the clock.

use super::args::{NewSchedule as Wanted, ScheduleAction};
use super::call::Failure;
use super::table::table;
use super::words::Words;
use super::{JSON, Session, groups, meetings};
use crate::api::roll_call::RollCallDepth;
use crate::api::schedules::dto::{NewPause, NewSchedule, ScheduleItem, ScheduleList, SlotOutcome};
use crate::calendar::{Days, Minute, Rule, Times};

impl Session {
    pub(super) async fn schedules(&self, action: ScheduleAction) -> Result<bool, Failure> {
        let item: ScheduleItem = match action {
            ScheduleAction::List => {
                let list: ScheduleList = self.server.get("roll-call-schedules").await?;
                self.tell(&list, || show(self.words, &list.items))?;
                return Ok(true);
            }
            ScheduleAction::Remove { id } => {
                self.server.delete(&format!("roll-call-schedules/{id}")).await?;
                self.tell(&serde_json::json!({ "removed": id }), || self.words.say("已删除", "removed").to_owned())?;
                return Ok(true);
            }
            ScheduleAction::Add(wanted) => {
                let rule = rule(&wanted)?;
                let (venues, places) = groups::split(&wanted.whom);
                let Wanted { name, except, levels, units, group, depth, deadline, yes, operator, basis, .. } = *wanted;
                let new = NewSchedule {
                    name,
                    rule,
                    group: groups::number(&self.server, group.as_deref()).await?,
                    places,
                    except,
                    levels,
                    venues,
                    units,
                    depth: if depth == "ready" { RollCallDepth::Ready } else { RollCallDepth::Present },
                    deadline_s: deadline,
                    confirmed: yes,
                    kind: None,
                    operator,
                    basis,
                    paused: false,
                };
                self.server.post("roll-call-schedules", JSON, serde_json::to_vec(&new).unwrap_or_default()).await?
            }
            ScheduleAction::Pause { id } => self.pause(id, true).await?,
            ScheduleAction::Resume { id } => self.pause(id, false).await?,
        };
        self.tell(&item, || show(self.words, std::slice::from_ref(&item)))?;
        Ok(true)
    }

    async fn pause(&self, id: u64, paused: bool) -> Result<ScheduleItem, Failure> {
        let body = serde_json::to_vec(&NewPause { paused }).unwrap_or_default();
        self.server.post(&format!("roll-call-schedules/{id}/pause"), JSON, body).await
    }
}

fn rule(wanted: &Wanted) -> Result<Rule, Failure> {
    let usage = |text: String| Failure::Usage(text);
    let days = match wanted.days.as_str() {
        "every" => Days::Every,
        "working" => Days::Working,
        list => {
            let read = list.split(',').map(str::parse).collect::<Result<Vec<u8>, _>>();
            Days::Weekdays(read.map_err(|_| usage(format!("--days {list}: every, working or 1,3,5 is expected")))?)
        }
    };
    let minute = |text: &String| text.parse::<Minute>().map_err(|error| usage(format!("--at {error}")));
    let times = match (wanted.every_hours, Minute::new(0, 0)) {
        (Some(every), Some(from)) => Times::Hours { every, from },
        _ => Times::At(wanted.at.iter().map(minute).collect::<Result<_, _>>()?),
    };
    let rule = Rule { days, times };
    rule.check().map_err(|error| usage(error.to_string()))?;
    Ok(rule)
}

fn show(words: Words, schedules: &[ScheduleItem]) -> String {
    if schedules.is_empty() {
        return words.say("没有定时点名", "no schedules").to_owned();
    }
    let row = |item: &ScheduleItem| {
        let next = match (item.paused, item.next_ms) {
            (true, _) => words.say("已暂停", "rests").to_owned(),
            (false, Some(next_ms)) => meetings::written(next_ms),
            (false, None) => "—".to_owned(),
        };
        let last = item.slots.first().map_or_else(
            || "—".to_owned(),
            |slot| {
                let outcome = match slot.outcome {
                    SlotOutcome::Called => words.say("已点名", "called"),
                    SlotOutcome::Missed => words.say("错过", "missed"),
                    SlotOutcome::Failed => words.say("失败", "failed"),
                };
                let why = match words {
                    Words::Chinese => slot.reason_zh.as_ref().map(|why| format!("：{why}")),
                    Words::English => slot.reason.as_ref().map(|why| format!(": {why}")),
                };
                format!("{} {outcome}{}", meetings::written(slot.at_ms), why.unwrap_or_default())
            },
        );
        let group = item.group.as_ref().map(|group| group.name.clone());
        let whom =
            group.unwrap_or_else(|| [&item.places, &item.venues, &item.units].map(|codes| codes.join(" ")).join(" "));
        vec![item.id.to_string(), item.name.clone(), when(words, &item.rule), whom.trim().to_owned(), next, last]
    };
    let rows: Vec<_> = schedules.iter().map(row).collect();
    let heading = ["编号", "名称", "时间", "范围", "下一次", "上一次"];
    let english = ["number", "name", "when", "whom", "next", "last"];
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}

fn when(words: Words, rule: &Rule) -> String {
    let list = |numbers: &[u8]| numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let days = match &rule.days {
        Days::Every => words.say("每天", "every day").to_owned(),
        Days::Working => words.say("工作日", "working days").to_owned(),
        Days::Weekdays(days) => format!("{}{}", words.say("每周 ", "weekdays "), list(days)),
        Days::OfMonth(days) => format!("{}{}", words.say("每月 ", "of the month "), list(days)),
        Days::WorkingOfMonth(nth) => format!("{}{nth}", words.say("每月工作日第 ", "working day of the month ")),
        Days::OfYear(month, day) => format!("{}{month}-{day}", words.say("每年 ", "of the year ")),
    };
    let times = match &rule.times {
        Times::At(times) => times.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        Times::Hours { every, from } => match words {
            Words::Chinese => format!("{from} 起每 {every} 小时"),
            Words::English => format!("every {every} h from {from}"),
        },
    };
    format!("{days} {times}")
}
