//! `avow-fleet`: the simulated agents of a province over real MQTT connections.

use std::process::ExitCode;

use avow_tests::fleet::{self, Options};
use clap::Parser as _;

fn main() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(error) => {
            let wrong = error.use_stderr();
            // Nothing is left to do when even the message cannot be written.
            let _ = error.print();
            return if wrong { ExitCode::from(64) } else { ExitCode::SUCCESS };
        }
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("AVOW_LOG").unwrap_or_else(|_| "error".into()))
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ran = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
        let ran = runtime.block_on(fleet::run(options));
        runtime.shutdown_background();
        ran
    });
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("avow-fleet: {error:#}");
            ExitCode::FAILURE
        }
    }
}
