//! `relay`: a person takes the power from a device for a while, through the running agent or directly when none runs.

use clap::ArgMatches;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::check::{ask_terminals, told_now};
use super::{Ended, Failed, Place, advice, runtime, unexpected, wait};
use crate::agent::{Reply, Request, room_facts, rules};
use crate::config::{self, Config, Relay};
use crate::identity::State;
use crate::relay::switch::{self, Wiring};
use crate::relay::{By, Refusal, Relays};

/// What became of it.
enum Cycled {
    Done { left: u8 },
    Interrupted { left: u8 },
    Failed(String),
    Refused(Refusal),
}

pub(super) fn relay(place: &Place, matches: &ArgMatches) -> Ended {
    let config = place.config()?;
    let name = matches.get_one::<String>("name").map(String::as_str).unwrap_or_default();
    let at = config::relay(&config.relays, name).ok_or_else(|| {
        let known: Vec<&str> = config.relays.iter().map(|relay| relay.id.as_str()).collect();
        advice::no_relay(name, &known, place.language)
    })?;
    let cycled = match place.ask(&Request::Relay { name: name.into() })? {
        Some(Reply::Cycled { failed: Some(failed), .. }) => Cycled::Failed(failed),
        Some(Reply::Cycled { failed: None, left }) => Cycled::Done { left },
        Some(Reply::Refused { why }) => Cycled::Refused(why),
        Some(other) => return Err(unexpected(&other, place.language)),
        None => direct(place, &config, at)?,
    };
    Ok(told(place, &config.relays[at], &cycled))
}

fn told(place: &Place, relay: &Relay, cycled: &Cycled) -> u8 {
    let (title, off_s) = (format!("{} {}", relay.venue_title, relay.title), relay.wiring.off.as_secs());
    let (result, detail, code) = match cycled {
        Cycled::Done { left } => {
            let chinese = format!("已断电 {off_s} 秒并恢复供电；24 小时内还可 {left} 次");
            let english = format!("power was off for {off_s} s and is back; {left} more within 24 hours");
            ("cycled", place.language.pick(&chinese, &english).to_owned(), 0)
        }
        Cycled::Interrupted { left } => {
            let chinese = format!("已提前恢复供电；24 小时内还可 {left} 次");
            let english = format!("power is back early; {left} more within 24 hours");
            ("interrupted", place.language.pick(&chinese, &english).to_owned(), 0)
        }
        Cycled::Failed(failed) => ("failed", failed.clone(), 1),
        Cycled::Refused(why) => ("refused", why.words(place.language), 2),
    };
    if place.json {
        println!("{}", json!({ "relay": relay.rule.name, "relay_name": title, "result": result, "detail": detail }));
    } else {
        println!("{title}{}{detail}", place.language.pick("：", ": "));
    }
    code
}

/// As the running agent would; the state folder is held meanwhile, so that none can begin. HQ hears from the next start.
fn direct(place: &Place, config: &Config, at: usize) -> Result<Cycled, Failed> {
    let trouble = |error| advice::state(&error, Some(&place.socket(Some(config))), place.language);
    let state = State::open(&config.state).map_err(trouble)?;
    let clock = super::clock();
    let mut relays = Relays::new(rules(config), state.relays(), clock.now());
    let (runtime, venue) = (runtime()?, config.relays[at].venue);
    let calls = ask_terminals(config, &[venue].into(), &clock, &runtime);
    let facts = room_facts(
        config,
        told_now(config, venue, clock.now()),
        calls.word(venue, clock.now().mono_ms),
        clock.now().wall,
    );
    let ledger = match relays.begin(at, By::Person, false, &facts, clock.now()) {
        Ok(ledger) => ledger,
        Err(why) => return Ok(Cycled::Refused(why)),
    };
    state.set_relays(&ledger).map_err(trouble)?;
    let ended = wait(&runtime, unless_interrupted(config.relays[at].wiring.clone()));
    let power_is_back = !matches!(ended, Some(Err(switch::Failed::NotBack(_))));
    state.set_relays(&relays.ended(at, power_is_back, clock.now())).map_err(trouble)?;
    Ok(match ended {
        None => Cycled::Interrupted { left: relays.left(at, clock.now()) },
        Some(Ok(())) => Cycled::Done { left: relays.left(at, clock.now()) },
        Some(Err(failed)) => Cycled::Failed(failed.to_string()),
    })
}

/// Whoever ends this early gets the power back early: none then.
async fn unless_interrupted(wiring: Wiring) -> Option<Result<(), switch::Failed>> {
    let listen = |kind| signal(kind).ok();
    let (mut interrupt, mut terminate, mut hang_up) =
        (listen(SignalKind::interrupt()), listen(SignalKind::terminate()), listen(SignalKind::hangup()));
    let came = async |signal: &mut Option<tokio::signal::unix::Signal>| match signal {
        Some(signal) => signal.recv().await,
        None => std::future::pending().await,
    };
    tokio::select! {
        ended = wiring.cycle() => Some(ended),
        _ = came(&mut interrupt) => None,
        _ = came(&mut terminate) => None,
        _ = came(&mut hang_up) => None,
    }
}
