//! `code`: writes the optical code of a venue as a picture or a clip for a signage input, a caption generator, a wall's test picture.

use std::path::PathBuf;
use std::time::Duration;

use avow_shared::id::VenueId;
use clap::ArgMatches;

use super::{Ended, Failed, Place, runtime, wait};
use crate::ffmpeg::{self, Show};
use crate::sight::code::{Payload, encode};

/// ffmpeg writes a minute of a still picture in a few seconds, also on a small box.
const LONGEST: Duration = Duration::from_secs(120);

pub(super) fn code(place: &Place, matches: &ArgMatches) -> Ended {
    let say = |chinese: &'static str, english: &'static str| place.language.pick(chinese, english);
    let number = |name: &str| matches.get_one::<u32>(name).copied().unwrap_or_default() as usize;
    let (width, height) = (number("width"), number("height"));
    let venue = matches.get_one::<VenueId>("venue").copied();
    let out = matches.get_one::<PathBuf>("out").cloned();
    let Some((venue, out)) = venue.zip(out) else { return Err(Failed::Wrong(String::new())) };
    // A picture that stands on a wall for years belongs to no run.
    let luma = encode(Payload { run: 0, venue, sequence: 0 }, width, height);
    let show = Show { luma: &luma, width, height, seconds: number("seconds"), out: &out };
    match wait(&runtime()?, ffmpeg::show(&show, LONGEST)) {
        Ok(words) if words.is_empty() => {}
        Ok(words) => return Err(Failed::Trouble(words)),
        Err(ffmpeg::Error::NotInstalled) => {
            let what = say("没有安装 ffmpeg：请执行 apt install ffmpeg", "ffmpeg is not installed: apt install ffmpeg");
            return Err(Failed::Trouble(what.to_owned()));
        }
        Err(error) => return Err(Failed::Trouble(error.to_string())),
    }
    let shown = out.display();
    println!("{}{venue}{}{shown}", say("会场码 ", "the code of "), say(" 已写入 ", " is in "));
    Ok(0)
}
