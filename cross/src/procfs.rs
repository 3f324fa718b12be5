//! What the kernel knows of a process and of this machine.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// `/proc` counts processor time in hundredths of a second on every Linux (`USER_HZ`).
const TICKS_PER_SECOND: u64 = 100;

/// Resident memory in bytes, from `/proc/<pid>/status`.
pub(crate) fn resident(pid: u32) -> Result<u64> {
    field(&read(pid, "status")?, "VmRSS:")
        .map(|kilobytes| kilobytes * 1024)
        .with_context(|| format!("no VmRSS for {pid}"))
}

/// Processor time of the process and of its children that have ended, from `/proc/<pid>/stat`.
pub(crate) fn processor(pid: u32) -> Result<Duration> {
    ticks(&read(pid, "stat")?)
        .map(|ticks| Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
        .with_context(|| format!("no times for {pid}"))
}

/// The parent's process id, from `/proc/<pid>/stat`; nothing when the process is gone.
pub(crate) fn parent(pid: u32) -> Option<u32> {
    let stat = read(pid, "stat").ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

/// A line for each process below `pid`: its number, state (proc(5)), threads, processor time and command line.
pub(crate) fn below(pid: u32) -> String {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_below = |of: &u32| std::iter::successors(parent(*of), |at| parent(*at)).take(64).any(|at| at == pid);
    let mut pids: Vec<u32> = pids.filter(is_below).collect();
    pids.sort_unstable();
    let line = |pid: u32| {
        let stat = read(pid, "stat").ok()?;
        let mut words = stat.rsplit_once(')')?.1.split_whitespace();
        let (state, threads) = (words.next()?, words.nth(16)?);
        let typed = read(pid, "cmdline").ok()?.replace('\0', " ");
        let typed: String = typed.chars().take(200).collect();
        Some(format!("  | {pid} {state} threads {threads} processor {:?} {typed}\n", processor(pid).ok()?))
    };
    pids.into_iter().filter_map(line).collect()
}

/// Bytes sent towards the disk, from `/proc/<pid>/io`. Zero on a file system in memory.
pub(crate) fn written(pid: u32) -> Result<u64> {
    field(&read(pid, "io")?, "write_bytes:").with_context(|| format!("no write_bytes for {pid}"))
}

/// Processor, cores, memory, kernel and day: what a measured number is worth nothing without.
pub(crate) fn machine() -> Value {
    let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpus = file("/proc/cpuinfo");
    let named = |line: &&str| line.starts_with("model name") || line.starts_with("Model");
    let model = cpus.lines().find(named).and_then(|line| line.split(": ").nth(1)).unwrap_or("unknown processor");
    let memory = field(&file("/proc/meminfo"), "MemTotal:").unwrap_or(0) >> 20;
    let day =
        Command::new("date").arg("+%F").stdin(Stdio::null()).output().map(|output| output.stdout).unwrap_or_default();
    json!({
        "cpu": model.trim(),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "memory_gib": memory,
        "kernel": file("/proc/sys/kernel/osrelease").trim(),
        "day": String::from_utf8_lossy(&day).trim(),
    })
}

fn read(pid: u32, name: &str) -> Result<String> {
    let path = format!("/proc/{pid}/{name}");
    std::fs::read_to_string(&path).with_context(|| format!("failed to read {path}"))
}

fn field(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// utime + stime + cutime + cstime: fields 14 to 17 of proc(5), counted after the name, which may hold spaces.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let times: Vec<u64> = rest.split_whitespace().skip(11).take(4).map_while(|word| word.parse().ok()).collect();
    (times.len() == 4).then(|| times.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_spaces_and_brackets() {
        let stat = "42 (a b) c) S 1 42 42 0 -1 4194304 100 0 0 0 7 5 30 1 20 0 1 0 100 1000 200";
        assert_eq!(ticks(stat), Some(43));
        assert_eq!(ticks("42 (short) S 1"), None);
    }

    #[test]
    fn this_process_can_be_read() {
        let pid = std::process::id();
        assert!(resident(pid).unwrap() > 1 << 20);
        assert!(processor(pid).is_ok());
        assert!(written(pid).is_ok());
        assert_eq!(parent(pid), Some(std::os::unix::process::parent_id()));
    }
}
