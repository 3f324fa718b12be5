//! The program's command line: read in the language of the terminal, carried out, ended with a code.

mod causes;
mod chinese;
#[path = "../../shared/command_line/complaint.rs"]
mod complaint;
#[path = "../../shared/command_line/log.rs"]
mod log;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{ArgAction, Command as ClapCommand, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::client::args::{
    Agents, Assurance, Backup, Client, Documents, Export, Frequent, Groups, Import, InboundArgs, Inspect, JointTests,
    Meetings, MouthToEar, Obligations, Rectify, Restore, RollCall, Status, Systems, Units, Verb, Warnings,
};
use crate::client::{self, Words};
use crate::refusals;
use crate::serve::{self, ServeArgs, serve};

/// Nothing could be done about it, or the answer is bad.
const FAILED: u8 = 1;
/// sysexits(3): wrong usage or configuration.
const USAGE: u8 = 64;

/// Avow's collector: stores, rolls up and shows the state of every venue of a province
#[derive(Debug, Parser)]
#[command(name = "avow-collector", version, after_help = EXAMPLES)]
#[command(disable_help_flag = true, disable_help_subcommand = true, disable_version_flag = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

const EXAMPLES: &str = "Examples:
  avow-collector serve --data ./data --accept-new     try it on this machine
  avow-collector status 3501                          the counties of a city
  avow-collector import venues.csv --dry-run          check the register before it is taken in
  avow-collector agents accept 5d97…43f2              accept a new agent
  avow-collector mouth-to-ear 350102-01 350103-01     do two venues hear and see each other?
  avow-collector roll-call 3501 --depth ready --yes   call Fuzhou: who is ready within three minutes?
  avow-collector roll-call report 1795759200000 -o report.docx
  avow-collector documents verify report.docx         is it as it was signed off? (needs no server)
  avow-collector inbound 350102001-01 --caller 应急部   we are called: can the room answer?
  avow-collector inspect run --place 3501 --wait      inspect Fuzhou and wait for the result
  avow-collector meetings add 调度会 2026-11-27T14:00 2026-11-27T16:00 3501

Exit codes: 0 done, and all is as it should be;
            1 bad answer (somebody did not answer in time, something is abnormal or not tested, an import has
              errors, a file is not as it was signed off), or serve cannot run;
            2 refused by the server: what was asked was not done;
            64 wrong usage or configuration, 69 the server cannot be reached or fails, 74 a file cannot be used,
            130 broken off with Ctrl-C: only the watching ends, what was begun goes on";

/// What to do.
#[derive(Debug, Subcommand)]
enum Task {
    /// Run the collector
    Serve(ServeArgs),
    /// Take a register of venues in
    Import(Import),
    /// Write the register of venues, to standard output when no file is said
    Export(Export),
    /// Show a place or a venue
    Status(Status),
    /// Show the backup paths of a place by kind
    Systems(Systems),
    /// List, accept or refuse the keys of agents
    Agents(Agents),
    /// Have two venues hear and see each other
    MouthToEar(MouthToEar),
    /// Call the roll: who is there, who is ready, who does not answer
    RollCall(Box<RollCall>),
    /// List, save or remove groups for roll calls
    Groups(Groups),
    /// A call to us: start the clock, check the room, say when it can answer
    Inbound(Box<InboundArgs>),
    /// Inspect: begin a run, list and show runs, write reports
    Inspect(Box<Inspect>),
    /// List, add or remove meetings
    Meetings(Meetings),
    /// List, show, import or export the units that take part in conferences
    Units(Units),
    /// List or add joint tests, or write their form
    JointTests(Box<JointTests>),
    /// Show who owes joint tests, and what became of them
    Obligations(Obligations),
    /// List, start or end heightened assurance, or approve a change in it
    Assurance(Box<Assurance>),
    /// List values that drift towards their limit, or open a matter of one
    Warnings(Box<Warnings>),
    /// List venues that fail often, or change by which rule
    Frequent(Frequent),
    /// List, show or go on with what is to be put right
    Rectify(Box<Rectify>),
    /// List or save what was signed off, or check a saved file without a server
    Documents(Box<Documents>),
    /// Save everything while running
    Backup(Backup),
    /// Take a backup into an empty collector
    Restore(Restore),
}

/// The whole command line in one language.
fn command(words: Words) -> ClapCommand {
    let flag = |id, short, action| clap::Arg::new(id).short(short).long(id).action(action);
    let help = flag("help", 'h', ArgAction::Help).global(true).help("Say what can be written");
    let version = flag("version", 'V', ArgAction::Version).help("Say the version");
    let english = Arguments::command().arg(help).arg(version);
    match words {
        Words::Chinese => chinese::command(english),
        Words::English => english,
    }
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let words = Words::of_environment();
    let read = command(words).try_get_matches().and_then(|matches| Arguments::from_arg_matches(&matches));
    let task = match read {
        Ok(arguments) => arguments.task,
        Err(error) => {
            complaint::print(&error, words == Words::Chinese, &command(words), |why| refusals::chinese(why, ""));
            return ExitCode::from(if error.use_stderr() { USAGE } else { 0 });
        }
    };
    log::begin("RUST_LOG", "warn,avow_collector=info");
    match task.client() {
        Ok(client) => ask(client, words),
        Err(args) => run(*args, words),
    }
}

impl Task {
    /// What to ask of a server; the arguments of `serve` when it is to be one.
    fn client(self) -> Result<Client, Box<ServeArgs>> {
        Ok(match self {
            Self::Serve(args) => return Err(Box::new(args)),
            Self::Import(args) => args.common.client(Verb::Import { file: args.file, dry_run: args.dry_run }),
            Self::Export(args) => args.common.client(Verb::Export { output: args.output }),
            Self::Status(args) => args.common.client(Verb::Status { place: args.place }),
            Self::Systems(args) => args.common.client(Verb::Systems { place: args.place }),
            Self::Agents(args) => args.common.client(Verb::Agents { action: args.action }),
            Self::RollCall(mut args) => match args.action.take() {
                Some(action) => args.common.client(Verb::Calls(Box::new(action))),
                None => args.common.clone().client(Verb::RollCall(args)),
            },
            Self::Inbound(args) => args.common.client(Verb::Inbound { call: Box::new(args.call), action: args.action }),
            Self::MouthToEar(args) => {
                args.common.client(Verb::MouthToEar { first: args.first, second: args.second, yes: args.yes })
            }
            Self::Groups(args) => args.common.client(Verb::Groups { action: args.action }),
            Self::Inspect(args) => args.common.client(Verb::Inspect { action: args.action }),
            Self::Meetings(args) => args.common.client(Verb::Meetings { action: args.action }),
            Self::Units(args) => args.common.client(Verb::Units { action: args.action }),
            Self::JointTests(args) => {
                let JointTests { action, common } = *args;
                common.client(Verb::JointTests { action: action.map(Box::new) })
            }
            Self::Obligations(args) => args.common.client(Verb::Obligations(args.asked)),
            Self::Assurance(args) => {
                let Assurance { action, common } = *args;
                common.client(Verb::Assurance { action: action.map(Box::new) })
            }
            Self::Warnings(args) => {
                let Warnings { action, common } = *args;
                common.client(Verb::Warnings { action: action.map(Box::new) })
            }
            Self::Frequent(args) => args.common.client(Verb::Frequent { action: args.action }),
            Self::Rectify(args) => {
                let Rectify { action, common } = *args;
                common.client(Verb::Rectify { action: action.map(Box::new) })
            }
            Self::Documents(args) => {
                let Documents { action, common } = *args;
                common.client(Verb::Documents { action: action.map(Box::new) })
            }
            Self::Backup(args) => args.common.client(Verb::Backup { file: args.file }),
            Self::Restore(args) => args.common.client(Verb::Restore { file: args.file, data: args.data }),
        })
    }
}

fn run(args: ServeArgs, words: Words) -> ExitCode {
    let (code, said) = match serve(args) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(serve::Error::Wrong(error)) => (
            USAGE,
            format!("{}{}", words.say("用法或配置有误：", "wrong usage or configuration: "), cause(&error, words)),
        ),
        Err(serve::Error::Failed(error)) => (FAILED, cause(&error, words)),
    };
    complain(&said);
    ExitCode::from(code)
}

/// On standard error, unless that is closed.
fn complain(said: &str) {
    let _ = writeln!(std::io::stderr(), "avow-collector: {said}");
}

fn cause(error: &anyhow::Error, words: Words) -> String {
    match words {
        Words::Chinese => causes::chinese(error),
        Words::English => format!("{error:#}"),
    }
}

fn ask(client: Client, words: Words) -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(client::run(client, words)),
        Err(error) => {
            complain(&error.to_string());
            ExitCode::from(FAILED)
        }
    }
}

#[cfg(test)]
mod tests;
