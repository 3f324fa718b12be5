//! What looking at pictures costs: processor time and memory of the agent's own judgement, on a drawn hall.

use std::io;

use avow_agent::ffmpeg::Mark;
use avow_agent::probe::picture::{Look, Setup};
use avow_agent::sight::code::Finder;

use super::dress::Dress;
use super::growth::steady_kib;
use super::hall::{HEIGHT, Hall, Sight, WIDTH};

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Milliseconds of processor for one frame taken in and judged by every rule.
    pub verdict_ms: f64,
    /// And for a code looked for where there is none.
    pub code_ms: f64,
    /// By how much the process has grown in a quarter of the verdicts, KiB; see [`steady_kib`].
    pub grown_kib: i64,
}

/// So many verdicts before memory is looked at: what is allocated once is no growth.
const FIRST: usize = 300;

/// Measures so many verdicts.
///
/// # Errors
/// When the system does not say what the process uses.
pub fn measure(verdicts: usize) -> io::Result<Cost> {
    let source = "v4l2:/dev/video0".parse().map_err(io::Error::other)?;
    let setup = Setup::of(source);
    let sight = Sight { quality: None, ..Sight::default() };
    let frames = Dress::default().frames(&Hall::new(900), &sight, 4);
    let mark = Mark { time_s: 0.0, width: 1920, height: 1080 };
    let verdict = |n: usize| {
        let mut look = Look::default();
        look.take(&frames[n % frames.len()]);
        std::hint::black_box(look.found(&setup, &[mark]));
    };
    (0..FIRST.min(verdicts)).for_each(verdict);
    let began = processor_ms()?;
    let mut counted = 0_usize;
    let grown_kib = steady_kib(u32::try_from(verdicts).map_err(io::Error::other)?, |n| {
        verdict(n as usize);
        counted += 1;
    })?;
    let ended = processor_ms()?;
    let mut finder = Finder::new();
    let looks = verdicts.div_ceil(20);
    for n in 0..looks {
        std::hint::black_box(finder.find(&frames[n % frames.len()][..WIDTH * HEIGHT], WIDTH, HEIGHT));
    }
    let code_ms = (processor_ms()? - ended) / looks as f64;
    Ok(Cost { verdict_ms: (ended - began) / counted as f64, code_ms, grown_kib })
}

/// The processor time of this process (proc(5), `stat`, fields 14 and 15), in whose steps a tick has 10 ms.
fn processor_ms() -> io::Result<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let after = text.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    Ok(ticks.sum::<f64>() * 10.0)
}
