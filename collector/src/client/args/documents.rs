//! The arguments of `documents`: what was signed off.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Common, Saved};

/// `documents`
#[derive(Args, Clone, Debug)]
pub struct Documents {
    /// List, save or check what was signed off; the newest are listed when not said
    #[command(subcommand)]
    pub action: Option<DocumentAction>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What becomes of documents that were signed off.
#[derive(Clone, Debug, Subcommand)]
pub enum DocumentAction {
    /// List the newest
    List {
        /// Words that title, subject or signer contain; all when not said
        search: Option<String>,
        /// How many, at most 500
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Save one as it was signed off, with its seal in a file beside
    Save {
        /// Its name, 64 hexadecimal digits, as the list shows it
        name: String,
        /// Where to, and in which form.
        #[command(flatten)]
        saved: Saved,
    },
    /// Check a saved report against its seal, without a server
    Verify(Verify),
}

/// A saved report that is to be checked.
#[derive(Args, Clone, Debug)]
pub struct Verify {
    /// The report
    pub file: PathBuf,
    /// Its seal; FILE.seal when not said
    #[arg(long, value_name = "SEAL")]
    pub seal: Option<PathBuf>,
    /// HQ's public key, 64 hexadecimal digits; without it the key is shown, to be compared
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}
