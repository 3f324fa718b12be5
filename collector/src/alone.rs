//! Tests of memory: each in a process of its own.

/// Whether this is a process that runs the test `name` of this program and no other: memory belongs to nobody else there. Where it is not,
/// such a process is started and has to end well.
pub(crate) fn is_alone(name: &str) -> bool {
    const ALONE: &str = "AVOW_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let program = std::env::current_exe().expect("a program");
    let mut command = std::process::Command::new(program);
    let done = command.args(["--exact", name, "--nocapture"]).env(ALONE, "1").output().expect("it runs");
    let (said, errors) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    println!("{said}");
    assert!(done.status.success() && said.contains("1 passed"), "{errors}");
    false
}

/// What this process holds, bytes.
pub(crate) fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4_096
}
