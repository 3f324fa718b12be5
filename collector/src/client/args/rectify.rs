//! The arguments of `rectify`.

use clap::{Args, Subcommand};

use super::{Common, Saved};

/// `rectify`
#[derive(Args, Clone, Debug)]
pub struct Rectify {
    /// List, show, open or go on with what is to be put right; all that is open is listed when not said
    #[command(subcommand)]
    pub action: Option<RectifyAction>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// Which matters.
#[derive(Args, Clone, Debug, Default)]
pub struct RectifyFilter {
    /// Only what is so far: open, fixed, passed or closed
    #[arg(long, value_parser = ["open", "fixed", "passed", "closed"])]
    pub state: Option<String>,
    /// Only what is overdue
    #[arg(long)]
    pub overdue: bool,
    /// Only what lies in this place
    #[arg(long, value_name = "CODE")]
    pub place: Option<String>,
    /// Only what this unit has to put right
    #[arg(long)]
    pub unit: Option<String>,
}

/// Who does something about a matter, and why.
#[derive(Args, Clone, Debug)]
pub struct RectifyStep {
    /// The number of the matter
    pub id: u64,
    /// Who
    #[arg(long)]
    pub person: String,
    /// Why, or what else there is to say
    #[arg(long, default_value = "")]
    pub note: String,
}

/// What becomes of matters.
#[derive(Clone, Debug, Subcommand)]
pub enum RectifyAction {
    /// List matters
    List(RectifyFilter),
    /// Show one with its history
    Show {
        /// Its number
        id: u64,
    },
    /// Open one
    Open {
        /// The place or venue: 350102 or 350102001-01
        subject: String,
        /// What is wrong
        #[arg(long)]
        problem: String,
        /// What is to be done
        #[arg(long, default_value = "")]
        advice: String,
        /// Who has to put it right
        #[arg(long)]
        unit: String,
        /// Until when, in the time of China: 2026-12-04T18:00
        #[arg(long)]
        due: String,
        /// Who opens it
        #[arg(long)]
        person: String,
    },
    /// It is put right and waits for its re-test
    Fix(RectifyStep),
    /// It was tested again
    Retest {
        /// Who, and of what.
        #[command(flatten)]
        step: RectifyStep,
        /// It is still wrong; not said: it is right now
        #[arg(long)]
        failed: bool,
        /// The joint test that proves it
        #[arg(long, value_name = "NUMBER", conflicts_with = "failed")]
        joint_test: Option<u64>,
    },
    /// It is over: after a re-test that was passed, or with a reason
    Close(RectifyStep),
    /// It is not over after all
    Reopen(RectifyStep),
    /// Write matters as a file
    Export {
        /// Where to, and in which form.
        #[command(flatten)]
        saved: Saved,
        /// Which.
        #[command(flatten)]
        filter: RectifyFilter,
    },
}
