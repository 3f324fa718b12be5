//! The backend that speaks ONVIF: every job is a conversation of its own over HTTP, side by side with the others.
//!
//! A camera that is told to move and to stop over two connections may hear the stop first. So a stop goes out at once, and
//! once more when a motion was under way; motions wait for each other.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use avow_shared::camera::{Command, Motion, Position};
use smol_str::{SmolStr, format_smolstr};
use tokio::sync::{Mutex, OnceCell};
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep, timeout};

use super::reach::{Happened, Ticket};
use super::words::{Answer, Axes, Identity, Job, Question, Trouble};
use crate::clock::Clock;
use crate::onvif::call::{self, Vector};
use crate::onvif::client::{Client, Failure};
use crate::onvif::reply::{self, Profile, Status};
use crate::onvif::token::Credentials;
use crate::visca::port::Host;
use crate::visca::session;

/// For each answer.
const ANSWER: Duration = Duration::from_secs(5);
/// Longer than any job takes, shorter than a job may take.
const JOB: Duration = Duration::from_secs(50);
/// A head that has not come to rest by then does not.
const ARRIVAL: Duration = Duration::from_secs(25);
/// Between two looks at a head that moves.
const LOOK: Duration = Duration::from_millis(400);
/// A position is told in parts of its whole range, and kept in ten thousandths.
const WHOLE: f64 = 10_000.0;

/// How a camera is reached and who asks, as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The camera.
    pub host: Host,
    /// The user, when one is wanted.
    pub user: Option<String>,
    /// A file with his password in its first line.
    pub password_file: Option<PathBuf>,
    /// Token or name of the media profile; none: the first.
    pub profile: Option<String>,
}

impl Access {
    /// A conversation that has not begun; the password is read.
    ///
    /// # Errors
    /// In words for people, when this box lacks something.
    pub async fn client(&self, now_ms: i64, answer: Duration) -> Result<Client, String> {
        let password = match &self.password_file {
            None => String::new(),
            Some(path) => {
                let text = tokio::fs::read_to_string(path).await;
                let text = text.map_err(|error| format!("密码文件 {} 不可用：{error}", path.display()))?;
                text.lines().next().unwrap_or_default().to_owned()
            }
        };
        let who = self.user.clone().map(|user| Credentials { user, password });
        Client::new(self.host.clone(), who, now_ms, answer)
    }

    /// The profile that is meant.
    #[must_use]
    pub fn choose<'a>(&self, profiles: &'a [Profile]) -> Option<&'a Profile> {
        match &self.profile {
            None => profiles.first(),
            Some(wanted) => {
                let by = |of: fn(&Profile) -> &String| profiles.iter().find(|profile| of(profile) == wanted);
                by(|profile| &profile.token).or_else(|| by(|profile| &profile.name))
            }
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Onvif {
    access: Access,
    camera: Option<Arc<Camera>>,
    jobs: JoinSet<Result<Answer, Trouble>>,
    tickets: HashMap<Id, Ticket>,
    transcript: String,
}

/// A camera that is being spoken with.
#[derive(Debug)]
struct Camera {
    access: Access,
    client: OnceCell<Client>,
    profile: OnceCell<Profile>,
    /// Held while a motion is told.
    wheel: Mutex<()>,
}

impl Onvif {
    /// Whoever speaks there; nothing is sent yet.
    #[must_use]
    pub fn new(access: Access) -> Self {
        let (jobs, tickets, transcript) = (JoinSet::new(), HashMap::new(), String::new());
        Self { access, camera: None, jobs, tickets, transcript }
    }

    /// See [`super::reach::Backend::take`].
    pub fn take(&mut self, ticket: Ticket, job: Job) {
        let access = &self.access;
        let camera = Arc::clone(self.camera.get_or_insert_with(|| Arc::new(Camera::new(access.clone()))));
        let handle = self.jobs.spawn(async move {
            let done = timeout(JOB, camera.work(job)).await;
            done.unwrap_or(Err(Trouble::Camera(session::Failure::NotCompleted)))
        });
        self.tickets.insert(handle.id(), ticket);
    }

    /// See [`super::reach::Backend::next`].
    pub async fn next(&mut self) -> Happened {
        let Some(joined) = self.jobs.join_next_with_id().await else { return std::future::pending().await };
        let (id, result) = match joined {
            Ok((id, result)) => (id, result),
            Err(error) => (error.id(), Err(Trouble::Closed)),
        };
        if let Some(client) = self.camera.as_ref().and_then(|camera| camera.client.get()) {
            self.transcript = client.transcript();
        }
        Happened::Ended(self.tickets.remove(&id).unwrap_or_default(), result)
    }

    /// See [`super::reach::Backend::rest`].
    pub fn rest(&mut self) {
        self.camera = None;
    }

    /// See [`super::reach::Backend::transcript`].
    #[must_use]
    pub fn transcript(&self) -> &str {
        &self.transcript
    }
}

impl Camera {
    fn new(access: Access) -> Self {
        Self { access, client: OnceCell::new(), profile: OnceCell::new(), wheel: Mutex::new(()) }
    }

    async fn work(&self, job: Job) -> Result<Answer, Trouble> {
        match job {
            Job::Ask(Question::Identity) => {
                let said = self.client().await?.call(&call::information()).await?;
                let (make, model) = (said.maker.into(), said.model.into());
                let (serial, firmware) = (said.serial.into(), said.firmware.into());
                Ok(Answer::Identity(Identity { make, model, serial, firmware, numbers: None }))
            }
            // Who answers is on, nobody else is heard, and how it sees is another service's matter; there are no such questions.
            Job::Ask(
                Question::Power
                | Question::Company
                | Question::FocusMode
                | Question::Focus
                | Question::Exposure
                | Question::White,
            ) => Err(Trouble::Cannot),
            Job::Ask(Question::Position) => {
                let status = self.status().await?;
                position(status).map(Answer::Position).ok_or(Trouble::Cannot)
            }
            Job::Ask(Question::Settings) => {
                let (client, profile) = (self.client().await?, self.profile().await?);
                Ok(Answer::Settings(settings(client, profile).await))
            }
            Job::Do(command) => self.obey(command).await.map(|()| Answer::Done),
            Job::Steer(motion, axes) => self.steer(motion, axes).await.map(|()| Answer::Done),
        }
    }

    async fn client(&self) -> Result<&Client, Trouble> {
        let made = self.client.get_or_try_init(async || {
            let now_ms = i64::try_from(Clock::new().now().wall.at_ms).unwrap_or(i64::MAX);
            self.access.client(now_ms, ANSWER).await
        });
        Ok(made.await.map_err(Failure::Here)?)
    }

    async fn token(&self) -> Result<&str, Trouble> {
        Ok(&self.profile().await?.token)
    }

    async fn profile(&self) -> Result<&Profile, Trouble> {
        let client = self.client().await?;
        let found = self.profile.get_or_try_init(async || {
            let all = match client.call(&call::profiles()).await {
                // Without one nothing can be done: that is no answer which a probe may do without.
                Err(Failure::Fault(fault)) => return Err(Failure::WrongAnswer(fault.words)),
                answer => answer?,
            };
            let chosen = self.access.choose(&all).cloned();
            chosen.ok_or_else(|| Failure::Here(no_profile(&all)))
        });
        Ok(found.await?)
    }

    async fn status(&self) -> Result<Status, Trouble> {
        Ok(self.client().await?.call(&call::status(self.token().await?)).await?)
    }

    async fn obey(&self, command: Command) -> Result<(), Trouble> {
        match command {
            Command::Ask => return Ok(()),
            Command::Stop => return self.stop(Axes::ALL).await,
            Command::Focus(_) | Command::AutoExposure | Command::AutoWhite | Command::Power(_) => {
                return Err(Trouble::Cannot);
            }
            Command::Exposure(_) | Command::White(_) => return Err(Trouble::Cannot),
            _ => {}
        }
        let (client, profile) = (self.client().await?, self.token().await?);
        match command {
            Command::Home => client.call(&call::goto_home(profile)).await?,
            Command::Go(place) => client.call(&call::absolute_move(profile, vector(place))).await?,
            Command::Turn { pan, tilt } => {
                let head = Some((f64::from(pan) / WHOLE, f64::from(tilt) / WHOLE));
                client.call(&call::relative_move(profile, Vector { head, zoom: None })).await?;
            }
            Command::Recall(number) | Command::Store(number) | Command::Clear(number) => {
                return self.preset(command, number).await;
            }
            _ => {}
        }
        self.arrived().await
    }

    async fn preset(&self, command: Command, number: u8) -> Result<(), Trouble> {
        let (client, profile) = (self.client().await?, self.token().await?);
        let presets = client.call(&call::presets(profile)).await?;
        let known = reply::numbered(&presets, number).map(|preset| preset.token.as_str());
        match (command, known) {
            (Command::Store(_), known) => {
                client.call(&call::set_preset(profile, &number.to_string(), known)).await?;
                Ok(())
            }
            (Command::Clear(_), Some(token)) => Ok(client.call(&call::remove_preset(profile, token)).await?),
            (Command::Clear(_), None) => Ok(()),
            (_, Some(token)) => {
                client.call(&call::goto_preset(profile, token)).await?;
                self.arrived().await
            }
            (_, None) => Err(Trouble::Onvif(Arc::new(Failure::NoPreset(number)))),
        }
    }

    /// Waits until the head rests, as far as the camera tells.
    async fn arrived(&self) -> Result<(), Trouble> {
        let until = Instant::now() + ARRIVAL;
        let mut before = None;
        while Instant::now() < until {
            sleep(LOOK).await;
            let status = match self.status().await {
                Err(trouble) if trouble.is_refusal() => return Ok(()),
                status => status?,
            };
            let says_nothing = status.head.is_none() && status.zoom.is_none() && status.is_moving.is_none();
            if says_nothing || (status.is_moving != Some(true) && before == Some(status)) {
                return Ok(());
            }
            before = Some(status);
        }
        Err(Trouble::Camera(session::Failure::NotCompleted))
    }

    async fn steer(&self, motion: Motion, axes: Axes) -> Result<(), Trouble> {
        if motion.is_still() {
            return self.stop(axes).await;
        }
        if !axes.head && !axes.zoom {
            // The focus is another service's matter.
            return Err(Trouble::Cannot);
        }
        let (client, profile) = (self.client().await?, self.token().await?);
        let part = |speed: i8| f64::from(speed) / 100.0;
        let head = axes.head.then(|| (part(motion.pan), part(motion.tilt)));
        let zoom = axes.zoom.then(|| part(motion.zoom));
        let _wheel = self.wheel.lock().await;
        Ok(client.call(&call::continuous_move(profile, Vector { head, zoom })).await?)
    }

    async fn stop(&self, axes: Axes) -> Result<(), Trouble> {
        if !axes.head && !axes.zoom {
            return Ok(());
        }
        let (client, profile) = (self.client().await?, self.token().await?);
        let stop = call::stop(profile, axes.head, axes.zoom);
        let is_turning = self.wheel.try_lock().is_err();
        client.call(&stop).await?;
        if is_turning {
            let _wheel = self.wheel.lock().await;
            client.call(&stop).await?;
        }
        Ok(())
    }
}

/// How a camera is set; what it does not tell, or not to this user, is left out.
pub async fn settings(client: &Client, profile: &Profile) -> Vec<(&'static str, SmolStr)> {
    let size = profile.size.map(|(width, height)| ("resolution", format_smolstr!("{width}x{height}")));
    let rate = profile.rate_kbps.map(|rate| ("rate_kbps", format_smolstr!("{rate}")));
    let ntp = client.call(&call::ntp()).await.ok().map(|ntp| ("ntp", ntp.into()));
    [size, rate, ntp].into_iter().flatten().collect()
}

/// What to say of profiles among which the wanted one is not.
#[must_use]
pub fn no_profile(all: &[Profile]) -> String {
    let names: Vec<String> = all.iter().take(6).map(|profile| profile.token.clone()).collect();
    if names.is_empty() {
        "摄像机没有媒体配置（profile）".to_owned()
    } else {
        format!("摄像机没有所配置的 profile，应为其中之一：{}", names.join("、"))
    }
}

/// Ten thousandths of the whole range.
fn position(status: Status) -> Option<Position> {
    let (pan, tilt) = status.head?;
    let steps = |part: f64| (part.clamp(-1.0, 1.0) * WHOLE).round();
    Some(Position {
        pan: steps(pan) as i32,
        tilt: steps(tilt) as i16,
        zoom: steps(status.zoom.unwrap_or(0.0).max(0.0)) as u16,
    })
}

fn vector(place: Position) -> Vector {
    let part = |steps: f64| (steps / WHOLE).clamp(-1.0, 1.0);
    Vector { head: Some((part(place.pan.into()), part(place.tilt.into()))), zoom: Some(part(place.zoom.into())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_ten_thousandths_of_the_range_and_back() {
        for (head, zoom, place) in [
            ((-1.0, 1.0), Some(1.0), Position { pan: -10_000, tilt: 10_000, zoom: 10_000 }),
            ((0.123_45, -0.5), None, Position { pan: 1_235, tilt: -5_000, zoom: 0 }),
            ((-7.0, 7.0), Some(-1.0), Position { pan: -10_000, tilt: 10_000, zoom: 0 }),
        ] {
            assert_eq!(position(Status { head: Some(head), zoom, is_moving: None }), Some(place));
        }
        assert_eq!(position(Status::default()), None);
        let place = Position { pan: 2_500, tilt: -20_000, zoom: 65_535 };
        assert_eq!(vector(place), Vector { head: Some((0.25, -1.0)), zoom: Some(1.0) });
    }

    #[test]
    fn a_profile_is_chosen_by_token_or_name_and_else_the_first() {
        let profile =
            |token: &str, name: &str| Profile { token: token.into(), name: name.into(), ..Profile::default() };
        let all = [profile("a", "b"), profile("b", "c")];
        let access = |profile: Option<&str>| Access {
            host: Host::read("h", 80).expect("a host"),
            user: None,
            password_file: None,
            profile: profile.map(str::to_owned),
        };
        for (wanted, token) in [(None, Some("a")), (Some("b"), Some("b")), (Some("c"), Some("b")), (Some("x"), None)] {
            assert_eq!(access(wanted).choose(&all).map(|profile| profile.token.as_str()), token);
        }
        assert!(no_profile(&all).contains("a、b") && no_profile(&[]).contains("没有媒体配置"));
    }
}
