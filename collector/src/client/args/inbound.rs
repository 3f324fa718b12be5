//! The arguments of `inbound`.

use clap::{Args, Subcommand};

use super::{Common, Saved};

/// `inbound`
#[derive(Args, Clone, Debug)]
#[command(subcommand_negates_reqs = true)]
pub struct InboundArgs {
    /// List calls, show one, answer or close it; a call is started when not said
    #[command(subcommand)]
    pub action: Option<InboundAction>,
    /// What is started.
    #[command(flatten)]
    pub call: InboundCall,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// A call that is to be started.
#[derive(Args, Clone, Debug)]
pub struct InboundCall {
    /// The room that is to answer, e.g. 350102001-01
    #[arg(required = true)]
    pub venue: Option<String>,
    /// Who calls
    #[arg(long, default_value = "应急管理部")]
    pub caller: String,
    /// Why: duty, before-meeting, spot-check or emergency
    #[arg(long, default_value = "duty", value_parser = ["duty", "before-meeting", "spot-check", "emergency"])]
    pub kind: String,
    /// On whose word: a document's number, a telephone call
    #[arg(long, default_value = "")]
    pub basis: String,
    /// Who took the call at the post
    #[arg(long, default_value = "")]
    pub operator: String,
    /// Seconds within which it must be answered, 10 to 3600
    #[arg(long, value_name = "SECONDS", default_value_t = 180)]
    pub deadline: u32,
    /// Move no camera and play no sound that the box's own schedule may not
    #[arg(long)]
    pub quiet: bool,
    /// Two calls with the same key are one
    #[arg(long)]
    pub key: Option<String>,
}

/// What becomes of calls to us.
#[derive(Clone, Debug, Subcommand)]
pub enum InboundAction {
    /// List calls, the newest first
    List,
    /// Show one
    Show {
        /// Its number
        id: u64,
    },
    /// Say that the caller was answered
    Answer {
        /// Its number
        id: u64,
        /// Who answered
        #[arg(long, value_name = "NAME")]
        by: String,
        /// In which way: person, telephone or backup
        #[arg(long, default_value = "person", value_parser = ["person", "telephone", "backup"])]
        how: String,
    },
    /// Close one: the caller hung up
    Close {
        /// Its number
        id: u64,
    },
    /// Save the report of one; of one that was signed off, with its seal in a file beside
    Report {
        /// Its number
        id: u64,
        /// Where to, and in which form.
        #[command(flatten)]
        saved: Saved,
    },
    /// Sign the record of one that is over off: it is sealed and never changed again
    Sign {
        /// Its number
        id: u64,
        /// Who signs
        #[arg(long)]
        by: String,
        /// Sign a correction: what was wrong in the edition before
        #[arg(long)]
        reason: Option<String>,
    },
}
