//! The demonstration as a newcomer types it, to its end: the planted fault shows in time, it ends in time, and its last line
//! accounts for every report.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::accounting::Ends;
use super::agent_config::VENUES;
use crate::folders::Folders;
use crate::http::Client;
use crate::{process, wait};

const VENUES_SHOWN: u32 = 200;
const SECONDS: u32 = 20;
/// Once built, from the command to its end.
const ENDS_WITHIN: Duration = Duration::from_secs(45);
/// From the page's address to a red venue.
const FAULT_SHOWS_WITHIN: Duration = Duration::from_secs(10);

/// Runs it.
pub(crate) fn run(folders: &Folders) -> Result<()> {
    let logs = folders.kept("newcomer")?;
    let mut command = Command::new(std::env::current_exe().context("failed to find this program")?);
    command.args(["demo", "--venues", &VENUES_SHOWN.to_string(), "--seconds", &SECONDS.to_string()]);
    command.current_dir(&folders.root);
    let began = Instant::now();
    let mut demo = process::start("demo", command, &logs)?;
    let said = || std::fs::read_to_string(logs.join("demo.log")).unwrap_or_default();
    let address = wait::until("the page's address", ENDS_WITHIN, || {
        demo.still_runs()?;
        Ok(address(&said()).map(str::to_owned))
    })?;
    let mut client = Client::new(address.parse().context("the page's address is none")?);
    let red = wait::until("the planted fault", FAULT_SHOWS_WITHIN, || {
        demo.still_runs()?;
        let venue = client.json(&format!("/api/v1/venues/{}", VENUES[2]));
        Ok(venue.ok().filter(|venue| venue["venue"]["class"] == "fail").map(|_| began.elapsed()))
    })?;
    let status = demo.exit_within(ENDS_WITHIN.saturating_sub(began.elapsed()))?;
    let took = began.elapsed();
    let said = said();
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    let Some(ends) = Ends::parse(last) else { bail!("the last line is '{last}'") };
    println!("red after {:.1} s, over after {:.1} s: {last}", red.as_secs_f32(), took.as_secs_f32());
    ensure!(status.success(), "the demonstration ended with {status}");
    ensure!(ends.is_whole() && ends.stored > u64::from(VENUES_SHOWN), "not every report is accounted for: {last}");
    Ok(())
}

/// What stands behind the first `http://`.
fn address(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("http://")?;
    let (address, _) = rest.split_once('/')?;
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_once_it_stands_there_whole() {
        assert_eq!(address("║ 控制台   http://127.0.0.1:8080/  ║"), Some("127.0.0.1:8080"));
        assert_eq!(address("║ 控制台   http://127.0.0.1:80"), None);
        assert_eq!(address("building"), None);
    }
}
