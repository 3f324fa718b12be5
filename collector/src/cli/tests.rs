//! Real command lines.

use super::*;
use crate::client::args::{AgentAction, RollCallAction, ScheduleAction};

const ID: &str = "0123456789abcdef0123456789abcdef";

fn read(line: &[&str], words: Words) -> Result<Task, clap::Error> {
    let matches = command(words).try_get_matches_from(std::iter::once("avow-collector").chain(line.iter().copied()))?;
    Arguments::from_arg_matches(&matches).map(|arguments| arguments.task)
}

fn client(line: &[&str]) -> Client {
    let task = read(line, Words::English).unwrap_or_else(|error| panic!("{line:?}: {error}"));
    task.client().unwrap_or_else(|_| panic!("{line:?} is no client command"))
}

/// `options` put before each word behind the first, and at the end.
fn everywhere<'a>(line: &[&'a str], options: &[&'a str]) -> Vec<Vec<&'a str>> {
    (1..=line.len()).map(|at| [&line[..at], options, &line[at..]].concat()).collect()
}

#[test]
fn every_client_command_takes_the_server_and_json_wherever_they_stand() {
    let lines: [&[&str]; 71] = [
        &["roll-call", "list"],
        &["roll-call", "show", "7"],
        &["roll-call", "report", "7", "--form=xlsx", "-oa.xlsx"],
        &["roll-call", "sign", "7", "--by=王五"],
        &["roll-call", "verify", "a.docx"],
        &["roll-call", "cancel", "7", "--by=王五"],
        &["roll-call", "link", "7", "350102-01"],
        &["roll-call", "schedules"],
        &["roll-call", "schedules", "pause", "7"],
        &["groups"],
        &["groups", "save", "重点", "3501", "350102-01", "--unit=a"],
        &["groups", "remove", "重点"],
        &["inbound", "35-01", "--caller=应急部"],
        &["inbound", "list"],
        &["inbound", "answer", "7", "--by=王五"],
        &["obligations"],
        &["obligations", "3501", "--of=venue", "--state=overdue"],
        &["joint-tests"],
        &["joint-tests", "list", "350102"],
        &["joint-tests", "export", "a.docx"],
        &["joint-tests", "confirm", "7", "--end=far", "--by=赵六"],
        &["joint-tests", "withdraw", "7", "--by=王五", "--reason=记错"],
        &["inspect"],
        &["inspect", "run", "7", "--wait"],
        &["inspect", "retry", "7", "350102-01", "--person=王五", "--which=failed"],
        &["inspect", "run", "--place=3501", "--template=monthly", "--yes"],
        &["inspect", "report", "7", "--form=docx", "--output=a.docx"],
        &["inspect", "report", "7", "-o-", "--form=html"],
        &["inspect", "pause", "7", "--person=王五"],
        &["inspect", "resume", "7", "--person=王五"],
        &["inspect", "cancel", "7", "--person=王五"],
        &["inspect", "plans"],
        &["inspect", "templates"],
        &["documents"],
        &["documents", "list", "点名"],
        &["documents", "save", "5d97", "-oa.html"],
        &["documents", "verify", "a.docx", "--key=00"],
        &["joint-tests", "export", "--month=2026-11"],
        &["assurance", "report", "7", "--output=a.docx"],
        &["assurance"],
        &["assurance", "list"],
        &["assurance", "staff"],
        &["assurance", "report", "7", "a.docx", "--day=2026-11-27"],
        &["warnings"],
        &["warnings", "rectify", "350102-01", "line", "rtt_avg", "--person=王五"],
        &["frequent"],
        &["frequent", "rule", "--faults=4", "--person=王五"],
        &["rectify"],
        &["rectify", "list", "--overdue"],
        &["rectify", "show", "7"],
        &["rectify", "export", "a.xlsx"],
        &["units"],
        &["units", "import", "a.csv", "--dry-run"],
        &["units", "export", "a.csv"],
        &["units", "list", "市局"],
        &["units", "show", "350102-office"],
        &["meetings"],
        &["meetings", "add", "例会", "2026-11-27T14:00", "2026-11-27T16:00", "3501"],
        &["meetings", "remove", "7"],
        &["import", "a.csv", "--dry-run"],
        &["export"],
        &["export", "a.csv"],
        &["export", "-oa.csv"],
        &["status"],
        &["status", "3501"],
        &["systems", "3501"],
        &["agents"],
        &["agents", "accept", ID],
        &["agents", "refuse", ID],
        &["backup", "a.backup"],
        &["restore", "a.backup"],
    ];
    for line in lines {
        let plain = client(line);
        assert_eq!((plain.http.as_str(), plain.json), ("http://127.0.0.1:8080", false), "{line:?}");
        for written in everywhere(line, &["--json"]) {
            let read = client(&written);
            assert_eq!((read.http, read.json), (plain.http.clone(), true), "{written:?}");
            assert_eq!(format!("{:?}", read.verb), format!("{:?}", plain.verb), "{written:?}");
        }
        for written in everywhere(line, &["--http", "http://[::1]:9"]) {
            let read = client(&written);
            assert_eq!((read.http.as_str(), read.json), ("http://[::1]:9", false), "{written:?}");
            assert_eq!(format!("{:?}", read.verb), format!("{:?}", plain.verb), "{written:?}");
        }
        let both = client(&[line, &["--json", "--http", "http://h"]].concat());
        assert_eq!((both.http.as_str(), both.json), ("http://h", true), "{line:?}");
    }
}

#[test]
fn a_command_line_says_what_it_says() {
    let id = ID.parse().expect("an id");
    let verb = |line: &[&str]| client(line).verb;
    assert!(matches!(verb(&["import", "a", "--dry-run"]), Verb::Import { dry_run: true, .. }));
    assert!(matches!(verb(&["import", "a"]), Verb::Import { dry_run: false, .. }));
    assert!(matches!(verb(&["export"]), Verb::Export { output } if output.place().is_none()));
    let places = [&["export", "a.csv"][..], &["export", "-o", "a.csv"], &["export", "--out=a.csv"]].map(verb);
    let is_there = |verb: &Verb| matches!(verb, Verb::Export { output } if output.place() == Some("a.csv".as_ref()));
    assert!(places.iter().all(is_there), "{places:?}");
    assert!(matches!(verb(&["status", "35"]), Verb::Status { place: Some(place) } if place == "35"));
    assert!(matches!(verb(&["systems"]), Verb::Systems { place: None }));
    assert!(matches!(verb(&["agents"]), Verb::Agents { action: None }));
    let accepts = |verb| matches!(verb, Verb::Agents { action: Some(AgentAction::Accept { id: read }) } if read == id);
    assert!(accepts(verb(&["agents", "accept", ID])));
    let calls = |line: &[&str]| match verb(line) {
        Verb::RollCall(args) => *args,
        other => panic!("{other:?}"),
    };
    let called = calls(&["roll-call", "3501", "350102-01", "--depth", "ready"]);
    assert!(called.whom == ["3501", "350102-01"]);
    assert_eq!(calls(&["roll-call", "--group", "重点", "--kind", "duty"]).group.as_deref(), Some("重点"));
    assert_eq!(calls(&["roll-call", "--meeting", "7"]).meeting, Some(7));
    assert_eq!(calls(&["roll-call", "3501", "--system", "应急指挥系统"]).system, "应急指挥系统");
    let add =
        ["roll-call", "schedules", "add", "早点名", "35", "--at", "08:30", "--operator", "王五", "--days", "working"];
    let adds = |verb| match verb {
        Verb::Calls(action) => matches!(*action, RollCallAction::Schedules { action: Some(ScheduleAction::Add(_)) }),
        _ => false,
    };
    assert!(adds(verb(&add)));
    assert!(matches!(verb(&["restore", "a"]), Verb::Restore { data: None, .. }));
    assert!(matches!(verb(&["restore", "a", "--data", "d"]), Verb::Restore { data: Some(_), .. }));
    assert!(matches!(read(&["serve", "--data", "d"], Words::English), Ok(Task::Serve(args)) if !args.insecure_lan));
}

/// A line that cannot be read, and what is said of it in Chinese.
#[track_caller]
fn check_wrong(line: &[&str], said: &str) {
    for words in [Words::Chinese, Words::English] {
        let error = read(line, words).expect_err("it makes no sense");
        assert!(error.use_stderr(), "{line:?}: {error}");
    }
    let error = read(line, Words::Chinese).expect_err("it makes no sense");
    let text = complaint::text(&error, "avow-collector", |why| refusals::chinese(why, ""));
    assert!(text.contains(said) && text.contains("--help"), "{line:?}: {text}");
}

#[test]
fn a_wrong_line_is_named_in_chinese() {
    check_wrong(&["agents", "accept", "x/y"], "'x/y'");
    check_wrong(&["agents", "accept"], "缺少 <ID>");
    check_wrong(&["agents", "acept", ID], "没有命令 'acept'");
    check_wrong(&["staus"], "status");
    check_wrong(&["status", "--jason"], "--json");
    check_wrong(&["import"], "缺少 <FILE>");
    check_wrong(&["serve", "--data", "d", "--http", "nowhere"], "'nowhere'");
    check_wrong(&["serve", "--data"], "--data <DIR> 需要一个值");
    check_wrong(&["serve", "--data", "d", "--mqtt", "127.0.0.1:1", "--broker", "mqtt://h"], "不能与");
    check_wrong(&["roll-call"], "缺少 <CODE>");
    check_wrong(&["roll-call", "3501", "--group", "重点"], "不能与");
    check_wrong(&["roll-call", "schedules", "add", "早点名", "35", "--operator", "王五"], "--at");
    check_wrong(&["export", "a", "b"], "'b'");
    check_wrong(&["export", "a", "-o", "b"], "不能与");
    check_wrong(&["inspect", "report", "7", "--form", "pdf"], "pdf");
}

fn each(command: &ClapCommand, see: &mut impl FnMut(&ClapCommand)) {
    see(command);
    command.get_subcommands().for_each(|inner| each(inner, see));
}

#[test]
fn every_command_and_option_has_help_in_both_languages() {
    let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for words in [Words::Chinese, Words::English] {
        let mut command = command(words);
        command.clone().debug_assert();
        command.build();
        each(&command, &mut |command| {
            let name = command.get_name();
            let told = std::iter::once((name, command.get_about()));
            let told = told.chain(command.get_arguments().map(|arg| (arg.get_id().as_str(), arg.get_help())));
            for (what, text) in told {
                let text = text.unwrap_or_else(|| panic!("{name} {what} has no help")).to_string();
                assert_eq!(is_chinese(&text), words == Words::Chinese, "{name} {what}: {text}");
            }
            let help = command.clone().render_help().to_string();
            let long = command.clone().render_long_help().to_string();
            let help = help + &long;
            let clap = [
                "Usage",
                "Options:",
                "Arguments:",
                "Commands:",
                "OPTIONS",
                "COMMAND",
                "[default",
                "[possible",
                "Possible",
                "[alias",
                "Print",
            ];
            let said = clap.iter().find(|word| help.contains(**word));
            assert!(words == Words::English || said.is_none(), "{name} {said:?}: {help}");
        });
    }
}

#[test]
fn the_codes_of_the_help_are_those_of_the_program() {
    for words in [Words::Chinese, Words::English] {
        let help = command(words).render_help().to_string();
        for code in [0, FAILED, client::REFUSED, USAGE, client::UNAVAILABLE, client::FILE, client::LEFT] {
            assert!(help.contains(&format!(" {code} ")), "{code}: {help}");
        }
    }
    assert_eq!((client::BAD_ANSWER, client::USAGE), (FAILED, USAGE));
}
