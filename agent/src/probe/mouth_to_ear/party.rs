//! Takes part: everything at once, each thing at its moment.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use avow_shared::id::ProbeId;
use avow_shared::mouth_to_ear::{LISTEN_MS, LipSync, MAX_SIGNALS, Part, Running, SHOWS, SPEAKS_AFTER_MS, Signal};
use avow_shared::time::{ClockQuality, WallTime};
use tokio::time::{Instant, sleep_until};

use super::{Ear, Setup, Turn};
use crate::clock;
use crate::ffmpeg;
use crate::ffmpeg::film::{Film, Filmed, film};
use crate::ffmpeg::screen::{Screen, Show};
use crate::ffmpeg::sound::{Recording, Sound, play, record};
use crate::probe::Context;
use crate::sight::flash::{Pattern, Plan, Watch, Watched, lip};
use crate::sound::marker::{Detector, Heard, LEVEL, Payload, Rate, encode, run_of};

/// What is played and heard: more than a telephone brings, less than a card does.
const RATE: Rate = Rate::Hz16000;
/// A player begins so long before its marker, with silence: what its start takes is over by then.
const AHEAD_MS: u32 = 2_000;
/// A marker is over so long after its moment, with what a player is late.
const MARKER_MS: u32 = 3_500;
/// Frames a second of what is shown.
const FPS: u32 = 25;
/// The flash lasts so many frames.
const LIT: u16 = 12;
/// When the flash left is told by so many frames before and after it.
const NEAR: u32 = 25;
/// The last frames of a run say that it is over.
const OVER: u16 = 15;
/// Frames on their way to whoever reads them.
const FRAMES: usize = 8;
/// The times of packets stray by the network and by what one reads at once.
const PACKETS_US: u32 = 40_000;
/// Devices stamp with the box's clock, a sound server with what it thinks of its queue.
const DEVICES_US: u32 = 15_000;
/// Children that have been told to end get so long.
const ENDS: Duration = Duration::from_secs(3);
const NOT_HEARD: i64 = i64::MIN;

/// A half of a run, with what a person should know besides.
pub(super) struct Told {
    pub(super) part: Part,
    pub(super) remarks: Vec<String>,
}

/// What came from the other end.
#[derive(Default)]
struct Came {
    heard: Vec<Heard>,
    /// When the first sample was heard, microseconds since the run began.
    sound_began_us: i64,
    /// Whether that is known by the box's clock.
    is_timed: bool,
    seen: Option<Watched>,
    /// Why nothing was seen.
    trouble: Option<String>,
    /// How far sound and picture may be apart by their clocks; none when they share none.
    clock_us: Option<u32>,
}

/// The moment at which the run began.
#[derive(Clone, Copy)]
struct Start {
    /// To wait by.
    instant: Instant,
    /// By the clock that devices stamp with, microseconds since 1970.
    us: i64,
}

impl Start {
    fn after(self, ms: u32) -> Instant {
        self.instant + Duration::from_millis(ms.into())
    }

    fn since_us(self, stamp_us: i64) -> i64 {
        stamp_us.saturating_sub(self.us)
    }
}

pub(super) async fn take_part(setup: &Setup, turn: Turn, probe: &ProbeId, context: &Context) -> Result<Told, String> {
    let start = Start { instant: Instant::now(), us: clock::stamp_us() };
    let shows = setup.show.is_some();
    let sequence = u16::from(turn.place) | if shows { SHOWS } else { 0 };
    let payload = Payload { run: run_of(turn.order), venue: turn.venue, sequence };
    let speaks_ms = SPEAKS_AFTER_MS[usize::from(turn.place.min(1))];
    let spoke_us = AtomicI64::new(NOT_HEARD);
    let until = start.after(LISTEN_MS) + ENDS;
    let (mouth, own, far, shown) = tokio::join!(
        speak(setup, payload, speaks_ms, start, until),
        hear_oneself(setup.reference.as_ref(), payload, speaks_ms, start, &spoke_us),
        attend(setup, start),
        show(setup.show.as_ref(), payload, speaks_ms, start, &spoke_us),
    );
    let far = far?;
    let remarks = [mouth, own, shown, far.trouble.clone()].into_iter().flatten().collect();
    let spoke_us = Some(spoke_us.into_inner()).filter(|us| *us != NOT_HEARD);
    let quality = if far.is_timed { context.wall.quality } else { ClockQuality::Free };
    let seen = far.seen.as_ref();
    let heard: Vec<Signal> = far.heard.iter().map(|one| heard_signal(one, far.sound_began_us)).collect();
    let part = Part {
        order: turn.order,
        venue: turn.venue,
        other: turn.other,
        probe: probe.clone(),
        began: WallTime { quality, ..context.wall },
        // Where nobody knows when something was heard, a delay made of both would be taken for one.
        spoke_us: spoke_us.filter(|_| far.is_timed),
        lip_sync: lip_sync(&far, setup.travel_m, turn, payload.run),
        heard: best(heard),
        seen: best(seen.map(sightings).unwrap_or_default()),
        picture: setup.look.as_ref().map(|_| seen.and_then(|watched| watched.running).unwrap_or(NOTHING)),
        shows,
    };
    Ok(Told { part, remarks })
}

/// Somebody looked, and no frame of any pattern came.
const NOTHING: Running = Running { frames: 0, missing: 0, repeated: 0, longest_still_ms: LISTEN_MS, rate: 0 };

/// Plays the marker at its moment; what went wrong.
async fn speak(setup: &Setup, payload: Payload, speaks_ms: u32, start: Start, until: Instant) -> Option<String> {
    let begins_ms = speaks_ms.saturating_sub(AHEAD_MS);
    sleep_until(start.after(begins_ms)).await;
    let silence = (speaks_ms - begins_ms) as usize * RATE.hz() as usize / 1_000;
    let gain = 10_f32.powf(setup.level_dbfs as f32 / 20.0) / LEVEL;
    let marker = encode(payload, RATE).into_iter().map(|sample| sample * gain);
    let samples: Vec<f32> = std::iter::repeat_n(0.0, silence).chain(marker).collect();
    let longest = until.saturating_duration_since(Instant::now());
    match play(&setup.play, &samples, RATE.hz(), longest).await {
        Ok(played) if played.whole => None,
        Ok(played) => Some(format!("放音失败：{}", played.words.last().map_or("超时", String::as_str))),
        Err(error) => Some(format!("放音失败：{error}")),
    }
}

/// Hears the own marker where it leaves the room, and notes when; what went wrong.
async fn hear_oneself(
    reference: Option<&Sound>,
    payload: Payload,
    speaks_ms: u32,
    start: Start,
    spoke_us: &AtomicI64,
) -> Option<String> {
    let ends_ms = speaks_ms + MARKER_MS;
    match listen(reference?, ends_ms, start).await {
        Ok(recording) => {
            let began_us = recording.began_s.map(|seconds| start.since_us(microseconds(seconds)));
            let heard = detected(recording.samples).await;
            let own = heard.iter().find(|one| one.payload == payload);
            match own.zip(began_us).filter(|_| reference.is_some_and(is_device)) {
                Some((own, began_us)) => {
                    spoke_us.store(began_us + position_us(own), Ordering::Relaxed);
                    None
                }
                None => Some("参考声源未听到本端标记：时延无从测量".to_owned()),
            }
        }
        Err(why) => Some(format!("参考声源：{why}")),
    }
}

/// Listens and looks until the run is over.
async fn attend(setup: &Setup, start: Start) -> Result<Came, String> {
    match (&setup.listen, &setup.look) {
        (Ear::Apart(ear), None) => heard_apart(ear, start).await,
        (Ear::Apart(ear), Some(eye)) => {
            let (heard, seen) = tokio::join!(heard_apart(ear, start), looked(eye, None, start));
            let heard = heard?;
            // Who sees nothing still hears.
            let (filmed, seen) = match seen {
                Ok(seen) => seen,
                Err(why) => return Ok(Came { trouble: Some(why), ..heard }),
            };
            let has_wall_clock = Film { source: eye, sound: None, live_ms: 0 }.has_wall_clock();
            let times: Vec<i64> = if has_wall_clock {
                filmed.times_us.iter().map(|us| start.since_us(*us)).collect()
            } else {
                filmed.times_us
            };
            let clock_us = match (eye, ear) {
                (ffmpeg::Source::V4l2(_), _) if heard.is_timed => Some(DEVICES_US),
                (_, _) if heard.is_timed && has_wall_clock => Some(PACKETS_US),
                // Both begin with their first sample and frame.
                (ffmpeg::Source::File(_), Sound::File(_)) => Some(0),
                _ => None,
            };
            Ok(Came { seen: Some(seen.end(&times)), clock_us, ..heard })
        }
        (Ear::InPicture, Some(eye)) => {
            let (filmed, seen) = looked(eye, Some(RATE.hz()), start).await?;
            let began_us = filmed.sound_began_us.unwrap_or(0);
            let seen = Some(seen.end(&filmed.times_us));
            let heard = detected(filmed.sound).await;
            Ok(Came { heard, sound_began_us: began_us, is_timed: false, seen, trouble: None, clock_us: Some(0) })
        }
        (Ear::InPicture, None) => Err("没有画面来源".to_owned()),
    }
}

async fn heard_apart(ear: &Sound, start: Start) -> Result<Came, String> {
    let recording = listen(ear, LISTEN_MS, start).await?;
    if recording.samples.is_empty() {
        return Err(format!("收不到声音：{}", recording.words.last().map_or("没有声音", String::as_str)));
    }
    let is_timed = is_device(ear) && recording.began_s.is_some();
    let began_us = recording.began_s.map_or(0, microseconds);
    let sound_began_us = if is_timed { start.since_us(began_us) } else { began_us };
    Ok(Came { heard: detected(recording.samples).await, sound_began_us, is_timed, ..Came::default() })
}

async fn listen(ear: &Sound, ends_ms: u32, start: Start) -> Result<Recording, String> {
    let left = start.after(ends_ms).saturating_duration_since(Instant::now());
    record(ear, RATE.hz(), left.as_secs_f64(), left + ENDS).await.map_err(|error| error.to_string())
}

async fn looked(eye: &ffmpeg::Source, sound: Option<u32>, start: Start) -> Result<(Filmed, Watch), String> {
    let (sender, mut frames) = tokio::sync::mpsc::channel::<Vec<u8>>(FRAMES);
    // A frame takes a millisecond, a search for its code ten: the loop of the agent does not wait for them.
    let watching = tokio::task::spawn_blocking(move || {
        let mut watch = Watch::default();
        while let Some(frame) = frames.blocking_recv() {
            watch.take(&frame);
        }
        watch
    });
    let left = start.after(LISTEN_MS).saturating_duration_since(Instant::now());
    let live_ms = u32::try_from(left.as_millis()).unwrap_or(LISTEN_MS);
    let wanted = Film { source: eye, sound, live_ms };
    let filmed = film(&wanted, left + ENDS, sender).await.map_err(|error| error.to_string())?;
    let watch = watching.await.map_err(|_| "画面分析中断".to_owned())?;
    if filmed.times_us.is_empty() {
        return Err(format!("收不到画面：{}", filmed.words.last().map_or("没有图像", String::as_str)));
    }
    Ok((filmed, watch))
}

/// Shows the pattern for as long as the run takes, its flash at the marker's moment; what went wrong.
async fn show(
    screen: Option<&Screen>,
    payload: Payload,
    speaks_ms: u32,
    start: Start,
    spoke_us: &AtomicI64,
) -> Option<String> {
    let until = start.after(LISTEN_MS);
    let mut show = match Show::begin(screen?, until).await {
        Ok(Some(show)) => show,
        Ok(None) => return Some("画面未放出：同时进行的录放过多".to_owned()),
        Err(error) => return Some(format!("画面未放出：{error}")),
    };
    let (mut pattern, mut late_us) = (Pattern::new(payload), Vec::new());
    let frame_ms = 1_000 / FPS;
    let flash_at = speaks_ms / frame_ms;
    let last = LISTEN_MS / frame_ms - 1;
    let as_number = |frame: u32| u16::try_from(frame).unwrap_or(u16::MAX);
    let mut plan = Plan { flash_at: as_number(flash_at), lit: LIT, over_at: as_number(last) - OVER, skew_ms: None };
    for frame in 0..last {
        // The flash is at its moment to the millisecond; the frames before and after stand around it.
        sleep_until(start.after(frame * frame_ms + speaks_ms % frame_ms)).await;
        if frame > flash_at + NEAR && plan.skew_ms.is_none() {
            plan.skew_ms = skew_ms(&mut late_us, speaks_ms, spoke_us.load(Ordering::Relaxed));
        }
        let (stamp, is_lit) = plan.frame(as_number(frame));
        let taken = show.frame(pattern.draw(stamp, is_lit), until).await;
        if frame.abs_diff(flash_at) <= NEAR {
            late_us
                .push(start.since_us(clock::stamp_us()) - i64::from(frame * frame_ms + speaks_ms % frame_ms) * 1_000);
        }
        if !taken {
            break;
        }
    }
    show.end(ENDS).await.map(|why| format!("画面未放出：{why}"))
}

/// How much later than the marker the flash left: by how much the frames around it were late, most of them, as whoever sees them
/// reckons too. None as long as nobody heard the marker leave.
fn skew_ms(late_us: &mut [i64], speaks_ms: u32, spoke_us: i64) -> Option<i16> {
    late_us.sort_unstable();
    let late_us = late_us.get(late_us.len() / 2).filter(|_| spoke_us != NOT_HEARD)?;
    let skew_us = i64::from(speaks_ms) * 1_000 + late_us - spoke_us;
    i16::try_from(skew_us / 1_000).ok().filter(|ms| ms.abs() < 2_048)
}

/// The markers in a recording, which ends here.
async fn detected(samples: Vec<f32>) -> Vec<Heard> {
    let analysis = tokio::task::spawn_blocking(move || Detector::new(RATE).detect(&samples));
    analysis.await.unwrap_or_default()
}

/// Sound against picture of the other end's marker and its own flash.
fn lip_sync(far: &Came, travel_m: f64, turn: Turn, run: u32) -> Option<LipSync> {
    let is_right = |payload: &Payload| payload.venue == turn.other && payload.run == run;
    let seen = far.seen.as_ref()?;
    let marker = far.heard.iter().find(|one| is_right(&one.payload))?;
    let is_same_end = seen.codes.iter().any(|code| is_right(&code.payload));
    let edge = seen.edge.as_ref().filter(|_| is_same_end)?;
    Some(lip::sync(edge, far.sound_began_us + position_us(marker), travel_m, far.clock_us?))
}

fn heard_signal(one: &Heard, began_us: i64) -> Signal {
    let Payload { run, venue, sequence } = one.payload;
    let tenths = |decibels: f32| (decibels * 10.0).round() as i16;
    let at_us = began_us + position_us(one);
    Signal { venue, run, sequence, at_us, level: tenths(one.level_dbfs), snr: tenths(one.snr_db) }
}

fn sightings(watched: &Watched) -> Vec<Signal> {
    let signal = |code: &crate::sight::flash::Sighting| {
        let Payload { run, venue, sequence } = code.payload;
        let level = (code.contrast * 1_000.0).round() as i16;
        Signal { venue, run, sequence, at_us: code.at_us, level, snr: 0 }
    };
    watched.codes.iter().map(signal).collect()
}

/// As many as may be told, in the order of their times.
fn best(mut signals: Vec<Signal>) -> Vec<Signal> {
    avow_shared::sort::short_by_key(&mut signals, |signal| signal.at_us);
    signals.truncate(MAX_SIGNALS);
    signals
}

fn position_us(one: &Heard) -> i64 {
    one.position * 1_000_000 / i64::from(RATE.hz())
}

fn microseconds(seconds: f64) -> i64 {
    (seconds * 1e6).round() as i64
}

/// Whether its recordings say by the box's clock when they began.
const fn is_device(sound: &Sound) -> bool {
    matches!(sound, Sound::Pulse { .. } | Sound::Alsa(_))
}
