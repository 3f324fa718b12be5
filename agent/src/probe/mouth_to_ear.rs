//! The mouth-to-ear probe: this venue's half of a run of two venues (`shared::mouth_to_ear`). It sounds its marker and shows its
//! flash at their moment, and listens and looks the whole time; what came from the other end is judged here and told HQ, which joins
//! both halves. Nothing that was recorded outlives the run.
//!
//! Only HQ begins a run, since both ends have to begin it: of itself the probe does nothing, on a schedule or when a person asks.

mod judgement;
mod party;

use std::time::Duration;

use avow_shared::id::{ProbeId, VenueId};
use avow_shared::mouth_to_ear::LISTEN_MS;
use avow_shared::order::OrderNumber;
use avow_shared::venue::Limit;

use super::limits::{Overrides, Rule};
use super::{BadSetup, Context, Found};
use crate::config::Fields;
use crate::ffmpeg::Source;
use crate::ffmpeg::screen::Screen;
use crate::ffmpeg::sound::Sound;

/// A mouth-to-ear probe.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where the marker is played.
    play: Sound,
    /// Where it is heard as it leaves the room; without it nobody knows when it left, and there is no delay.
    reference: Option<Sound>,
    /// Where the other end is heard.
    listen: Ear,
    /// Where the flash is shown.
    show: Option<Screen>,
    /// Where the other end is seen.
    look: Option<Source>,
    /// Metres of air between the loudspeaker and what listens.
    travel_m: f64,
    /// How loud the marker is played, dB of full scale.
    level_dbfs: f64,
    rules: Vec<Rule>,
}

/// Where the other end is heard.
#[derive(Clone, Debug)]
enum Ear {
    /// In a source of its own.
    Apart(Sound),
    /// In the stream or file that is looked at, so that sound and picture share a clock.
    InPicture,
}

/// Which half of which run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The order that began the run.
    pub order: OrderNumber,
    /// This venue.
    pub venue: VenueId,
    /// The venue at the other end.
    pub other: VenueId,
    /// 0 speaks first, 1 second.
    pub place: u8,
}

/// The word in configuration and reports.
pub const KIND: &str = "mouth-to-ear";
/// What a run needs beyond its listening: to begin, to be analysed, to end children.
const BESIDE: Duration = Duration::from_secs(15);

impl Setup {
    /// Reads the keys of a mouth-to-ear probe.
    pub(super) fn parse(mut table: toml::Table) -> Result<Self, BadSetup> {
        let overrides: Overrides = match table.remove("limits") {
            None => Overrides::default(),
            Some(limits) => limits.try_into().map_err(|error: toml::de::Error| {
                BadSetup::value("limits", "{ far_still = { good = 500, tolerable = 2000 } }", error.to_string().trim())
            })?,
        };
        overrides.check(&judgement::RULES)?;
        let mut table = Fields::new(String::new(), table);
        let play: Sound = table.parsed("play")?;
        if !play.plays() {
            return Err(table
                .wrong("play", "expected pulse:NAME, alsa:NAME or file:path: a stream only listens")
                .into());
        }
        let listen = table.text("listen")?;
        let look = table.text_if("look")?;
        let ear = if look.as_ref() == Some(&listen) && !listen.starts_with("v4l2:") {
            Ear::InPicture
        } else {
            Ear::Apart(listen.parse().map_err(|problem: String| table.wrong("listen", problem))?)
        };
        let parse_look =
            |text: smol_str::SmolStr| text.parse::<Source>().map_err(|problem| table.wrong("look", problem));
        let look = look.map(parse_look).transpose()?;
        let number = |table: &mut Fields, key: &'static str, from: f64, to: f64, or: f64| {
            let number = table.number_if(key)?.unwrap_or(or);
            if (from..=to).contains(&number) {
                Ok(number)
            } else {
                Err(BadSetup::value(key, format!("{from} to {to}"), number))
            }
        };
        let setup = Self {
            play,
            reference: table.parsed_if("reference")?,
            listen: ear,
            show: table.parsed_if("show")?,
            look,
            travel_m: number(&mut table, "travel_m", 0.0, 100.0, 0.0)?,
            level_dbfs: number(&mut table, "level_dbfs", -60.0, -10.0, -20.0)?,
            rules: overrides.apply(&judgement::RULES),
        };
        table.finish()?;
        Ok(setup)
    }

    pub(super) fn limits(&self) -> Vec<Limit> {
        self.rules.iter().map(Rule::limit).collect()
    }

    /// Longer than a run takes.
    pub(super) const fn longest(&self) -> Duration {
        Duration::from_millis(LISTEN_MS as u64).saturating_add(BESIDE)
    }

    /// A box has one mouth and one pair of ears: no two runs at once.
    pub(super) fn device_key(&self) -> String {
        KIND.to_owned()
    }
}

/// What it says when nobody at HQ began a run.
pub(super) fn alone() -> Found {
    Found::missing("双会场互测由指挥中心发起，两端同时进行；本机不单独测试")
}

/// Takes part in a run as `probe`, and says what came of it.
pub async fn run(setup: &Setup, turn: Turn, probe: &ProbeId, context: &Context) -> Found {
    match Box::pin(party::take_part(setup, turn, probe, context)).await {
        Ok(told) => judgement::judged(&setup.rules, told.part, &told.remarks, setup.look.is_some()),
        Err(why) => Found::missing(why),
    }
}

#[cfg(test)]
mod tests;
