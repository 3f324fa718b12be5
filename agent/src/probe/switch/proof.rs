//! One proof: remember, route, read back, look, put back. And what an interrupted one owes.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use avow_shared::outcome::Verdict;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use super::owed::Owed;
use super::{ATTEMPTS, LOOK_AGAIN, NOT_RESTORED, Setup};
use crate::ffmpeg::Source;
use crate::probe::device::Unreached;
use crate::probe::measures::SWITCH_MS;
use crate::probe::preset::compare::compare;
use crate::probe::preset::reference::Picture;
use crate::probe::preset::shot::{self, apart};
use crate::probe::{Exhibit, Found, picture};
use crate::profile::Route;
use crate::profile::judge::Reply;
use crate::profile::talk::{Broken, Line, Secrets, Transcript};
use crate::words::Language;

/// For one picture to compare.
pub(super) const SHOT: Duration = Duration::from_secs(15);
/// A picture that is still the same is looked at so often, with so long in between.
pub(super) const LOOKS: u32 = 2;
pub(super) const LOOK_ONCE_MORE: Duration = Duration::from_secs(2);

/// Why a device does not do what it should.
#[derive(Debug)]
pub(super) enum Trouble {
    /// This box lacks something.
    Here(String),
    /// It is not reached.
    Down(String),
    /// It broke off.
    Broken(Broken),
    /// It did not answer.
    Silent(&'static str),
    /// It answered something else.
    Otherwise(&'static str, String),
    /// It has another source on the sink than it was told.
    Elsewhere(String),
}

/// What a proof has to put back, and how far it came.
#[derive(Default)]
struct Course {
    /// What the sink had before, and what it was told to have.
    owed: Option<Owed>,
    /// How long the device took, milliseconds.
    took_ms: Option<u32>,
    /// What the sink showed.
    picture: Option<Found>,
    /// Whether that is what it showed before.
    is_same_picture: bool,
}

/// Two texts for one source: `02` and `2`.
fn is_same(one: &str, other: &str) -> bool {
    let number = |text: &str| text.parse::<u64>().ok();
    one == other || number(one).is_some_and(|one| Some(one) == number(other))
}

pub(super) async fn prove(setup: Setup, state: &Path, given_up: oneshot::Receiver<()>) -> Found {
    let Some(route) = setup.route().cloned() else { return Found::missing("描述文件没有 [route]") };
    let secrets = match setup.device().secrets() {
        Ok(secrets) => secrets,
        Err(Unreached::Here([what, _]) | Unreached::There([what, _])) => return Found::missing(what),
    };
    let (mut course, mut transcript) = (Course::default(), Transcript::default());
    // Who sends nothing lives no more: both ends of the channel mean the same.
    let proved = tokio::select! {
        proved = there(&setup, &route, &secrets, state, &mut course, &mut transcript) => Some(proved),
        _ = given_up => None,
    };
    let restored = match &course.owed {
        Some(owed) => back(&setup, &route, &secrets, (owed, &OnceLock::new()), state, &mut transcript).await,
        None => Ok(()),
    };
    let found = judged(&setup, proved.unwrap_or(Ok(())), restored, &course);
    let transcript = (found.verdict != Verdict::Pass).then(|| Exhibit::transcript(&transcript.text(Language::Chinese)));
    let still = course.picture.and_then(|picture| picture.exhibits.into_iter().next());
    found.with_exhibit(transcript).with_exhibit(still)
}

/// What an interrupted proof left is put back, unless somebody has chosen another source since.
pub(super) async fn repay(setup: Setup, state: &Path, owed: Owed) -> Found {
    let Some(route) = setup.route().cloned() else { return Found::missing("描述文件没有 [route]") };
    let secrets = match setup.device().secrets() {
        Ok(secrets) => secrets,
        Err(Unreached::Here([what, _]) | Unreached::There([what, _])) => return Found::missing(what),
    };
    let mut transcript = Transcript::default();
    let look = async {
        let mut wire = setup.device().open(&secrets).await.map_err(unreached)?;
        let mut line = Line::begin(&setup.profile, &secrets, &mut wire, &mut transcript).await?;
        read(&mut line, &setup, &route).await
    };
    let seen = timeout(setup.restore_within(), look).await.unwrap_or(Err(Trouble::Silent("读回")));
    let what = format!("{} 输出 {}：上次切换测试被中断", setup.profile.name, setup.sink);
    let Owed { before, told, .. } = &owed;
    let interrupted = |detail: String| Found::new(Verdict::degraded("switch.interrupted"), detail);
    let found = match seen {
        Ok(has) if is_same(&has, before) => {
            owed.forget(state);
            Found::new(Verdict::Pass, format!("{what}，现已是原来的 {before}"))
        }
        Ok(has) if !is_same(&has, told) => {
            owed.forget(state);
            interrupted(format!("{what}，其后已另行切换为 {has}，不再恢复（原为 {before}）"))
        }
        Ok(_) => match back(&setup, &route, &secrets, (&owed, &OnceLock::new()), state, &mut transcript).await {
            Ok(()) => interrupted(format!("{what}，停在 {told}，现已恢复为 {before}")),
            Err(trouble) => not_restored(&setup, before, &trouble),
        },
        Err(trouble) => not_restored(&setup, before, &trouble),
    };
    let transcript = (found.verdict != Verdict::Pass).then(|| Exhibit::transcript(&transcript.text(Language::Chinese)));
    found.with_exhibit(transcript)
}

/// Routes another source to the sink, and looks whether it is there.
async fn there(
    setup: &Setup,
    route: &Route,
    secrets: &Secrets,
    state: &Path,
    course: &mut Course,
    transcript: &mut Transcript,
) -> Result<(), Trouble> {
    // Before the connection: a device does not wait for a picture.
    let shown = match &setup.picture {
        Some(picture) => still(&picture.source).await,
        None => None,
    };
    let mut wire = setup.device().open(secrets).await.map_err(unreached)?;
    let mut line = Line::begin(&setup.profile, secrets, &mut wire, transcript).await?;
    course.took_ms = Some(take(&mut line, setup, route, state, (&mut course.owed, &OnceLock::new())).await?);
    drop(line);
    drop(wire);
    if let Some(picture) = &setup.picture {
        let found = Box::pin(picture::run_alone(picture)).await;
        let is_shown = matches!(found.verdict, Verdict::Pass | Verdict::Degraded { .. });
        course.picture = Some(found);
        if let Some(before) = shown.filter(|_| is_shown) {
            course.is_same_picture = goes_on(&before, &picture.source).await;
        }
    }
    Ok(())
}

async fn still(source: &Source) -> Option<Picture> {
    timeout(SHOT, shot::take(source, SHOT)).await.ok()?.ok()
}

/// Whether the sink goes on showing what it showed before: a wall or an encoder may take a moment longer than it says.
async fn goes_on(before: &Picture, source: &Source) -> bool {
    for look in 0..LOOKS {
        if look > 0 {
            sleep(LOOK_ONCE_MORE).await;
        }
        let Some(now) = still(source).await else { return false };
        let (one, other) = (before.raster.clone(), now.raster);
        if !apart(move || compare(&one, &other).is_same_picture()).await {
            return false;
        }
    }
    true
}

/// Routes another source to the sink and waits until it reads back; `owed` is set as soon as there is something to put back,
/// `told` when the command goes out.
pub(super) async fn away(
    setup: &Setup,
    route: &Route,
    secrets: &Secrets,
    state: &Path,
    (owed, told): (&mut Option<Owed>, &OnceLock<Instant>),
    transcript: &mut Transcript,
) -> Result<(), Trouble> {
    let mut wire = setup.device().open(secrets).await.map_err(unreached)?;
    let mut line = Line::begin(&setup.profile, secrets, &mut wire, transcript).await?;
    take(&mut line, setup, route, state, (owed, told)).await.map(|_| ())
}

/// Says after how many milliseconds the route reads back.
async fn take(
    line: &mut Line<'_>,
    setup: &Setup,
    route: &Route,
    state: &Path,
    (owed, told): (&mut Option<Owed>, &OnceLock<Instant>),
) -> Result<u32, Trouble> {
    let before = read(line, setup, route).await?;
    let Some(source) = setup.sources.iter().find(|source| !is_same(source, &before)) else {
        return Err(Trouble::Here(format!("输出 {} 已是 {before}，无从证明：请在 sources 中再写一路", setup.sink)));
    };
    let owes = Owed { device: setup.device_key(), sink: setup.sink.clone(), before, told: source.clone() };
    // What is not written down is not done: who loses his power now must find it again.
    owes.note(state).map_err(|error| Trouble::Here(format!("状态目录写不进（{error}），未切换")))?;
    // From here on there is something to put back, even if the command is lost half way.
    *owed = Some(owes);
    let began = *told.get_or_init(Instant::now);
    tell(line, setup, route, source).await?;
    until(line, setup, route, source, began).await
}

/// Puts back what was there, told at `first_told`; then nothing is owed any more.
pub(super) async fn back(
    setup: &Setup,
    route: &Route,
    secrets: &Secrets,
    (owed, first_told): (&Owed, &OnceLock<Instant>),
    state: &Path,
    transcript: &mut Transcript,
) -> Result<(), Trouble> {
    let before = owed.before.as_str();
    let mut last = Ok(());
    for _ in 0..ATTEMPTS {
        let attempt = async {
            let mut wire = setup.device().open(secrets).await.map_err(unreached)?;
            let mut line = Line::begin(&setup.profile, secrets, &mut wire, transcript).await?;
            first_told.get_or_init(Instant::now);
            let told = tell(&mut line, setup, route, before).await;
            // What it says of the command matters less than what it has on the sink.
            until(&mut line, setup, route, before, Instant::now()).await.map(|_| ()).map_err(|trouble| match told {
                Err(told) if matches!(trouble, Trouble::Elsewhere(_)) => told,
                _ => trouble,
            })
        };
        last = timeout(setup.restore_within(), attempt).await.unwrap_or(Err(Trouble::Silent("恢复")));
        if last.is_ok() {
            owed.forget(state);
            break;
        }
    }
    last
}

async fn read(line: &mut Line<'_>, setup: &Setup, route: &Route) -> Result<String, Trouble> {
    match line.ask(&route.question(&setup.sink), &setup.profile.framing, false).await? {
        Reply::Got(bytes) => route.source(&bytes).ok_or_else(|| Trouble::Otherwise("读回", shown(&bytes))),
        Reply::Silent => Err(Trouble::Silent("读回")),
        Reply::TooLong => Err(Trouble::Otherwise("读回", "应答不止".to_owned())),
    }
}

async fn tell(line: &mut Line<'_>, setup: &Setup, route: &Route, source: &str) -> Result<(), Trouble> {
    match line.ask(&route.command(source, &setup.sink), &setup.profile.framing, false).await? {
        Reply::Got(bytes) if route.is_taken(&bytes) => Ok(()),
        Reply::Got(bytes) => Err(Trouble::Otherwise("切换", shown(&bytes))),
        // A device that does not answer a command may have done it all the same.
        Reply::Silent if route.expect.is_none() => Ok(()),
        Reply::Silent => Err(Trouble::Silent("切换")),
        Reply::TooLong => Err(Trouble::Otherwise("切换", "应答不止".to_owned())),
    }
}

/// Reads back until the sink has the source; says after how many milliseconds.
async fn until(
    line: &mut Line<'_>,
    setup: &Setup,
    route: &Route,
    source: &str,
    began: Instant,
) -> Result<u32, Trouble> {
    let enough = Instant::now() + route.settle;
    loop {
        let has = read(line, setup, route).await?;
        if is_same(&has, source) {
            return Ok(u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX));
        }
        if Instant::now() + LOOK_AGAIN > enough {
            return Err(Trouble::Elsewhere(has));
        }
        sleep(LOOK_AGAIN).await;
    }
}

fn judged(setup: &Setup, proved: Result<(), Trouble>, restored: Result<(), Trouble>, course: &Course) -> Found {
    let (before, told) = course.owed.as_ref().map_or(("", ""), |owed| (&owed.before, &owed.told));
    let (name, sink) = (&setup.profile.name, &setup.sink);
    let values = course.took_ms.map(|ms| SWITCH_MS.of(ms.into())).into_iter().collect();
    let found = match (proved, restored) {
        // Whatever else went wrong: people see the wrong picture now.
        (_, Err(trouble)) => not_restored(setup, before, &trouble),
        (Err(Trouble::Here(what)), Ok(())) => Found::missing(what),
        (Err(trouble), Ok(())) => {
            let detail = format!("{name} 输出 {sink} {}", trouble.words());
            let restored = if course.owed.is_some() { format!("；已恢复为 {before}") } else { String::new() };
            Found::new(Verdict::fail(trouble.finding()), format!("{detail}{restored}"))
        }
        (Ok(()), Ok(())) => seen(setup, course, told, before),
    };
    found.with_values(values)
}

fn not_restored(setup: &Setup, before: &str, trouble: &Trouble) -> Found {
    let (name, sink, why) = (&setup.profile.name, &setup.sink, trouble.words());
    let detail = format!("{name} 输出 {sink} 未能恢复为 {before}（{why}）：请立即人工切回");
    Found::new(Verdict::fail(NOT_RESTORED), detail)
}

/// The route was read back and put back: what did the sink show?
fn seen(setup: &Setup, course: &Course, told: &str, before: &str) -> Found {
    let (name, sink) = (&setup.profile.name, &setup.sink);
    let took = course.took_ms.map(|ms| format!("，{ms} ms")).unwrap_or_default();
    let route = format!("{name} 输出 {sink}：{before} → {told}{took}");
    match &course.picture {
        Some(Found { verdict: Verdict::Fail { .. }, detail, .. }) => {
            Found::new(Verdict::fail("switch.no-picture"), format!("{route}，但{detail}；已恢复"))
        }
        Some(Found { verdict: Verdict::Unknown { .. }, detail, .. }) => {
            Found::new(Verdict::Pass, format!("{route}，已读回，已恢复；画面未能核对（{detail}）"))
        }
        Some(_) if course.is_same_picture => {
            let detail = format!("{route}，已读回，但画面与切换前相同；已恢复");
            Found::new(Verdict::degraded("switch.same-picture"), detail)
        }
        Some(Found { detail, .. }) => Found::new(Verdict::Pass, format!("{route}，{detail}，已恢复")),
        None => Found::new(Verdict::Pass, format!("{route}，已读回，已恢复")),
    }
}

fn unreached(error: Unreached) -> Trouble {
    match error {
        Unreached::Here([what, _]) => Trouble::Here(what),
        Unreached::There([why, _]) => Trouble::Down(why),
    }
}

fn shown(bytes: &[u8]) -> String {
    crate::profile::bytes::shown(&bytes[..bytes.len().min(40)])
}

impl From<Broken> for Trouble {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Unreached(why) => Self::Down(why),
            broken => Self::Broken(broken),
        }
    }
}

impl Trouble {
    /// What it means for a run that has nothing to put back, or has put it back.
    pub(super) fn found(&self, setup: &Setup) -> Found {
        match self {
            Self::Here(what) => Found::missing(what),
            trouble => {
                let detail = format!("{} 输出 {} {}", setup.profile.name, setup.sink, trouble.words());
                Found::new(Verdict::fail(trouble.finding()), detail)
            }
        }
    }

    const fn finding(&self) -> &'static str {
        match self {
            Self::Down(_) | Self::Here(_) => "device.down",
            Self::Broken(Broken::Unreached(_)) => "device.down",
            Self::Broken(Broken::Login(_) | Broken::Denied(_)) => "device.login",
            Self::Broken(Broken::Io(_)) | Self::Silent(_) => "device.no-answer",
            Self::Broken(Broken::Http(_)) => "device.wrong-answer",
            Self::Otherwise(..) => "switch.refused",
            Self::Elsewhere(_) => "switch.not-routed",
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::Here(what) => what.clone(),
            Self::Down(why) | Self::Broken(Broken::Unreached(why)) => format!("无法连接：{why}"),
            Self::Broken(Broken::Denied(status)) => format!("登录未成：HTTP {status}，请核对 user 和 password_file"),
            Self::Broken(Broken::Login(wait)) => format!("登录未成：等不到“{wait}”"),
            Self::Broken(Broken::Io(error)) => format!("中断了连接：{error}"),
            Self::Broken(Broken::Http(said)) => format!("网页应答有误：{said}"),
            Self::Silent(what) => format!("{what}无应答"),
            Self::Otherwise(what, heard) => format!("{what}应答不符：{heard}"),
            Self::Elsewhere(has) => format!("未切换，读回仍为 {has}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_the_same_with_and_without_leading_zeros() {
        for (one, other, same) in [
            ("2", "02", true),
            ("2", "12", false),
            ("Slot3.In1", "Slot3.In1", true),
            ("a", "A", false),
            ("", "0", false),
        ] {
            assert_eq!(is_same(one, other), same, "{one} {other}");
        }
    }
}
