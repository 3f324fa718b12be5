//! What `avow-agent check` prints, and its exit code. Pure: who runs the probes is elsewhere.

use avow_shared::outcome::{Outcome, Verdict, Why};
use serde_json::{Value as Json, json};
use smol_str::SmolStr;

use crate::words::{self, Language};

/// One line of the table: a result with the names that people use.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The venue's name.
    pub venue: SmolStr,
    /// The probe's name.
    pub probe: SmolStr,
    /// What was found.
    pub outcome: Outcome,
}

const GAP: usize = 2;
const LEAST_DETAIL: usize = 12;
const DETAIL: usize = 4;

/// The table in `width` columns, where a Chinese character takes two; none: as wide as it is. Nothing is cut: a detail that
/// does not fit goes on in the next line of its column. Under it, what to do for each finding.
#[must_use]
pub fn render(results: &[Checked], language: Language, width: Option<usize>) -> String {
    let heads = match language {
        Language::Chinese => ["会场", "探测项", "结论", "发现", "详情", "用时"],
        Language::English => ["venue", "probe", "verdict", "finding", "detail", "took"],
    };
    let mut rows = vec![heads.map(str::to_owned)];
    rows.extend(results.iter().map(|result| cells(result, language)));
    let mut widths: [usize; 6] = std::array::from_fn(|at| rows.iter().map(|row| columns(&row[at])).max().unwrap_or(0));
    if let Some(width) = width {
        let others: usize = widths.iter().sum::<usize>() - widths[DETAIL] + GAP * 5;
        widths[DETAIL] = widths[DETAIL].min(width.saturating_sub(others).max(LEAST_DETAIL));
    }
    let mut text = String::new();
    for mut row in rows {
        let detail = std::mem::take(&mut row[DETAIL]);
        for part in wrapped(&detail, widths[DETAIL]) {
            row[DETAIL] = part;
            text.push_str(line(&row, &widths).trim_end());
            text.push('\n');
            row = Default::default();
        }
    }
    text + &actions(results, language, width)
}

fn cells(result: &Checked, language: Language) -> [String; 6] {
    let outcome = &result.outcome;
    let finding = outcome
        .verdict
        .finding()
        .map(|code| words::of(code.as_str()).map_or_else(|| code.to_string(), |words| words.name(language).to_owned()));
    [
        printable(&result.venue),
        printable(&result.probe),
        verdict(&outcome.verdict, language).to_owned(),
        finding.unwrap_or_else(|| unknown(&outcome.verdict, language).to_owned()),
        printable(&outcome.detail),
        format!("{:.1} s", f64::from(outcome.took_ms) / 1000.0),
    ]
}

/// A verdict as the table, `status` and HQ word it.
#[must_use]
pub const fn verdict(verdict: &Verdict, language: Language) -> &'static str {
    match verdict {
        Verdict::Pass => language.pick("正常", "pass"),
        Verdict::Degraded { .. } => language.pick("劣化", "degraded"),
        Verdict::Fail { .. } => language.pick("故障", "fail"),
        Verdict::Unknown { .. } => language.pick("无法判定", "unknown"),
    }
}

const fn unknown(verdict: &Verdict, language: Language) -> &'static str {
    match verdict {
        Verdict::Unknown { why } => match why {
            Why::Interlocked { .. } => language.pick("会议联锁", "interlocked"),
            Why::Deadline => language.pick("超时", "deadline"),
            Why::Panicked => language.pick("探测异常", "probe broke"),
            Why::Missing { .. } => language.pick("缺少条件", "missing"),
            Why::Declined => language.pick("未获同意", "declined"),
            Why::Behind { .. } => language.pick("受上游影响", "behind a fault"),
        },
        _ => "",
    }
}

fn line(row: &[String; 6], widths: &[usize; 6]) -> String {
    let padded = row.iter().zip(widths).map(|(cell, width)| {
        let room = width.saturating_sub(columns(cell));
        cell.clone() + &" ".repeat(room)
    });
    padded.collect::<Vec<_>>().join(&" ".repeat(GAP))
}

fn actions(results: &[Checked], language: Language, width: Option<usize>) -> String {
    let codes: std::collections::BTreeSet<_> = results.iter().filter_map(|r| r.outcome.verdict.finding()).collect();
    let mut text = String::new();
    for words in codes.into_iter().filter_map(|code| words::of(code.as_str())) {
        let separator = language.pick("：", ": ");
        let action = format!("{}{separator}{}", words.name(language), words.action(language));
        for part in wrapped(&action, width.unwrap_or(usize::MAX)) {
            text.push_str(&part);
            text.push('\n');
        }
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}

/// Columns that a terminal gives to a text.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(cells_of).sum()
}

/// Two for East Asian wide and fullwidth characters (UAX #11, the blocks that occur in Chinese text), none for control
/// characters, else one.
const fn cells_of(character: char) -> usize {
    match character {
        '\0'..='\x1f' | '\x7f' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// What would move the cursor or change colours is a blank.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A text in lines of at most `width` columns, at least one: broken at a blank or beside a wide character, and in the middle
/// of a word that is longer than a line. A line does not begin with a closing mark where that can be helped.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let characters: Vec<char> = text.trim_end().chars().collect();
    let mut lines = Vec::new();
    let mut from = 0;
    while from < characters.len() {
        let mut used = 0;
        let fits = characters[from..].iter().take_while(|character| {
            used += cells_of(**character);
            used <= width
        });
        let end = from + fits.count().max(1);
        let end = if end == characters.len() {
            end
        } else {
            (from + 1..=end).rev().find(|at| may_break(&characters, *at)).unwrap_or(end)
        };
        lines.push(characters[from..end].iter().collect::<String>().trim_end().to_owned());
        from = end + characters[end..].iter().take_while(|character| **character == ' ').count();
    }
    if lines.is_empty() { vec![String::new()] } else { lines }
}

/// Whether a line may end before the character `at`.
fn may_break(characters: &[char], at: usize) -> bool {
    let (before, after) = (characters[at - 1], characters[at]);
    let closes = "，。、；：？！）》”’％%,.;:?!)]}".contains(after);
    let opens = "（《“‘([{".contains(before);
    let loose = before == ' ' || after == ' ' || cells_of(before) == 2 || cells_of(after) == 2;
    loose && !closes && !opens
}

/// The same results for a program: an array of objects.
#[must_use]
pub fn to_json(results: &[Checked]) -> String {
    let rows: Vec<Json> = results.iter().map(object).collect();
    format!("{:#}", Json::Array(rows))
}

/// One result for a program, in one line.
#[must_use]
pub fn to_json_line(result: &Checked) -> String {
    object(result).to_string()
}

fn object(result: &Checked) -> Json {
    let outcome = &result.outcome;
    let why = match &outcome.verdict {
        Verdict::Unknown { why } => Some(why.word()),
        _ => None,
    };
    json!({
        "venue": outcome.venue,
        "venue_name": result.venue,
        "probe": outcome.probe,
        "probe_name": result.probe,
        "verdict": outcome.verdict.word(),
        "finding": outcome.verdict.finding(),
        "why": why,
        "detail": outcome.detail,
        "took_ms": outcome.took_ms,
        "values": outcome.values.iter()
            .map(|v| json!({ "name": v.name, "unit": v.unit.symbol(), "number": v.number }))
            .collect::<Vec<_>>(),
    })
}

/// 0: everything works, if not well; 1: something does not work; 2: something (or everything) could not be told.
#[must_use]
pub fn exit_code(results: &[Checked]) -> u8 {
    let any = |is: fn(&Verdict) -> bool| results.iter().any(|result| is(&result.outcome.verdict));
    if any(|verdict| matches!(verdict, Verdict::Fail { .. })) {
        1
    } else if results.is_empty() || any(|verdict| matches!(verdict, Verdict::Unknown { .. })) {
        2
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use avow_shared::time::{ClockQuality, WallTime};
    use avow_shared::value::{Unit, Value};

    use super::*;

    fn checked(probe: &str, verdict: Verdict, detail: &str) -> Checked {
        let outcome = Outcome {
            venue: "350102001-01".parse().expect("a venue"),
            probe: "p".parse().expect("a probe"),
            at: WallTime { at_ms: 0, quality: ClockQuality::Free },
            took_ms: 1250,
            verdict,
            detail: detail.into(),
            values: vec![Value::new("loss", Unit::Percent, 5.0)],
            evidence: vec![],
        };
        Checked { venue: "指挥大厅".into(), probe: probe.into(), outcome }
    }

    fn three() -> [Checked; 3] {
        [
            checked("专线", Verdict::degraded("line.loss"), "收到 19/20，往返 30.1 ms"),
            checked("MCU", Verdict::Pass, ""),
            checked("串口摄像机", Verdict::Unknown { why: Why::Deadline }, "超时"),
        ]
    }

    #[test]
    fn the_table_is_aligned_where_chinese_takes_two_columns() {
        let expected = "\
会场      探测项      结论      发现  详情                     用时
指挥大厅  专线        劣化      丢包  收到 19/20，往返 30.1 ms  1.2 s
指挥大厅  MCU         正常                                     1.2 s
指挥大厅  串口摄像机  无法判定  超时  超时                     1.2 s

丢包：检查网线与交换机端口，向运营商报障
";
        let text = render(&three(), Language::Chinese, Some(120));
        assert_eq!(columns("收到 19/20，往返 30.1 ms"), 24);
        assert_eq!(text.replace("  1.2 s", "").replace(' ', ""), expected.replace("  1.2 s", "").replace(' ', ""));
        let starts: Vec<usize> = text
            .lines()
            .take(4)
            .map(|line| columns(&line[..line.find("用时").or_else(|| line.find("1.2 s")).expect("the last column")]))
            .collect();
        assert!(starts.iter().all(|start| *start == starts[0]), "{starts:?}\n{text}");
    }

    #[test]
    fn a_narrow_terminal_wraps_the_detail_and_loses_nothing() {
        let detail = "打不开串口 /dev/ttyUSB0（No such file or directory）：请检查串口线和转换器";
        let rows = [checked("串口摄像机", Verdict::degraded("line.loss"), detail), checked("MCU", Verdict::Pass, "")];
        let whole = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        for width in 40..160 {
            let text = render(&rows, Language::Chinese, Some(width));
            let widest = text.lines().map(columns).max().expect("lines");
            assert!(widest <= width.max(62), "{width}: {widest}\n{text}");
            let column = columns(text.split("详情").next().expect("what is before it"));
            let of_first = text.lines().skip(1).take_while(|line| !line.contains("MCU"));
            let read: String = of_first.map(|line| skipped(line, column).replace("1.2 s", "")).collect();
            assert_eq!(whole(&read), whole(detail), "{width}\n{text}");
        }
        let text = render(&rows, Language::Chinese, None);
        assert!(text.contains(detail), "a file is as wide as it needs to be: {text}");
    }

    /// A line without its first columns.
    fn skipped(line: &str, skip: usize) -> String {
        let mut used = 0;
        let rest = line.chars().skip_while(|c| {
            used += cells_of(*c);
            used <= skip
        });
        rest.collect()
    }

    #[test]
    fn lines_break_where_a_reader_would() {
        assert_eq!(wrapped("", 10), [""]);
        assert_eq!(wrapped("会场会场", 4), ["会场", "会场"]);
        assert_eq!(wrapped("会场，会场", 4), ["会", "场，", "会场"]);
        assert_eq!(wrapped("lost 1 of 20 packets", 9), ["lost 1 of", "20", "packets"]);
        assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrapped("会", 1), ["会"], "what cannot fit is printed all the same");
        assert_eq!(wrapped("anything", usize::MAX), ["anything"]);
    }

    #[test]
    fn english_is_spoken_when_it_is_asked_for() {
        let text = render(&three(), Language::English, Some(100));
        assert!(text.starts_with("venue") && text.contains("packet loss: check cable"), "{text}");
    }

    #[test]
    fn what_cannot_be_printed_does_not_break_the_table() {
        assert_eq!(printable("a\nb\x1b[31m"), "a b [31m");
    }

    #[test]
    fn a_failure_outweighs_what_cannot_be_told() {
        let [degraded, pass, unknown] = three();
        let fail = checked("x", Verdict::fail("line.down"), "");
        assert_eq!(exit_code(&[]), 2);
        assert_eq!(exit_code(&[degraded.clone(), pass.clone()]), 0);
        assert_eq!(exit_code(&[degraded, unknown.clone()]), 2);
        assert_eq!(exit_code(&[pass, unknown, fail]), 1);
    }

    #[test]
    fn a_program_reads_codes_and_not_words() {
        let rows: Json = serde_json::from_str(&to_json(&three())).expect("json");
        assert_eq!(rows[0]["finding"], "line.loss");
        assert_eq!((&rows[2]["why"], &rows[2]["verdict"]), (&json!("deadline"), &json!("unknown")));
        assert_eq!(rows[0]["values"][0], json!({ "name": "loss", "unit": "%", "number": 5.0 }));
    }
}
