//! `camera`: a person's commands and his hand at the wheel, through the running agent or directly when none runs.

mod hand;
mod watch;
mod wheel;

use avow_shared::camera::{Command, Exposure, Focus, Motion, Position, White};
use avow_shared::outcome::Outcome;
use clap::ArgMatches;

use super::arguments::{DIRECTIONS, EXPOSURES, WHITES};
use super::{Ended, Failed, Place, advice};
use crate::check::{Checked, exit_code, render, to_json};
use crate::config::{self, Exercise, full_name};
use crate::probe::Work;
use crate::probe::camera::{lacks, spoken};
use crate::words::Language;
use hand::Hand;

pub(super) fn camera(place: &Place, matches: &ArgMatches) -> Ended {
    let config = place.config()?;
    let name = matches.get_one::<String>("name").map(String::as_str).unwrap_or_default();
    let at = config::camera(&config.exercises, name).map_err(|misnamed| advice::misnamed(&misnamed, place.language))?;
    let exercise = &config.exercises[at];
    let mut hand = Hand::new(place, &config, exercise, &full_name(exercise), matches.get_flag("yes"));
    let Some((word, matches)) = matches.subcommand() else { return Err(Failed::Wrong(String::new())) };
    let (what, outcome) = match motion(word, matches) {
        Some((motion, time)) => (word.to_owned(), wheel::hold(&mut hand, motion, time)?),
        None if word == "watch" => return watch::watch(&mut hand, place, exercise),
        None => {
            let command = command(word, matches);
            (spoken(command), hand.command(command)?)
        }
    };
    Ok(shown(place, exercise, worded(place, exercise, &what, outcome)))
}

/// What the protocol lacks, in the language of the terminal; all other details are the agent's.
fn worded(place: &Place, exercise: &Exercise, what: &str, outcome: Outcome) -> Outcome {
    let Work::Camera(setup) = &exercise.work else { return outcome };
    match (place.language, lacks(setup, what)) {
        (Language::English, [chinese, english]) if outcome.detail == chinese => {
            Outcome { detail: english.into(), ..outcome }
        }
        _ => outcome,
    }
}

fn shown(place: &Place, exercise: &Exercise, outcome: Outcome) -> u8 {
    let results = [checked(exercise, outcome)];
    if place.json {
        println!("{}", to_json(&results));
    } else {
        print!("{}", render(&results, place.language, crate::terminal::columns()));
    }
    exit_code(&results)
}

fn checked(exercise: &Exercise, outcome: Outcome) -> Checked {
    Checked { venue: exercise.venue_title.clone(), probe: exercise.title.clone(), outcome }
}

fn word(matches: &ArgMatches) -> &str {
    matches.try_get_one::<String>("word").ok().flatten().map(String::as_str).unwrap_or_default()
}

/// What moves as long as somebody holds it, and for how many milliseconds he does.
fn motion(name: &str, matches: &ArgMatches) -> Option<(Motion, u32)> {
    let speed = || matches.get_one::<i8>("speed").copied().unwrap_or(50);
    let motion = match (name, word(matches)) {
        ("move", to) => {
            let (_, pan, tilt) = *DIRECTIONS.iter().find(|(word, ..)| *word == to)?;
            Motion { pan: pan * speed(), tilt: tilt * speed(), ..Motion::STILL }
        }
        ("zoom", to) => Motion { zoom: if to == "tele" { speed() } else { -speed() }, ..Motion::STILL },
        ("focus", "near") => Motion { focus: -speed(), ..Motion::STILL },
        ("focus", "far") => Motion { focus: speed(), ..Motion::STILL },
        _ => return None,
    };
    Some((motion, matches.get_one::<u32>("for").copied().unwrap_or(500)))
}

fn mode<T: Copy>(modes: &[(&str, T)], word: &str) -> Option<T> {
    modes.iter().find(|(known, _)| *known == word).map(|(_, mode)| *mode)
}

fn command(name: &str, matches: &ArgMatches) -> Command {
    let preset = || matches.get_one::<u8>("preset").copied().unwrap_or_default();
    match (name, word(matches)) {
        ("home", _) => Command::Home,
        ("recall", _) => Command::Recall(preset()),
        ("store", _) => Command::Store(preset()),
        ("learn", _) => Command::Learn(preset()),
        ("clear", _) => Command::Clear(preset()),
        ("go", _) => Command::Go(Position {
            pan: matches.get_one("pan").copied().unwrap_or_default(),
            tilt: matches.get_one("tilt").copied().unwrap_or_default(),
            zoom: matches.get_one("zoom").copied().unwrap_or_default(),
        }),
        ("stop", _) => Command::Stop,
        ("focus", "manual") => Command::Focus(Focus::Manual),
        ("focus", "once") => Command::Focus(Focus::Once),
        ("focus", _) => Command::Focus(Focus::Auto),
        ("turn", _) => Command::Turn {
            pan: matches.get_one("pan").copied().unwrap_or_default(),
            tilt: matches.get_one("tilt").copied().unwrap_or_default(),
        },
        // An agent of an earlier version knows these two, and no other mode.
        ("exposure", "auto") => Command::AutoExposure,
        ("white", "auto") => Command::AutoWhite,
        ("exposure", word) => Command::Exposure(mode(&EXPOSURES, word).unwrap_or(Exposure::Auto)),
        ("white", word) => Command::White(mode(&WHITES, word).unwrap_or(White::Auto)),
        ("power", to) => Command::Power(to == "on"),
        _ => Command::Ask,
    }
}
