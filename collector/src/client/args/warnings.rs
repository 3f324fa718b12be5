//! The arguments of `warnings` and `frequent`.

use clap::{Args, Subcommand};

use super::Common;

/// `warnings`
#[derive(Args, Clone, Debug)]
pub struct Warnings {
    /// Open a matter of one; all are listed when not said
    #[command(subcommand)]
    pub action: Option<WarningAction>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What becomes of warnings.
#[derive(Clone, Debug, Subcommand)]
pub enum WarningAction {
    /// List values that drift towards their limit, the first 500
    List {
        /// Only of this place
        place: Option<String>,
    },
    /// Open a matter that is to be put right from one
    Rectify {
        /// The venue
        venue: String,
        /// The probe
        probe: String,
        /// The value
        value: String,
        /// Who is to put it right; the venue's own unit when not said
        #[arg(long)]
        unit: Option<String>,
        /// Until when, in the time of China: 2026-12-04T18:00; when the limit is reached when not said
        #[arg(long)]
        due: Option<String>,
        /// What is advised
        #[arg(long)]
        advice: Option<String>,
        /// Who opens it
        #[arg(long)]
        person: String,
    },
}

/// `frequent`
#[derive(Args, Clone, Debug)]
pub struct Frequent {
    /// Show or change the rule; venues that fail often are listed when not said
    #[command(subcommand)]
    pub action: Option<FrequentAction>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What becomes of venues that fail often.
#[derive(Clone, Debug, Subcommand)]
pub enum FrequentAction {
    /// List venues that fail often, the first 500
    List {
        /// Only of this place
        place: Option<String>,
    },
    /// Show the rule, or change it
    Rule {
        /// So many faults
        #[arg(long, requires = "person")]
        faults: Option<u16>,
        /// In so many days
        #[arg(long, requires = "person")]
        days: Option<u16>,
        /// Or so many failed joint tests in them
        #[arg(long, requires = "person")]
        failed_tests: Option<u16>,
        /// Who changes it
        #[arg(long)]
        person: Option<String>,
    },
    /// Tell who changed the rule, and when
    Changes,
}
