//! The arguments of `mouth-to-ear`.

use clap::Args;

use super::Common;

/// `mouth-to-ear`
#[derive(Args, Clone, Debug)]
pub struct MouthToEar {
    /// The venue that speaks first, e.g. 350102-01
    pub first: String,
    /// The venue that speaks second
    pub second: String,
    /// Do not ask: both rooms may hear it
    #[arg(long)]
    pub yes: bool,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}
