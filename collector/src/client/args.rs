//! The arguments of the client commands, for the program's own command line.

mod calls;
mod documents;
mod obligations;
mod output;

use std::path::PathBuf;

use avow_shared::id::AgentId;
use clap::{Args, Subcommand};

pub use calls::{GroupAction, Groups, NewSchedule, RollCallAction, ScheduleAction};
pub use documents::{DocumentAction, Documents, Verify};
pub use obligations::{ObligationArgs, Obligations};
pub use output::{Output, Saved};

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

/// `mouth-to-ear`
#[derive(Args, Clone, Debug)]
pub struct MouthToEar {
    /// The venue that speaks first, e.g. 350102-01
    pub first: String,
    /// The venue that speaks second
    pub second: String,
    /// Do not ask: both rooms may hear it
    #[arg(long)]
    pub yes: bool,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

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

/// `joint-tests`
#[derive(Args, Clone, Debug)]
pub struct JointTests {
    /// List or add joint tests, or write their form; all are listed when not said
    #[command(subcommand)]
    pub action: Option<JointTestAction>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What becomes of joint tests.
#[derive(Clone, Debug, Subcommand)]
pub enum JointTestAction {
    /// List the newest 500
    List {
        /// Only of this county or venue
        subject: Option<String>,
    },
    /// Keep one that was made just now; it counts once both ends have confirmed it
    Add {
        /// The county (350102) or venue (350102001-01)
        subject: String,
        /// Why it was made
        #[arg(long, default_value = "monthly", value_parser = ["monthly", "yearly", "meeting", "retest"])]
        kind: String,
        /// Who was at our end
        #[arg(long)]
        near: Option<String>,
        /// Who was at theirs
        #[arg(long)]
        far: Option<String>,
        /// Their telephone at our end
        #[arg(long, requires = "near")]
        near_phone: Option<String>,
        /// Their telephone at theirs
        #[arg(long, requires = "far")]
        far_phone: Option<String>,
        /// What there is to say
        #[arg(long, default_value = "")]
        note: String,
        /// What the form asks.
        #[command(flatten)]
        sheet: Box<TestForm>,
    },
    /// Keep one that a run of two venues proposes which went well: persons at both ends confirm it afterwards
    Propose {
        /// The number of the run
        run: u64,
        /// Of which of its two venues
        subject: String,
        /// Why it was made
        #[arg(long, default_value = "monthly", value_parser = ["monthly", "yearly", "meeting", "retest"])]
        kind: String,
    },
    /// Confirm an end of one, or of its correction
    Confirm {
        /// Its number
        id: u64,
        /// Which end: ours or theirs
        #[arg(long, value_parser = ["near", "far"])]
        end: String,
        /// Who was there
        #[arg(long)]
        by: String,
        /// Their telephone
        #[arg(long)]
        phone: Option<String>,
    },
    /// Make a one-time link by which the person at an end confirms one on a phone
    Link {
        /// Its number
        id: u64,
        /// Which end: ours or theirs
        #[arg(long, default_value = "far", value_parser = ["near", "far"])]
        end: String,
        /// Who makes it
        #[arg(long, default_value = "")]
        by: String,
    },
    /// Fill the form of one in, or correct it: what both ends confirmed stays in force until both have confirmed the correction
    Correct {
        /// Its number
        id: u64,
        /// Who says so
        #[arg(long)]
        by: String,
        /// Why, when both ends have confirmed what stands there
        #[arg(long)]
        reason: Option<String>,
        /// Confirm it with the change: the end at which that person was
        #[arg(long, value_parser = ["near", "far"])]
        end: Option<String>,
        /// Their telephone
        #[arg(long)]
        phone: Option<String>,
        /// Why it was made
        #[arg(long, value_parser = ["monthly", "yearly", "meeting", "retest"])]
        kind: Option<String>,
        /// When it was made, in the time of China: 2026-11-27T08:30
        #[arg(long)]
        at: Option<String>,
        /// What there is to say
        #[arg(long)]
        note: Option<String>,
        /// What the form asks, whole.
        #[command(flatten)]
        sheet: Box<TestForm>,
    },
    /// Withdraw one: it stays, and does not count
    Withdraw {
        /// Its number
        id: u64,
        /// Who withdraws it
        #[arg(long)]
        by: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Sign the form of a month off that is over: it is sealed and never changed again
    Sign {
        /// The month, e.g. 2026-11
        month: String,
        /// Who signs
        #[arg(long)]
        by: String,
        /// Sign a correction: what was wrong in the edition before
        #[arg(long)]
        reason: Option<String>,
    },
    /// Write their form as a file; of a month that was signed off, with its seal in a file beside
    Export {
        /// Where to, and in which form.
        #[command(flatten)]
        saved: Saved,
        /// Only of this county or venue
        #[arg(long, value_name = "CODE")]
        subject: Option<String>,
        /// Only of this month, e.g. 2026-11; as it was signed once it was
        #[arg(long, conflicts_with = "subject")]
        month: Option<String>,
    },
}

/// What the form of a joint test asks; it is kept when there is a conclusion.
#[derive(Args, Clone, Debug)]
pub struct TestForm {
    /// What came of it
    #[arg(long, value_parser = ["normal", "fixed", "abnormal"])]
    pub conclusion: Option<String>,
    /// Points and what was found of them: picture-out=normal, with picture, sound and aux each -out and -in, presets, speaker,
    /// backup-near, backup-far; normal, fixed, abnormal, none or untested
    #[arg(long = "mark", value_name = "POINT=FOUND", requires = "conclusion", value_parser = crate::client::joint_tests::mark)]
    pub marks: Vec<(String, crate::obligations::Mark)>,
    /// The conference system
    #[arg(long, default_value = "", requires = "conclusion")]
    pub system: String,
    /// The network
    #[arg(long, default_value = "", requires = "conclusion")]
    pub network: String,
    /// When it joined, in the time of China: 2026-11-27T08:30
    #[arg(long, requires = "conclusion")]
    pub joined: Option<String>,
    /// What was wrong
    #[arg(long, default_value = "", requires = "conclusion")]
    pub problem: String,
    /// What was done about it
    #[arg(long, default_value = "", requires = "conclusion")]
    pub handling: String,
}

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

/// `warnings`
#[derive(Args, Clone, Debug)]
pub struct Warnings {
    /// Open a matter of one; all are listed when not said
    #[command(subcommand)]
    pub action: Option<WarningAction>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What becomes of warnings.
#[derive(Clone, Debug, Subcommand)]
pub enum WarningAction {
    /// List values that drift towards their limit, the first 500
    List {
        /// Only of this place
        place: Option<String>,
    },
    /// Open a matter that is to be put right from one
    Rectify {
        /// The venue
        venue: String,
        /// The probe
        probe: String,
        /// The value
        value: String,
        /// Who is to put it right; the venue's own unit when not said
        #[arg(long)]
        unit: Option<String>,
        /// Until when, in the time of China: 2026-12-04T18:00; when the limit is reached when not said
        #[arg(long)]
        due: Option<String>,
        /// What is advised
        #[arg(long)]
        advice: Option<String>,
        /// Who opens it
        #[arg(long)]
        person: String,
    },
}

/// `frequent`
#[derive(Args, Clone, Debug)]
pub struct Frequent {
    /// Show or change the rule; venues that fail often are listed when not said
    #[command(subcommand)]
    pub action: Option<FrequentAction>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What becomes of venues that fail often.
#[derive(Clone, Debug, Subcommand)]
pub enum FrequentAction {
    /// List venues that fail often, the first 500
    List {
        /// Only of this place
        place: Option<String>,
    },
    /// Show the rule, or change it
    Rule {
        /// So many faults
        #[arg(long, requires = "person")]
        faults: Option<u16>,
        /// In so many days
        #[arg(long, requires = "person")]
        days: Option<u16>,
        /// Or so many failed joint tests in them
        #[arg(long, requires = "person")]
        failed_tests: Option<u16>,
        /// Who changes it
        #[arg(long)]
        person: Option<String>,
    },
    /// Tell who changed the rule, and when
    Changes,
}

/// `rectify`
#[derive(Args, Clone, Debug)]
pub struct Rectify {
    /// List, show, open or go on with what is to be put right; all that is open is listed when not said
    #[command(subcommand)]
    pub action: Option<RectifyAction>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// Which matters.
#[derive(Args, Clone, Debug, Default)]
pub struct RectifyFilter {
    /// Only what is so far: open, fixed, passed or closed
    #[arg(long, value_parser = ["open", "fixed", "passed", "closed"])]
    pub state: Option<String>,
    /// Only what is overdue
    #[arg(long)]
    pub overdue: bool,
    /// Only what lies in this place
    #[arg(long, value_name = "CODE")]
    pub place: Option<String>,
    /// Only what this unit has to put right
    #[arg(long)]
    pub unit: Option<String>,
}

/// Who does something about a matter, and why.
#[derive(Args, Clone, Debug)]
pub struct RectifyStep {
    /// The number of the matter
    pub id: u64,
    /// Who
    #[arg(long)]
    pub person: String,
    /// Why, or what else there is to say
    #[arg(long, default_value = "")]
    pub note: String,
}

/// What becomes of matters.
#[derive(Clone, Debug, Subcommand)]
pub enum RectifyAction {
    /// List matters
    List(RectifyFilter),
    /// Show one with its history
    Show {
        /// Its number
        id: u64,
    },
    /// Open one
    Open {
        /// The place or venue: 350102 or 350102001-01
        subject: String,
        /// What is wrong
        #[arg(long)]
        problem: String,
        /// What is to be done
        #[arg(long, default_value = "")]
        advice: String,
        /// Who has to put it right
        #[arg(long)]
        unit: String,
        /// Until when, in the time of China: 2026-12-04T18:00
        #[arg(long)]
        due: String,
        /// Who opens it
        #[arg(long)]
        person: String,
    },
    /// It is put right and waits for its re-test
    Fix(RectifyStep),
    /// It was tested again
    Retest {
        /// Who, and of what.
        #[command(flatten)]
        step: RectifyStep,
        /// It is still wrong; not said: it is right now
        #[arg(long)]
        failed: bool,
        /// The joint test that proves it
        #[arg(long, value_name = "NUMBER", conflicts_with = "failed")]
        joint_test: Option<u64>,
    },
    /// It is over: after a re-test that was passed, or with a reason
    Close(RectifyStep),
    /// It is not over after all
    Reopen(RectifyStep),
    /// Write matters as a file
    Export {
        /// Where to, and in which form.
        #[command(flatten)]
        saved: Saved,
        /// Which.
        #[command(flatten)]
        filter: RectifyFilter,
    },
}

/// `backup`
#[derive(Args, Clone, Debug)]
pub struct Backup {
    /// Where to; it will hold HQ's private key
    pub file: PathBuf,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

/// `restore`
#[derive(Args, Clone, Debug)]
pub struct Restore {
    /// A file that `backup` wrote
    pub file: PathBuf,
    /// Restore into this empty data folder while no collector runs on it, instead of a running server
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// What every client command takes.
    #[command(flatten)]
    pub common: Common,
}

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
