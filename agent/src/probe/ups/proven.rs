//! When a UPS was last seen to feed from its battery and to come back: kept over restarts, since power cuts are rare and are the
//! very time when a box restarts. A file in the state folder, written twice a power cut.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use avow_shared::time::ClockQuality;

use crate::probe::Context;
use crate::whole;

/// What the file says while it feeds from its battery.
const ON_BATTERY: &str = "on battery";

/// What is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// It was never seen on its battery.
    Nothing,
    /// It was on its battery when it was last seen.
    OnBattery,
    /// It came back at this moment, milliseconds since 1970.
    Back(u64),
}

/// Notes how the UPS `key` is now; hands out how long ago it came back from its battery, if it ever was seen to.
pub fn note(context: &Context, key: &str, is_on_battery: Option<bool>) -> Option<Duration> {
    let file = file(&context.state_dir, key);
    let known = read(&file);
    let now_ms = (context.wall.quality != ClockQuality::Unset).then(now_ms).flatten();
    let next = next(known, is_on_battery, now_ms);
    // A folder that is not there is not made: who only looks leaves nothing behind.
    if next != known
        && context.state_dir.is_dir()
        && let Err(error) = write(&file, next)
    {
        tracing::warn!(%error, file = %file.display(), "when the UPS was last on its battery is not kept");
    }
    match next {
        Known::Back(at_ms) => Some(Duration::from_millis(now_ms?.saturating_sub(at_ms))),
        Known::Nothing | Known::OnBattery => None,
    }
}

fn next(known: Known, is_on_battery: Option<bool>, now_ms: Option<u64>) -> Known {
    match (known, is_on_battery, now_ms) {
        (_, Some(true), _) => Known::OnBattery,
        (Known::OnBattery, Some(false), Some(now_ms)) => Known::Back(now_ms),
        // Without a clock it is noted as soon as there is one.
        (known, _, _) => known,
    }
}

fn now_ms() -> Option<u64> {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| u64::try_from(since.as_millis()).ok())
}

/// One file a UPS, named after where it is.
fn file(state: &Path, key: &str) -> PathBuf {
    let name: String =
        key.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' }).take(120).collect();
    state.join("proven").join(name)
}

fn read(file: &Path) -> Known {
    match fs::read_to_string(file).as_deref().map(str::trim) {
        Ok(ON_BATTERY) => Known::OnBattery,
        Ok(text) => text.parse().map_or(Known::Nothing, Known::Back),
        Err(_) => Known::Nothing,
    }
}

fn write(file: &Path, known: Known) -> std::io::Result<()> {
    let text = match known {
        Known::Nothing => return Ok(()),
        Known::OnBattery => ON_BATTERY.to_owned(),
        Known::Back(at_ms) => at_ms.to_string(),
    };
    file.parent().map_or(Ok(()), fs::create_dir_all)?;
    whole::write(file, text.as_bytes(), 0o644)
}

#[cfg(test)]
mod tests {
    use super::*;
    use avow_shared::time::WallTime;

    fn context(state: &Path, clock: ClockQuality) -> Context {
        Context {
            may_move: false,
            state_dir: state.to_owned(),

            flash_bytes: 0,
            uptime: Duration::ZERO,
            desk: None,
            wall: WallTime { at_ms: 0, quality: clock },
        }
    }

    #[test]
    fn back_from_the_battery_is_kept_over_restarts() {
        let dir = tempfile::tempdir().expect("a folder");
        let context = context(dir.path(), ClockQuality::Free);
        let note = |is| note(&context, "nut 10.0.0.1:3493 hall", is);
        assert_eq!((note(Some(false)), note(Some(true)), note(None)), (None, None, None));
        let back = note(Some(false)).expect("just now");
        assert!(back < Duration::from_secs(60), "{back:?}");
        assert!(note(Some(false)).is_some() && note(None).is_some(), "it stays known");
        assert_eq!(note(Some(true)), None, "the next time is not over yet");
        assert_eq!(fs::read_dir(dir.path().join("proven")).expect("a folder").count(), 1);
    }

    #[test]
    fn without_a_clock_it_is_noted_later() {
        let now = Some(5);
        assert_eq!(next(Known::OnBattery, Some(false), None), Known::OnBattery);
        assert_eq!(next(Known::OnBattery, Some(false), now), Known::Back(5));
        assert_eq!(next(Known::Nothing, Some(false), now), Known::Nothing);
        assert_eq!(next(Known::Back(1), Some(false), now), Known::Back(1));
    }

    #[test]
    fn what_cannot_be_kept_harms_nothing() {
        let context = context(Path::new("/nowhere"), ClockQuality::Free);
        assert_eq!(note(&context, "x", Some(true)), None);
        assert!(!Path::new("/nowhere").exists());
    }
}
