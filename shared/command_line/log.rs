//! What of the log is written to standard error. A file of the programs' command lines (`#[path]`) and not of this library,
//! which writes no log.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Begins the log: as much as `variable` says, else as `otherwise` says.
pub(super) fn begin(variable: &str, otherwise: &str) {
    let wanted = std::env::var(variable).ok();
    // A log in a file is read by people and by the journal: no colours there.
    let colours = std::io::stderr().is_terminal();
    let writer = layer().with_writer(std::io::stderr).with_ansi(colours);
    tracing_subscriber::registry().with(targets(wanted.as_deref(), otherwise)).with(writer).init();
}

/// Levels and modules, as `debug` or `warn,avow_agent::mqtt=trace`; what makes no sense is not there.
fn targets(wanted: Option<&str>, otherwise: &str) -> Targets {
    let read = |text: &str| {
        let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        parts.join(",").parse::<Targets>()
    };
    wanted.and_then(|text| read(text).ok()).or_else(|| read(otherwise).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::filter::LevelFilter;

    #[test]
    fn the_environment_says_how_much_is_written() {
        check(None, [LevelFilter::INFO, LevelFilter::WARN, LevelFilter::INFO]);
        check(Some("debug"), [LevelFilter::DEBUG; 3]);
        check(Some("DEBUG"), [LevelFilter::DEBUG; 3]);
        check(Some("off"), [LevelFilter::OFF; 3]);
        check(Some("warn,avow::mqtt=trace"), [LevelFilter::WARN, LevelFilter::TRACE, LevelFilter::WARN]);
        check(Some("avow::mqtt"), [LevelFilter::OFF, LevelFilter::TRACE, LevelFilter::OFF]);
        check(Some(" warn , avow=debug, "), [LevelFilter::DEBUG, LevelFilter::DEBUG, LevelFilter::WARN]);
        // Nothing said is errors alone; what makes no sense is as if it were not there.
        check(Some(""), [LevelFilter::ERROR; 3]);
        check(Some("avow=loud"), [LevelFilter::INFO, LevelFilter::WARN, LevelFilter::INFO]);
    }

    /// The most that is written of `avow`, `avow::mqtt` and `other`, when otherwise it were `info,avow::mqtt=warn`.
    #[track_caller]
    fn check(wanted: Option<&str>, expected: [LevelFilter; 3]) {
        let targets = targets(wanted, "info,avow::mqtt=warn");
        let levels = [
            tracing::Level::ERROR,
            tracing::Level::WARN,
            tracing::Level::INFO,
            tracing::Level::DEBUG,
            tracing::Level::TRACE,
        ];
        let most = |target| {
            let shown = levels.into_iter().rfind(|level| targets.would_enable(target, level));
            shown.map_or(LevelFilter::OFF, LevelFilter::from_level)
        };
        assert_eq!(["avow", "avow::mqtt", "other"].map(most), expected, "{wanted:?}");
    }
}
