//! The arguments of what there is about roll calls beside calling: groups, schedules, records.

use clap::{Args, Subcommand};

use super::{Common, LEVELS, Saved, Verify};

/// What becomes of roll calls that were called.
#[derive(Clone, Debug, Subcommand)]
pub enum RollCallAction {
    /// List the newest calls
    List {
        /// How many, at most 500
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Show how everybody stands in a call
    Show {
        /// Its number
        id: u64,
    },
    /// Save the report of a call; of one that was signed off, with its seal in a file beside
    Report {
        /// Its number
        id: u64,
        /// Where to, and in which form.
        #[command(flatten)]
        saved: Saved,
    },
    /// End a call; who has not answered is asked no more
    Cancel {
        /// Its number
        id: u64,
        /// Who ends it
        #[arg(long)]
        by: String,
        /// Why; needed while somebody could still answer in time
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Sign the record of a call off: it is sealed and never changed again
    Sign {
        /// Its number
        id: u64,
        /// Who signs
        #[arg(long)]
        by: String,
        /// The remarks that are told to all
        #[arg(long)]
        notice: Option<String>,
        /// Sign a correction: what was wrong in the edition before
        #[arg(long)]
        reason: Option<String>,
    },
    /// Check a saved report against its seal, as `documents verify` does
    #[command(hide = true)]
    Verify(Verify),
    /// Make a one-time link by which somebody in a room answers on a phone
    Link {
        /// The number of the call
        id: u64,
        /// The room, e.g. 350102-01
        venue: String,
        /// Who makes it
        #[arg(long, default_value = "")]
        by: String,
    },
    /// List, add, rest or remove roll calls by the clock
    Schedules {
        /// What to do; all are listed when not said
        #[command(subcommand)]
        action: Option<ScheduleAction>,
    },
}

/// What becomes of schedules.
#[derive(Clone, Debug, Subcommand)]
pub enum ScheduleAction {
    /// List all
    List,
    /// Call by the clock from now on
    Add(Box<NewSchedule>),
    /// Let one rest
    Pause {
        /// Its number
        id: u64,
    },
    /// Let one go on
    Resume {
        /// Its number
        id: u64,
    },
    /// Forget one; what it called stays
    Remove {
        /// Its number
        id: u64,
    },
}

/// `roll-call schedules add`
#[derive(Args, Clone, Debug)]
pub struct NewSchedule {
    /// What people call it
    pub name: String,
    /// Whom: division codes and venues
    #[arg(value_name = "CODE", required_unless_present_any = ["group", "units"])]
    pub whom: Vec<String>,
    /// Leave out what lies in these places
    #[arg(long, value_name = "CODE")]
    pub except: Vec<String>,
    /// Of the places only rooms of these levels: province, city, county, township, village
    #[arg(long = "level", value_name = "LEVEL", value_parser = LEVELS)]
    pub levels: Vec<String>,
    /// The rooms of these units
    #[arg(long = "unit", value_name = "UNIT")]
    pub units: Vec<String>,
    /// A saved group, by name or number
    #[arg(long, value_name = "GROUP", conflicts_with_all = ["whom", "except", "levels", "units"])]
    pub group: Option<String>,
    /// On which days: every, working, or weekdays such as 1,3,5 (1 is Monday)
    #[arg(long, default_value = "every")]
    pub days: String,
    /// At these times, in the time of China: 08:30
    #[arg(long, value_name = "TIME", required_unless_present = "every_hours")]
    pub at: Vec<String>,
    /// Every so many hours from midnight on: 1, 2, 3, 4, 6, 8 or 12
    #[arg(long, value_name = "HOURS", conflicts_with = "at")]
    pub every_hours: Option<u8>,
    /// How deep: present or ready
    #[arg(long, default_value = "present", value_parser = ["present", "ready"])]
    pub depth: String,
    /// Seconds until which an answer is on time, 10 to 3600
    #[arg(long, value_name = "SECONDS", default_value_t = 180)]
    pub deadline: u32,
    /// Agree that at every call cameras turn and a short sound is heard in rooms without a meeting
    #[arg(long)]
    pub yes: bool,
    /// In whose name
    #[arg(long)]
    pub operator: String,
    /// On whose word
    #[arg(long, default_value = "")]
    pub basis: String,
}

/// `groups`
#[derive(Args, Clone, Debug)]
pub struct Groups {
    /// Save or remove a group; all are listed when not said
    #[command(subcommand)]
    pub action: Option<GroupAction>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What becomes of groups.
#[derive(Clone, Debug, Subcommand)]
pub enum GroupAction {
    /// List all
    List,
    /// Save a group; one of the same name is replaced
    Save {
        /// What people call it
        name: String,
        /// Who is in it: division codes (everything in them) and venues
        #[arg(value_name = "CODE", required_unless_present = "units")]
        whom: Vec<String>,
        /// Leave out what lies in these places
        #[arg(long, value_name = "CODE")]
        except: Vec<String>,
        /// Of the places only rooms of these levels: province, city, county, township, village
        #[arg(long = "level", value_name = "LEVEL", value_parser = LEVELS)]
        levels: Vec<String>,
        /// The rooms of these units
        #[arg(long = "unit", value_name = "UNIT")]
        units: Vec<String>,
        /// What there is to say
        #[arg(long, default_value = "")]
        note: String,
        /// Who saves it
        #[arg(long, default_value = "")]
        by: String,
    },
    /// Forget a group
    Remove {
        /// Its name or number
        group: String,
        /// Also when inspection plans follow it, which then begin nothing
        #[arg(long)]
        confirmed: bool,
    },
}
