//! The tool behind `cargo x`: builds, tests, shows and measures Avow. It is not part of what is shipped.

#![forbid(unsafe_code)]

mod args;
mod bench;
mod binaries;
mod browser;
mod demo;
mod folders;
mod guest;
mod http;
mod interrupt;
mod needs;
mod process;
mod procfs;
mod programs;
mod python_peers;
mod scene;
mod stamp_peer;
mod steps;
mod strays;
mod table;
mod temp;
mod test;
mod wait;
mod web;

use std::process::ExitCode;

use args::{Command, Parsed};
use folders::Folders;

/// Wrong arguments, or something that only the person at the machine can install.
const EXIT_YOUR_TURN: u8 = 2;

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let command = match args::parse(&given) {
        Ok(Parsed::Run(command)) => command,
        Ok(Parsed::Help(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}\n\n{}", args::HELP);
            return ExitCode::from(EXIT_YOUR_TURN);
        }
    };
    match run(command) {
        Ok(code) => code,
        Err(error) if error.is::<needs::Missing>() => {
            eprintln!("{error}");
            ExitCode::from(EXIT_YOUR_TURN)
        }
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    interrupt::listen()?;
    process::raise_open_files()?;
    let _strays = strays::adopt()?;
    let folders = Folders::find()?;
    match command {
        Command::Build => binaries::build(&folders, process::Output::Shown).map(|()| ExitCode::SUCCESS),
        Command::Test { only } => test::run(&folders, &only).map(|()| ExitCode::SUCCESS),
        Command::Demo { venues, seconds } => demo::run(&folders, venues, seconds),
        Command::Bench { json, only } => bench::run(&folders, json, &only),
    }
}
