//! What the file says of backup paths: days, schedules, and what the engineer is warned of.

use std::path::Path;

use super::*;

const HEAD: &str = r#"
[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:1883"
http = "http://127.0.0.1:1"
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.device]]
id = "terminal"
name = "终端"
kind = "terminal"
[[venue.device]]
id = "spare"
name = "备用终端"
kind = "terminal"
backup_for = "terminal"
proven_within_days = 14
[[venue.chain]]
id = "main"
name = "主用"
stages = [{ id = "terminal", name = "终端", device = "terminal" }, { id = "line", name = "专线" }]
[[venue.chain]]
id = "backup"
name = "备用链路"
role = "backup"
proven_within_days = 1
stages = [{ id = "terminal", name = "终端", device = "terminal" }, { id = "4g", name = "移动网" }, { id = "sat", name = "卫星" }]
[[venue.probe]]
id = "call"
name = "终端"
kind = "line"
to = "127.0.0.1"
covers = ["terminal"]
"#;
const UPS: &str = r#"
[[venue.probe]]
id = "ups"
name = "电源"
kind = "ups"
address = "nut://127.0.0.1/ups"
proven_within_days = 30
"#;
const SPARE: &str = r#"
[[venue.probe]]
id = "spare"
name = "备用终端"
kind = "http"
url = "http://127.0.0.1/"
device = "spare"
"#;

fn parse(text: &str) -> Result<Config, super::super::Error> {
    Config::parse(text, Path::new("agent.toml"))
}

#[test]
fn what_nothing_proves_is_told_by_name_in_both_languages() {
    let config = parse(HEAD).expect("good");
    let said = unproven(&config, Language::Chinese);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].contains("备用链路") && said[0].contains("移动网、卫星") && !said[0].contains("终端、"),
        "{said:?}"
    );
    assert!(said[1].contains("备用终端"), "{said:?}");
    assert!(unproven(&config, Language::English)[0].contains("nothing proves the backup '备用链路'"));
    let mended = unproven(&parse(&format!("{HEAD}{SPARE}")).expect("good"), Language::Chinese);
    assert!(mended.len() == 1 && mended[0].contains("备用链路"), "{mended:?}");
}

#[test]
fn hq_is_told_within_how_many_days_and_which_probe_is_about_what() {
    let config = parse(&format!("{HEAD}{UPS}{SPARE}")).expect("good");
    let [terms] = &config.terms[..] else { panic!("{:?}", config.terms) };
    let within: Vec<(String, u16)> = terms.within.iter().map(|(whose, days)| (whose.to_string(), *days)).collect();
    let expected = [("device/spare", 14), ("chain/backup", 1), ("probe/ups", 30)];
    assert_eq!(within, expected.map(|(whose, days)| (whose.to_owned(), days)));
    assert_eq!(
        terms.about.iter().map(|(probe, device)| (probe.as_str(), device.as_str())).collect::<Vec<_>>(),
        [("spare", "spare")]
    );
    assert!(terms.is_bounded());
}

#[test]
fn days_for_what_is_no_backup_are_refused() {
    let wrong = HEAD.replace("name = \"主用\"", "name = \"主用\"\nproven_within_days = 3");
    let said = parse(&wrong).expect_err("refused").to_string();
    assert!(said.contains("venue[0].proven_within_days") && said.contains("chain/main"), "{said}");
    let said = parse(&HEAD.replace("proven_within_days = 14", "proven_within_days = 4000")).expect_err("refused");
    assert!(
        said.to_string().contains("device[1].proven_within_days: expected a whole number from 0 to 3650"),
        "{said}"
    );
}

/// How often and when each probe runs, by its name.
#[track_caller]
fn check_runs(probe: &str, quiet: &str, expected: (u64, Option<&str>)) {
    let text = HEAD.replace("[[venue]]", &format!("[interlock]\nquiet = [{quiet}]\n[[venue]]")) + probe;
    let config = parse(&text).unwrap_or_else(|error| panic!("{probe}: {error}"));
    let exercise = config.exercises.last().expect("a probe");
    let at = expected.1.map(|at| at.parse().expect("a time"));
    assert_eq!((exercise.interval.as_secs(), exercise.at), (expected.0, at), "{probe}");
    let declared = config.description.venues[0].probes.last().expect("a probe");
    assert_eq!(u64::from(declared.interval_s), expected.0, "HQ is told the same");
}

#[test]
fn a_probe_of_backups_alone_has_a_schedule_of_its_own_unless_the_file_says_otherwise() {
    let line = |more: &str| format!("[[venue.probe]]\nid='b'\nname='b'\nkind='line'\nto='10.0.0.1'\n{more}\n");
    let picture =
        |more: &str| format!("[[venue.probe]]\nid='b'\nname='b'\nkind='picture'\nsource='rtsp://h/'\n{more}\n");
    check_runs(&line("covers=['4g']"), "", (3_600, None));
    check_runs(&line("covers=['4g', 'terminal']"), "", (60, None));
    check_runs(&line("covers=['4g']\ninterval_s=60"), "", (60, None));
    check_runs(&line("covers=['4g']\nevery='7d'"), "", (604_800, None));
    check_runs(&line("covers=['line']\nevery='7d'\nat='03:30'"), "", (604_800, Some("03:30")));
    check_runs(&line("covers=['line']\nat='03:30'"), "", (86_400, Some("03:30")));
    check_runs(&picture("covers=['sat']"), "", (86_400, Some("07:30")));
    check_runs(&picture("covers=['sat']"), "'22:00-08:15'", (86_400, Some("08:15")));
    for (more, key) in [
        ("every='7d'\ninterval_s=60", "every"),
        ("at='03:30'\ninterval_s=60", "at"),
        ("every='12h'\nat='03:30'", "every"),
        ("every='1w'", "every"),
        ("at='noon'", "at"),
    ] {
        let said = parse(&format!("{HEAD}{}", line(more))).expect_err(more).to_string();
        assert!(said.contains(&format!("probe[1].{key}: expected")), "{more}: {said}");
    }
}

#[test]
fn a_venue_without_backups_tells_nothing() {
    let text = &HEAD[..HEAD.find("[[venue.device]]").expect("devices")];
    assert_eq!(parse(text).expect("good").terms, []);
}
