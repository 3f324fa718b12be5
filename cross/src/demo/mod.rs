//! `cargo x demo`: a province on this machine. Three real agents (this machine's own lines, a camera that obeys, a
//! picture that is black), the rest simulated, and at the end every report accounted for.

mod accounting;
pub(crate) mod agent_config;
pub(crate) mod newcomer;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::folders::Folders;
use crate::interrupt::{self, Interrupted};
use crate::needs::{self, Purpose};
use crate::process::Output;
use crate::programs::Fleet;
use crate::scene::Scene;
use crate::temp::TempFolder;
use crate::{binaries, table, wait};
use agent_config::{Case, VENUES};

/// Real agents, one venue each.
pub(crate) const AGENTS: u32 = 3;
/// Simulated rooms of the province that speak for HQ in roll calls, beside its first.
const ROOMS_OF_HQ: u8 = 2;
const HQ: &str = "[roll_call]\nhq = [\"35-01\", \"35-02\", \"35-03\"]\n";
/// Without `--seconds`: until somebody asks.
const FOREVER: Duration = Duration::from_secs(365 * 24 * 3600);
/// After the last drain, for the newest acknowledgement to be counted.
const SETTLED_WITHIN: Duration = Duration::from_secs(5);

/// Shows the province until Ctrl-C or for `seconds`. Exit code 1 when a report is missing or was stored twice.
pub(crate) fn run(folders: &Folders, venues: u32, seconds: Option<Duration>) -> Result<ExitCode> {
    needs::provide(Purpose::Show)?;
    binaries::build(folders, Output::Sifted)?;
    let mut scene = raise(folders, venues)?;
    println!("\n{}\n", banner(&scene.url(), venues, seconds));
    show(&mut scene, seconds)?;
    eprintln!("收尾中，再按一次 Ctrl-C 立即结束 · draining; Ctrl-C again ends at once");
    scene.drain_fleet()?;
    scene.drain_agents()?;
    let account = accounting::settled(&mut scene.client(), SETTLED_WITHIN)?;
    scene.stop_collector()?;
    account.print();
    Ok(if account.total.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn raise(folders: &Folders, venues: u32) -> Result<Scene> {
    let mut scene = Scene::start_with(folders, "demo", TempFolder::new("demo")?, HQ)?;
    let simulated = venues - AGENTS;
    let rooms = ROOMS_OF_HQ.min(u8::try_from(simulated).unwrap_or(u8::MAX));
    let (simulated, proves) = (simulated - u32::from(rooms), Some(rooms));
    scene.add_fleet(&Fleet { venues: simulated, without: &VENUES, as_measured: true, proves, ..Fleet::USUAL })?;
    let (test_card, black) =
        (scene.film("test-card.avi", agent_config::TEST_CARD)?, scene.film("black.avi", agent_config::BLACK)?);
    let pty = scene.add_camera()?;
    let cases = [
        Case::Machine { every_s: agent_config::SOON_S },
        Case::Camera { pty: &pty, film: &test_card },
        Case::Picture { film: &black },
    ];
    for (number, case) in cases.iter().enumerate() {
        let config = agent_config::agent_config(number, case, scene.ports);
        scene.add_agent(&format!("agent-{}", number + 1), &config)?;
    }
    Ok(scene)
}

/// The time in which people look. An interruption is the way to end it, and no error.
fn show(scene: &mut Scene, seconds: Option<Duration>) -> Result<()> {
    match wait::observe(seconds.unwrap_or(FOREVER), || scene.still_runs()) {
        Err(error) if error.is::<Interrupted>() && interrupt::take() => Ok(()),
        Err(error) => bail!(error),
        Ok(_) => Ok(()),
    }
}

fn banner(url: &str, venues: u32, seconds: Option<Duration>) -> String {
    let (end_zh, end_en) = match seconds {
        None => ("按 Ctrl-C 结束".to_owned(), "Ctrl-C ends it".to_owned()),
        Some(span) => (format!("{} 秒后结束", span.as_secs()), format!("ends after {} s", span.as_secs())),
    };
    let lines = [
        String::new(),
        format!("视频会议保障平台 控制台   {url}"),
        format!("Avow, the web console     {url}"),
        String::new(),
        format!("{venues} 个会场，其中 {AGENTS} 个由真实代理测试；{end_zh}"),
        format!("{venues} venues, {AGENTS} of them tested by real agents; {end_en}"),
        format!("预设故障：{}（画面全黑）", VENUES[2]),
        format!("planted fault: {} (black picture)", VENUES[2]),
        String::new(),
    ];
    table::framed(&lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_banner_is_one_box() {
        let banner = banner("http://127.0.0.1:8080/", 1200, None);
        let widths: Vec<usize> = banner.lines().map(table::width).collect();
        assert!(widths.iter().all(|columns| *columns == widths[0]), "{banner}");
    }
}
