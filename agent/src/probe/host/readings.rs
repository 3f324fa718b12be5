//! What the kernel says of the box: `statvfs(3)`, `/proc` (proc(5)) and `/sys/class/thermal`. What is not there is none.

use std::fs;
use std::path::Path;

/// One look at the box.
#[derive(Clone, Debug)]
pub(super) struct Readings {
    /// Bytes that an unprivileged process may still write to the state's file system.
    pub(super) disk_free: Option<f64>,
    /// Bytes available without swapping (`MemAvailable`).
    pub(super) memory_free: Option<f64>,
    /// The hottest zone, degrees Celsius.
    pub(super) temperature: Option<f64>,
    /// Runnable processes, mean of 5 minutes, a core.
    pub(super) load: Option<f64>,
}

impl Readings {
    pub(super) fn take(state_dir: &Path) -> Self {
        let text = |path: &str| fs::read_to_string(path).ok();
        Self {
            disk_free: disk_free(state_dir),
            memory_free: text("/proc/meminfo").and_then(|text| field(&text, "MemAvailable:")).map(|kib| kib * 1024.0),
            temperature: hottest(Path::new("/sys/class/thermal")),
            load: text("/proc/loadavg").and_then(|text| load(&text, cores())),
        }
    }
}

/// Bytes that this process caused to be written to storage (`write_bytes` of `/proc/self/io`); 0 where the kernel does
/// not count.
#[must_use]
pub fn flash_bytes() -> u64 {
    let text = fs::read_to_string("/proc/self/io").unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix("write_bytes: ")?.trim().parse().ok()).unwrap_or(0)
}

fn disk_free(path: &Path) -> Option<f64> {
    let found = nix::sys::statvfs::statvfs(path).ok()?;
    Some(found.blocks_available() as f64 * found.fragment_size() as f64)
}

fn field(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
}

fn load(text: &str, cores: usize) -> Option<f64> {
    let five_minutes: f64 = text.split_whitespace().nth(1)?.parse().ok()?;
    Some(five_minutes / cores as f64)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn hottest(class: &Path) -> Option<f64> {
    let zones = fs::read_dir(class).ok()?.flatten();
    let millidegrees = |path: &Path| fs::read_to_string(path.join("temp")).ok()?.trim().parse::<f64>().ok();
    zones.filter_map(|zone| millidegrees(&zone.path())).map(|milli| milli / 1000.0).reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_texts_are_read() {
        assert_eq!(field("MemTotal: 9 kB\nMemAvailable:   123 kB\n", "MemAvailable:"), Some(123.0));
        assert_eq!(load("0.10 0.50 0.90 1/99 4242", 2), Some(0.25));
        assert_eq!((field("", "MemAvailable:"), load("", 2)), (None, None));
    }

    #[test]
    fn the_hottest_zone_counts_and_no_zone_is_no_value() {
        let class = tempfile::tempdir().expect("a folder");
        assert_eq!(hottest(class.path()), None);
        for (zone, text) in [("thermal_zone0", "48500\n"), ("thermal_zone1", "61000\n"), ("cooling_device0", "")] {
            fs::create_dir(class.path().join(zone)).expect("a zone");
            fs::write(class.path().join(zone).join("temp"), text).expect("a temperature");
        }
        assert_eq!(hottest(class.path()), Some(61.0));
    }
}
