//! What is wrong with a command line, in Chinese. A file of the agent's and of the collector's command line alike (`#[path]`)
//! and not of this library, which knows no clap.

use std::error::Error as _;
use std::io::Write as _;

use clap::error::{ContextKind, ErrorKind};
use clap::{Command, Error};

/// Too little was written: the answer is the help itself.
const HELP: ErrorKind = ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;

/// What a program's own readers of values say, in Chinese.
pub(super) type Told = fn(&str) -> Option<String>;

/// Help goes to standard output, complaints to standard error; a closed pipe is nobody's fault.
pub(super) fn print(error: &Error, is_chinese: bool, command: &Command, told: Told) {
    if is_chinese && error.use_stderr() && error.kind() != HELP {
        let _ = writeln!(std::io::stderr(), "{}", text(error, &meant(command, std::env::args().skip(1)), told));
    } else {
        let _ = error.print();
    }
}

/// The command that these words come to, as one writes it to read its own help: `avow-agent camera NAME recall`.
pub(super) fn meant(command: &Command, words: impl Iterator<Item = String>) -> String {
    let mut written = command.get_name().to_owned();
    let mut command = command;
    for word in words {
        let Some(inner) = command.find_subcommand(&word) else { continue };
        let places = command.get_positionals().filter(|place| place.is_required_set());
        for place in places {
            let names = place.get_value_names().unwrap_or_default();
            written.push(' ');
            written.push_str(names.first().map_or(place.get_id().as_str(), |name| name));
        }
        written.push(' ');
        written.push_str(inner.get_name());
        command = inner;
    }
    written
}

/// In Chinese, with the next step; `program` is the command whose help tells more.
pub(super) fn text(error: &Error, program: &str, told: Told) -> String {
    let what = what(error, told);
    let meant = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg].into_iter();
    let meant = meant.filter_map(|kind| error.get(kind)).map(|meant| format!("；是否指 {meant}？")).next();
    format!("用法有误：{what}{}\n用法与示例见 {program} --help", meant.unwrap_or_default())
}

fn what(error: &Error, told: Told) -> String {
    let of = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let (argument, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::UnknownArgument => format!("不认识 '{argument}'"),
        ErrorKind::InvalidSubcommand => format!("没有命令 '{}'", of(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => format!("缺少 {argument}"),
        ErrorKind::ArgumentConflict => format!("{argument} 不能与 {} 同用", of(ContextKind::PriorArg)),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 需要一个值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let why = error.source().map(|why| why_not(&why.to_string(), told));
            let valid = error.get(ContextKind::ValidValue).map(|valid| format!("应为其中之一：{valid}"));
            let why = why.or(valid).map(|why| format!("（{why}）")).unwrap_or_default();
            format!("{argument} 的值 '{value}' 有误{why}")
        }
        ErrorKind::MissingSubcommand => match error.get(ContextKind::ValidSubcommand) {
            Some(valid) => format!("缺少命令，应为其中之一：{valid}"),
            None => "缺少命令".to_owned(),
        },
        ErrorKind::TooManyValues => format!("{argument} 写了不止一次，或值太多"),
        other => other.to_string(),
    }
}

/// What clap's and the standard library's own readers say of a number.
fn why_not(english: &str, told: Told) -> String {
    match english.split_once(" is not in ").and_then(|(_, range)| range.split_once("..=")) {
        Some((from, to)) => format!("应为 {from} 到 {to}"),
        None if english.starts_with("invalid digit") || english.starts_with("cannot parse integer") => {
            "应为整数".to_owned()
        }
        None => told(english).unwrap_or_else(|| english.to_owned()),
    }
}
