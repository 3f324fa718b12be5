//! `camera`: a person's command, through the running agent or directly when none runs.

use avow_shared::camera::Command;
use avow_shared::outcome::{Outcome, Verdict, Why};
use clap::ArgMatches;

use super::{Ended, Failed, Place, runtime, unexpected};
use crate::agent::{self, Decision, Question, Reply, Request, What, against, decide_command, full_name, person_facts};
use crate::check::{Checked, exit_code, render, to_json};
use crate::config::{self, Config, Exercise};
use crate::exercises::context;

pub(super) fn camera(place: &Place, matches: &ArgMatches) -> Ended {
    let config = place.config()?;
    let name = matches.get_one::<String>("name").map(String::as_str).unwrap_or_default();
    let command = match matches.subcommand() {
        Some(("home", _)) => Command::Home,
        Some(("recall", matches)) => Command::Recall(preset(matches)),
        Some(("store", matches)) => Command::Store(preset(matches)),
        Some(("learn", matches)) => Command::Learn(preset(matches)),
        _ => Command::Ask,
    };
    let cameras = config.exercises.iter().filter(|exercise| exercise.work.kind() == "camera");
    let known: Vec<&str> = cameras.map(|exercise| exercise.name.probe.as_str()).collect();
    let at = config::camera(&config.exercises, name).ok_or_else(|| {
        let known = if known.is_empty() {
            "none is configured".to_owned()
        } else {
            format!("expected one of {}", known.join(", "))
        };
        Failed::Wrong(format!("没有摄像机 '{name}' / there is no camera '{name}', {known}"))
    })?;
    let exercise = &config.exercises[at];
    let agrees = |question| {
        let said = super::check::answers(&config, vec![question], matches.get_flag("yes"), place.language);
        said.into_values().all(|agreed| agreed)
    };
    let mut agreed = None;
    let outcomes = loop {
        match place.ask(&Request::Camera { name: name.into(), command, agreed })? {
            Some(Reply::Checked(outcomes)) => break outcomes,
            Some(Reply::Ask(mut questions)) if questions.len() == 1 && agreed.is_none() => {
                agreed = Some(agrees(questions.remove(0)));
            }
            Some(other) => return Err(unexpected(&other)),
            None => break vec![direct(&config, exercise, command, agrees)?],
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
    command: Command,
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
