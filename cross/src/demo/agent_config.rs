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

/// Seconds between two runs of a probe where somebody looks on.
pub(crate) const SOON_S: u32 = 5;

/// What an agent tests.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Case<'a> {
    /// This machine and its lines, nothing simulated, tested so often.
    Machine { every_s: u32 },
    /// A camera behind a terminal, and what it sees in a file.
    Camera { pty: &'a Path, film: &'a Path },
    /// A camera that somebody steers.
    Steered { pty: &'a Path },
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
domain = "government-extranet"
state = "./state"
socket = "./agent.sock"

[hq]
broker = "mqtt://{mqtt}"
http = "http://{http}"

[[venue]]
id = "{venue}"
name = "{name}"
unit = "演示单位"
two_way = true
"#,
        mqtt = ports.mqtt,
        http = ports.http,
        name = name(case),
    );
    match case {
        Case::Machine { every_s } => machine(&mut text, ports, *every_s),
        Case::Camera { pty, film } => {
            camera(&mut text, pty);
            picture(&mut text, film);
        }
        Case::Steered { pty } => camera(&mut text, pty),
        Case::Picture { film } => picture(&mut text, film),
    }
    text
}

fn name(case: &Case<'_>) -> &'static str {
    match case {
        Case::Machine { .. } => "本机线路会场",
        Case::Camera { .. } | Case::Steered { .. } => "摄像机会场",
        Case::Picture { .. } => "黑屏会场",
    }
}

fn machine(text: &mut String, ports: Ports, every_s: u32) {
    chain(text, "main", "主用链路", &[("box", "测试终端"), ("line", "政务外网"), ("hq", "省指挥中心")]);
    let mut probe = |id, kind, name, keys: &str, covers: &[&str]| probe(text, id, kind, name, every_s, keys, covers);
    probe("host", "host", "本机", "", &["box"]);
    let tcp = format!("method = \"tcp\"\nto = \"{}\"\nport = {}\n", ports.http.ip(), ports.http.port());
    probe("line-tcp", "line", "到省中心的线路（TCP）", &tcp, &["line", "hq"]);
    let stamp = format!("method = \"stamp\"\nto = \"{}\"\nport = {}\n", ports.stamp.ip(), ports.stamp.port());
    probe("line-stamp", "line", "到省中心的线路（STAMP）", &stamp, &["line", "hq"]);
    probe("line-ping", "line", "到省中心的线路（ping）", "to = \"127.0.0.1\"\n", &["line"]);
    let page = format!("url = \"http://{}/api/v1/health\"\n", ports.http);
    probe("http", "http", "省级平台网页", &page, &["line", "hq"]);
}

fn camera(text: &mut String, pty: &Path) {
    device(text, "camera", "camera", "主席台摄像机", &pty.display().to_string());
    let keys = format!("device = \"camera\"\nport = \"{}\"\n", pty.display());
    chain(text, "control", "摄像机控制", &[("control-line", "控制串口"), ("camera", "主席台摄像机")]);
    probe(text, "camera", "camera", "摄像机应答", SOON_S, &keys, &["control-line", "camera"]);
}

fn picture(text: &mut String, film: &Path) {
    let stages = [("camera", "主席台摄像机"), ("video-cable", "视频线缆"), ("encoder", "编码器")];
    chain(text, "picture", "主用图像", &stages);
    // The test card has nothing grey in it.
    let source = format!("source = \"file://{}\"\nlimits = {{ cast = {{ good = 127 }} }}\n", film.display());
    probe(text, "picture", "picture", "会场图像", SOON_S, &source, &["camera", "video-cable", "encoder"]);
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

fn probe(text: &mut String, id: &str, kind: &str, name: &str, every_s: u32, keys: &str, covers: &[&str]) {
    let covers: Vec<String> = covers.iter().map(|stage| format!("\"{stage}\"")).collect();
    let head = format!("id = \"{id}\"\nname = \"{name}\"\nkind = \"{kind}\"\ninterval_s = {every_s}\n");
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
        for (number, case) in
            [Case::Machine { every_s: SOON_S }, Case::Camera { pty, film }, Case::Picture { film }].iter().enumerate()
        {
            let text = agent_config(number, case, Ports::any());
            for part in [VENUES[number], "broker = \"mqtt://127.0.0.1:0\"", "[[venue.probe]]", "[[venue.chain]]"] {
                assert!(text.contains(part), "{part} in\n{text}");
            }
        }
    }
}
