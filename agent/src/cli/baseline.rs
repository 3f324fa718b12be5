//! `baseline`: how devices are set is accepted, shown and compared, through the running agent or directly when none runs.

use std::collections::BTreeMap;

use avow_shared::interlock::Origin;
use avow_shared::sort;
use clap::ArgMatches;
use smol_str::SmolStr;

use super::check::{ask_terminals, facts_now, once};
use super::{Ended, Failed, Place, advice, runtime, unexpected, wait};
use crate::agent::{self, Accepted, Decision, Reply, Request, What, decide, drifts};
use crate::baseline::{Baseline, SETTINGS};
use crate::config::{Config, Exercise, full_name};
use crate::exercises::context;
use crate::identity::State;
use crate::plates::Plates;
use crate::probe::Work;
use crate::words::Language;

pub(super) fn baseline(place: &Place, matches: &ArgMatches) -> Ended {
    let config = place.config()?;
    match matches.subcommand() {
        Some(("learn", matches)) => {
            let names: Vec<SmolStr> =
                matches.get_many::<String>("device").into_iter().flatten().map(SmolStr::from).collect();
            learn(place, &config, &names)
        }
        Some(("diff", _)) => diff(place, &now(place, &config)?),
        _ => show(place, &now(place, &config)?),
    }
}

fn now(place: &Place, config: &Config) -> Result<Accepted, Failed> {
    match place.ask(&Request::Baseline {})? {
        Some(Reply::Baseline(accepted)) => Ok(*accepted),
        Some(other) => Err(unexpected(&other, place.language)),
        None => {
            let state = State::existing(&config.state).map_err(|error| advice::state(&error, None, place.language))?;
            let (baseline, kept) = state.map(|state| (state.baseline(), state.plates())).unwrap_or_default();
            let drifts = drifts(&baseline, &Plates::resume(kept, &config.exercises));
            Ok(Accepted { baseline, drifts, learnt: 0 })
        }
    }
}

/// Reads the devices anew, and accepts what they say. Nothing moves for that.
fn learn(place: &Place, config: &Config, names: &[SmolStr]) -> Ended {
    let (rooms, names) = forget_rooms(config, names);
    for room in &rooms {
        let learns = place
            .language
            .pick("：声音基线已清除，将从后三次正常测试重新学习", ": its next three good runs are its sound baseline");
        println!("{room}{learns}");
    }
    if !rooms.is_empty() && names.is_empty() {
        return Ok(0);
    }
    let chosen = chosen(config, &names, place.language).map_err(Failed::Wrong)?;
    let probes: Vec<SmolStr> = chosen.iter().map(|exercise| full_name(exercise)).collect();
    let check = |agreed| place.ask(&Request::Check { probes: probes.clone(), agreed });
    let mut reply = check(BTreeMap::new())?;
    if let Some(Reply::Ask(questions)) = reply {
        // What would disturb is not run for this; what was read of it before counts.
        reply = check(sort::map(questions.into_iter().map(|question| (question.probe, false))))?;
    }
    let accepted = match reply {
        Some(Reply::Checked(_)) => match place.ask(&Request::Learn { probes: probes.clone() })? {
            Some(Reply::Baseline(accepted)) => *accepted,
            Some(other) => return Err(unexpected(&other, place.language)),
            None => return Err(Failed::Trouble(place.language.pick("代理已停止", "the agent has stopped").to_owned())),
        },
        Some(other) => return Err(unexpected(&other, place.language)),
        None => direct(place, config, &chosen)?,
    };
    if place.json {
        return json(&accepted).map(|()| 0);
    }
    let version = accepted.baseline.newest().map_or(0, |newest| newest.version);
    let learnt = accepted.learnt;
    println!(
        "{}",
        match place.language {
            Language::Chinese if learnt == 0 => "没有新的设置，基线未变".to_owned(),
            Language::English if learnt == 0 => "nothing new, the baseline stays".to_owned(),
            Language::Chinese => format!("已接受：基线第 {version} 版，更新 {learnt} 项"),
            Language::English => format!("accepted: version {version} of the baseline, {learnt} settings are new"),
        }
    );
    let settings = accepted.baseline.newest().map(|newest| &newest.settings);
    for probe in probes.iter().filter(|probe| settings.is_none_or(|settings| !settings.contains_key(*probe))) {
        println!("{probe}{}", place.language.pick("：未读到任何设置", ": no settings were read"));
    }
    print!("{}", table(&accepted.baseline, place.language));
    Ok(0)
}

/// What was learnt of the sound of these rooms is let go; hands out their probes, and the names that are others.
fn forget_rooms(config: &Config, names: &[SmolStr]) -> (Vec<SmolStr>, Vec<SmolStr>) {
    let mut rooms = Vec::new();
    let mut is_room = |name: &SmolStr| {
        let room = config.exercises.iter().find(|one| {
            matches!(one.work, Work::Sound(_)) && (one.name.probe.as_str() == name || full_name(one) == *name)
        });
        if let Some(room) = room {
            crate::probe::sound::forget(&config.state, &room.name);
            rooms.push(full_name(room));
        }
        room.is_some()
    };
    let others = names.iter().filter(|name| !is_room(name)).cloned().collect();
    (rooms, others)
}

fn direct(place: &Place, config: &Config, chosen: &[&Exercise]) -> Result<Accepted, Failed> {
    let trouble = |error| advice::state(&error, None, place.language);
    let state = State::open(&config.state).map_err(trouble)?;
    let (clock, runtime) = (super::clock(), runtime()?);
    let mut plates = Plates::resume(state.plates(), &config.exercises);
    let venues = chosen.iter().map(|exercise| exercise.name.venue).collect();
    let calls = ask_terminals(config, &venues, &clock, &runtime);
    for exercise in chosen {
        let facts = facts_now(config, exercise, &calls, &clock);
        let decision = decide(&exercise.work, Origin::Person { confirmed: false }, &facts);
        if matches!(decision, Decision::Go { .. }) {
            let what = What::Probe { may_move: false };
            let run = once((*exercise).clone(), what, context(&config.state, what, clock.now()));
            if let agent::Ended::Found(found) = wait(&runtime, run)
                && let Some(facts) = &found.facts
            {
                plates.take(exercise, facts, clock.now().wall);
            }
        }
    }
    let mut baseline = state.baseline();
    let read = chosen.iter().filter_map(|exercise| Some((full_name(exercise), plates.of(&exercise.name)?)));
    let learnt = baseline.learn(read, clock.now().wall);
    state.set_baseline(&baseline).map_err(trouble)?;
    let drifts = drifts(&baseline, &plates);
    Ok(Accepted { baseline, drifts, learnt })
}

/// The probes about these devices, or of these names; all that are about a device when none is named.
fn chosen<'a>(config: &'a Config, names: &[SmolStr], language: Language) -> Result<Vec<&'a Exercise>, String> {
    let fits = |exercise: &Exercise, name: &SmolStr| {
        exercise.device.as_ref() == Some(name) || exercise.name.probe.as_str() == name || full_name(exercise) == *name
    };
    let exercises = || config.exercises.iter().filter(|exercise| exercise.work.reads_facts());
    if let Some(unknown) = names.iter().find(|name| !exercises().any(|exercise| fits(exercise, name))) {
        let known: Vec<SmolStr> =
            exercises().map(|one| one.device.clone().unwrap_or_else(|| one.name.probe.as_str().into())).collect();
        let known = known.join(", ");
        return Err(match language {
            Language::Chinese => format!("没有设备 '{unknown}'，应为其中之一：{known}"),
            Language::English => format!("there is no device '{unknown}', expected one of {known}"),
        });
    }
    Ok(exercises().filter(|one| names.is_empty() || names.iter().any(|name| fits(one, name))).collect())
}

fn show(place: &Place, accepted: &Accepted) -> Ended {
    if place.json {
        return json(accepted).map(|()| 0);
    }
    match accepted.baseline.newest() {
        None => println!(
            "{}",
            place.language.pick(
                "还没有基线：验收时执行 avow-agent baseline learn",
                "there is no baseline yet: at acceptance run avow-agent baseline learn",
            )
        ),
        Some(newest) => {
            println!("{} {}", place.language.pick("基线版本", "version of the baseline"), newest.version);
            print!("{}", table(&accepted.baseline, place.language));
        }
    }
    Ok(0)
}

/// 1 when something drifted.
fn diff(place: &Place, accepted: &Accepted) -> Ended {
    let code = u8::from(!accepted.drifts.is_empty());
    if place.json {
        return json(accepted).map(|()| code);
    }
    for drift in &accepted.drifts {
        println!("{}：{}", drift.probe, drift.line());
    }
    if accepted.drifts.is_empty() {
        println!("{}", place.language.pick("与基线一致", "as accepted"));
    }
    Ok(code)
}

fn table(baseline: &Baseline, language: Language) -> String {
    let mut text = String::new();
    for (probe, wanted) in baseline.newest().into_iter().flat_map(|newest| &newest.settings) {
        for (name, value) in wanted {
            let known = SETTINGS.iter().find(|(known, ..)| *known == name.as_str());
            let name = known.map_or(name.as_str(), |(_, chinese, english)| language.pick(chinese, english));
            text.push_str(&format!("{probe}  {name} = {value}\n"));
        }
    }
    text
}

fn json(accepted: &Accepted) -> Result<(), Failed> {
    let text = serde_json::to_string_pretty(accepted).map_err(|error| Failed::Trouble(error.to_string()))?;
    println!("{text}");
    Ok(())
}
