//! The arguments of what is there: the register of venues, places, systems, keys of agents.

use std::path::PathBuf;

use avow_shared::id::AgentId;
use clap::{Args, Subcommand};

use super::{Common, Output};

/// `import`
#[derive(Args, Clone, Debug)]
pub struct Import {
    /// CSV, UTF-8 or GB18030: venue,name,unit,contact,telephone,parent,exclusion,two_way,network
    pub file: PathBuf,
    /// Only tell what would change
    #[arg(long)]
    pub dry_run: bool,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// `export`
#[derive(Args, Clone, Debug)]
pub struct Export {
    /// Where to.
    #[command(flatten)]
    pub output: Output,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// `status`
#[derive(Args, Clone, Debug)]
pub struct Status {
    /// A division code (35, 3501, 350102 …) or a venue (350102001-01); the whole province when not said
    pub place: Option<String>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// `systems`
#[derive(Args, Clone, Debug)]
pub struct Systems {
    /// A division code (35, 3501, 350102 …); the whole province when not said
    pub place: Option<String>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// `agents`
#[derive(Args, Clone, Debug)]
pub struct Agents {
    /// Accept or refuse a key; all keys are listed when not said
    #[command(subcommand)]
    pub action: Option<AgentAction>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// A decision about a key.
#[derive(Clone, Debug, Subcommand)]
pub enum AgentAction {
    /// Store its reports from now on
    Accept {
        /// The key's id, 32 hexadecimal digits
        id: AgentId,
    },
    /// Turn it away
    Refuse {
        /// The key's id, 32 hexadecimal digits
        id: AgentId,
    },
}
