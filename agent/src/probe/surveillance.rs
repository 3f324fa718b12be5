//! The surveillance probe: a camera that watches a place answers, says who it is, keeps time, has a stream, and gives a still
//! picture that is one. It is asked over ONVIF and never moved; that most of them cannot move is no fault.
//!
//! The picture is taken only when the interlock grants pictures. A meeting leaves the questions.

mod still;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use avow_shared::outcome::Verdict;
use avow_shared::time::ClockQuality;
use avow_shared::value::Value;
use serde::{Deserialize, Deserializer, de};
use smol_str::SmolStr;

use super::limits::{Overrides, Rule, judge};
use super::measures::{CAMERA_CLOCK, SNAPSHOT_HEIGHT, SNAPSHOT_WIDTH};
use super::{BadSetup, Context, Exhibit, Found, onvif, within};
use crate::camera::onvif::{Access, no_profile, settings};
use crate::onvif::call;
use crate::onvif::client::{Client, Failure, PORT, without_secrets};
use crate::onvif::reply::Information;
use crate::onvif::soap::Kind;
use crate::visca::port::Host;
use still::Still;

/// The keys of a surveillance probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// `host` or `host:port`, the port 80 when nothing is said; `onvif://…` is the same.
    #[serde(deserialize_with = "address")]
    pub address: Host,
    /// The user, when one is wanted.
    pub user: Option<String>,
    /// A file with his password in its first line.
    pub password_file: Option<PathBuf>,
    /// Token or name of the media profile; none: the first.
    pub profile: Option<String>,
    /// Whether a still picture is taken, where the interlock allows one.
    #[serde(default = "yes")]
    pub snapshot: bool,
    /// For each answer, milliseconds, 500 to 10 000.
    #[serde(default = "five_thousand")]
    pub timeout_ms: u64,
    /// Changes to the limit of `camera_clock` (ms).
    #[serde(default)]
    pub limits: Overrides,
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Host, D::Error> {
    let text = String::deserialize(deserializer)?;
    let host = Host::read(text.strip_prefix("onvif://").unwrap_or(&text).trim_end_matches('/'), PORT);
    // A user or password may stand in it.
    host.ok_or_else(|| de::Error::custom("address: expected host or host:port, without user, password and path"))
}

const fn yes() -> bool {
    true
}

const fn five_thousand() -> u64 {
    5_000
}

/// GB/T 28181 wants the clocks of a network within a second of each other. A camera tells whole seconds, so that half a
/// second more is not seen.
const RULES: &[Rule] = &[Rule::at_most(CAMERA_CLOCK, 1_500.0, None, "camera.clock")];
/// Of a time in whole seconds the middle is taken, which is wrong by so much at most. The limit allows for it.
const WHOLE_SECONDS_MS: i64 = 500;
/// After this nothing more is asked, however slowly a camera answers.
const ENOUGH: Duration = Duration::from_secs(40);

impl Setup {
    pub(super) fn check(&self) -> Result<(), BadSetup> {
        within("timeout_ms", self.timeout_ms, 500, 10_000)?;
        if self.password_file.is_some() && self.user.is_none() {
            return Err(BadSetup::value("user", "whose password 'password_file' holds", "nothing"));
        }
        self.limits.check(RULES)
    }

    pub(super) fn rules(&self) -> Vec<Rule> {
        self.limits.apply(RULES)
    }

    /// Questions, the last of which may begin just before enough was asked, and take a login and the way to its service; the
    /// picture's decoding.
    pub(super) const fn longest(&self) -> Duration {
        ENOUGH.saturating_add(Duration::from_millis(6 * self.timeout_ms)).saturating_add(still::DECODE)
    }

    fn access(&self) -> Access {
        Access {
            host: self.address.clone(),
            user: self.user.clone(),
            password_file: self.password_file.clone(),
            profile: self.profile.clone(),
        }
    }
}

/// What a camera showed of itself.
#[derive(Debug, Default)]
struct Seen {
    who: Information,
    /// How far its clock is ahead of the box's, milliseconds; none when one of them does not know.
    clock_ms: Option<i64>,
    has_stream: bool,
    picture: Picture,
    /// How it is set.
    settings: Vec<(&'static str, SmolStr)>,
}

/// What came of the still picture.
#[derive(Debug, Default)]
enum Picture {
    /// None was taken: the interlock said no, or the configuration does.
    #[default]
    Untaken,
    /// The camera has none to give.
    None,
    /// As it is, and as it is kept.
    Good(Still),
    /// Why it is none.
    Bad(String),
}

pub(super) async fn run(setup: &Setup, context: &Context) -> Found {
    let now_ms = i64::try_from(context.wall.at_ms).unwrap_or(i64::MAX);
    let client = match setup.access().client(now_ms, Duration::from_millis(setup.timeout_ms)).await {
        Ok(client) => client,
        Err(why) => return Found::missing(why),
    };
    let found = match look(setup, context, &client).await {
        Ok(seen) => judged(setup, seen),
        Err(failure) => onvif::failed(&setup.address.to_string(), &failure),
    };
    let proof = (found.verdict != Verdict::Pass).then(|| Exhibit::transcript(&client.transcript()));
    found.with_exhibit(proof)
}

async fn look(setup: &Setup, context: &Context, client: &Client) -> Result<Seen, Failure> {
    let began = Instant::now();
    let has_time = || if began.elapsed() < ENOUGH { Ok(()) } else { Err(Failure::Silent) };
    // Some do not tell strangers the time, some not even friends.
    let clock_ms = match client.read_clock().await {
        // What the way may have taken is not the clock's fault.
        Ok((ahead_ms, error_ms)) => Some(nearer(ahead_ms, error_ms - WHOLE_SECONDS_MS)),
        Err(Failure::Fault(_) | Failure::WrongAnswer(_)) => None,
        Err(failure) => return Err(failure),
    };
    has_time()?;
    let who = client.call(&call::information()).await?;
    has_time()?;
    let profiles = client.call(&call::profiles()).await?;
    let Some(profile) = setup.access().choose(&profiles) else {
        return match setup.profile {
            Some(_) => Err(Failure::Here(no_profile(&profiles))),
            None => Err(Failure::WrongAnswer(no_profile(&profiles))),
        };
    };
    has_time()?;
    let has_stream = match client.call(&call::stream_uri(&profile.token)).await {
        Ok(_) => true,
        Err(Failure::Fault(_) | Failure::WrongAnswer(_)) => false,
        Err(failure) => return Err(failure),
    };
    has_time()?;
    let settings = settings(client, profile).await;
    has_time()?;
    let picture =
        if setup.snapshot && context.may_move { picture(client, &profile.token).await? } else { Picture::Untaken };
    // A box that does not know the time itself accuses nobody.
    let clock_ms = clock_ms.filter(|_| matches!(context.wall.quality, ClockQuality::Synced { .. }));
    Ok(Seen { who, clock_ms, has_stream, picture, settings })
}

/// `ahead_ms` with the benefit of a doubt.
const fn nearer(ahead_ms: i64, doubt_ms: i64) -> i64 {
    let off = ahead_ms.saturating_abs().saturating_sub(doubt_ms);
    let off = if off > 0 { off } else { 0 };
    if ahead_ms < 0 { -off } else { off }
}

async fn picture(client: &Client, profile: &str) -> Result<Picture, Failure> {
    let address = match client.call(&call::snapshot_uri(profile)).await {
        Ok(address) => address.0,
        Err(Failure::Fault(fault)) if fault.kind == Kind::Unsupported => return Ok(Picture::None),
        Err(Failure::Fault(fault)) => return Ok(Picture::Bad(fault.words)),
        Err(failure) => return Err(failure),
    };
    Ok(match client.fetch(&address).await {
        Ok(bytes) => match still::of(&bytes).await {
            Ok(still) => Picture::Good(still),
            Err(why) => Picture::Bad(why),
        },
        Err(Failure::TooLong) => Picture::Bad("超过 4 MiB".to_owned()),
        Err(Failure::Silent) => Picture::Bad("取图无应答".to_owned()),
        Err(Failure::Locked(_)) => Picture::Bad("取图时登录未成".to_owned()),
        Err(failure) => Picture::Bad(without_secrets(&failure.to_string())),
    })
}

fn judged(setup: &Setup, seen: Seen) -> Found {
    let mut values: Vec<Value> = Vec::new();
    values.extend(seen.clock_ms.map(|ahead| CAMERA_CLOCK.of(ahead.unsigned_abs() as f64)));
    if let Picture::Good(still) = &seen.picture {
        values.extend([SNAPSHOT_WIDTH.of(still.width.into()), SNAPSHOT_HEIGHT.of(still.height.into())]);
    }
    let (name, facts) = (name(&seen.who), onvif::facts(&seen.who));
    let facts = seen.settings.iter().fold(facts, |facts, (name, value)| facts.with(name, value));
    let (verdict, what) = match (&seen.picture, judge(&setup.rules(), &values)) {
        _ if !seen.has_stream => (Verdict::fail("camera.stream"), "没有码流地址：请检查编码设置".to_owned()),
        (Picture::Bad(why), _) => {
            (Verdict::fail("camera.snapshot"), format!("截图不可用（{why}）：请重启摄像机，检查其图像设置"))
        }
        (_, verdict) if verdict != Verdict::Pass => {
            (verdict, format!("时钟{}：请设置摄像机校时", off(seen.clock_ms.unwrap_or_default())))
        }
        (picture, verdict) => (verdict, well(picture, seen.clock_ms)),
    };
    let exhibit = match seen.picture {
        Picture::Good(still) => Some(Exhibit::picture(still.kept)),
        _ => None,
    };
    Found::new(verdict, format!("{name}，{what}")).with_values(values).with_facts(facts).with_exhibit(exhibit)
}

fn well(picture: &Picture, clock_ms: Option<i64>) -> String {
    let picture = match picture {
        Picture::Untaken => "未取图".to_owned(),
        Picture::None => "不提供截图".to_owned(),
        Picture::Good(still) => format!("截图 {}×{}", still.width, still.height),
        Picture::Bad(why) => why.clone(),
    };
    let clock = clock_ms.map_or("", |_| "，时钟准确");
    format!("有码流，{picture}{clock}")
}

/// `快 1 小时 0 分`.
fn off(ahead_ms: i64) -> String {
    let way = if ahead_ms >= 0 { "快" } else { "慢" };
    let seconds = ahead_ms.unsigned_abs().div_ceil(1_000);
    match seconds {
        0..120 => format!("{way} {seconds} 秒"),
        120..7_200 => format!("{way} {} 分", seconds / 60),
        7_200..172_800 => format!("{way} {} 小时", seconds / 3_600),
        _ => format!("{way} {} 天", seconds / 86_400),
    }
}

fn name(who: &Information) -> String {
    let firmware = if who.firmware.is_empty() { String::new() } else { format!("固件 {}", who.firmware) };
    let serial = if who.serial.is_empty() { String::new() } else { format!("序列号 {}", who.serial) };
    let words = [who.maker.clone(), who.model.clone(), firmware, serial];
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "型号未知".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(text: &str) -> Result<Setup, toml::de::Error> {
        toml::from_str(text)
    }

    fn seen(picture: Picture, clock_ms: Option<i64>) -> Seen {
        let who = Information { maker: "海康威视".into(), model: "DS-2".into(), ..Information::default() };
        Seen { who, clock_ms, has_stream: true, picture, settings: Vec::new() }
    }

    #[track_caller]
    fn check(seen: Seen, verdict: &Verdict, words: &str) {
        let found = judged(&setup("address='h'").expect("a setup"), seen);
        assert_eq!(&found.verdict, verdict, "{}", found.detail);
        assert!(found.detail.starts_with("海康威视 DS-2，") && found.detail.contains(words), "{}", found.detail);
        assert_eq!(found.facts.expect("who it is, however it does").model, "DS-2");
    }

    #[test]
    fn what_a_camera_shows_is_judged_worst_first() {
        let good = || Picture::Good(Still { width: 1920, height: 1080, kept: vec![1] });
        check(seen(good(), Some(1_400)), &Verdict::Pass, "有码流，截图 1920×1080，时钟准确");
        check(seen(Picture::Untaken, None), &Verdict::Pass, "未取图");
        check(seen(Picture::None, Some(-900)), &Verdict::Pass, "不提供截图");
        check(seen(good(), Some(1_600)), &Verdict::degraded("camera.clock"), "时钟快 2 秒");
        check(seen(good(), Some(-3_600_000)), &Verdict::degraded("camera.clock"), "时钟慢 60 分");
        check(seen(good(), Some(i64::MIN)), &Verdict::degraded("camera.clock"), "天");
        check(seen(Picture::Bad("不是".into()), Some(9_000)), &Verdict::fail("camera.snapshot"), "截图不可用（不是）");
        let mute = Seen { has_stream: false, ..seen(Picture::Bad(String::new()), None) };
        check(mute, &Verdict::fail("camera.stream"), "没有码流");
    }

    #[test]
    fn a_slow_way_is_no_wrong_clock() {
        for (ahead, doubt, off) in
            [(2_000, 0, 2_000), (2_000, 700, 1_300), (-2_000, 700, -1_300), (300, 700, 0), (i64::MIN, 1, -i64::MAX + 1)]
        {
            assert_eq!(nearer(ahead, doubt), off);
        }
    }

    #[test]
    fn an_address_is_a_host_and_holds_no_password() {
        for (text, shown) in [("h", "h:80"), ("onvif://10.0.0.1:8000/", "10.0.0.1:8000"), ("[fe80::1]", "[fe80::1]:80")]
        {
            assert_eq!(setup(&format!("address='{text}'")).expect(text).address.to_string(), shown);
        }
        for text in ["", "http://h", "admin:secret@h", "h/onvif"] {
            let error = setup(&format!("address='{text}'")).expect_err(text).to_string();
            assert!(error.contains("expected host or host:port"), "{error}");
        }
    }
}
