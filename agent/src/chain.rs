//! What `avow-agent chain` prints: each chain from source to sink, how each stage does, and what is to blame. Pure.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use avow_shared::blame::Blame;
use avow_shared::id::{ProbeId, StageId};
use avow_shared::outcome::Verdict;
use avow_shared::stages;
use avow_shared::venue::{Chain, Role, Venue};
use serde_json::{Value as Json, json};

use crate::check::{columns, printable, verdict};
use crate::words::{self, Language};

/// The newest verdict of each probe of one venue, as far as there is one.
pub type Newest<'a> = BTreeMap<ProbeId, &'a Verdict>;

/// A venue with what is known of it.
pub struct Drawn<'a> {
    venue: &'a Venue,
    newest: &'a Newest<'a>,
    blamed: Option<Blame<ProbeId, StageId>>,
}

impl<'a> Drawn<'a> {
    /// Puts the verdicts to blame.
    #[must_use]
    pub fn new(venue: &'a Venue, newest: &'a Newest<'a>) -> Self {
        let said = |probe: &ProbeId| newest.get(probe).copied();
        Self { venue, newest, blamed: stages::blamed(venue, said) }
    }

    /// Whether something is to blame.
    #[must_use]
    pub const fn is_faulty(&self) -> bool {
        !matches!(self.blamed, Some(Blame::Nothing))
    }

    /// For a terminal: one stage a line, so that it can be read on a narrow one.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let mut text = format!("{} {}\n", self.venue.id, printable(&self.venue.name));
        if self.venue.chains.is_empty() {
            text.push_str(language.pick(
                "没有描述链路：在 agent.toml 中写 [[venue.chain]]\n",
                "no chain is described: write [[venue.chain]] in agent.toml\n",
            ));
        }
        for chain in &self.venue.chains {
            self.draw(&mut text, chain, language);
        }
        self.explain(&mut text, language);
        text
    }

    /// The same for a program.
    #[must_use]
    pub fn json(&self) -> Json {
        let accused = stages::accused(self.blamed.as_ref());
        let stage = |stage: &avow_shared::venue::Stage| {
            let is_blamed = accused.contains(&stage.id);
            json!({ "id": stage.id, "name": stage.name, "verdict": self.word(&stage.id, is_blamed), "blamed": is_blamed })
        };
        let chain = |chain: &Chain| {
            let stages: Vec<Json> = chain.stages.iter().map(stage).collect();
            json!({ "id": chain.id, "name": chain.name, "role": chain.role, "stages": stages })
        };
        let (explanations, separate_by, contradictory) = match &self.blamed {
            Some(Blame::Explained { explanations, separate_by }) => {
                (json!(explanations), json!(separate_by), json!([]))
            }
            Some(Blame::Contradictory { probes }) => (json!([]), Json::Null, json!(probes)),
            Some(Blame::Nothing) | None => (json!([]), Json::Null, json!([])),
        };
        json!({
            "venue": self.venue.id,
            "chains": self.venue.chains.iter().map(chain).collect::<Vec<_>>(),
            "explanations": explanations,
            "separating_probe": separate_by,
            "contradictory": contradictory,
        })
    }

    fn word(&self, stage: &StageId, is_blamed: bool) -> Option<&'static str> {
        stages::word(self.venue, |probe| self.newest.get(probe).copied(), stage, is_blamed)
    }

    fn draw(&self, text: &mut String, chain: &Chain, language: Language) {
        let role = match chain.role {
            Role::Main => language.pick("主用", "main"),
            Role::Backup => language.pick("备用", "backup"),
        };
        // Writing into a text fails for nothing.
        let _ = writeln!(text, "\n{}  {role}", printable(&chain.name));
        let accused = stages::accused(self.blamed.as_ref());
        let width = chain.stages.iter().map(|stage| columns(&printable(&stage.name))).max().unwrap_or(0);
        for (at, stage) in chain.stages.iter().enumerate() {
            let is_blamed = accused.contains(&stage.id);
            let (mark, said) = match self.word(&stage.id, is_blamed) {
                Some("pass") => ("●", language.pick("正常", "pass")),
                Some("degraded") => ("▲", language.pick("劣化", "degraded")),
                Some("fail") => ("■", language.pick("故障", "fail")),
                Some(_) => ("◆", language.pick("无法判定", "unknown")),
                None => ("○", language.pick("未测", "not tested")),
            };
            let name = printable(&stage.name);
            let gap = " ".repeat(width - columns(&name) + 2);
            let blame = match (is_blamed, self.is_certain(&stage.id)) {
                (false, _) => "",
                (true, true) => language.pick("  ◀ 故障在这一段", "  ◀ this one is to blame"),
                (true, false) => language.pick("  ◀ 可能在这一段", "  ◀ may be to blame"),
            };
            let line = if at == 0 { "" } else { "  │\n" };
            let _ = writeln!(text, "{line}  {mark} {name}{gap}{said}{blame}");
        }
    }

    /// Whether every explanation names it.
    fn is_certain(&self, stage: &StageId) -> bool {
        matches!(&self.blamed, Some(Blame::Explained { explanations, .. }) if explanations.iter().all(|set| set.contains(stage)))
    }

    fn explain(&self, text: &mut String, language: Language) {
        let or = language.pick(" 或 ", " or ");
        let said = match &self.blamed {
            Some(Blame::Nothing) if self.newest.is_empty() => language
                .pick("还没有测试结果：加 --check 先测一遍", "nothing was tested yet: --check tests everything first")
                .to_owned(),
            Some(Blame::Nothing) => language.pick("没有发现故障", "nothing is wrong").to_owned(),
            Some(Blame::Explained { explanations, separate_by }) => {
                let one = |set: &std::collections::BTreeSet<StageId>| {
                    set.iter().map(|stage| self.name(stage)).collect::<Vec<_>>().join(" + ")
                };
                let all = explanations.iter().map(one).collect::<Vec<_>>().join(or);
                let next = separate_by.as_ref().map(|probe| {
                    let next = language.pick("要区分，请测：avow-agent check", "to tell them apart: avow-agent check");
                    format!("\n{next} {}/{probe}", self.venue.id)
                });
                format!("{}{all}{}", language.pick("故障原因：", "to blame: "), next.unwrap_or_default())
            }
            Some(Blame::Contradictory { probes }) => {
                let probes = probes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
                let words = language.pick("以下结果互相矛盾，不可能都对：", "these cannot all be right: ");
                format!("{words}{probes}")
            }
            None => language.pick("故障太多，无法归因", "too much is wrong to blame anything").to_owned(),
        };
        let _ = writeln!(text, "\n{said}");
        for (probe, found) in self.newest {
            let Some(finding) = found.finding() else { continue };
            let name = self.venue.probes.iter().find(|one| one.id == *probe).map_or(probe.as_str(), |one| &one.name);
            let words = words::of(finding.as_str());
            let what = words.map_or(finding.as_str(), |words| words.name(language));
            let _ = writeln!(text, "  {} {}  {what}", verdict(found, language), printable(name));
        }
    }

    fn name(&self, id: &StageId) -> String {
        let stage = self.venue.stages().find(|stage| stage.id == *id);
        stage.map_or_else(|| id.to_string(), |stage| printable(&stage.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const CONFIG: &str = r#"
[agent]
place = "350102"
[hq]
broker = "mqtt://127.0.0.1:1883"
http = "http://127.0.0.1:8080"
[[venue]]
id = "350102-01"
name = "指挥大厅"
unit = "应急局"
[[venue.chain]]
id = "main"
name = "主用图像"
stages = [{ id = "camera", name = "摄像机" }, { id = "cable", name = "HDMI 视频线" }, { id = "terminal", name = "终端" }]
[[venue.probe]]
id = "host"
kind = "host"
name = "本机"
covers = ["terminal"]
[[venue.probe]]
id = "picture"
kind = "picture"
name = "画面"
source = "file:x"
covers = ["camera", "cable", "terminal"]
[[venue.probe]]
id = "screen"
kind = "picture"
name = "输出"
source = "file:y"
covers = ["terminal"]
"#;

    fn drawn(said: &[(&str, Verdict)], look: impl FnOnce(&Drawn<'_>)) {
        let config = Config::parse(CONFIG, std::path::Path::new("agent.toml")).expect("a configuration");
        let newest = said.iter().map(|(probe, verdict)| (probe.parse().expect("a probe"), verdict)).collect();
        look(&Drawn::new(&config.description.venues[0], &newest));
    }

    #[test]
    fn what_is_to_blame_stands_where_it_is() {
        let said = [("picture", Verdict::fail("picture.black")), ("screen", Verdict::Pass), ("host", Verdict::Pass)];
        drawn(&said, |drawn| {
            let expected = "350102-01 指挥大厅\n\n主用图像  主用\n  ■ 摄像机       故障  ◀ 可能在这一段\n  │\n  \
                            ■ HDMI 视频线  故障  ◀ 可能在这一段\n  │\n  ● 终端         正常\n\n\
                            故障原因：HDMI 视频线 或 摄像机\n  故障 画面  黑屏\n";
            assert_eq!(drawn.text(Language::Chinese), expected);
            assert!(drawn.is_faulty());
            let json = drawn.json();
            assert_eq!(
                json["chains"][0]["stages"][2],
                json!({ "id": "terminal", "name": "终端", "verdict": "pass", "blamed": false })
            );
            assert_eq!(json["explanations"], json!([["cable"], ["camera"]]));
        });
    }

    #[test]
    fn without_results_it_says_what_to_do() {
        drawn(&[], |drawn| {
            let text = drawn.text(Language::English);
            assert!(text.contains("○ 终端") && text.contains("not tested") && text.contains("--check"), "{text}");
            assert!(!drawn.is_faulty());
        });
    }

    #[test]
    fn all_well_is_said_and_a_contradiction_is_named() {
        let well = [("picture", Verdict::Pass), ("screen", Verdict::Pass), ("host", Verdict::Pass)];
        drawn(&well, |drawn| assert!(drawn.text(Language::Chinese).contains("没有发现故障")));
        let strange = [("picture", Verdict::Pass), ("screen", Verdict::fail("picture.black"))];
        drawn(&strange, |drawn| {
            let text = drawn.text(Language::Chinese);
            assert!(text.contains("互相矛盾") && text.contains("picture screen"), "{text}");
        });
    }
}
