//! The arguments of `roll-call` itself: whom, how deep, until when.

use clap::Args;

use super::{Common, LEVELS, RollCallAction};

/// `roll-call`
#[derive(Args, Clone, Debug)]
#[command(subcommand_negates_reqs = true)]
pub struct RollCall {
    /// What there is beside calling: list, show, report, sign, cancel, link, schedules
    #[command(subcommand)]
    pub action: Option<RollCallAction>,
    /// Whom: division codes (35, 3501 …: everything in them) and venues (350102-01)
    #[arg(value_name = "CODE", required_unless_present_any = ["units", "group", "meeting"])]
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
    #[arg(long, value_name = "GROUP", conflicts_with_all = ["whom", "except", "levels", "units", "meeting"])]
    pub group: Option<String>,
    /// Who takes part in this meeting
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["whom", "except", "levels", "units"])]
    pub meeting: Option<u64>,
    /// How deep: present (box and line answer), ready (they look at lines, cameras, picture and sound first) or proven (beside that a
    /// still, and a run of sound and picture with HQ for as many as the deadline has room for)
    #[arg(long, default_value = "present", value_parser = ["present", "ready", "proven"])]
    pub depth: String,
    /// Seconds until which an answer is on time, 10 to 3600
    #[arg(long, value_name = "SECONDS", default_value_t = 180)]
    pub deadline: u32,
    /// Agree that cameras turn and a short sound is heard in rooms without a meeting
    #[arg(long)]
    pub yes: bool,
    /// Why: duty, before-meeting, spot-check or emergency
    #[arg(long, value_parser = ["duty", "before-meeting", "spot-check", "emergency"])]
    pub kind: Option<String>,
    /// What people call it
    #[arg(long, default_value = "")]
    pub title: String,
    /// Who calls
    #[arg(long, default_value = "")]
    pub operator: String,
    /// On whose word: a document's number, a telephone call
    #[arg(long, default_value = "")]
    pub basis: String,
    /// Over which conference system
    #[arg(long, default_value = "")]
    pub system: String,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}
