//! The command line, parsed by hand: four words and a handful of options.

use std::time::Duration;

use crate::bench;
use crate::test::Step;

/// What `cargo x --help` prints.
pub(crate) const HELP: &str = "\
cargo x <command>

  build                                  console and all programs, into <target>/release
  test  [STEP…]                          everything that a change must pass, in order
  demo  [--venues N] [--seconds S]       a province on this machine; Ctrl-C ends it
  bench [--json] [NAME…]                 the numbers that Avow is held to, measured here

cargo x <command> --help says more.";

const BUILD_HELP: &str = "\
cargo x build

Finds what is missing (node, npm, cc), installs it with apt when run as root, else prints the one line to type.
Then: npm ci and npm run build in collector/web (when an input changed), the programs, and last the small agent.
All four programs, console inside, lie in <target>/release afterwards.";

const DEMO_HELP: &str = "\
cargo x demo [--venues N] [--seconds S]

  --venues N     how many venues in all, at least 3 (default 1200): three real agents, the rest simulated
  --seconds S    end by itself after S seconds; without it, Ctrl-C ends the demonstration

The last line says how every report ended; the exit code is 1 when one is missing or was stored twice.";

/// A command with its options, checked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Build,
    /// No step named: all of them.
    Test {
        only: Vec<Step>,
    },
    Demo {
        venues: u32,
        seconds: Option<Duration>,
    },
    /// No name given: all of them.
    Bench {
        json: bool,
        only: Vec<String>,
    },
}

/// Either something to do or something to say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    Run(Command),
    Help(String),
}

/// Reads the words after `cargo x`. The error is one sentence for the person who typed them.
pub(crate) fn parse(given: &[String]) -> Result<Parsed, String> {
    let mut words = given.iter().map(String::as_str);
    let command = match words.next() {
        None | Some("help" | "--help" | "-h") => return Ok(Parsed::Help(HELP.to_owned())),
        Some(command) => command,
    };
    let rest: Vec<&str> = words.collect();
    let asks_help = rest.iter().any(|word| matches!(*word, "--help" | "-h"));
    match command {
        "build" if asks_help => Ok(Parsed::Help(BUILD_HELP.to_owned())),
        "test" if asks_help => Ok(Parsed::Help(test_help())),
        "demo" if asks_help => Ok(Parsed::Help(DEMO_HELP.to_owned())),
        "bench" if asks_help => Ok(Parsed::Help(bench_help())),
        "build" => build(&rest),
        "test" => test(&rest),
        "demo" => demo(&rest),
        "bench" => bench(&rest),
        other => Err(format!("there is no command '{other}'")),
    }
    .map_err(|error| format!("cargo x: {error}"))
}

fn build(rest: &[&str]) -> Result<Parsed, String> {
    match rest.first() {
        None => Ok(Parsed::Run(Command::Build)),
        Some(word) => Err(format!("build takes nothing, not '{word}'")),
    }
}

fn test(rest: &[&str]) -> Result<Parsed, String> {
    let step = |word: &&str| Step::named(word).ok_or_else(|| format!("test has no step '{word}'"));
    let only = rest.iter().map(step).collect::<Result<_, _>>()?;
    Ok(Parsed::Run(Command::Test { only }))
}

fn demo(rest: &[&str]) -> Result<Parsed, String> {
    let (mut venues, mut seconds) = (1200, None);
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (*word, words.next().copied()),
        };
        match option {
            "--venues" => venues = number(option, value, crate::demo::AGENTS..=99_999)?,
            "--seconds" => seconds = Some(Duration::from_secs(number(option, value, 1..=86_400)?.into())),
            other => return Err(format!("demo does not know '{other}'")),
        }
    }
    Ok(Parsed::Run(Command::Demo { venues, seconds }))
}

fn bench(rest: &[&str]) -> Result<Parsed, String> {
    let (mut json, mut only) = (false, Vec::new());
    for word in rest {
        match *word {
            "--json" => json = true,
            name if bench::names().any(|known| known == name) => only.push(name.to_owned()),
            other => return Err(format!("bench does not know '{other}'")),
        }
    }
    Ok(Parsed::Run(Command::Bench { json, only }))
}

fn number(option: &str, value: Option<&str>, range: std::ops::RangeInclusive<u32>) -> Result<u32, String> {
    let expected = || format!("{option} expects a number from {} to {}", range.start(), range.end());
    let number: u32 = value.ok_or_else(expected)?.parse().map_err(|_| expected())?;
    if range.contains(&number) { Ok(number) } else { Err(expected()) }
}

fn test_help() -> String {
    let steps: String = Step::ALL.iter().map(|step| format!("\n  {:<9}{}", step.name(), step.meaning())).collect();
    format!("cargo x test [STEP…]\n\nRuns these in order and stops at the first that fails:\n{steps}")
}

fn bench_help() -> String {
    let names: String = bench::names().map(|name| format!("\n  {name}")).collect();
    format!("cargo x bench [--json] [NAME…]\n\nWithout a name all of them run; close other programs first:\n{names}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_with_their_options() {
        let demo = |venues, seconds: Option<u64>| Command::Demo { venues, seconds: seconds.map(Duration::from_secs) };
        check("build", Ok(Command::Build));
        check("test", Ok(Command::Test { only: vec![] }));
        check("test fmt clippy", Ok(Command::Test { only: vec![Step::Fmt, Step::Clippy] }));
        check("demo", Ok(demo(1200, None)));
        check("demo --venues 200 --seconds 20", Ok(demo(200, Some(20))));
        check("demo --seconds=5 --venues=3", Ok(demo(3, Some(5))));
        check("bench --json", Ok(Command::Bench { json: true, only: vec![] }));
        check("bench size", Ok(Command::Bench { json: false, only: vec!["size".to_owned()] }));
    }

    #[test]
    fn a_mistake_is_named() {
        check("biuld", Err("cargo x: there is no command 'biuld'"));
        check("build now", Err("cargo x: build takes nothing, not 'now'"));
        check("test fnt", Err("cargo x: test has no step 'fnt'"));
        check("demo --venues", Err("cargo x: --venues expects a number from 3 to 99999"));
        check("demo --venues 2", Err("cargo x: --venues expects a number from 3 to 99999"));
        check("demo --seconds x", Err("cargo x: --seconds expects a number from 1 to 86400"));
        check("demo --place 35", Err("cargo x: demo does not know '--place'"));
        check("bench --jsn", Err("cargo x: bench does not know '--jsn'"));
    }

    #[test]
    fn help_is_given_wherever_it_is_asked_for() {
        for line in ["", "--help", "help", "build --help", "test -h", "demo --venues 3 --help", "bench --help"] {
            assert!(matches!(parse(&words(line)), Ok(Parsed::Help(_))), "{line}");
        }
    }

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[track_caller]
    fn check(line: &str, expected: Result<Command, &str>) {
        assert_eq!(parse(&words(line)), expected.map(Parsed::Run).map_err(str::to_owned), "{line}");
    }
}
