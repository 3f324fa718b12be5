//! `avow-collector`: arguments, run, exit code.

use std::process::ExitCode;

use avow_collector::serve::{ServeArgs, serve};
use clap::{Parser, Subcommand};

/// 省级采集端：存储、汇总并展示全省会场状态 / stores, rolls up and shows the state of every venue
#[derive(Parser)]
#[command(version, about, after_help = "例 / example: avow-collector serve --data ./data --accept-new")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 运行采集端 / run the collector
    Serve(ServeArgs),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed pipe is nobody's fault.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 64 } else { 0 });
        }
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| "warn,avow_collector=info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let done = match arguments.command {
        Command::Serve(args) => serve(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("avow-collector: {error:#}");
            ExitCode::FAILURE
        }
    }
}
