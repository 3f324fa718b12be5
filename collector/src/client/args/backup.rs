//! The arguments of `backup` and `restore`.

use std::path::PathBuf;

use clap::Args;

use super::Common;

/// `backup`
#[derive(Args, Clone, Debug)]
pub struct Backup {
    /// Where to; it will hold HQ's private key
    pub file: PathBuf,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// `restore`
#[derive(Args, Clone, Debug)]
pub struct Restore {
    /// A file that `backup` wrote
    pub file: PathBuf,
    /// Restore into this empty data folder while no collector runs on it, instead of a running server
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}
