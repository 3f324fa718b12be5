//! The arguments of `inspect`.

use clap::{Args, Subcommand};

use super::{Common, LEVELS, Output, Saved};

/// `inspect`
#[derive(Args, Clone, Debug)]
pub struct Inspect {
    /// Begin, list or show runs; those that are kept are listed when not said
    #[command(subcommand)]
    pub action: Option<InspectAction>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What becomes of inspections.
#[derive(Clone, Debug, Subcommand)]
pub enum InspectAction {
    /// Begin a run of a plan, or of a template at some places and venues
    Run {
        /// The number of a plan; none: see --place
        plan: Option<u64>,
        /// Instead of a plan: division codes (3501: everything in it) and venues (350102-01)
        #[arg(long, value_name = "CODE")]
        place: Vec<String>,
        /// Leave out what lies in these places
        #[arg(long, value_name = "CODE")]
        except: Vec<String>,
        /// Of the places only rooms of these levels; as the template says when not said
        #[arg(long = "level", value_name = "LEVEL", value_parser = LEVELS)]
        levels: Vec<String>,
        /// Which template says what is tested; see templates
        #[arg(long, value_name = "KEY", default_value = "daily")]
        template: String,
        /// Agree that cameras turn and sounds are heard in rooms without a meeting
        #[arg(long)]
        yes: bool,
        /// How long it lasts at most, minutes
        #[arg(long, value_name = "MINUTES")]
        window: Option<u32>,
        /// What people call it
        #[arg(long, default_value = "")]
        title: String,
        /// Who orders it
        #[arg(long, default_value = "")]
        operator: String,
        /// On whose word: a document's number, a telephone call
        #[arg(long, default_value = "")]
        basis: String,
        /// Wait for its end, with progress and forecast
        #[arg(long)]
        wait: bool,
    },
    /// List the runs that are kept, the newest first
    List,
    /// Show a run: sums, cities, and what is not as it should be
    Show {
        /// Its number
        id: u64,
    },
    /// Pass on all records of a place that lie with a level and are filled in
    Pass {
        /// Its number
        id: u64,
        /// The level that passes them on
        #[arg(long, value_parser = LEVELS)]
        level: String,
        /// Only in this place
        #[arg(long, value_name = "CODE")]
        place: Option<String>,
        /// Who
        #[arg(long)]
        by: String,
    },
    /// Accept a run that is over: its report is sealed and never changed again
    Sign {
        /// Its number
        id: u64,
        /// Who accepts it
        #[arg(long)]
        by: String,
        /// Also while records are still filled in or were returned
        #[arg(long)]
        unfinished: bool,
        /// Sign a correction: what was wrong in the edition before
        #[arg(long)]
        reason: Option<String>,
    },
    /// Write the report of a run; once it was signed off, its newest edition with the seal beside
    Report {
        /// Its number
        id: u64,
        /// Where to, and in which form.
        #[command(flatten)]
        saved: Saved,
    },
    /// Make one-time links for all venues whose manual items are still to be filled in; a CSV file with the links
    Links {
        /// Its number
        id: u64,
        /// Who makes them
        #[arg(long)]
        by: String,
        /// Only in this place
        #[arg(long, value_name = "CODE")]
        place: Option<String>,
        /// Only rooms of this level
        #[arg(long, value_parser = LEVELS)]
        level: Option<String>,
        /// Send so many of one county on a working day, 0 for all today [default: 30; all today before a meeting and in heightened assurance]
        #[arg(long, value_name = "N")]
        per_day: Option<u16>,
        /// Where to; standard output when not said
        #[command(flatten)]
        output: Output,
    },
    /// Ask nobody any more until it is resumed
    Pause(InspectDeed),
    /// Let one that rests go on
    Resume(InspectDeed),
    /// End one; what was tested stays
    Cancel(InspectDeed),
    /// Test once more what failed or was not tested
    Retry {
        /// Which run, and who.
        #[command(flatten)]
        of: InspectDeed,
        /// Only these venues; all of the run when none is said
        #[arg(value_name = "VENUE")]
        venues: Vec<String>,
        /// What is tested once more: what failed, what was not tested, or both
        #[arg(long, default_value = "both", value_parser = ["failed", "untested", "both"])]
        which: String,
    },
    /// List the plans
    Plans,
    /// List the templates: what `run --template` takes
    Templates,
}

/// A run, and who does something with it.
#[derive(Args, Clone, Debug)]
pub struct InspectDeed {
    /// Its number
    pub id: u64,
    /// Who
    #[arg(long)]
    pub person: String,
}
