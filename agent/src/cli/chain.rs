//! `chain`: the chains of each venue with what is to blame, out of the running agent's newest verdicts or of a check made for it.

use avow_shared::outcome::Verdict;
use clap::ArgMatches;

use super::{Ended, Place, check, unexpected};
use crate::agent::{Reply, Request};
use crate::chain::{Drawn, Newest};
use crate::config::{Config, ProbeName, full_name};

pub(super) fn chain(place: &Place, matches: &ArgMatches) -> Ended {
    let config = place.config()?;
    let said = if matches.get_flag("check") {
        let outcomes = check::outcomes(place, &config, &[], matches.get_flag("yes"))?;
        let name =
            |outcome: &avow_shared::outcome::Outcome| ProbeName { venue: outcome.venue, probe: outcome.probe.clone() };
        outcomes.into_iter().map(|outcome| (name(&outcome), outcome.verdict)).collect()
    } else {
        match place.ask(&Request::Status {})? {
            Some(Reply::Status(status)) => by_name(&config, &status.probes),
            Some(other) => return Err(unexpected(&other, place.language)),
            None => Vec::new(),
        }
    };
    let (mut all, mut texts, mut is_faulty) = (Vec::new(), Vec::new(), false);
    for venue in &config.description.venues {
        let of_venue = said.iter().filter(|(name, _)| name.venue == venue.id);
        let newest: Newest<'_> = of_venue.map(|(name, verdict)| (name.probe.clone(), verdict)).collect();
        let drawn = Drawn::new(venue, &newest);
        is_faulty |= drawn.is_faulty();
        if place.json { all.push(drawn.json()) } else { texts.push(drawn.text(place.language)) }
    }
    if place.json {
        println!("{}", serde_json::Value::Array(all));
    } else {
        print!("{}", texts.join("\n"));
    }
    Ok(u8::from(is_faulty))
}

/// The running agent names probes as people do.
fn by_name(config: &Config, probes: &[crate::agent::ProbeStatus]) -> Vec<(ProbeName, Verdict)> {
    let of = |status: &crate::agent::ProbeStatus| {
        let exercise = config.exercises.iter().find(|exercise| full_name(exercise) == status.probe)?;
        Some((exercise.name.clone(), status.verdict.clone()?))
    };
    probes.iter().filter_map(of).collect()
}
