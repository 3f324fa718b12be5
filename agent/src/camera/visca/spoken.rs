//! From our words to VISCA's and back. Pure.

use std::time::Duration;

use avow_shared::camera::{Command as Told, Exposure as Shown, Focus as Kept, Motion, Position, White as Balance};
use smol_str::SmolStr;

use crate::camera::words::{Answer, Axes, Identity, Job, Numbers, Question, Trouble};
use crate::visca::codec::{
    Aim, Command, Data, Digits, Exposure, Focus, FocusMode, Inquiry, Pace, Pan, Speed, Tilt, Version, WhiteBalance,
    Zoom,
};
use crate::visca::session::{self, Failure, Session, Ticket};

/// The fastest pan and tilt that every camera of the manuals takes (Sony EVI-D70 Technical Manual, 'Pan-tiltDrive').
const FASTEST_PAN: u8 = 0x18;
const FASTEST_TILT: u8 = 0x14;
/// The fastest zoom and focus.
const FASTEST_LENS: u8 = 7;

/// Our words, VISCA's, and those of the command line.
const EXPOSURES: [(Shown, Exposure, &str); 5] = [
    (Shown::Auto, Exposure::FullAuto, "auto"),
    (Shown::Manual, Exposure::Manual, "manual"),
    (Shown::Shutter, Exposure::ShutterPriority, "shutter"),
    (Shown::Iris, Exposure::IrisPriority, "iris"),
    (Shown::Bright, Exposure::Bright, "bright"),
];
const WHITES: [(Balance, WhiteBalance, &str); 5] = [
    (Balance::Auto, WhiteBalance::Auto, "auto"),
    (Balance::Indoor, WhiteBalance::Indoor, "indoor"),
    (Balance::Outdoor, WhiteBalance::Outdoor, "outdoor"),
    (Balance::OnePush, WhiteBalance::OnePush, "one-push"),
    (Balance::Manual, WhiteBalance::Manual, "manual"),
];

fn focus_word(mode: FocusMode) -> SmolStr {
    match mode {
        FocusMode::Auto => "auto".into(),
        FocusMode::Manual => "manual".into(),
        FocusMode::Other(code) => smol_str::format_smolstr!("{code:02X}"),
    }
}

fn exposure_word(mode: Exposure) -> SmolStr {
    match (mode, EXPOSURES.iter().find(|(_, known, _)| *known == mode)) {
        (Exposure::Other(code), _) => smol_str::format_smolstr!("{code:02X}"),
        (_, word) => word.map_or("", |(.., word)| word).into(),
    }
}

fn white_word(mode: WhiteBalance) -> SmolStr {
    match (mode, WHITES.iter().find(|(_, known, _)| *known == mode)) {
        (WhiteBalance::Other(code), _) => smol_str::format_smolstr!("{code:02X}"),
        (_, word) => word.map_or("", |(.., word)| word).into(),
    }
}

/// Has the session say what a job needs; the tickets of all its requests, none for what VISCA has no words for.
pub(super) fn say(session: &mut Session, job: Job, digits: Digits, now: Duration) -> Vec<Ticket> {
    match job {
        Job::Do(Told::Stop) => steer(session, Motion::STILL, Axes::ALL, now),
        Job::Do(command) => {
            commands(command, digits).into_iter().map(|command| session.command(command, now)).collect()
        }
        Job::Steer(motion, axes) => steer(session, motion, axes, now),
        Job::Ask(question) => inquiries(question).iter().map(|inquiry| session.inquire(*inquiry, now)).collect(),
    }
}

const fn inquiries(question: Question) -> &'static [Inquiry] {
    match question {
        Question::Identity => &[Inquiry::Version],
        Question::Power => &[Inquiry::Power],
        Question::Position => &[Inquiry::PanTilt, Inquiry::Zoom],
        // The line tells, not the camera.
        Question::Company => &[],
        // It has no words for what it streams and from whom it has the time.
        Question::Settings => &[],
        Question::FocusMode => &[Inquiry::FocusMode],
        Question::Focus => &[Inquiry::Focus],
        Question::Exposure => &[Inquiry::Exposure],
        Question::White => &[Inquiry::WhiteBalance],
    }
}

fn commands(command: Told, digits: Digits) -> Vec<Command> {
    let fastest = speed(100, 100);
    let head = |pan, tilt| Aim { pan, tilt, digits };
    match command {
        Told::Home => vec![Command::Home],
        // Looking and keeping are not the camera's part of it.
        Told::Recall(preset) | Told::Learn(preset) => vec![Command::Recall(preset)],
        Told::Store(preset) => vec![Command::Store(preset)],
        Told::Clear(preset) => vec![Command::Forget(preset)],
        Told::Go(Position { pan, tilt, zoom }) => {
            vec![Command::Absolute(head(pan, tilt), fastest), Command::Zoom(Zoom::To(zoom))]
        }
        Told::Turn { pan, tilt } => vec![Command::Relative(head(pan, tilt), fastest)],
        Told::Focus(Kept::Auto) => vec![Command::Focus(Focus::Mode(FocusMode::Auto))],
        Told::Focus(Kept::Manual) => vec![Command::Focus(Focus::Mode(FocusMode::Manual))],
        Told::Focus(Kept::Once) => vec![Command::Focus(Focus::Once)],
        Told::AutoExposure => vec![Command::Exposure(Exposure::FullAuto)],
        Told::AutoWhite => vec![Command::WhiteBalance(WhiteBalance::Auto)],
        Told::Exposure(kept) => {
            let kept = EXPOSURES.iter().find(|(told, ..)| *told == kept).map(|(_, said, _)| *said);
            kept.map(Command::Exposure).into_iter().collect()
        }
        // The camera looks once it is in the mode for that: whoever says so means now.
        Told::White(Balance::OnePush) => {
            vec![Command::WhiteBalance(WhiteBalance::OnePush), Command::WhiteBalanceOnce]
        }
        Told::White(kept) => {
            let kept = WHITES.iter().find(|(told, ..)| *told == kept).map(|(_, said, _)| *said);
            kept.map(Command::WhiteBalance).into_iter().collect()
        }
        Told::Power(on) => vec![Command::Power(on)],
        Told::Stop | Told::Ask | Told::Wheel => Vec::new(),
    }
}

/// Stops first: they go out before anything else, and end motions that wait.
fn steer(session: &mut Session, motion: Motion, axes: Axes, now: Duration) -> Vec<Ticket> {
    let moved = Axes::moved_by(motion);
    let stops = [
        (axes.head && !moved.head, Command::Drive(Pan::Still, Tilt::Still, speed(100, 100))),
        (axes.zoom && !moved.zoom, Command::Zoom(Zoom::Stop)),
        (axes.focus && !moved.focus, Command::Focus(Focus::Stop)),
    ];
    let starts = [
        (axes.head && moved.head, drive(motion)),
        (axes.zoom && moved.zoom, Command::Zoom(zoom(motion.zoom))),
        // A lens that focuses by itself does not let itself be turned.
        (axes.focus && moved.focus, Command::Focus(Focus::Mode(FocusMode::Manual))),
        (axes.focus && moved.focus, Command::Focus(focus(motion.focus))),
    ];
    let mut tickets = Vec::new();
    for (_, stop) in stops.into_iter().filter(|(is_meant, _)| *is_meant) {
        tickets.push(session.halt(stop, now));
    }
    for (_, start) in starts.into_iter().filter(|(is_meant, _)| *is_meant) {
        tickets.push(session.steer(start, now));
    }
    tickets
}

fn drive(motion: Motion) -> Command {
    let pan = match motion.pan {
        0 => Pan::Still,
        ..0 => Pan::Left,
        1.. => Pan::Right,
    };
    let tilt = match motion.tilt {
        0 => Tilt::Still,
        ..0 => Tilt::Down,
        1.. => Tilt::Up,
    };
    Command::Drive(pan, tilt, speed(motion.pan, motion.tilt))
}

fn speed(pan: i8, tilt: i8) -> Speed {
    const FASTEST: Speed = Speed::new(FASTEST_PAN, FASTEST_TILT).expect("both are 1 to 24");
    Speed::new(scaled(pan, FASTEST_PAN).max(1), scaled(tilt, FASTEST_TILT).max(1)).unwrap_or(FASTEST)
}

fn scaled(hundredths: i8, most: u8) -> u8 {
    let part = u16::from(hundredths.unsigned_abs().min(100)) * u16::from(most) / 100;
    u8::try_from(part).unwrap_or(most)
}

fn pace(hundredths: i8) -> Pace {
    Pace::new(scaled(hundredths, FASTEST_LENS)).unwrap_or(Pace::STANDARD)
}

fn zoom(speed: i8) -> Zoom {
    if speed > 0 { Zoom::Tele(pace(speed)) } else { Zoom::Wide(pace(speed)) }
}

fn focus(speed: i8) -> Focus {
    if speed > 0 { Focus::Far(pace(speed)) } else { Focus::Near(pace(speed)) }
}

/// What was heard of a job so far.
#[derive(Debug, Default)]
pub(super) struct Heard {
    data: Vec<Data>,
    trouble: Option<Trouble>,
}

impl Heard {
    /// Notes the end of one request; gives back how the camera writes its pan when that tells.
    pub(super) fn note(&mut self, result: Result<session::Answer, Failure>) -> Option<Digits> {
        match result {
            Ok(session::Answer::Data(data)) => {
                self.data.push(data);
                match data {
                    Data::PanTilt(aim) => Some(aim.digits),
                    _ => None,
                }
            }
            Ok(session::Answer::Done) => None,
            Err(failure) => {
                self.trouble.get_or_insert(failure.into());
                None
            }
        }
    }

    /// What the camera said to all of a job's requests.
    pub(super) fn answer(self, job: Job) -> Result<Answer, Trouble> {
        if let Some(trouble) = self.trouble {
            return Err(trouble);
        }
        let Job::Ask(question) = job else { return Ok(Answer::Done) };
        let answer = match (question, self.data.as_slice()) {
            (Question::Identity, [Data::Version(version)]) => Some(Answer::Identity(identity(*version))),
            (Question::Power, [Data::Power(on)]) => Some(Answer::Power(*on)),
            (Question::Position, [Data::PanTilt(aim), Data::Zoom(zoom)]) => {
                Some(Answer::Position(Position { pan: aim.pan, tilt: aim.tilt, zoom: *zoom }))
            }
            (Question::Settings, _) => return Err(Trouble::Cannot),
            (Question::FocusMode, [Data::FocusMode(mode)]) => Some(Answer::Mode(focus_word(*mode))),
            (Question::Focus, [Data::Focus(steps)]) => Some(Answer::Focus(*steps)),
            (Question::Exposure, [Data::Exposure(mode)]) => Some(Answer::Mode(exposure_word(*mode))),
            (Question::White, [Data::WhiteBalance(mode)]) => Some(Answer::Mode(white_word(*mode))),
            _ => None,
        };
        answer.ok_or_else(|| Failure::WrongAnswer { heard: Vec::new() }.into())
    }
}

/// The maker and model as far as the manuals tell (Sony EVI-D70 p. 34, EVI-HD7V p. 22, BRC-Z700 p. 6).
fn identity(version: Version) -> Identity {
    let make = match version.vendor {
        0x0001 | 0x0010 | 0x0020 => "Sony",
        _ => "",
    };
    let model = match version.model {
        0x0402 => "EVI-D30",
        0x040d => "EVI-D100",
        0x040e => "EVI-D70",
        0x0504 => "EVI-HD1",
        0x0505 => "BRC-Z700",
        0x0508 => "EVI-HD7V",
        _ => "",
    };
    Identity {
        make: make.into(),
        model: model.into(),
        serial: "".into(),
        firmware: smol_str::format_smolstr!("{:04X}", version.rom),
        numbers: Some(Numbers { vendor: version.vendor, model: version.model, rom: version.rom }),
    }
}

#[cfg(test)]
mod tests;
