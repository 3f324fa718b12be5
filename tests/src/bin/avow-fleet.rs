//! `avow-fleet`: the simulated agents of a province over real MQTT connections.

#[path = "../../../shared/command_line/log.rs"]
mod log;

use std::process::ExitCode;

use avow_tests::fleet::{self, Options};
use clap::Parser as _;

/// Eighteen thousand boxes in one process have one allocator, which they would not have.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    log::begin("AVOW_LOG", "error");
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
