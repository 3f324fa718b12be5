//! Whether something that is done again and again leaves memory behind.

use std::io;

/// So many parts are looked at one by one.
const PARTS: u32 = 4;

/// Does it so many times, in four equal parts; by how much the resident memory of the process grew in the part in which it grew least, KiB. What is
/// left behind each time is in every part; what the allocator fetched once, or the system mapped, is in one.
///
/// # Errors
/// When the system does not say what the process uses.
pub fn steady_kib(runs: u32, mut once: impl FnMut(u32)) -> io::Result<i64> {
    let mut least = i64::MAX;
    let part = runs.div_ceil(PARTS);
    for part_no in 0..PARTS {
        let before = resident_kib()?;
        (part_no * part..(part_no + 1) * part).for_each(&mut once);
        least = least.min(resident_kib()? - before);
    }
    Ok(least)
}

/// What of the process lies in memory (proc(5), `status`).
fn resident_kib() -> io::Result<i64> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let field = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = field.and_then(|field| field.split_whitespace().next()).and_then(|number| number.parse().ok());
    number.ok_or_else(|| io::Error::other("no VmRSS"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_behind_each_time_is_seen() {
        let mut left: Vec<Vec<u8>> = Vec::new();
        // More than what other tests of this process give back meanwhile.
        let grown = steady_kib(400, |_| left.push(vec![1; 512 << 10])).expect("the system tells");
        assert!(grown >= 25_000, "{grown} KiB of 51200 in each part");
    }
}
