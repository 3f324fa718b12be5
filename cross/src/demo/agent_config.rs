//! The configurations of the demonstration's real agents, as text. The only place of this program that knows their
//! shape.

use std::fmt::Write as _;
use std::path::Path;

use crate::programs::Ports;

/// Served by real agents, in the order of the demonstration.
pub(crate) const VENUES: [&str; 3] = ["350102001-01", "350102002-01", "350102003-01"];
/// What ffmpeg draws for a healthy picture.
pub(crate) const TEST_CARD: &str = "testsrc2=size=640x360:rate=25";
/// What ffmpeg draws for the planted fault.
pub(crate) const BLACK: &str = "color=black:size=640x360:rate=25";

/// What an agent tests.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Case<'a> {
    /// This machine and its lines, nothing simulated.
    Machine,
    /// A camera behind a terminal, and what it sees in a file.
    Camera { pty: &'a Path, film: &'a Path },
    /// Only a picture from a file.
    Picture { film: &'a Path },
}

/// The file for the agent of `VENUES[number]`.
pub(crate) fn agent_config(number: usize, case: &Case<'_>, ports: Ports) -> String {
    let venue = VENUES[number];
    let place = venue.split('-').next().unwrap_or(venue);
    let mut text = format!(
        r#"[agent]
place = "{place}"
state = "./state"
socket = "./agent.sock"

[hq]
broker = "mqtt://{mqtt}"
http = "http://{http}"

[[venue]]
id = "{venue}"
name = "{name}"
unit = "演示单位"
"#,
        mqtt = ports.mqtt,
        http = ports.http,
        name = name(case),
    );
    match case {
        Case::Machine => machine(&mut text, ports),
        Case::Camera { pty, film } => {
            camera(&mut text, pty);
            picture(&mut text, film);
        }
        Case::Picture { film } => picture(&mut text, film),
    }
    text
}

fn name(case: &Case<'_>) -> &'static str {
    match case {
        Case::Machine => "本机线路会场",
        Case::Camera { .. } => "摄像机会场",
        Case::Picture { .. } => "黑屏会场",
    }
}

fn machine(text: &mut String, ports: Ports) {
    chain(text, "line", "线路", &[("box", "测试终端"), ("line", "线路"), ("hq", "省指挥中心")]);
    probe(text, "host", "host", "本机", "", &["box"]);
    probe(
        text,
        "line-tcp",
        "line",
        "线路 TCP",
        &format!("method = \"tcp\"\ntarget = \"{}\"\n", ports.http),
        &["line", "hq"],
    );
    probe(
        text,
        "line-stamp",
        "line",
        "线路 STAMP",
        &format!("method = \"stamp\"\ntarget = \"{}\"\n", ports.stamp),
        &["line"],
    );
    probe(text, "line-icmp", "line", "线路 ICMP", "method = \"icmp\"\ntarget = \"127.0.0.1\"\n", &["line"]);
    probe(
        text,
        "http",
        "http",
        "省级平台",
        &format!("url = \"http://{}/api/v1/health\"\n", ports.http),
        &["line", "hq"],
    );
}

fn camera(text: &mut String, pty: &Path) {
    device(text, "camera", "camera", "主摄像机", &format!("serial:{}?baud=9600", pty.display()));
    chain(text, "control", "控制", &[("camera", "主摄像机")]);
    probe(text, "camera", "camera", "摄像机应答", "device = \"camera\"\n", &["camera"]);
}

fn picture(text: &mut String, film: &Path) {
    chain(text, "picture", "图像", &[("lens", "镜头"), ("encoder", "编码器")]);
    probe(
        text,
        "picture",
        "picture",
        "图像",
        &format!("source = \"file://{}\"\n", film.display()),
        &["lens", "encoder"],
    );
}

fn device(text: &mut String, id: &str, kind: &str, name: &str, address: &str) {
    block(text, "device", &format!("id = \"{id}\"\nkind = \"{kind}\"\nname = \"{name}\"\naddress = \"{address}\"\n"));
}

fn chain(text: &mut String, id: &str, name: &str, stages: &[(&str, &str)]) {
    let stages: Vec<String> =
        stages.iter().map(|(id, name)| format!("{{ id = \"{id}\", name = \"{name}\" }}")).collect();
    block(
        text,
        "chain",
        &format!("id = \"{id}\"\nname = \"{name}\"\nrole = \"main\"\nstages = [{}]\n", stages.join(", ")),
    );
}

fn probe(text: &mut String, id: &str, kind: &str, name: &str, keys: &str, covers: &[&str]) {
    let covers: Vec<String> = covers.iter().map(|stage| format!("\"{stage}\"")).collect();
    let head = format!("id = \"{id}\"\nname = \"{name}\"\nkind = \"{kind}\"\ninterval_s = 5\n");
    block(text, "probe", &format!("{head}{keys}covers = [{}]\n", covers.join(", ")));
}

fn block(text: &mut String, kind: &str, keys: &str) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\n[[venue.{kind}]]\n{keys}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_names_its_venue_and_its_headquarters() {
        let (pty, film) = (Path::new("/run/camera"), Path::new("/run/film.avi"));
        for (number, case) in [Case::Machine, Case::Camera { pty, film }, Case::Picture { film }].iter().enumerate() {
            let text = agent_config(number, case, Ports::any());
            for part in [VENUES[number], "broker = \"mqtt://127.0.0.1:0\"", "[[venue.probe]]", "[[venue.chain]]"] {
                assert!(text.contains(part), "{part} in\n{text}");
            }
        }
    }
}
