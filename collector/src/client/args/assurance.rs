//! The arguments of `assurance`.

use clap::{Args, Subcommand};

use super::{Common, Saved};

/// `assurance`
#[derive(Args, Clone, Debug)]
pub struct Assurance {
    /// Start or end a response, or approve a change; what is in force is listed when not said
    #[command(subcommand)]
    pub action: Option<AssuranceAction>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What becomes of heightened assurance.
#[derive(Clone, Debug, Subcommand)]
pub enum AssuranceAction {
    /// List responses and approvals
    List,
    /// A response begins
    Start {
        /// What people call it
        title: String,
        /// The level; i is the highest
        #[arg(long, value_parser = ["i", "ii", "iii", "iv"])]
        level: String,
        /// Where: division codes, everything in them
        #[arg(long = "place", value_name = "CODE", required = true)]
        places: Vec<String>,
        /// Who has ordered it
        #[arg(long)]
        authority: String,
        /// The number of the document
        #[arg(long, default_value = "")]
        document: String,
        /// The kind of hazard
        #[arg(long, default_value = "")]
        hazard: String,
        /// Until when, in the time of China: 2026-11-30T18:00; until it is ended when not said
        #[arg(long)]
        to: Option<String>,
        /// Nothing is changed and no full sweep runs without a named approval
        #[arg(long)]
        freeze: bool,
        /// Who may approve that
        #[arg(long)]
        approver: String,
        /// Who is on duty: name, telephone and post with commas between; those of the level when not said
        #[arg(long, value_name = "NAME,PHONE,POST")]
        staff: Vec<String>,
        /// Who starts it
        #[arg(long)]
        person: String,
    },
    /// A response is over
    End {
        /// Its number
        id: u64,
        /// Who ends it
        #[arg(long)]
        person: String,
        /// Why
        #[arg(long, default_value = "")]
        note: String,
    },
    /// List who is called in by level, or say it of one
    Staff {
        /// The level of which it is said
        #[arg(long, value_parser = ["i", "ii", "iii", "iv"], requires = "person")]
        level: Option<String>,
        /// Who is called in: name, telephone and post with commas between; nobody when not said
        #[arg(long = "add", value_name = "NAME,PHONE,POST", requires = "level")]
        staff: Vec<String>,
        /// Who says so
        #[arg(long, requires = "level")]
        person: Option<String>,
    },
    /// Write the report of a day, or the summary of a response that is over; once it was signed off, with its seal in a file beside
    Report {
        /// Its number
        id: u64,
        /// The day, 2026-11-27; the summary when not said
        #[arg(long)]
        day: Option<String>,
        /// Where to, and in which form.
        #[command(flatten)]
        saved: Saved,
    },
    /// Sign the report of a day off, or the summary: it is sealed and never changed again
    Sign {
        /// Its number
        id: u64,
        /// The day, 2026-11-27; the summary when not said
        #[arg(long)]
        day: Option<String>,
        /// Who signs
        #[arg(long)]
        by: String,
        /// Sign a correction: what was wrong in the edition before
        #[arg(long)]
        reason: Option<String>,
    },
    /// Show what each level asks for, or change it for one
    Rules {
        /// The level for which it is changed
        #[arg(long, value_parser = ["i", "ii", "iii", "iv"], requires = "person")]
        level: Option<String>,
        /// What it asks for.
        #[command(flatten)]
        wish: LevelWish,
    },
    /// Tell who changed what levels ask for, and when
    Changes,
    /// Take an approval back
    Revoke {
        /// Its number
        id: u64,
        /// Who takes it back
        #[arg(long)]
        person: String,
    },
    /// Approve that something be changed although nothing may be
    Approve {
        /// The place or venue
        subject: String,
        /// What is changed
        #[arg(long)]
        what: String,
        /// Until when, in the time of China: 2026-11-30T18:00
        #[arg(long)]
        until: String,
        /// Who approves it
        #[arg(long)]
        person: String,
        /// Why; whoever is not the approver says on whose word
        #[arg(long)]
        reason: Option<String>,
    },
}

/// What a level of a response asks for; what is not said stays.
#[derive(Args, Clone, Debug, Default)]
pub struct LevelWish {
    /// Checked once in so many seconds, 30 to 86400; 0: continuously
    #[arg(long, value_name = "SECONDS", requires = "level")]
    pub check_every_s: Option<u32>,
    /// So many roll calls a day, at most 24
    #[arg(long, value_name = "COUNT", requires = "level")]
    pub roll_calls: Option<u8>,
    /// How deep they ask
    #[arg(long, value_parser = ["present", "ready"], requires = "level")]
    pub depth: Option<String>,
    /// So many people more
    #[arg(long, value_name = "COUNT", requires = "level")]
    pub extra_staff: Option<u8>,
    /// Who changes it
    #[arg(long, requires = "level")]
    pub person: Option<String>,
}
