//! The arguments of `meetings`.

use clap::{Args, Subcommand};

use super::Common;

/// `meetings`
#[derive(Args, Clone, Debug)]
pub struct Meetings {
    /// Add or remove a meeting; all are listed when not said
    #[command(subcommand)]
    pub action: Option<MeetingAction>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What becomes of meetings.
#[derive(Clone, Debug, Subcommand)]
pub enum MeetingAction {
    /// List all
    List,
    /// Add one: nothing disturbs its venues from 30 minutes before until 15 minutes after it
    Add {
        /// What people call it
        title: String,
        /// When it begins, in the time of China: 2026-11-27T14:00
        from: String,
        /// When it ends
        to: String,
        /// The venues that take part (350102-01 …), or one division code for all venues under it
        #[arg(required = true)]
        whom: Vec<String>,
    },
    /// Remove one
    Remove {
        /// Its number
        id: u64,
    },
}
