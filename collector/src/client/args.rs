//! The arguments of the client commands, for the program's own command line.

mod assurance;
mod backup;
mod calls;
mod documents;
mod inbound;
mod inspect;
mod joint_tests;
mod meetings;
mod mouth_to_ear;
mod obligations;
mod output;
mod rectify;
mod registry;
mod roll_call;
mod units;
mod warnings;

use std::path::PathBuf;

use clap::Args;

pub use assurance::{Assurance, AssuranceAction, LevelWish};
pub use backup::{Backup, Restore};
pub use calls::{GroupAction, Groups, NewSchedule, RollCallAction, ScheduleAction};
pub use documents::{DocumentAction, Documents, Verify};
pub use inbound::{InboundAction, InboundArgs, InboundCall};
pub use inspect::{Inspect, InspectAction, InspectDeed};
pub use joint_tests::{JointTestAction, JointTests, TestForm};
pub use meetings::{MeetingAction, Meetings};
pub use mouth_to_ear::MouthToEar;
pub use obligations::{ObligationArgs, Obligations};
pub use output::{Output, Saved};
pub use rectify::{Rectify, RectifyAction, RectifyFilter, RectifyStep};
pub use registry::{AgentAction, Agents, Export, Import, Status, Systems};
pub use roll_call::RollCall;
pub use units::{UnitAction, Units};
pub use warnings::{Frequent, FrequentAction, WarningAction, Warnings};

/// Where a collector is when nobody says it.
pub const USUAL: &str = "http://127.0.0.1:8080";

/// The levels of places, by their words.
const LEVELS: [&str; 5] = ["province", "city", "county", "township", "village"];

/// A client command with what all of them take.
#[derive(Clone, Debug)]
pub struct Client {
    /// The server, e.g. `http://127.0.0.1:8080`.
    pub http: String,
    /// Whether standard output is JSON alone.
    pub json: bool,
    /// What to do.
    pub verb: Verb,
}

/// What every client command takes.
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// The collector's address
    #[arg(long, global = true, value_name = "URL", default_value = USUAL)]
    pub http: String,
    /// JSON alone on standard output
    #[arg(long, global = true)]
    pub json: bool,
}

impl Common {
    /// Together with what to do.
    #[must_use]
    pub fn client(self, verb: Verb) -> Client {
        Client { http: self.http, json: self.json, verb }
    }
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Verb {
    /// Take a CSV file into the registry.
    Import {
        /// The file.
        file: PathBuf,
        /// Only tell what would change.
        dry_run: bool,
    },
    /// Write the registry as CSV.
    Export {
        /// Where to; standard output when none.
        output: Output,
    },
    /// Show a place, or the venues that a code with a dash names.
    Status {
        /// Its code.
        place: Option<String>,
    },
    /// Show the backup paths of a place by kind.
    Systems {
        /// Its code.
        place: Option<String>,
    },
    /// Show or decide about keys.
    Agents {
        /// The decision.
        action: Option<AgentAction>,
    },
    /// Have two venues hear and see each other.
    MouthToEar {
        /// Speaks first.
        first: String,
        /// Speaks second.
        second: String,
        /// The person knows that it is heard in both rooms.
        yes: bool,
    },
    /// Call the roll.
    RollCall(Box<RollCall>),
    /// What there is about roll calls beside calling.
    Calls(Box<RollCallAction>),
    /// Show or change saved groups.
    Groups {
        /// The change.
        action: Option<GroupAction>,
    },
    /// A call to us: start one, or look at one.
    Inbound {
        /// What is started, when nothing else is to be done.
        call: Box<InboundCall>,
        /// What becomes of one that is there.
        action: Option<InboundAction>,
    },
    /// Begin, list or show inspections.
    Inspect {
        /// What to do; runs are listed when not said.
        action: Option<InspectAction>,
    },
    /// Show or change when there are meetings.
    Meetings {
        /// The change.
        action: Option<MeetingAction>,
    },
    /// Show or replace the register of units.
    Units {
        /// What to do; all are listed when not said.
        action: Option<UnitAction>,
    },
    /// Show or add joint tests, or write their form.
    JointTests {
        /// What to do; all are listed when not said.
        action: Option<Box<JointTestAction>>,
    },
    /// Show who owes joint tests.
    Obligations(ObligationArgs),
    /// Show or change heightened assurance.
    Assurance {
        /// What to do; what is in force is listed when not said.
        action: Option<Box<AssuranceAction>>,
    },
    /// Show what drifts, or open a matter of it.
    Warnings {
        /// What to do; all are listed when not said.
        action: Option<Box<WarningAction>>,
    },
    /// Show who fails often, and by which rule.
    Frequent {
        /// What to do; all are listed when not said.
        action: Option<FrequentAction>,
    },
    /// Show or go on with what is to be put right.
    Rectify {
        /// What to do; all that is open is listed when not said.
        action: Option<Box<RectifyAction>>,
    },
    /// List, save or check what was signed off.
    Documents {
        /// What to do; the newest are listed when not said.
        action: Option<Box<DocumentAction>>,
    },
    /// Save everything in one file.
    Backup {
        /// The file.
        file: PathBuf,
    },
    /// Take a backup into an empty server.
    Restore {
        /// The file.
        file: PathBuf,
        /// The empty data folder to fill while no server runs on it; none: a running server's.
        data: Option<PathBuf>,
    },
}
