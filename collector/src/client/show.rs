//! Answers as a person reads them on a terminal.

use super::findings;
use super::table::table;
use super::words::Words;
use crate::api::dto::{AgentList, Counts, PlaceAnswer, SystemCell, SystemRow, SystemsAnswer, VenueList};
use crate::command::AgentItem;
use crate::province::Class;
use crate::registry::{ImportReport, LineError, LineNote};

pub(super) fn import(words: Words, report: &ImportReport) -> String {
    let ImportReport { rows, added, changed, unchanged, errors, notes, encoding, dry_run } = report;
    let verb = if *dry_run { words.say("试导入", "dry run") } else { words.say("已导入", "imported") };
    let said = match words {
        Words::Chinese => {
            format!("{verb} {rows} 行（{encoding}）：新增 {added}，修改 {changed}，未变 {unchanged}\n")
        }
        Words::English => {
            format!("{verb}: {rows} rows ({encoding}): {added} added, {changed} changed, {unchanged} unchanged\n")
        }
    };
    outcome(words, said, errors, notes)
}

/// What an import did, as `said` has it, with what was noted; or why it did nothing.
pub(super) fn outcome(words: Words, said: String, errors: &[LineError], notes: &[LineNote]) -> String {
    if errors.is_empty() {
        let notes: Vec<_> = notes.iter().map(|note| (note.line, words.say(&note.message_zh, &note.message))).collect();
        return if notes.is_empty() { said } else { said + &lines(words, words.say("说明", "note"), &notes) };
    }
    let errors: Vec<_> =
        errors.iter().map(|error| (error.line, words.say(&error.message_zh, &error.message))).collect();
    let head = words.say(
        "文件有错误，未导入任何内容；请改正后重试",
        "the file has errors, nothing was taken; correct it and try again",
    );
    format!("{head}\n{}", lines(words, words.say("问题", "problem"), &errors))
}

/// What there is to say of lines of a file; line 0 is none.
fn lines(words: Words, what: &str, said: &[(u32, &str)]) -> String {
    let line = |line: u32| if line == 0 { String::new() } else { line.to_string() };
    let rows: Vec<_> = said.iter().map(|(at, message)| vec![line(*at), (*message).to_owned()]).collect();
    table(&[words.say("行", "line"), what], &rows)
}

pub(super) fn place(words: Words, answer: &PlaceAnswer) -> String {
    let path: Vec<&str> = answer.path.iter().map(|place| place.name.as_str()).collect();
    let mut text = format!("{} ({})\n", path.join(" "), answer.place.code);
    if let Some(reason) = &answer.excluded {
        text.push_str(&format!("{} {reason}\n", words.say("已排除：", "excluded:")));
    }
    let mut heading = vec![words.say("编码", "code"), words.say("名称", "name"), words.say("会场", "venues")];
    heading.extend(Class::ALL.map(|class| words.class(class)));
    heading.extend([words.say("在线代理", "agents"), words.say("未上报", "never"), words.say("已排除", "excluded")]);
    let line = |code: &str, name: &str, counts: &Counts| {
        let mut cells = vec![code.to_owned(), name.to_owned(), counts.venues.to_string()];
        cells.extend(Class::ALL.map(|class| counts.in_class(class).to_string()));
        cells.extend([counts.agents, counts.never, counts.excluded].map(|number| number.to_string()));
        cells
    };
    let mut rows = vec![line(&answer.place.code, &answer.place.name, &answer.counts)];
    rows.extend(answer.children.iter().map(|child| line(&child.code, &child.name, &child.counts)));
    text.push_str(&table(&heading, &rows));
    text + &problems(words, answer)
}

fn problems(words: Words, answer: &PlaceAnswer) -> String {
    if answer.problems.is_empty() {
        return String::new();
    }
    let row = |problem: &crate::api::dto::Problem| {
        let sample: Vec<&str> = problem.sample.iter().map(|venue| venue.id.as_str()).collect();
        let finding = problem.finding.as_deref().map(|code| findings::named(words, code));
        let behind = problem
            .upstream
            .as_ref()
            .map(|place| format!("{} {} {}", place.name, place.code, words.say("上联中断", "uplink down")));
        let finding = behind.or(finding).unwrap_or_default();
        vec![words.class(problem.class).to_owned(), finding, problem.venues.to_string(), sample.join(" ")]
    };
    let rows: Vec<_> = answer.problems.iter().map(row).collect();
    let heading = ["状态", "现象", "会场", "例如"];
    let heading = if words == Words::Chinese { heading } else { ["class", "finding", "venues", "such as"] };
    format!("\n{}", table(&heading, &rows))
}

pub(super) fn venues(words: Words, list: &VenueList) -> String {
    let row = |venue: &crate::api::dto::VenueRow| {
        let class = venue.class.map_or("—", |class| words.class(class)).to_owned();
        let finding = venue.finding.as_deref().map(|code| findings::named(words, code));
        let what = finding.or_else(|| venue.why.clone()).unwrap_or_default();
        let telephone = venue.telephone.clone().unwrap_or_default();
        let backup = venue.backup_state.as_deref().map_or("—", |state| words.backup_state(state)).to_owned();
        let proven = venue.backup_proven_ms.map(|ms| words.ago(list.now_ms.saturating_sub(ms)));
        let proven = proven.unwrap_or_else(|| "—".to_owned());
        vec![venue.id.clone(), venue.name.clone(), class, what, backup, proven, venue.place_name.clone(), telephone]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    let heading = ["编码", "名称", "状态", "原因", "备份", "最近验证", "地区", "电话"];
    let english = ["code", "name", "class", "why", "backup", "last proven", "place", "telephone"];
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}

/// A row for each kind at each place that has such a path.
pub(super) fn systems(words: Words, answer: &SystemsAnswer) -> String {
    let path: Vec<&str> = answer.path.iter().map(|place| place.name.as_str()).collect();
    let row = |name: &str, row: &SystemRow, cell: &SystemCell| {
        let oldest = cell.last_proven_ms.map(|ms| words.ago(answer.now_ms.saturating_sub(ms)));
        let states = [cell.failing, cell.overdue, cell.never, cell.unexercised, cell.proven, cell.paths];
        let mut cells = vec![words.backup_kind(&cell.kind).to_owned(), name.to_owned()];
        cells.extend(states.map(|number| number.to_string()));
        cells.push((row.venues - cell.venues).to_string());
        cells.push(oldest.unwrap_or_else(|| "—".to_owned()));
        cells
    };
    let mut rows = Vec::new();
    for at in (0..answer.total.cells.len()).filter(|at| answer.total.cells[*at].paths > 0) {
        let all = std::iter::once((words.say("合计", "all"), &answer.total));
        let below = answer.rows.iter().map(|row| (row.name.as_str(), row));
        let below = below.filter(|(_, row)| row.cells[at].paths > 0);
        rows.extend(all.chain(below).map(|(name, of)| row(name, of, &of.cells[at])));
    }
    let states = ["failing", "overdue", "never", "unexercised", "proven"].map(|state| words.backup_state(state));
    let mut heading = vec![words.say("备份", "backup"), words.say("地区", "place")];
    heading.extend(states);
    heading.push(words.say("合计", "all"));
    heading.push(words.say("无备份会场", "venues without"));
    heading.push(words.say("最早验证", "oldest proof"));
    format!("{} ({})\n{}", path.join(" "), answer.total.code, table(&heading, &rows))
}

pub(super) fn agents(words: Words, list: &AgentList) -> String {
    let rows: Vec<_> = list.items.iter().map(|item| agent_row(words, item)).collect();
    let heading = ["代理", "状态", "在线", "地区", "会场", "版本", "说明"];
    let english = ["agent", "state", "connected", "place", "venues", "version", "reason"];
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}

pub(super) fn agent(words: Words, item: &AgentItem) -> String {
    format!("{} {}\n", item.id, words.state(item.state))
}

fn agent_row(words: Words, item: &AgentItem) -> Vec<String> {
    let venues: Vec<String> = item.venues.iter().map(ToString::to_string).collect();
    vec![
        item.id.to_string(),
        words.state(item.state).to_owned(),
        if item.connected { words.say("是", "yes") } else { words.say("否", "no") }.to_owned(),
        item.place.clone(),
        venues.join(" "),
        item.version.clone().unwrap_or_default(),
        item.reason.clone().unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{LineError, LineNote};

    fn report(errors: Vec<LineError>, notes: Vec<LineNote>) -> ImportReport {
        let (added, changed, unchanged) = (1, 0, 0);
        let encoding = "utf-8".to_owned();
        ImportReport { dry_run: false, encoding, rows: 1, added, changed, unchanged, errors, notes }
    }

    #[test]
    fn what_an_import_says_of_lines_is_in_the_language_of_the_terminal() {
        let error = LineError { line: 2, message: "english".to_owned(), message_zh: "中文".to_owned() };
        let note = LineNote { line: 3, message: "english".to_owned(), message_zh: "中文".to_owned() };
        for report in [report(vec![error], vec![]), report(vec![], vec![note])] {
            for (words, said, unsaid) in [(Words::Chinese, "中文", "english"), (Words::English, "english", "中文")]
            {
                let text = import(words, &report);
                assert!(text.contains(said) && !text.contains(unsaid), "{words:?}: {text}");
            }
        }
    }
}
