//! What a person at the box asks of a running agent, and what it replies.

use std::collections::BTreeMap;
use std::path::PathBuf;

use avow_shared::camera::{Command, Motion};
use avow_shared::facts::DeviceFacts;
use avow_shared::hash::to_hex;
use avow_shared::id::VenueId;
use avow_shared::interlock::{Disturbance, Origin};
use avow_shared::outcome::{Outcome, Verdict, Why};
use avow_shared::sort;
use avow_shared::wire::Standing;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::check::checked_facts;
use super::roll_call::called_facts;
use super::{
    Accepted, Against, Agent, Code, Decision, Effect, MOST_WAITING, Memory, Party, What, Wish, against, decide,
    decide_command, overridden, person_facts,
};
use crate::clock::Now;
use crate::config::{Exercise, Misnamed, full_name};
use crate::identity::PIN_FILE;
use crate::relay::Refusal;
use crate::spool::keeper::Counts;
use crate::uplink::Refused;

/// A request at the socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// How the agent does.
    Status {},
    /// A meeting begins or ends in the room.
    Meeting {
        /// It begins.
        on: bool,
    },
    /// Run probes once.
    Check {
        /// Their names, alone or as `venue/probe`; none means all.
        probes: Vec<SmolStr>,
        /// For each that had to be asked about, whether the person agreed; the key is `venue/probe`.
        agreed: BTreeMap<SmolStr, bool>,
    },
    /// Accept how devices are set now.
    Learn {
        /// The probes that read them, `venue/probe`.
        probes: Vec<SmolStr>,
    },
    /// How devices were accepted, and what differs.
    Baseline {},
    /// Command a camera.
    Camera {
        /// A camera probe, or the device that it is about, alone or behind `venue/`.
        name: SmolStr,
        /// What it is to do.
        command: Command,
        /// What the person said when he was asked; none when he was not.
        #[serde(default)]
        agreed: Option<bool>,
    },
    /// Have a camera move for a moment, or stop; to be said again while the button is held.
    Steer {
        /// A camera probe, or the device that it is about.
        name: SmolStr,
        /// How it is to move; still is stop.
        motion: Motion,
        /// For how long when nothing more is heard, 1 to 400 ms.
        lease_ms: u16,
        /// What the person said when he was asked; none when he was not.
        #[serde(default)]
        agreed: Option<bool>,
    },
    /// Take the power from a device and give it back.
    Relay {
        /// A relay, or the device that it powers.
        name: SmolStr,
    },
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// How the agent does.
    Status(Box<Status>),
    /// It is remembered.
    Done {},
    /// These need a person's word first.
    Ask(Vec<Question>),
    /// What was found.
    Checked(Vec<Outcome>),
    /// How devices were accepted, and what differs.
    Baseline(Box<Accepted>),
    /// A name in it means nothing here, or too much.
    Misnamed(Misnamed),
    /// The power was taken and given back.
    Cycled {
        /// Why not, in words.
        failed: Option<String>,
        /// So often within 24 hours still.
        left: u8,
    },
    /// A relay does not switch now, whoever asks.
    Refused {
        /// Why.
        why: Refusal,
    },
    /// It is no request.
    Wrong {
        /// Why.
        why: String,
    },
    /// Not now; try again.
    Busy {},
}

/// May this be done to the room?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// `venue/probe`.
    pub probe: SmolStr,
    /// What it would do.
    pub wanted: Disturbance,
    /// What the facts of the moment allow.
    pub allowed: Disturbance,
    /// What stands against it; none when it is asked about only because it is heard or moves.
    pub against: Option<Against>,
}

/// How an agent does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Whether it runs; else everything here was read from its files.
    pub running: bool,
    /// Its name.
    pub agent: String,
    /// The program's version.
    pub software: SmolStr,
    /// What it serves.
    pub venues: Vec<VenueId>,
    /// The broker that it talks to.
    pub broker: String,
    /// Whether it is connected to the broker.
    pub connected: bool,
    /// How HQ stands to it; none when HQ has not said so on this connection.
    pub standing: Option<Standing>,
    /// Why HQ's answer is not believed; none while it is, or while there is none.
    #[serde(default)]
    pub disbelieved: Option<Disbelieved>,
    /// Milliseconds since HQ's last word that was believed.
    pub last_ack_age_ms: Option<u64>,
    /// The clock.
    pub clock: avow_shared::time::WallTime,
    /// Whether somebody said `meeting on`.
    pub meeting: bool,
    /// How old HQ's list of meetings is; none when there is none, or no clock tells.
    #[serde(default)]
    pub list_age_ms: Option<u64>,
    /// Each venue's window that is on or begins next, by HQ's list: from, to, and whether it is on.
    #[serde(default)]
    pub hq_meetings: Vec<(VenueId, u64, u64, bool)>,
    /// Each venue whose terminals are asked, and whether they are in a call; none when they do not say.
    #[serde(default)]
    pub calls: Vec<(VenueId, Option<bool>)>,
    /// The spool.
    pub spool: Counts,
    /// Each probe's last verdict.
    pub probes: Vec<ProbeStatus>,
    /// Who the devices said they are.
    #[serde(default)]
    pub devices: Vec<DeviceFacts>,
}

/// Why an answer that came from the broker is not taken for HQ's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disbelieved {
    /// It is signed with another key than the one that is trusted.
    OtherKey {
        /// The key that is trusted, 64 hexadecimal digits.
        trusted: String,
        /// The key that it is signed with.
        found: String,
        /// The file that says which one is trusted.
        file: PathBuf,
        /// Whether that is the configuration; else it is what was remembered at first use.
        configured: bool,
    },
    /// It is damaged, or of a version that this program does not read.
    Other {
        /// How the log words it.
        why: String,
    },
}

/// A probe's last verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeStatus {
    /// `venue/probe`.
    pub probe: SmolStr,
    /// As people call it.
    pub name: SmolStr,
    /// None when it has not run since the start.
    pub verdict: Option<Verdict>,
}

/// Who waits for several runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A person at the socket.
    Caller(u64),
    /// HQ.
    Order(u64),
    /// HQ inspects, which gives way to a call.
    Inspection(u64),
    /// HQ, and the answer tells what the camera said.
    CameraOrder(u64),
    /// HQ, and the answer tells what was heard.
    AcrossOrder(u64),
    /// HQ calls the roll, and the answer is a report of its own.
    RollCall,
    /// HQ wants one test, and what it found is a report of its own.
    Check(u64),
}

impl Agent {
    pub(super) fn asked(&mut self, caller: u64, request: Request, now: Now, effects: &mut Vec<Effect>) {
        let reply = match request {
            Request::Status {} => Some(Reply::Status(Box::new(self.status(now)))),
            Request::Learn { probes } => Some(self.learn(&probes, now, effects)),
            Request::Baseline {} => Some(self.accepted(0)),
            Request::Meeting { on } => Some(self.meeting_is(on, now, effects)),
            Request::Check { probes, agreed } => self.check(caller, &probes, &agreed, now, effects),
            Request::Camera { name, command, agreed } => self.camera(caller, &name, command, agreed, now),
            Request::Steer { name, motion, lease_ms, agreed } => {
                self.steered(caller, (&name, motion, lease_ms), agreed, now, effects)
            }
            Request::Relay { name } => self.relay_wanted(caller, &name, now, effects),
        };
        effects.extend(reply.map(|reply| Effect::Reply { caller, reply }));
    }

    fn status(&self, now: Now) -> Status {
        let probe = |(exercise, verdict): (&Exercise, &Option<Verdict>)| ProbeStatus {
            probe: full_name(exercise),
            name: exercise.title.clone(),
            verdict: verdict.clone(),
        };
        let uplink = self.reporter.uplink();
        Status {
            running: true,
            agent: self.reporter.id().to_string(),
            software: env!("CARGO_PKG_VERSION").into(),
            venues: self.config.venues(),
            broker: format!("{}:{}", self.config.broker.host, self.config.broker.port),
            connected: uplink.is_connected(),
            standing: uplink.standing(),
            disbelieved: self.disbelieved().filter(|_| uplink.standing().is_none()),
            last_ack_age_ms: uplink.last_ack_ms().map(|at| now.mono_ms.saturating_sub(at)),
            clock: now.wall,
            meeting: self.meeting,
            list_age_ms: self.meetings.age_ms(now),
            hq_meetings: self.meetings.ahead(&self.config.venues(), now),
            calls: self.calls(now),
            spool: self.reporter.counts(),
            probes: self.config.exercises.iter().zip(&self.last).map(probe).collect(),
            devices: self.plates.all().cloned().collect(),
        }
    }

    fn calls(&self, now: Now) -> Vec<(VenueId, Option<bool>)> {
        let word = |venue: VenueId| (venue, self.calls.word(venue, now.mono_ms));
        let words = self.config.venues().into_iter().map(word).filter(|(_, word)| word.has_terminal);
        words.map(|(venue, word)| (venue, word.in_call)).collect()
    }

    fn disbelieved(&self) -> Option<Disbelieved> {
        let configured = self.config.hq_key.is_some();
        Some(match (self.reporter.disbelieved()?, self.reporter.uplink().hq()) {
            (Refused::OtherKey(found), Some(trusted)) => Disbelieved::OtherKey {
                trusted: to_hex(&trusted.bytes()),
                found: to_hex(&found),
                file: if configured { self.config.file.clone() } else { self.config.state.join(PIN_FILE) },
                configured,
            },
            (refused, _) => Disbelieved::Other { why: refused.to_string() },
        })
    }

    fn meeting_is(&mut self, on: bool, now: Now, effects: &mut Vec<Effect>) -> Reply {
        if self.meeting != on {
            self.meeting = on;
            let (code, text) = if on {
                (Code::MeetingOn, "现场：会议开始")
            } else {
                (Code::MeetingOff, "现场：会议结束")
            };
            self.happened(code, text, now);
            effects.push(Effect::Remember(Memory::Meeting(on)));
            if on {
                effects.push(Effect::Halt);
                self.abort_disturbing(now, effects);
            }
        }
        Reply::Done {}
    }

    fn check(
        &mut self,
        caller: u64,
        probes: &[SmolStr],
        agreed: &BTreeMap<SmolStr, bool>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) -> Option<Reply> {
        let chosen = match crate::config::choose(&self.config.exercises, probes) {
            Ok(chosen) => chosen,
            Err(misnamed) => return Some(Reply::Misnamed(misnamed)),
        };
        if chosen.is_empty() {
            return Some(Reply::Checked(Vec::new()));
        }
        if self.waiting.len() + chosen.len() > MOST_WAITING {
            return Some(Reply::Busy {});
        }
        let names: BTreeMap<usize, SmolStr> =
            sort::map(chosen.iter().map(|at| (*at, full_name(&self.config.exercises[*at]))));
        let open: Vec<Question> = chosen.iter().filter_map(|at| self.question(*at, agreed, now)).collect();
        if !open.is_empty() {
            return Some(Reply::Ask(open));
        }
        let said = |at: usize| agreed.get(&names[&at]).copied();
        self.person_wants(&chosen, said, Asked::Caller(caller), now, effects);
        None
    }

    fn question(&self, at: usize, agreed: &BTreeMap<SmolStr, bool>, now: Now) -> Option<Question> {
        let exercise = &self.config.exercises[at];
        let probe = full_name(exercise);
        if agreed.contains_key(&probe) {
            return None;
        }
        let facts = self.facts(exercise, now);
        match decide(&exercise.work, Origin::Person { confirmed: false }, &facts) {
            Decision::Ask { wanted, allowed } => {
                Some(Question { probe, wanted, allowed, against: against(wanted, &facts) })
            }
            Decision::Go { .. } | Decision::No { .. } => None,
        }
    }

    /// Queues what a person wants; what he declined ends at once.
    pub(super) fn person_wants(
        &mut self,
        chosen: &[usize],
        said: impl Fn(usize) -> Option<bool>,
        asked: Asked,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let party = self.party(chosen.len(), asked);
        for at in chosen.iter().copied() {
            let exercise = &self.config.exercises[at];
            let facts = self.facts(exercise, now);
            let origin = Origin::Person { confirmed: said(at) == Some(true) };
            match decide(&exercise.work, origin, &facts) {
                Decision::Go { may_move, against } => {
                    if against.is_some() {
                        let text = overridden(exercise, exercise.work.disturbance(), &facts);
                        self.happened(Code::InterlockOverridden, &text, now);
                    }
                    let (what, confirmed) = (What::Probe { may_move }, said(at) == Some(true));
                    self.waiting.push_back(Wish {
                        at,
                        what,
                        party,
                        confirmed,
                        told: against.is_some(),
                        called_ms: None,
                    });
                }
                Decision::Ask { wanted, .. } | Decision::No { wanted, .. } => {
                    let outcome = declined(exercise, now);
                    self.was_refused(at, wanted, now);
                    self.arrived(party, at, outcome, now, effects);
                }
            }
        }
    }

    fn camera(&mut self, caller: u64, name: &str, command: Command, agreed: Option<bool>, now: Now) -> Option<Reply> {
        let at = match crate::config::camera(&self.config.exercises, name) {
            Ok(at) => at,
            Err(misnamed) => return Some(Reply::Misnamed(misnamed)),
        };
        if self.waiting.len() >= MOST_WAITING {
            return Some(Reply::Busy {});
        }
        let exercise = &self.config.exercises[at];
        let facts = self.command_facts(exercise, command, now);
        let confirmed = agreed == Some(true);
        let told = match decide_command(command, confirmed, &facts) {
            Decision::Go { against: None, .. } => false,
            Decision::Go { against: Some(_), .. } => {
                let text = overridden(exercise, command.disturbance(), &facts);
                self.happened(Code::InterlockOverridden, &text, now);
                true
            }
            Decision::Ask { wanted, allowed } if agreed.is_none() => {
                let against = against(wanted, &facts);
                return Some(Reply::Ask(vec![Question { probe: full_name(exercise), wanted, allowed, against }]));
            }
            Decision::Ask { wanted, .. } | Decision::No { wanted, .. } => {
                let outcome = declined(exercise, now);
                self.was_refused(at, wanted, now);
                return Some(Reply::Checked(vec![outcome]));
            }
        };
        if command.disturbance() > Disturbance::None {
            self.has_hand(at, now);
        }
        let party = self.party(1, Asked::Caller(caller));
        self.waiting.push_back(Wish { at, what: What::Camera(command), party, confirmed, told, called_ms: None });
        None
    }

    /// Asks the interlock once more about what waits; what it refuses now ends, and he who wanted it is told why.
    pub(super) fn ask_again(&mut self, wish: Wish, now: Now, effects: &mut Vec<Effect>) -> Option<Wish> {
        let exercise = &self.config.exercises[wish.at];
        let facts = self.facts(exercise, now);
        let (decision, wanted, facts) = match wish.what {
            What::Probe { .. } | What::MouthToEar(_) if wish.called_ms.is_some() => {
                let is_check =
                    self.parties.get(&wish.party).is_some_and(|party| matches!(party.asked, Asked::Check(_)));
                let bind = if is_check { checked_facts } else { called_facts };
                let facts = bind(facts, wish.confirmed);
                (decide(&exercise.work, Origin::Schedule, &facts), exercise.work.disturbance(), facts)
            }
            What::Probe { .. } | What::PutBack => {
                let origin = Origin::Person { confirmed: wish.confirmed };
                (decide(&exercise.work, origin, &facts), exercise.work.disturbance(), facts)
            }
            What::MouthToEar(_) => {
                let (origin, facts) = (Origin::Person { confirmed: wish.confirmed }, person_facts(facts));
                (decide(&exercise.work, origin, &facts), exercise.work.disturbance(), facts)
            }
            What::Camera(command) => {
                let facts = self.command_facts(exercise, command, now);
                (decide_command(command, wish.confirmed, &facts), command.disturbance(), facts)
            }
        };
        match decision {
            Decision::Go { may_move, against } => {
                let is_news = against.is_some() && !wish.told;
                if is_news {
                    let text = overridden(exercise, wanted, &facts);
                    self.happened(Code::InterlockOverridden, &text, now);
                }
                let may_move = may_move && (wish.called_ms.is_none() || !self.is_in_hand(wish.at, now));
                let what = match wish.what {
                    What::Probe { .. } => What::Probe { may_move },
                    other @ (What::Camera(_) | What::PutBack | What::MouthToEar(_)) => other,
                };
                Some(Wish { what, told: wish.told || is_news, ..wish })
            }
            Decision::Ask { wanted, allowed } | Decision::No { wanted, allowed } => {
                let verdict = Verdict::Unknown { why: Why::Interlocked { wanted, allowed } };
                let outcome = super::outcome(exercise, super::Ended::Verdict(verdict), 0, now.wall).0;
                self.was_refused(wish.at, wanted, now);
                self.arrived(wish.party, wish.at, outcome, now, effects);
                None
            }
        }
    }

    pub(super) fn party(&mut self, left: usize, asked: Asked) -> u64 {
        let party = self.fresh_id();
        self.parties.insert(party, Party { left, results: Vec::new(), asked });
        party
    }
}

/// What was wanted of a person who did not agree.
pub(super) fn declined(exercise: &Exercise, now: Now) -> Outcome {
    let verdict = Verdict::Unknown { why: Why::Declined };
    super::outcome(exercise, super::Ended::Verdict(verdict), 0, now.wall).0
}
