//! The words that clap puts around help, in Chinese. The whole command line is walked, so that a new command has them by
//! itself; what a command and its arguments are for stands where they are described (`arguments`).

use clap::{Arg, Command};

const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// The same command line with Chinese around its texts.
pub(super) fn command(command: Command) -> Command {
    let name = command.get_name().to_owned();
    around(command, &name)
}

/// `written` is what stands before the command's own arguments.
fn around(command: Command, written: &str) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    let own: Vec<String> = command.get_arguments().filter_map(placed).collect();
    let own = own.iter().map(|placed| format!(" {placed}")).collect::<String>();
    let inner = match (names.is_empty(), command.is_subcommand_required_set()) {
        (true, _) => "",
        (false, true) => " <命令>",
        (false, false) => " [命令]",
    };
    let mut place = 0;
    let usage = format!("{written} [选项]{own}{inner}");
    let command = command
        .help_template(TEMPLATE)
        .override_usage(usage)
        .subcommand_help_heading("命令")
        .mut_args(|arg| argument(arg, &mut place));
    names.iter().fold(command, |command, name| {
        command.mut_subcommand(name, |inner| around(inner, &format!("{written}{own} {name}")))
    })
}

/// An argument as the usage shows it: what has a place, and what must be there.
fn placed(arg: &Arg) -> Option<String> {
    let value = value(arg);
    let many = if arg.get_num_args().is_some_and(|number| number.max_values() > 1) { "…" } else { "" };
    match (arg.is_positional(), arg.is_required_set()) {
        (true, true) => Some(format!("<{value}>{many}")),
        (true, false) => Some(format!("[{value}]{many}")),
        (false, true) => arg.get_long().map(|long| format!("--{long} <{value}>")),
        (false, false) => None,
    }
}

fn value(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    names.first().map_or_else(|| arg.get_id().to_string(), ToString::to_string)
}

/// A heading in place of clap's, the order in which they are described, and the values that it may have without clap's words for them.
fn argument(arg: Arg, place: &mut usize) -> Arg {
    let heading = if arg.is_positional() { "参数" } else { "选项" };
    let arg = arg.help_heading(heading);
    // Under a heading of one's own clap sorts by name, and the order of those with a place says something.
    *place += 1;
    let arg = if arg.is_positional() { arg.display_order(*place) } else { arg };
    if !arg.get_action().takes_values() {
        return arg;
    }
    let values: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let arg = arg.hide_default_value(true).hide_possible_values(true);
    match arg.get_help().map(ToString::to_string) {
        Some(help) if !values.is_empty() => arg.help(format!("{help}（可选 {}）", values.join("、"))),
        _ => arg,
    }
}
