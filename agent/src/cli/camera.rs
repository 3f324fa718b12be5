//! `camera`: a person's command, through the running agent or directly when none runs.

use avow_shared::outcome::{Outcome, Verdict, Why};
use clap::ArgMatches;

use super::{Ended, Failed, Place, advice, runtime, unexpected};
use crate::agent::{self, Command, Decision, Question, Reply, Request, What, against, decide_command, person_facts};
use crate::check::{Checked, exit_code, render, to_json};
use crate::config::{self, Config, Exercise, full_name};
use crate::exercises::context;
use crate::probe::camera::CameraCommand;

pub(super) fn camera(place: &Place, matches: &ArgMatches) -> Ended {
    let config = place.config()?;
    let name = matches.get_one::<String>("name").map(String::as_str).unwrap_or_default();
    let command = match matches.subcommand() {
        Some(("home", _)) => Command::Home,
        Some(("recall", matches)) => Command::Recall(preset(matches)),
        Some(("store", matches)) => Command::Store(preset(matches)),
        _ => Command::Ask,
    };
    let at = config::camera(&config.exercises, name).map_err(|misnamed| advice::misnamed(&misnamed, place.language))?;
    let exercise = &config.exercises[at];
    let agrees = |question| {
        let said = super::check::answers(&config, vec![question], matches.get_flag("yes"), place.language);
        said.into_values().all(|agreed| agreed)
    };
    let mut agreed = None;
    let outcomes = loop {
        match place.ask(&Request::Camera { name: full_name(exercise), command, agreed })? {
            Some(Reply::Checked(outcomes)) => break outcomes,
            Some(Reply::Ask(mut questions)) if questions.len() == 1 && agreed.is_none() => {
                agreed = Some(agrees(questions.remove(0)));
            }
            Some(other) => return Err(unexpected(&other, place.language)),
            None => break vec![direct(&config, exercise, command.into(), agrees)?],
        }
    };
    let checked = |outcome| Checked { venue: exercise.venue_title.clone(), probe: exercise.title.clone(), outcome };
    let results: Vec<Checked> = outcomes.into_iter().map(checked).collect();
    if place.json {
        println!("{}", to_json(&results));
    } else {
        print!("{}", render(&results, place.language, crate::terminal::columns()));
    }
    Ok(exit_code(&results))
}

/// As the running agent would.
fn direct(
    config: &Config,
    exercise: &Exercise,
    command: CameraCommand,
    agrees: impl Fn(Question) -> bool,
) -> Result<Outcome, Failed> {
    let (clock, what) = (super::clock(), What::Camera(command));
    let facts = person_facts(super::check::facts_now(config, exercise, &clock));
    let ended = match decide_command(command, false, &facts) {
        Decision::Go { .. } => None,
        Decision::Ask { wanted, allowed } => {
            let against = against(wanted, &facts);
            let agreed = agrees(Question { probe: full_name(exercise), wanted, allowed, against });
            (!agreed).then_some(Why::Declined)
        }
        Decision::No { wanted, allowed } => Some(Why::Interlocked { wanted, allowed }),
    };
    let ended = match ended {
        Some(why) => agent::Ended::Verdict(Verdict::Unknown { why }),
        None => {
            super::check::note_if_overridden(config, exercise, command.disturbance(), &facts, &clock)?;
            let run = super::check::once(exercise.clone(), what, context(&config.state, what, clock.now()));
            runtime()?.block_on(run)
        }
    };
    Ok(agent::outcome(exercise, ended, 0, clock.now().wall).0)
}

fn preset(matches: &ArgMatches) -> u8 {
    matches.get_one::<u8>("preset").copied().unwrap_or_default()
}
