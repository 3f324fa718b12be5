//! What is wrong with a command line, in the language of the terminal.

use std::error::Error as _;

use clap::Error;
use clap::error::{ContextKind, ErrorKind};

use crate::client::Words;

/// Help goes to standard output, complaints to standard error; a closed pipe is nobody's fault.
pub(super) fn print(error: &Error, words: Words) {
    if words == Words::Chinese && error.use_stderr() && error.kind() != HELP {
        eprintln!("{}", text(error));
    } else {
        let _ = error.print();
    }
}

/// Too little was written: the answer is the help itself.
const HELP: ErrorKind = ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;

/// In Chinese, with the next step.
pub(super) fn text(error: &Error) -> String {
    let what = what(error);
    let meant = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg].into_iter();
    let meant = meant.filter_map(|kind| error.get(kind)).map(|meant| format!("；是否指 {meant}？")).next();
    format!("用法有误：{what}{}\n用法与示例见 avow-collector --help", meant.unwrap_or_default())
}

fn what(error: &Error) -> String {
    let of = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let (argument, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::UnknownArgument => format!("不认识 '{argument}'"),
        ErrorKind::InvalidSubcommand => format!("没有命令 '{}'", of(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => format!("缺少 {argument}"),
        ErrorKind::ArgumentConflict => format!("{argument} 不能与 {} 同用", of(ContextKind::PriorArg)),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 需要一个值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let why = error.source().map(|why| format!("（{why}）")).unwrap_or_default();
            format!("{argument} 的值 '{value}' 有误{why}")
        }
        other => other.to_string(),
    }
}
