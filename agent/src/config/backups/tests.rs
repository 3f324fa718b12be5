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

#[test]
fn a_venue_without_backups_tells_nothing() {
    let text = &HEAD[..HEAD.find("[[venue.device]]").expect("devices")];
    assert_eq!(parse(text).expect("good").terms, []);
}
