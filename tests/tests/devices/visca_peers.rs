//! The words of VISCA against controllers that others have written, each of which had the manuals and cameras of its own to
//! learn from: a table that is wrong in our codec and in our simulator alike is found here. They are oracles of tests and no
//! part of any program; where they differ from us, the test says which manual decides.

mod grafton;
mod over_ip;

use avow_agent::visca::codec::{Address, Aim, Digits, Pace, Request, Speed, hex};

fn bytes(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal")).collect()
}

fn encoded(request: impl Into<Request>) -> String {
    hex(request.into().encode(Address::FIRST).bytes())
}

fn speed(pan: u8, tilt: u8) -> Speed {
    Speed::new(pan, tilt).expect("1 to 24")
}

fn pace(level: u8) -> Pace {
    Pace::new(level).expect("0 to 7")
}

const fn aim(pan: i32, tilt: i16) -> Aim {
    Aim { pan, tilt, digits: Digits::Four }
}

fn digits(number: u16) -> String {
    format!("{number:04X}").chars().map(|digit| format!("0{digit} ")).collect()
}
