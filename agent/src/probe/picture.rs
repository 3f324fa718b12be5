//! The picture probe: a source shows a picture, not black, frozen, dark, bright or flat, no card that says 'no signal', no test pattern,
//! without a cast, noise, flicker or bands, and with its overlay. One still is kept as evidence. What each rule measures, and
//! where its limit comes from: `docs/picture.md`.
//!
//! Frozen is judged by key frames where a picture is compressed: between them an encoder repeats what did not change, so
//! that a still hall looks frozen while it is not. A re-encoder under tight rate control repeats a frozen picture with
//! changing quality; such a picture passes, and `key_difference` shows how close it is.

mod analysis;
mod look;
mod overlay;
mod proof;
mod reference;
pub(in crate::probe) mod still;

use std::ops::ControlFlow;
use std::time::Duration;

use avow_shared::id::VenueId;
use avow_shared::outcome::Verdict;
use serde::{Deserialize, Deserializer, de};

use super::limits::{Overrides, Rule};
use super::measures::{BANDING, BARS, CARD, CAST, FLICKER, LUMA_MEAN, LUMA_SD, NOISE, OVERLAY_EDGES};
use super::preset::raster::Frames;
use super::{BadSetup, Context, Exhibit, Found, within};
use crate::config::ProbeName;
use crate::ffmpeg::{self, Capture, End, HEIGHT, Source, WIDTH};
pub use look::Look;
pub use overlay::Region;

/// The keys of a picture probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// `v4l2:/dev/video0`, `rtsp://…`, `file:clip.mp4`.
    #[serde(deserialize_with = "source")]
    pub source: Source,
    /// How many frames are looked at, 5 to 250.
    #[serde(default = "twenty_five")]
    pub frames: usize,
    /// Seconds to wait for them, 2 to 60.
    #[serde(default = "fifteen")]
    pub timeout_s: u64,
    /// Seconds to wait for key frames when the picture seems to stand still, 2 to 120.
    #[serde(default = "twenty_five_s")]
    pub key_timeout_s: u64,
    /// The picture rightly stands still (a test pattern): it is never called frozen.
    #[serde(default)]
    pub expect_still: bool,
    /// Where the picture must hold writing, the venue's name for one, in thousandths of it: left, top, width, height.
    #[serde(default)]
    pub overlay: Option<Region>,
    /// The picture must show the optical code of the probe's own venue: a camera that sees the wall, a wall that shows what it is fed with.
    #[serde(default)]
    pub code: bool,
    /// Or of this venue: a decoder that shows a far hall.
    #[serde(default, deserialize_with = "venue")]
    pub expect: Option<VenueId>,
    /// The picture is compared with a reference, once one was learnt: `avow-agent check <probe> --learn`.
    #[serde(default)]
    pub reference: bool,
    /// It only watches a network camera, also during a meeting: whether there is a picture, and not black, frozen or a card. Nothing
    /// of the picture is kept.
    #[serde(default)]
    pub watch: bool,
    /// Changes to the limits of `luma_low`, `luma_high`, `luma_sd` (luma of 8 bits), `card`, `bars`, `cast`, `noise`, `flicker`,
    /// `banding`, `overlay_edges`, `view_shift`, `view_blocked`, `view_sharpness`.
    #[serde(default)]
    pub limits: Overrides,
    /// Whose probe it is; the configuration says it.
    #[serde(skip)]
    whose: Option<ProbeName>,
}

fn venue<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<VenueId>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(|error| de::Error::custom(format!("expect: {error}")))
}

const fn twenty_five() -> usize {
    25
}

const fn fifteen() -> u64 {
    15
}

const fn twenty_five_s() -> u64 {
    25
}

fn source<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Source, D::Error> {
    // The text may hold a password: it is not repeated.
    String::deserialize(deserializer)?.parse().map_err(|expected| de::Error::custom(format!("source: {expected}")))
}

/// CCTV practice: mean luma outside 30 to 220 is suspicious. The others were set by the pictures of the test `pictures`. Of equal
/// grades the first counts: what names a cause before what is only flat.
const RULES: &[Rule] = &[
    Rule::at_most(CARD, 70.0, Some(90.0), "picture.no-signal-card"),
    Rule::at_most(BARS, 60.0, Some(80.0), "picture.bars"),
    Rule::at_most(LUMA_MEAN, 220.0, Some(250.0), "picture.bright").keyed("luma_high"),
    Rule::at_least(LUMA_MEAN, 30.0, None, "picture.dark").keyed("luma_low"),
    Rule::at_most(BANDING, 2.5, None, "picture.banding"),
    Rule::at_most(FLICKER, 2.0, None, "picture.flicker"),
    Rule::at_most(CAST, 16.0, None, "picture.cast"),
    Rule::at_most(NOISE, 10.0, None, "picture.noise"),
    Rule::at_least(OVERLAY_EDGES, 4.0, None, "picture.overlay-missing"),
    Rule::at_least(LUMA_SD, 16.0, Some(3.0), "picture.flat"),
];

/// How many key frames are looked at, at most.
const KEY_FRAMES: usize = 8;

impl Setup {
    /// A source, looked at as usual.
    #[must_use]
    pub fn of(source: Source) -> Self {
        Self {
            source,
            frames: twenty_five(),
            timeout_s: fifteen(),
            key_timeout_s: twenty_five_s(),
            expect_still: false,
            overlay: None,
            code: false,
            expect: None,
            reference: false,
            watch: false,
            whose: None,
            limits: Overrides::default(),
        }
    }

    pub(super) fn check(&self) -> Result<(), BadSetup> {
        within("frames", self.frames as u64, 5, 250)?;
        within("timeout_s", self.timeout_s, 2, 60)?;
        within("key_timeout_s", self.key_timeout_s, 2, 120)?;
        if self.overlay.is_some_and(|region| !region.is_sound()) {
            let expected =
                "left, top, width and height in thousandths of the picture, at least 20 wide and high, within it";
            return Err(BadSetup::value("overlay", expected, "another rectangle"));
        }
        if self.watch && (self.code || self.expect.is_some() || self.reference || self.overlay.is_some()) {
            return Err(BadSetup::value("watch", "no 'code', 'expect', 'reference' or 'overlay' beside it", true));
        }
        if self.watch && matches!(self.source, Source::V4l2(_)) {
            let expected = "a network camera (rtsp://…): a capture card is occupied by who looks";
            return Err(BadSetup::value("watch", expected, "a capture card"));
        }
        self.limits.check(&all_rules())
    }

    /// What is looked for in the picture is the own venue's unless another is named.
    #[must_use]
    pub fn of_probe(mut self, whose: ProbeName) -> Self {
        self.whose = Some(whose);
        self
    }

    /// Whose code the picture must show; none when nobody asks.
    fn expected(&self) -> Option<VenueId> {
        self.expect.or_else(|| self.whose.as_ref().filter(|_| self.code).map(|whose| whose.venue))
    }

    /// Whether it only watches.
    #[must_use]
    pub const fn only_watches(&self) -> bool {
        self.watch
    }

    pub(super) fn rules(&self) -> Vec<Rule> {
        let mut rules = self.limits.apply(&all_rules());
        rules.retain(|rule| match rule.value {
            value if self.watch => value == CARD.name,
            value if value == OVERLAY_EDGES.name => self.overlay.is_some(),
            value => self.reference || reference::RULES.iter().all(|other| other.value != value),
        });
        rules
    }

    pub(super) fn device_key(&self) -> Option<String> {
        match &self.source {
            Source::V4l2(device) => Some(device.display().to_string()),
            Source::Rtsp(_) | Source::File(_) | Source::Sdp(_) => None,
        }
    }

    pub(super) const fn longest(&self) -> Duration {
        Duration::from_secs(self.timeout_s + self.key_timeout_s)
    }
}

fn all_rules() -> Vec<Rule> {
    [RULES, reference::RULES].concat()
}

/// Frames of which the mean is compared with a reference.
const COMPARED: u32 = 10;

pub(super) async fn run(setup: &Setup, context: &Context) -> Found {
    let (found, seen) = looked(setup).await;
    match seen {
        Some((look, frames)) if !setup.watch => compared(setup, found, frames, look.last(), context).await,
        _ => found,
    }
}

/// The picture alone, compared with nothing: what others ask who look at it for their own purpose.
pub(super) async fn run_alone(setup: &Setup) -> Found {
    looked(setup).await.0
}

/// What is said of the picture, and what it was; none of a source that showed none.
async fn looked(setup: &Setup) -> (Found, Option<(Look, Frames)>) {
    let (mut look, mut frames) = (Look::default(), Frames::default());
    let all = Capture { source: &setup.source, frames: setup.frames, keys_only: false };
    let captured = ffmpeg::capture(&all, Duration::from_secs(setup.timeout_s), |frame| {
        look.take(frame);
        if setup.reference && frames.count() < COMPARED {
            frames.take(&frame[..WIDTH * HEIGHT]);
        }
        ControlFlow::Continue(())
    });
    match captured.await {
        Err(error) => {
            let what = match error {
                ffmpeg::Error::NotInstalled => "没有安装 ffmpeg：请执行 apt install ffmpeg".to_owned(),
                ffmpeg::Error::Io(error) => format!("ffmpeg 无法运行：{error}"),
            };
            (Found::missing(what), None)
        }
        Ok(end) if look.last().is_empty() => (without_picture(setup, &end), None),
        Ok(end) => {
            key_frames(setup, &mut look).await;
            let found = look.found(setup, &end.marks);
            let still = if setup.watch { None } else { still::jpeg(look.last()).map(Exhibit::picture) };
            (found.with_exhibit(still), Some((look, frames)))
        }
    }
}

/// With what the picture is compared with: a reference, a venue's code.
async fn compared(setup: &Setup, found: Found, frames: Frames, last: &[u8], context: &Context) -> Found {
    let found = match &setup.whose {
        Some(whose) if setup.reference => reference::judged(found, frames, whose, &setup.rules(), context).await,
        _ => found,
    };
    match setup.expected() {
        Some(venue) => proof::judged(found, venue, proof::seen(last).await),
        None => found,
    }
}

/// Looks at key frames too, when they decide.
async fn key_frames(setup: &Setup, look: &mut Look) {
    if !setup.source.is_compressed() || setup.expect_still || look.moves() {
        return;
    }
    let capture = Capture { source: &setup.source, frames: KEY_FRAMES, keys_only: true };
    // Without key frames nothing is said about a frozen picture; the picture itself was seen.
    let longest = Duration::from_secs(setup.key_timeout_s);
    let on_frame = |frame: &[u8]| {
        look.take_key(frame);
        if look.is_decided() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let _ = ffmpeg::capture(&capture, longest, on_frame).await;
}

/// No frame came: what ffmpeg said last tells the room's fault from the box's.
fn without_picture(setup: &Setup, end: &End) -> Found {
    let words = end.words.join("\n");
    let says = |text: &str| words.contains(text);
    let device = setup.device_key().unwrap_or_default();
    if says("Device or resource busy") {
        return Found::missing(format!("{device} 被其他程序占用：请关闭占用它的程序"));
    }
    if says("Permission denied") && setup.device_key().is_some() {
        return Found::missing(format!("没有权限使用 {device}：请把运行用户加入 video 组"));
    }
    let why = if end.timed_out {
        format!("{} 秒内没有图像", setup.timeout_s)
    } else if says("401") || says("403") {
        "用户名或密码不对".to_owned()
    } else {
        end.words.iter().rev().find(|line| !line.starts_with(' ')).cloned().unwrap_or_default()
    };
    let exhibit = (!setup.watch).then(|| Exhibit::transcript(&words));
    Found::new(Verdict::fail("picture.no-signal"), format!("没有图像：{why}")).with_exhibit(exhibit)
}

#[cfg(test)]
mod tests;
