//! `avow-collector`: stores, rolls up and shows the state of every venue of a province.

use std::process::ExitCode;

fn main() -> ExitCode {
    avow_collector::cli::main()
}
