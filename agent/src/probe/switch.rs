//! The switch probe: a matrix or wall is told to show another source on a sink, and must do it; then what was there before
//! is put back, whatever happened in between.
//!
//! What the profile's `[route]` says is sent and read back; a `picture` proves that the sink really shows something,
//! and something else than before. Put back
//! is also when the run is given up at its deadline or the agent ends; what a killed process left is [owed](owed) by the next.

pub mod drill;
pub mod owed;
mod proof;

use std::path::{Path, PathBuf};
use std::time::Duration;

use avow_shared::outcome::Verdict;
use serde::{Deserialize, Deserializer, de};
use tokio::sync::{RwLock, oneshot};

use super::{BadSetup, Found, device, picture};
use crate::profile::{Profile, Route, shipped};
use owed::Owed;

/// The keys of a switch probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// A shipped profile by its name, or a file of one's own (`….toml`); it has a `[route]`.
    #[serde(deserialize_with = "profile")]
    pub profile: Profile,
    /// A serial port, or host or host:port.
    pub address: String,
    /// Bits a second, when the device is not set as the maker delivers it.
    pub baud: Option<u32>,
    /// The serial port turns a line of two wires (RS-485) round; not where the adapter does by itself.
    #[serde(default)]
    pub rs485: bool,
    /// For a login.
    #[serde(default)]
    pub user: String,
    /// A file whose first line is the password for a login.
    pub password_file: Option<PathBuf>,
    /// What may be shown for a moment, in the device's own words; the first that is not shown anyway is.
    pub sources: Vec<String>,
    /// Where it is shown.
    pub sink: String,
    /// The keys of a picture probe that sees what the sink shows.
    pub picture: Option<picture::Setup>,
}

fn profile<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Profile, D::Error> {
    shipped::find(&String::deserialize(deserializer)?).map_err(|wrong| de::Error::custom(format!("profile: {wrong}")))
}

/// The finding of a sink that still shows what it should not.
pub const NOT_RESTORED: &str = "switch.not-restored";

/// More alternatives than anybody needs.
const MOST_SOURCES: usize = 8;
/// Until the route reads back it is asked for again after so long.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// What was there before is put back in so many attempts, each over a connection of its own.
const ATTEMPTS: u32 = 2;

impl Setup {
    /// Checks what the form cannot say.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), BadSetup> {
        if self.profile.route.is_none() {
            return Err(BadSetup::value(
                "profile",
                "one that says how it switches, with a [route]",
                &self.profile.name,
            ));
        }
        if self.sources.is_empty() || self.sources.len() > MOST_SOURCES {
            return Err(BadSetup::value("sources", format!("1 to {MOST_SOURCES} of them"), self.sources.len()));
        }
        for (key, text) in self.sources.iter().map(|source| ("sources", source)).chain([("sink", &self.sink)]) {
            let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
            if text.is_empty() || text.len() > 32 || !text.bytes().all(fits) {
                return Err(BadSetup::value(key, "1 to 32 letters, digits, '.', '_' and '-'", text));
            }
        }
        self.picture.as_ref().map_or(Ok(()), picture::Setup::check)?;
        self.device().check()
    }

    /// Two probes never speak to one device at once.
    pub(super) fn device_key(&self) -> String {
        self.device().device_key()
    }

    /// The proof and then the way back, at their slowest.
    pub(super) fn longest(&self) -> Duration {
        let settle = self.profile.route.as_ref().map_or(Duration::ZERO, |route| route.settle);
        let shots = (proof::SHOT * (1 + proof::LOOKS)).saturating_add(proof::LOOK_ONCE_MORE * proof::LOOKS);
        let picture = self.picture.as_ref().map_or(Duration::ZERO, |picture| picture.longest() + shots);
        let turn = self.profile.turn();
        let once = device::CONNECT_WITHIN + self.profile.opening() + 3 * turn + settle;
        once + picture + self.restore_within() * ATTEMPTS
    }

    /// One attempt to put back what was there.
    fn restore_within(&self) -> Duration {
        let settle = self.profile.route.as_ref().map_or(Duration::ZERO, |route| route.settle);
        device::CONNECT_WITHIN + self.profile.opening() + 2 * self.profile.turn() + settle
    }

    /// Whether this is what puts it back.
    #[must_use]
    pub fn owes(&self, owed: &Owed) -> bool {
        (self.device_key(), &self.sink) == (owed.device.clone(), &owed.sink)
    }

    fn owed(&self, state: &Path) -> Option<Owed> {
        Owed::to(state, &self.device_key(), &self.sink)
    }

    fn device(&self) -> device::Setup {
        device::Setup {
            profile: self.profile.clone(),
            address: self.address.clone(),
            baud: self.baud,
            rs485: self.rs485,
            user: self.user.clone(),
            password_file: self.password_file.clone(),
        }
    }

    fn route(&self) -> Option<&Route> {
        self.profile.route.as_ref()
    }
}

/// Each proof holds it until everything is put back.
static PROOFS: RwLock<()> = RwLock::const_new(());

/// Waits until no proof has anything to put back any more, at most so long: before the program ends.
pub async fn settled(within: Duration) {
    if tokio::time::timeout(within, PROOFS.write()).await.is_err() {
        tracing::error!("a switching test may have left another source on its sink: look at the matrix");
    }
}

/// Runs the proof beside the run: when the run is given up, the proof ends at once and puts back what it changed. While
/// something is owed to its sink, that is put back and nothing is proven: what the sink shows is not what belongs there.
pub(super) async fn run(setup: &Setup, state: &Path) -> Found {
    let (running, given_up) = oneshot::channel::<()>();
    let (setup, state) = (setup.clone(), state.to_owned());
    let proof = tokio::spawn(async move {
        let _under_way = PROOFS.read().await;
        match setup.owed(&state) {
            Some(owed) => proof::repay(setup, &state, owed).await,
            None => proof::prove(setup, &state, given_up).await,
        }
    });
    let found = proof.await.unwrap_or_else(|_| Found::missing("切换测试意外中断：请查看代理日志"));
    drop(running);
    found
}

/// Puts back what an interrupted test left, and nothing else.
pub async fn put_back(setup: &Setup, state: &Path) -> Found {
    match setup.owed(state) {
        Some(owed) => Box::pin(proof::repay(setup.clone(), state, owed)).await,
        None => Found::new(Verdict::Pass, format!("{} 输出 {} 无待恢复的切换", setup.profile.name, setup.sink)),
    }
}
