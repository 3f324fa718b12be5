//! The arguments of `joint-tests`.

use clap::{Args, Subcommand};

use super::{Common, Saved};

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
        /// Only those that wait for the word of an end: of a test that does not count yet, or of a correction
        #[arg(long, value_name = "WHAT", value_parser = ["confirmation", "correction"])]
        waiting: Option<String>,
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
