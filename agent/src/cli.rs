//! The command line: arguments, what is asked of a running agent, and what is done directly when none runs.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::ExitCode;

use clap::ArgMatches;

use crate::agent::{Reply, Request};
use crate::clock::Clock;
use crate::config::Config;
use crate::control;
use crate::identity::{self, State};
use crate::words::Language;

mod advice;
mod arguments;
mod baseline;
mod camera;
mod chain;
mod check;
mod chinese;
mod code;
#[path = "../../shared/command_line/complaint.rs"]
mod complaint;
#[path = "../../shared/command_line/log.rs"]
mod log;
mod problem;
mod profile;
mod relay;
mod status;

pub use arguments::command;

/// Where the configuration lies when nobody says.
const CONFIG: &str = "./agent.toml";

/// Wrong usage or configuration (sysexits.h, `EX_USAGE`).
const WRONG: u8 = 64;

/// A command's end: its code.
type Ended = Result<u8, Failed>;

/// Why a command ended without doing what was asked.
#[derive(Debug)]
enum Failed {
    /// Wrong usage or configuration.
    Wrong(String),
    /// Something else.
    Trouble(String),
}

/// Where a command looks.
struct Place {
    language: Language,
    config: Option<PathBuf>,
    socket: Option<PathBuf>,
    json: bool,
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let variable = |name| std::env::var(name).ok();
    let language = Language::of(["LC_ALL", "LC_MESSAGES", "LANG"].map(variable));
    let matches = match command(language).try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            complaint::print(&error, language == Language::Chinese, &command(language), |_| None);
            return ExitCode::from(if error.use_stderr() { WRONG } else { 0 });
        }
    };
    match dispatch(&matches, language) {
        Ok(code) => ExitCode::from(code),
        Err(Failed::Wrong(text)) => {
            eprintln!("avow-agent: {}{text}", language.pick("用法或配置有误：", "wrong usage or configuration: "));
            ExitCode::from(WRONG)
        }
        Err(Failed::Trouble(text)) => {
            eprintln!("avow-agent: {text}");
            ExitCode::from(2)
        }
    }
}

fn dispatch(matches: &ArgMatches, language: Language) -> Ended {
    let Some((name, matches)) = matches.subcommand() else { return Ok(WRONG) };
    let path = |key| matches.try_get_one::<PathBuf>(key).ok().flatten().cloned();
    let json = matches.try_get_one::<bool>("json").ok().flatten().copied().unwrap_or(false);
    let place = Place { language, config: path("config"), socket: path("socket"), json };
    match name {
        "run" => run(&place),
        "check" => check::check(&place, matches),
        "chain" => chain::chain(&place, matches),
        "baseline" => baseline::baseline(&place, matches),
        "camera" => camera::camera(&place, matches),
        "code" => code::code(&place, matches),
        "relay" => relay::relay(&place, matches),
        "status" => status::status(&place),
        "meeting" => meeting(&place, matches),
        "profile" => profile::profile(matches, language),
        _ => {
            println!("avow-agent {}", env!("CARGO_PKG_VERSION"));
            Ok(0)
        }
    }
}

fn run(place: &Place) -> Ended {
    let config = place.config()?;
    log::begin("AVOW_LOG", "info");
    let socket = place.socket(Some(&config));
    let runtime = runtime()?;
    let ran = wait(&runtime, crate::run::run(config, &socket));
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    ran.map(|()| 0).map_err(|error| advice::start(&error, place.language))
}

fn meeting(place: &Place, matches: &ArgMatches) -> Ended {
    let on = matches.get_one::<String>("state").is_some_and(|state| state == "on");
    let said = match place.ask(&Request::Meeting { on })? {
        Some(Reply::Done {}) => true,
        Some(other) => return Err(unexpected(&other, place.language)),
        None => {
            let config = place.config_without_agent()?;
            let socket = place.socket(Some(&config));
            let noted = State::open(&config.state).and_then(|state| state.set_meeting(on));
            noted.map_err(|error| advice::state(&error, Some(&socket), place.language))?;
            false
        }
    };
    let text = match (on, said) {
        (true, true) => ["会议开始：不再有画面、声音和动作的测试", "meeting on: nothing is shown, heard or moved now"],
        (false, true) => ["会议结束：恢复测试", "meeting off: tests go on"],
        (true, false) => ["已记下会议开始；代理未运行", "meeting on is noted; the agent does not run"],
        (false, false) => ["已记下会议结束；代理未运行", "meeting off is noted; the agent does not run"],
    };
    println!("{}", place.language.pick(text[0], text[1]));
    Ok(0)
}

impl Place {
    fn config(&self) -> Result<Config, Failed> {
        let path = self.config.as_deref().unwrap_or(Path::new(CONFIG));
        Config::load(path).map_err(|error| advice::config(&error, self.language))
    }

    /// For what is done without an agent that was looked for in vain.
    fn config_without_agent(&self) -> Result<Config, Failed> {
        match &self.socket {
            Some(socket) if self.config.is_none() && !Path::new(CONFIG).exists() => {
                Err(advice::silence(socket, self.language))
            }
            _ => self.config(),
        }
    }

    /// The one that was named, else the configuration's, else the usual one.
    fn socket(&self, config: Option<&Config>) -> PathBuf {
        let configured = || config.map(|config| config.socket.clone());
        self.socket.clone().or_else(configured).unwrap_or_else(|| "./agent.sock".into())
    }

    /// An agent that runs and merely was not found where it was looked for has the cameras: two masters never share a wire.
    /// What cannot be looked at (another user's state folder) is not looked at.
    fn sees_no_agent(&self, config: &Config) -> Result<(), Failed> {
        match State::existing(&config.state) {
            Err(error @ identity::Error::Locked(_)) => {
                Err(advice::state(&error, Some(&self.socket(Some(config))), self.language))
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// What the running agent says; none when none runs.
    fn ask(&self, request: &Request) -> Result<Option<Reply>, Failed> {
        let config = if self.socket.is_some() { None } else { Some(self.config()?) };
        let socket = self.socket(config.as_ref());
        match control::ask(&socket, request) {
            Ok(Some(Reply::Misnamed(misnamed))) => Err(advice::misnamed(&misnamed, self.language)),
            Ok(Some(Reply::Wrong { why })) => Err(Failed::Wrong(why)),
            Ok(reply) => Ok(reply),
            Err(error) => Err(advice::call(&socket, &error, self.language)),
        }
    }
}

fn unexpected(reply: &Reply, language: Language) -> Failed {
    let text = match reply {
        Reply::Busy {} => language.pick("代理正忙，请稍后再试", "the agent is busy, try again"),
        _ => language.pick(
            "代理的答复无法理解：运行中的代理可能是另一版本，重启它（systemctl restart avow-agent）",
            "the agent's reply makes no sense: it may be of another version, restart it (systemctl restart avow-agent)",
        ),
    };
    Failed::Trouble(text.to_owned())
}

/// The clock as the system says it may be believed.
fn clock() -> Clock {
    let mut clock = Clock::new();
    clock.set_quality(crate::probe::host::clock::quality());
    clock
}

/// Waits for one thing. The runtime's own loop is large; so it is compiled once, and not for each thing that is waited for.
fn wait<T>(runtime: &tokio::runtime::Runtime, until: impl Future<Output = T>) -> T {
    let mut ended = None;
    {
        let until = std::pin::pin!(async { ended = Some(until.await) });
        runtime.block_on(until as Pin<&mut dyn Future<Output = ()>>);
    }
    ended.expect("it ended")
}

fn runtime() -> Result<tokio::runtime::Runtime, Failed> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(8).build();
    built.map_err(|error| Failed::Trouble(error.to_string()))
}
