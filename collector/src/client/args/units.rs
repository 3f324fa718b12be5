//! The arguments of `units`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Common, Output};

/// `units`
#[derive(Args, Clone, Debug)]
pub struct Units {
    /// Import, export, list or show units; all are listed when not said
    #[command(subcommand)]
    pub action: Option<UnitAction>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What becomes of units.
#[derive(Clone, Debug, Subcommand)]
pub enum UnitAction {
    /// Put a file in the place of the whole register
    Import {
        /// CSV, UTF-8 or GB18030: unit,name,kind,parent,place,venues,shares,contact,telephone,exclusion
        file: PathBuf,
        /// Only tell what would change
        #[arg(long)]
        dry_run: bool,
    },
    /// Write the register as CSV; to standard output when no file is said
    Export(Output),
    /// List units
    List {
        /// Words that code, name, contact or rooms contain; all when not said
        search: Option<String>,
    },
    /// Show one unit
    Show {
        /// Its code, e.g. 350102-office
        unit: String,
    },
}
