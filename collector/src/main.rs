//! `avow-collector`: stores, rolls up and shows the state of every venue of a province.

use std::process::ExitCode;

/// A report is allocated by the thread that reads it and freed by another, thousands of times a second: docs/decisions.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // With pages of 2 MiB, for which mimalloc asks, a province took 70 MiB more: docs/decisions.md. Where the kernel knows no such pages there is nothing
    // to refuse.
    let _ = nix::sys::prctl::set_thp_disable(true);
    avow_collector::cli::main()
}
