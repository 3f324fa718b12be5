//! What the agent makes of pictures, against drawn halls and films that real encoders made of them.

use avow_agent::probe::Found;

mod code;
mod films;
mod rules;

fn finding(found: &Found) -> &str {
    found.verdict.finding().map_or("", |code| code.as_str())
}

fn figure(found: &Found, name: &str) -> Option<f64> {
    found.values.iter().find(|value| value.name.as_str() == name).map(|value| value.number)
}

fn said(found: &Found) -> String {
    let values = found.values.iter().map(|value| format!("{} {}", value.name, value.number));
    format!("{} ({})", found.detail, values.collect::<Vec<_>>().join(", "))
}
