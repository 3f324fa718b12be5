//! `check`: probes once, through the running agent or directly.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::time::Instant;

use avow_shared::id::VenueId;
use avow_shared::interlock::{Disturbance, Facts, Origin};
use avow_shared::outcome::{Outcome, Verdict, Why};
use avow_shared::sort;
use clap::ArgMatches;
use futures_util::FutureExt as _;
use smol_str::SmolStr;
use tokio::runtime::Runtime;

use super::{Ended, Failed, Place, advice, runtime, unexpected, wait};
use crate::agent::{self, Against, Decision, Question, Reply, Request, Told, What, against, decide, facts, overridden};
use crate::assurance::{Kept, Vigilance};
use crate::calls::Calls;
use crate::check::{Checked, exit_code, render, to_json};
use crate::clock::{Clock, Now, Uptime};
use crate::config::{self, Config, Exercise, full_name};
use crate::exercises::{PUT_BACK_WITHIN, context, execute};
use crate::identity::State;
use crate::meetings::Meetings;
use crate::probe::Work;
use crate::probe::preset::store::Store;
use crate::terminal;
use crate::words::Language;

type Agreed = BTreeMap<SmolStr, bool>;

pub(super) fn check(place: &Place, matches: &ArgMatches) -> Ended {
    let config = place.config()?;
    let probes: Vec<SmolStr> = matches.get_many::<String>("probe").into_iter().flatten().map(SmolStr::from).collect();
    if matches.get_flag("learn") {
        want(&config, &chosen(&config, &probes, place.language)?, place.language)?;
    }
    let outcomes = outcomes(place, &config, &probes, matches.get_flag("yes"))?;
    let results: Vec<Checked> = outcomes.into_iter().map(|outcome| named(&config, outcome)).collect();
    if place.json {
        println!("{}", to_json(&results));
    } else {
        print!("{}", render(&results, place.language, terminal::columns()));
    }
    if probes.is_empty() {
        config::unproven(&config, place.language).iter().for_each(|line| eprintln!("{line}"));
    }
    Ok(exit_code(&results))
}

/// Runs these probes once, all when none is named; who sits there is asked about what disturbs.
pub(super) fn outcomes(
    place: &Place,
    config: &Config,
    probes: &[SmolStr],
    says_yes: bool,
) -> Result<Vec<Outcome>, Failed> {
    let chosen = chosen(config, probes, place.language)?;
    let ask = |questions: Vec<Question>| answers(config, questions, says_yes, place.language);
    let mut request = Request::Check { probes: probes.to_vec(), agreed: Agreed::new() };
    loop {
        match place.ask(&request)? {
            Some(Reply::Checked(outcomes)) => return Ok(outcomes),
            Some(Reply::Ask(questions)) => {
                request = Request::Check { probes: probes.to_vec(), agreed: ask(questions) };
            }
            Some(other) => return Err(unexpected(&other, place.language)),
            None => {
                let is_camera = |at: &usize| matches!(config.exercises[*at].work, Work::Camera(_));
                if chosen.iter().any(is_camera) {
                    place.sees_no_agent(config)?;
                }
                return direct(config, &chosen, ask);
            }
        }
    }
}

fn chosen(config: &Config, probes: &[SmolStr], language: Language) -> Result<Vec<usize>, Failed> {
    config::choose(&config.exercises, probes).map_err(|misnamed| advice::misnamed(&misnamed, language))
}

/// What these see now is to be their reference; who looks next learns it.
fn want(config: &Config, chosen: &[usize], language: Language) -> Result<(), Failed> {
    for exercise in chosen.iter().map(|at| &config.exercises[*at]) {
        if !matches!(&exercise.work, Work::Picture(setup) if setup.reference) {
            let what =
                language.pick("不是带 reference = true 的画面探测项", "is no picture probe with reference = true");
            return Err(Failed::Wrong(format!("{} {what}", full_name(exercise))));
        }
        let wanted = Store::of(&config.state).want(&exercise.name);
        wanted.map_err(|error| Failed::Trouble(format!("{}: {error}", config.state.display())))?;
    }
    Ok(())
}

/// As the running agent would: one after the other, each within its deadline, and nothing disturbs unasked.
fn direct(config: &Config, chosen: &[usize], ask: impl Fn(Vec<Question>) -> Agreed) -> Result<Vec<Outcome>, Failed> {
    let (clock, runtime) = (super::clock(), runtime()?);
    let disturbs = chosen.iter().map(|at| &config.exercises[*at]);
    let disturbs = disturbs.filter(|exercise| exercise.work.disturbance() >= Disturbance::Picture);
    let venues: BTreeSet<VenueId> = disturbs.map(|exercise| exercise.name.venue).collect();
    let calls = ask_terminals(config, &venues, &clock, &runtime);
    let question = |exercise: &Exercise| {
        let facts = facts_now(config, exercise, &calls, &clock);
        match decide(&exercise.work, Origin::Person { confirmed: false }, &facts) {
            Decision::Ask { wanted, allowed } => {
                Some(Question { probe: full_name(exercise), wanted, allowed, against: against(wanted, &facts) })
            }
            Decision::Go { .. } | Decision::No { .. } => None,
        }
    };
    let questions: Vec<Question> = chosen.iter().filter_map(|at| question(&config.exercises[*at])).collect();
    let agreed = if questions.is_empty() { Agreed::new() } else { ask(questions) };
    let baseline = State::existing(&config.state).ok().flatten().map(|state| state.baseline()).unwrap_or_default();
    let mut outcomes = Vec::new();
    for at in chosen {
        let exercise = &config.exercises[*at];
        let confirmed = agreed.get(&full_name(exercise)) == Some(&true);
        let facts = facts_now(config, exercise, &calls, &clock);
        let began = Instant::now();
        let ended = match decide(&exercise.work, Origin::Person { confirmed }, &facts) {
            Decision::Go { may_move, against } => {
                if against.is_some() {
                    note_if_overridden(config, exercise, exercise.work.disturbance(), &facts, &clock)?;
                }
                let what = What::Probe { may_move };
                let context = context(&config.state, what, clock.now());
                wait(&runtime, once(exercise.clone(), what, context))
            }
            Decision::Ask { .. } => agent::Ended::Verdict(Verdict::Unknown { why: Why::Declined }),
            Decision::No { wanted, allowed } => {
                agent::Ended::Verdict(Verdict::Unknown { why: Why::Interlocked { wanted, allowed } })
            }
        };
        let ended = match ended {
            agent::Ended::Found(found) => agent::Ended::Found(baseline.judge(&full_name(exercise), found)),
            other => other,
        };
        let took_ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
        outcomes.push(agent::outcome(exercise, ended, took_ms, clock.now().wall).0);
    }
    wait(&runtime, crate::probe::switch::settled(PUT_BACK_WITHIN));
    Ok(outcomes)
}

/// The interlock's facts when no agent runs.
pub(super) fn facts_now(config: &Config, exercise: &Exercise, calls: &Calls, clock: &Clock) -> Facts {
    let now = clock.now();
    let word = calls.word(exercise.name.venue, now.mono_ms);
    let frozen = exercise.work.is_frozen_out() && is_frozen(config, exercise.name.venue, now);
    Facts { frozen, ..facts(config, exercise, told_now(config, exercise.name.venue, now), word, now.wall) }
}

/// Whether nothing may be changed in a room, by what HQ told last.
pub(super) fn is_frozen(config: &Config, venue: VenueId, now: Now) -> bool {
    let at = Meetings::resume(crate::identity::meetings(&config.state)).moment(now);
    let told = crate::identity::assurance(&config.state, Uptime::read().as_ref());
    if matches!(told, Kept::Lost { .. }) {
        let folder = config.state.display();
        eprintln!(
            "{folder}: 重保信息无法读取，按封网处理（what HQ told of 重保 cannot be read and counts as a change freeze）"
        );
    }
    Vigilance::resume(told, now.mono_ms).is_frozen(venue, at, now.mono_ms)
}

/// What the state folder says of meetings. Who asks is on site, or asked about all that is heard or moves: no sensor is read for him.
pub(super) fn told_now(config: &Config, venue: VenueId, now: Now) -> Told {
    let (is_on, meetings) = Meetings::resume(crate::identity::meetings(&config.state)).word(venue, now);
    Told { meeting: is_on || config.state.join("meeting").exists(), meetings, occupied: false }
}

/// What the terminals of these venues say when no agent runs that has asked them.
pub(super) fn ask_terminals(config: &Config, venues: &BTreeSet<VenueId>, clock: &Clock, runtime: &Runtime) -> Calls {
    let mut calls = Calls::of(&config.exercises);
    let unheard: Vec<usize> = venues.iter().flat_map(|venue| calls.unheard_since(*venue, u64::MAX)).collect();
    for at in unheard {
        let what = What::Probe { may_move: false };
        let run = once(config.exercises[at].clone(), what, context(&config.state, what, clock.now()));
        let in_call = match wait(runtime, run) {
            agent::Ended::Found(found) => found.in_call,
            _ => None,
        };
        calls.heard(at, in_call, clock.now().mono_ms);
    }
    calls
}

/// What goes on against the facts is noted for the agent's next start before it begins; what is not noted does not.
pub(super) fn note_if_overridden(
    config: &Config,
    exercise: &Exercise,
    wanted: Disturbance,
    facts: &Facts,
    clock: &Clock,
) -> Result<(), Failed> {
    if against(wanted, facts).is_none() {
        return Ok(());
    }
    let text = overridden(exercise, wanted, facts);
    let noted = crate::overridden::note(&config.state, clock.now().wall, &text);
    noted.map_err(|error| Failed::Trouble(format!("{}: {error}", config.state.display())))
}

pub(super) async fn once(exercise: Exercise, what: What, context: crate::probe::Context) -> agent::Ended {
    let within = match what {
        What::Probe { .. } | What::PutBack | What::MouthToEar(_) => exercise.deadline,
        What::Camera(command) => crate::exercises::within(command),
    };
    let run = tokio::spawn(
        async move { tokio::time::timeout(within, execute(&exercise, what, &context)).await.ok() }.boxed(),
    );
    match run.await {
        Ok(Some(found)) => agent::Ended::Found(found),
        Ok(None) => agent::Ended::Deadline,
        Err(_) => agent::Ended::Panicked,
    }
}

/// With `--yes` everything is agreed to; without a terminal nothing is.
pub(super) fn answers(config: &Config, questions: Vec<Question>, yes: bool, language: Language) -> Agreed {
    let one = |question: Question| {
        let agreed = yes || person_agrees(config, &question, language);
        (question.probe, agreed)
    };
    sort::map(questions.into_iter().map(one))
}

fn person_agrees(config: &Config, question: &Question, language: Language) -> bool {
    let exercise = config.exercises.iter().find(|exercise| full_name(exercise) == question.probe);
    let title = exercise.map_or(question.probe.as_str(), |exercise| exercise.title.as_str());
    let switches = exercise.is_some_and(|exercise| exercise.work.switches().is_some());
    let what = in_the_room(question, switches, language);
    if !std::io::stdin().is_terminal() {
        eprintln!("{title}：{what}。{}", language.pick("要继续请加 --yes", "To go on say --yes"));
        return false;
    }
    eprint!("{title}：{what}。{} [y/N] ", language.pick("继续吗？", "Go on?"));
    let mut line = String::new();
    let read = std::io::stderr().flush().and_then(|()| std::io::stdin().lock().read_line(&mut line));
    read.is_ok() && matches!(line.trim(), "y" | "Y" | "yes" | "是" | "好")
}

/// What will happen in the room, and what stands against it. The list binds the schedule; a person need not hear of it.
fn in_the_room(question: &Question, switches: bool, language: Language) -> String {
    let what = match question.wanted {
        Disturbance::Motion if switches => {
            Some(language.pick("显示画面会短暂切换", "another picture will be shown for a moment"))
        }
        Disturbance::Motion => Some(language.pick("摄像机会转动", "the camera will move")),
        Disturbance::Sound => Some(language.pick("会场会听到声音", "it will be heard in the room")),
        Disturbance::Picture => Some(language.pick("会占用视频输入", "it takes a picture from the room")),
        Disturbance::None | Disturbance::Line => None,
    };
    let against = question.against.filter(|against| *against != Against::NotListed);
    let words = [what, against.map(|against| against.words(language))];
    words.into_iter().flatten().collect::<Vec<_>>().join(language.pick("，", ", "))
}

fn named(config: &Config, outcome: Outcome) -> Checked {
    let is_it = |exercise: &&Exercise| exercise.name.venue == outcome.venue && exercise.name.probe == outcome.probe;
    let exercise = config.exercises.iter().find(is_it);
    Checked {
        venue: exercise.map(|exercise| exercise.venue_title.clone()).unwrap_or_default(),
        probe: exercise.map(|exercise| exercise.title.clone()).unwrap_or_default(),
        outcome,
    }
}
