//! What a display is asked, in which order, and what it said. It judges nothing.

use std::time::Duration;

use embedded_io_async::{Read, Write};
use smol_str::SmolStr;

use super::Setup;
use crate::pjlink::codec::{Class, Refusal};
use crate::pjlink::display::{self, Health, Input, Lamp, Mute, Power, Request, Signal};
use crate::pjlink::driver::{Driver, Error};
use crate::pjlink::session::Failure;
use crate::port::{Timer as _, TokioTimer};

/// After so many questions without an answer the rest is not asked.
const PATIENCE: u8 = 2;

/// Why nothing was learnt.
#[derive(Debug)]
pub(super) enum Stop {
    /// The display's doing.
    Display(Failure),
    /// The connection ended before the first answer.
    Closed,
}

/// What a display said of itself; none where it did not say.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// None: it cannot tell (`ERR1`).
    pub(super) power: Option<Power>,
    pub(super) class: u8,
    pub(super) health: Option<Health>,
    pub(super) input: Option<Input>,
    pub(super) input_name: Option<SmolStr>,
    /// What it has, when it shows another one than it should.
    pub(super) inputs: Vec<Input>,
    pub(super) mute: Option<Mute>,
    pub(super) signal: Option<Signal>,
    pub(super) lamps: Vec<Lamp>,
    /// Which lamps fit, when one is at fault.
    pub(super) lamp_models: Option<SmolStr>,
    pub(super) filter_hours: Option<u32>,
    pub(super) maker: Option<SmolStr>,
    pub(super) model: Option<SmolStr>,
    pub(super) serial: Option<SmolStr>,
    pub(super) software: Option<SmolStr>,
    /// It answered `ERR4`: it has failed.
    pub(super) has_failed: bool,
    /// Questions about its state that it left open, and whether it said anything at all.
    pub(super) open: Vec<(&'static str, Open)>,
}

/// How a question was left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    Silent,
    Nonsense,
}

impl Seen {
    pub(super) fn is_on(&self) -> bool {
        self.power == Some(Power::On)
    }

    fn class(&self) -> Class {
        if self.class >= 2 { Class::Two } else { Class::One }
    }
}

/// One conversation with a display.
#[derive(Debug)]
pub(super) struct Interview<P> {
    driver: Driver<P, TokioTimer>,
    clock: TokioTimer,
    until: Duration,
    patience: u8,
    seen: Seen,
}

impl<P: Read + Write> Interview<P> {
    /// No question begins after `enough`.
    pub(super) fn new(driver: Driver<P, TokioTimer>, enough: Duration) -> Self {
        Self { driver, clock: TokioTimer::default(), until: enough, patience: PATIENCE, seen: Seen::default() }
    }

    pub(super) fn transcript(&self) -> &str {
        self.driver.transcript()
    }

    /// Asks whether it is on, which it has to answer; then everything else, which it may leave open.
    pub(super) async fn ask_all(&mut self, setup: &Setup) -> Result<Seen, Stop> {
        self.seen.power = match self.driver.ask(&display::POWER).await {
            Ok(power) => Some(power),
            Err(Error::Display(Failure::Refused(Refusal::Undefined))) => None,
            Err(Error::Display(failure)) => return Err(Stop::Display(failure)),
            Err(Error::Port(_) | Error::Closed) => return Err(Stop::Closed),
        };
        self.seen.class = self.fact(&display::CLASS).await.unwrap_or(1);
        self.seen.health = self.state("ERST", &display::HEALTH).await;
        if self.seen.is_on() {
            self.ask_picture(setup).await;
        }
        self.ask_wear(setup).await;
        self.ask_who().await;
        Ok(std::mem::take(&mut self.seen))
    }

    async fn ask_picture(&mut self, setup: &Setup) {
        let class = self.seen.class();
        self.seen.input = self.state("INPT", &display::input(class)).await;
        self.seen.mute = self.state("AVMT", &display::MUTE).await;
        if setup.input.is_some() && self.seen.input != setup.input {
            self.seen.inputs = self.fact(&display::inputs(class)).await.unwrap_or_default();
        }
        if class == Class::Two {
            self.seen.signal = self.fact(&display::SIGNAL).await;
            if let Some(input) = self.seen.input {
                self.seen.input_name = self.fact(&display::input_name(input)).await;
            }
        }
    }

    async fn ask_wear(&mut self, setup: &Setup) {
        self.seen.lamps = self.fact(&display::LAMPS).await.unwrap_or_default();
        if self.seen.class() == Class::Two {
            self.seen.filter_hours = self.fact(&display::FILTER).await;
            if super::judgement::wants_lamp(setup, &self.seen) {
                self.seen.lamp_models = self.fact(&display::LAMP_MODELS).await;
            }
        }
    }

    async fn ask_who(&mut self) {
        self.seen.maker = self.fact(&display::MAKER).await;
        self.seen.model = self.fact(&display::MODEL).await;
        if self.seen.class() == Class::Two {
            self.seen.serial = self.fact(&display::SERIAL).await;
            self.seen.software = self.fact(&display::SOFTWARE).await;
        } else {
            self.seen.software = self.fact(&display::OTHER).await;
        }
    }

    /// A question about its state; one that is left open is noted.
    async fn state<T>(&mut self, name: &'static str, request: &Request<T>) -> Option<T> {
        let answer = self.ask(request).await;
        answer.unwrap_or_else(|open| {
            self.seen.open.push((name, open));
            None
        })
    }

    /// A question that nothing depends on.
    async fn fact<T>(&mut self, request: &Request<T>) -> Option<T> {
        self.ask(request).await.unwrap_or_default()
    }

    /// What it does not have or cannot say just now is no answer and no fault.
    async fn ask<T>(&mut self, request: &Request<T>) -> Result<Option<T>, Open> {
        if self.patience == 0 || self.clock.now() >= self.until {
            return Err(Open::Silent);
        }
        match self.driver.ask(request).await {
            Ok(answer) => Ok(Some(answer)),
            Err(Error::Display(Failure::Refused(refusal))) => {
                self.seen.has_failed |= refusal == Refusal::Failed;
                Ok(None)
            }
            Err(Error::Display(Failure::WrongAnswer { .. })) => {
                self.patience -= 1;
                Err(Open::Nonsense)
            }
            Err(Error::Display(Failure::NoAnswer)) => {
                self.patience -= 1;
                Err(Open::Silent)
            }
            Err(_) => {
                self.patience = 0;
                Err(Open::Silent)
            }
        }
    }
}
