//! `avow-agent chain`, as the engineer on site sees it: what is drawn, what is blamed, and how it ends.

use std::path::Path;
use std::process::{Command, Output};

use avow_tests::rig::{Folder, black_film, program};
use serde_json::{Value, json};

fn config(film: &Path) -> String {
    format!(
        r#"
[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:1"
http = "http://127.0.0.1:1"
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.chain]]
id = "main"
name = "主用图像"
stages = [{{ id = "camera", name = "摄像机" }}, {{ id = "cable", name = "视频线" }}, {{ id = "box", name = "会场主机" }}]
[[venue.probe]]
id = "picture"
kind = "picture"
name = "画面"
source = "file:{film}"
covers = ["camera", "cable"]
[[venue.probe]]
id = "host"
kind = "host"
name = "本机"
covers = ["box"]
limits = {{ load = {{ good = 1000.0, tolerable = 2000.0 }} }}
"#,
        film = film.display()
    )
}

fn chain(folder: &Path, language: &str, arguments: &str) -> Output {
    let mut command = Command::new("timeout");
    command.args(["--kill-after=1", "90"]).arg(program("avow-agent")).arg("chain").args(arguments.split_whitespace());
    command.current_dir(folder).env("LANG", language).env_remove("LC_ALL").env_remove("LC_MESSAGES");
    command.output().expect("runs")
}

#[test]
fn the_engineer_on_site_sees_where_the_picture_is_lost() {
    let folder = Folder::new();
    let film = black_film(&folder);
    std::fs::write(folder.file("agent.toml"), config(&film)).expect("writes");
    let here = film.parent().expect("a folder");

    let before = chain(here, "zh_CN.UTF-8", "");
    let text = String::from_utf8_lossy(&before.stdout);
    assert!(before.status.success() && text.contains("○ 摄像机") && text.contains("--check"), "{text}");

    let tested = chain(here, "zh_CN.UTF-8", "--check --yes");
    let text = String::from_utf8_lossy(&tested.stdout);
    assert_eq!(tested.status.code(), Some(1), "{text}");
    for part in
        ["■ 摄像机    故障  ◀ 可能在这一段", "■ 视频线    故障  ◀ 可能在这一段", "故障原因：视频线 或 摄像机", "黑屏"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }

    let english = chain(here, "en_US.UTF-8", "--check --yes --json");
    let all: Value = serde_json::from_slice(&english.stdout).expect("JSON alone");
    assert_eq!(all[0]["explanations"], json!([["cable"], ["camera"]]));
    assert_eq!(all[0]["chains"][0]["stages"][1]["blamed"], true);
}
