//! `avow-agent`: tests the AV chain of a venue and reports to the province's collector.

use std::process::ExitCode;

fn main() -> ExitCode {
    // One provider for all of TLS; a second installation is impossible here.
    let _ = rustls::crypto::ring::default_provider().install_default();
    avow_agent::cli::main()
}
