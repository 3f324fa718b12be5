//! The arguments of `obligations`.

use clap::Args;

use super::Common;

/// `obligations`
#[derive(Args, Clone, Debug)]
pub struct Obligations {
    /// What is asked.
    #[command(flatten)]
    pub asked: ObligationArgs,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// Which part of the board.
#[derive(Args, Clone, Debug)]
pub struct ObligationArgs {
    /// A division code (3501, 350102 …); the whole province when not said
    pub place: Option<String>,
    /// Who owes: county or venue
    #[arg(long, default_value = "county", value_parser = ["county", "venue"])]
    pub of: String,
    /// The year; this one when not said
    #[arg(long)]
    pub year: Option<u16>,
    /// Only who has a period that is overdue, owed or done
    #[arg(long, value_parser = ["overdue", "owed", "done"])]
    pub state: Option<String>,
}
