//! `camera`: a person's command, through the running agent or directly when none runs.

use clap::ArgMatches;

use super::{Ended, Failed, Place, runtime, unexpected};
use crate::agent::{self, Command, Reply, Request, What};
use crate::check::{Checked, exit_code, render, to_json};
use crate::config;
use crate::exercises::context;

pub(super) fn camera(place: &Place, matches: &ArgMatches) -> Ended {
    let config = place.config()?;
    let name = matches.get_one::<String>("name").map(String::as_str).unwrap_or_default();
    let command = match matches.subcommand() {
        Some(("home", _)) => Command::Home,
        Some(("recall", matches)) => Command::Recall(preset(matches)),
        Some(("store", matches)) => Command::Store(preset(matches)),
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
    let outcomes = match place.ask(&Request::Camera { name: name.into(), command })? {
        Some(Reply::Checked(outcomes)) => outcomes,
        Some(other) => return Err(unexpected(&other)),
        None => {
            let (clock, what) = (super::clock(), What::Camera(command.into()));
            let run = super::check::once(exercise.clone(), what, context(&config.state, what, clock.now()));
            let ended = runtime()?.block_on(run);
            vec![agent::outcome(exercise, ended, 0, clock.now().wall).0]
        }
    };
    let checked = |outcome| Checked { venue: exercise.venue_title.clone(), probe: exercise.title.clone(), outcome };
    let results: Vec<Checked> = outcomes.into_iter().map(checked).collect();
    if place.json {
        println!("{}", to_json(&results));
    } else {
        print!("{}", render(&results, place.language, super::check::width()));
    }
    Ok(exit_code(&results))
}

fn preset(matches: &ArgMatches) -> u8 {
    matches.get_one::<u8>("preset").copied().unwrap_or_default()
}
