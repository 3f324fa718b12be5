//! The client commands: they speak to a running collector over its HTTP API, like anybody else could. Only `restore --data`
//! needs none.

mod across;
pub mod args;
mod assurance;
mod backup;
mod call;
mod documents;
mod file;
pub(crate) mod findings;
mod groups;
pub(crate) mod inbound;
mod inspect;
mod joint_tests;
mod meetings;
mod obligations;
mod offline;
pub(crate) mod proofs;
mod records;
mod rectify;
mod roll_call;
mod rules;
mod schedules;
mod show;
pub(crate) mod table;
mod units;
mod warnings;
mod watch;
mod words;

#[cfg(test)]
mod tests;

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use crate::api::MOST_ROWS;
use crate::api::documents::DocumentItem;
use crate::api::dto::{AgentDecision, AgentList, PlaceAnswer, SystemsAnswer, VenueList};
use crate::api::inbound::{InboundAnswer, InboundList, InboundWord};
use crate::api::meetings::MeetingItems;
use crate::api::mouth_to_ear::MouthToEarOrder;
use crate::api::sealing::NewSeal;
use crate::command::{AgentItem, Decision};
use crate::registry::{self, ImportReport};
use args::{
    AgentAction, Client, GroupAction, InboundAction, InboundCall, InspectAction, MeetingAction, UnitAction, Verb,
};
pub(crate) use call::escape;
use call::{Failure, Server};
pub use words::Words;

/// What most requests are.
const JSON: &str = "application/json";

/// The answer is bad: an import with errors, a venue that is not there.
pub(crate) const BAD_ANSWER: u8 = 1;
/// The server says no to what was asked: nothing was done, and there is no answer that could be good or bad.
pub(crate) const REFUSED: u8 = 2;
/// sysexits(3): wrong usage.
pub(crate) const USAGE: u8 = 64;
/// sysexits(3): the server cannot be reached, or cannot do it.
pub(crate) const UNAVAILABLE: u8 = 69;
/// sysexits(3): a file cannot be read or written.
pub(crate) const FILE: u8 = 74;

/// As a shell says it of what SIGINT ended: the watching was broken off, what was watched goes on.
pub(crate) const LEFT: u8 = 130;

/// Runs a client command: output on standard output, errors with the next step on standard error.
pub async fn run(client: Client, words: Words) -> ExitCode {
    ExitCode::from(code(client, words).await)
}

async fn code(client: Client, words: Words) -> u8 {
    match Server::new(&client.http, words).map(|server| Session { server, json: client.json, words }) {
        Ok(session) => session.finish(client.verb).await,
        Err(failure) => told(&failure, words, &client.http),
    }
}

fn told(failure: &Failure, words: Words, http: &str) -> u8 {
    // Who has closed standard error wants to hear nothing, and is no reason to break off.
    let _ = writeln!(std::io::stderr(), "{}", words.failure(failure, http));
    match failure {
        Failure::Left(_) => LEFT,
        Failure::Usage(_) => USAGE,
        Failure::Refused { .. } => REFUSED,
        Failure::Impossible(_) => BAD_ANSWER,
        Failure::Unreachable(_) | Failure::Broken(_) => UNAVAILABLE,
        Failure::File { .. } => FILE,
    }
}

struct Session {
    server: Server,
    json: bool,
    words: Words,
}

impl Session {
    async fn finish(self, verb: Verb) -> u8 {
        let done = match verb {
            Verb::Import { file, dry_run } => self.import(&file, dry_run).await,
            Verb::Export { output } => self.export(&output).await,
            Verb::Status { place } => self.status(place.as_deref().unwrap_or("35")).await,
            Verb::Systems { place } => self.systems(place.as_deref().unwrap_or("35")).await,
            Verb::Agents { action } => self.agents(action).await,
            Verb::MouthToEar { first, second, yes } => self.across(first, second, yes).await,
            Verb::RollCall(args) => self.roll_call(&args).await,
            Verb::Calls(action) => self.calls(*action).await,
            Verb::Groups { action } => self.groups(action.unwrap_or(GroupAction::List)).await,
            Verb::Inbound { call, action } => self.inbound(&call, action).await,
            Verb::Inspect { action } => self.inspect(action.unwrap_or(InspectAction::List)).await,
            Verb::Meetings { action } => self.meetings(action.unwrap_or(MeetingAction::List)).await,
            Verb::Units { action } => self.units(action.unwrap_or(UnitAction::List { search: None })).await,
            Verb::JointTests { action } => self.joint_tests(action.map(|action| *action)).await,
            Verb::Obligations(asked) => self.obligations(&asked).await,
            Verb::Assurance { action } => self.assurance(action.map(|action| *action)).await,
            Verb::Warnings { action } => self.warnings(action.map(|action| *action)).await,
            Verb::Frequent { action } => self.frequent(action).await,
            Verb::Rectify { action } => self.rectify(action.map(|action| *action)).await,
            Verb::Documents { action } => self.documents(action.map(|action| *action)).await,
            // Two requests at once and a line: longer than all the others.
            Verb::Backup { file } => Box::pin(self.backup(&file)).await,
            Verb::Restore { file, data: None } => self.restore(&file).await,
            Verb::Restore { file, data: Some(data) } => self.restore_into(&file, &data).await,
        };
        match done {
            Ok(true) => 0,
            Ok(false) => BAD_ANSWER,
            Err(failure) => told(&failure, self.words, self.server.base()),
        }
    }

    /// The answer as JSON, or as text for people.
    fn tell<T: Serialize>(&self, answer: &T, text: impl FnOnce() -> String) -> Result<(), Failure> {
        let text = if self.json { serde_json::to_string_pretty(answer).unwrap_or_default() } else { text() };
        put(&mut std::io::stdout().lock(), format!("{}\n", text.trim_end()).as_bytes())
    }

    async fn import(&self, file: &Path, dry_run: bool) -> Result<bool, Failure> {
        let bytes = read(file).await?;
        let path = format!("registry/import?dry_run={dry_run}");
        let report: ImportReport = self.server.post(&path, "text/csv", bytes).await?;
        self.tell(&report, || show::import(self.words, &report))?;
        Ok(report.errors.is_empty())
    }

    async fn export(&self, output: &args::Output) -> Result<bool, Failure> {
        let bytes = self.bytes("registry/export").await?;
        match file::named(output) {
            Some(file) => self.save_text(file, &bytes).await,
            None => self.show_export(&bytes).map(|()| true),
        }
    }

    fn show_export(&self, bytes: &[u8]) -> Result<(), Failure> {
        if !self.json {
            return put(&mut std::io::stdout().lock(), bytes);
        }
        let rows = std::str::from_utf8(bytes).ok().and_then(registry::export_rows);
        let items = rows.ok_or_else(|| Failure::Broken("the answer is no register".to_owned()))?;
        self.tell(&serde_json::json!({ "items": items }), String::new)
    }

    async fn status(&self, place: &str) -> Result<bool, Failure> {
        if place.contains('-') {
            let list: VenueList = self.server.get(&format!("venues?q={}", call::escape(place))).await?;
            self.tell(&list, || show::venues(self.words, &list))?;
            return Ok(!list.items.is_empty());
        }
        let answer: PlaceAnswer = self.server.get(&format!("places/{}", call::escape(place))).await?;
        self.tell(&answer, || show::place(self.words, &answer))?;
        Ok(true)
    }

    async fn roll_call(&self, args: &args::RollCall) -> Result<bool, Failure> {
        let done = roll_call::run(&self.server, self.words, args).await?;
        self.tell(&done.json(), || roll_call::show(self.words, &done))?;
        Ok(done.is_complete())
    }

    async fn inbound(&self, call: &InboundCall, action: Option<InboundAction>) -> Result<bool, Failure> {
        let Some(action) = action else {
            let answer = inbound::call(&self.server, self.words, call).await?;
            self.tell(&answer, || inbound::show(self.words, &answer))?;
            return Ok(inbound::is_ready(&answer));
        };
        let (id, word) = match action {
            InboundAction::List => {
                let list: InboundList = self.server.get("inbound").await?;
                self.tell(&list, || inbound::list(self.words, &list))?;
                return Ok(true);
            }
            InboundAction::Report { id, saved } => {
                let (report, editions) = (format!("inbound/{id}/report"), Some(format!("inbound/{id}/editions")));
                return self.save_document(file::Of { report, editions, stem: format!("inbound-{id}") }, &saved).await;
            }
            InboundAction::Sign { id, by, reason } => {
                let body = serde_json::to_vec(&NewSeal { by, reason }).unwrap_or_default();
                let item: DocumentItem = self.server.post(&format!("inbound/{id}/sign"), JSON, body).await?;
                self.tell(&item, || records::signed(self.words, &item))?;
                return Ok(true);
            }
            InboundAction::Show { id } => (id, None),
            InboundAction::Answer { id, by, how } => (id, Some(inbound::answered(by, &how))),
            InboundAction::Close { id } => (id, Some(InboundWord::Close {})),
        };
        let answer: InboundAnswer = match word {
            None => self.server.get(&format!("inbound/{id}")).await?,
            Some(word) => {
                let body = serde_json::to_vec(&word).unwrap_or_default();
                self.server.post(&format!("inbound/{id}/words"), JSON, body).await?
            }
        };
        self.tell(&answer, || inbound::show(self.words, &answer))?;
        Ok(true)
    }

    async fn meetings(&self, action: MeetingAction) -> Result<bool, Failure> {
        let items = match action {
            MeetingAction::Add { title, from, to, whom } => {
                vec![meetings::add(&self.server, title, [&from, &to], &whom).await?]
            }
            MeetingAction::Remove { id } => {
                self.server.delete(&format!("meetings/{id}")).await?;
                self.tell(&serde_json::json!({ "removed": id }), || self.words.say("已删除", "removed").to_owned())?;
                return Ok(true);
            }
            MeetingAction::List => {
                let list: MeetingItems = self.server.get("meetings").await?;
                self.tell(&list, || meetings::show(self.words, &list))?;
                return Ok(true);
            }
        };
        let list = MeetingItems { now_ms: 0, items };
        self.tell(&list.items[0], || meetings::show(self.words, &list))?;
        Ok(true)
    }

    async fn systems(&self, place: &str) -> Result<bool, Failure> {
        let answer: SystemsAnswer = self.server.get(&format!("systems?place={}", call::escape(place))).await?;
        self.tell(&answer, || show::systems(self.words, &answer))?;
        Ok(true)
    }

    /// Page after page. Who comes or goes meanwhile may be missed or told twice, which is harmless in a list for people.
    async fn all_agents(&self) -> Result<AgentList, Failure> {
        let mut all: AgentList = self.server.get(&format!("agents?limit={MOST_ROWS}")).await?;
        while all.items.len() < all.total {
            let path = format!("agents?limit={MOST_ROWS}&offset={}", all.items.len());
            let next: AgentList = self.server.get(&path).await?;
            if next.items.is_empty() {
                break;
            }
            all.items.extend(next.items);
        }
        Ok(all)
    }

    async fn agents(&self, action: Option<AgentAction>) -> Result<bool, Failure> {
        let (id, action) = match action {
            None => {
                let list = self.all_agents().await?;
                self.tell(&list, || show::agents(self.words, &list))?;
                return Ok(true);
            }
            Some(AgentAction::Accept { id }) => (id, Decision::Accept),
            Some(AgentAction::Refuse { id }) => (id, Decision::Refuse),
        };
        let decision = serde_json::to_vec(&AgentDecision { action }).unwrap_or_default();
        let path = format!("agents/{id}");
        let item: AgentItem = self.server.post(&path, "application/json", decision).await?;
        self.tell(&item, || show::agent(self.words, &item))?;
        Ok(true)
    }

    async fn across(&self, first: String, second: String, confirmed: bool) -> Result<bool, Failure> {
        let run = across::run(&self.server, self.words, MouthToEarOrder { first, second, confirmed }).await?;
        self.tell(&run, || across::show(self.words, &run))?;
        Ok(run.verdict == "pass")
    }
}

/// All of it at once. Who has stopped to read, as `head` does, has read enough.
fn put(out: &mut impl Write, bytes: &[u8]) -> Result<(), Failure> {
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|source| Failure::File { path: "-".into(), source }),
    }
}

async fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    tokio::fs::read(path).await.map_err(|source| Failure::File { path: path.to_owned(), source })
}

async fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    tokio::fs::write(path, bytes).await.map_err(|source| Failure::File { path: path.to_owned(), source })
}
