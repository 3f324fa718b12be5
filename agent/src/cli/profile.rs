//! `profile`: an engineer tries a text profile against a device, and sees the bytes both ways.

use std::io::Write as _;
use std::path::PathBuf;

use clap::ArgMatches;

use super::{Ended, Failed, advice, runtime, wait};
use crate::probe::device::{Setup, Unreached, found};
use crate::profile::{FactKind, Profile, file, shipped};
use crate::words::{self, Language};
use avow_shared::outcome::Verdict;

pub(super) fn profile(matches: &ArgMatches, language: Language) -> Ended {
    match matches.subcommand() {
        Some(("try", matches)) => attempt(matches, language),
        Some(("show", matches)) => show(matches.get_one::<String>("profile").map_or("", String::as_str), language),
        _ => {
            for (name, _) in shipped::ALL {
                let told = shipped::find(name).map(|profile| heading(&profile, language)).unwrap_or_default();
                println!("{name:<20} {told}");
            }
            Ok(0)
        }
    }
}

/// As it is written, so that it can be copied and changed.
fn show(name: &str, language: Language) -> Ended {
    let unknown = || advice::profile(&file::Error::Wrong(shipped::unknown("one of", name)), language);
    let text = shipped::text(name).ok_or_else(unknown)?;
    // Who reads no more, as `head` does, is nobody's fault.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(0)
}

fn heading(profile: &Profile, language: Language) -> String {
    let (name, word) = (&profile.name, profile.transport.word());
    bracketed(name, word, language)
}

fn bracketed(text: &str, more: &str, language: Language) -> String {
    match language {
        Language::Chinese => format!("{text}（{more}）"),
        Language::English => format!("{text} ({more})"),
    }
}

fn attempt(matches: &ArgMatches, language: Language) -> Ended {
    let text = |name| matches.get_one::<String>(name).cloned();
    let name = text("profile").unwrap_or_default();
    let setup = Setup {
        profile: shipped::find(&name).map_err(|error| advice::profile(&error, language))?,
        address: text("address").unwrap_or_default(),
        baud: matches.get_one::<u32>("baud").copied(),
        rs485: false,
        user: text("user").unwrap_or_default(),
        password_file: matches.get_one::<PathBuf>("password-file").cloned(),
    };
    setup.check().map_err(|bad| advice::setup(&bad, language))?;
    println!("{}", heading(&setup.profile, language));
    let talked = match wait(&runtime()?, setup.talk()) {
        Ok(talked) => talked,
        Err(Unreached::Here([chinese, english])) => {
            return Err(Failed::Trouble(language.pick(&chinese, &english).to_owned()));
        }
        Err(Unreached::There([chinese, english])) => {
            println!(
                "{}",
                match language {
                    Language::Chinese => format!("无法连接 {}：{chinese}", setup.address),
                    Language::English => format!("{} is not reached: {english}", setup.address),
                }
            );
            return Ok(1);
        }
    };
    print!("{}", talked.transcript.text(language));
    println!();
    for (kind, told) in &talked.judged.facts {
        println!("{:<10} {told}", fact(*kind, language));
    }
    for setting in &talked.judged.settings {
        println!("{:<10} {}", setting.name.as_str(), setting.value);
    }
    for value in &talked.judged.values {
        println!("{:<10} {}{}", value.name.as_str(), value.number, value.unit.symbol());
    }
    let found = found(&setup, talked);
    let (code, verdict) = match &found.verdict {
        Verdict::Pass => (0, language.pick("正常", "pass").to_owned()),
        Verdict::Degraded { finding } => (0, worded(language.pick("劣化", "degraded"), finding.as_str(), language)),
        Verdict::Fail { finding } => (1, worded(language.pick("故障", "fail"), finding.as_str(), language)),
        Verdict::Unknown { .. } => (2, language.pick("无法判定", "cannot tell").to_owned()),
    };
    println!("{verdict}{}{}", language.pick("：", ": "), found.detail);
    Ok(code)
}

fn worded(verdict: &str, code: &str, language: Language) -> String {
    let named = words::of(code).map_or(code, |words| words.name(language));
    bracketed(verdict, named, language)
}

const fn fact(kind: FactKind, language: Language) -> &'static str {
    match kind {
        FactKind::Make => language.pick("厂商", "make"),
        FactKind::Model => language.pick("型号", "model"),
        FactKind::Serial => language.pick("序列号", "serial"),
        FactKind::Firmware => language.pick("固件", "firmware"),
        FactKind::Mac => language.pick("物理地址", "mac"),
    }
}
