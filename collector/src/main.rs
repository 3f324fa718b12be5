//! `avow-collector`: stores, rolls up and shows the state of every venue of a province.

use std::process::ExitCode;

/// A report is allocated by the thread that reads it and freed by another, thousands of times a second: docs/decisions.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    avow_collector::cli::main()
}
