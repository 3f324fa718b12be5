//! What lies in a charging cradle, by the current into it and the voltage at its contacts. Pure.
//!
//! The contacts show the battery's own voltage as long as one touches them; with none they show nothing, or what the charger
//! gives without a load, and neither is a voltage that a battery of so many cells can have.

use super::Supply;

/// The battery that belongs into the cradle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Battery {
    /// From this current on it is charged, amperes.
    pub charging_amperes: f64,
    /// At this voltage it is full, volts.
    pub full_volts: f64,
    /// A battery that touches the contacts shows at least this, volts.
    pub least_volts: f64,
    /// And at most this.
    pub most_volts: f64,
}

/// A lithium cell is deep discharged below 2.8 V, charged up to 4.2 V or, of the high-voltage kind, 4.35 V, and rests after
/// that at 4.1 V or more.
const CELL: Battery = Battery { charging_amperes: 0.1, full_volts: 4.1, least_volts: 2.8, most_volts: 4.4 };

impl Battery {
    /// Lithium cells in a row.
    #[must_use]
    pub fn of_cells(cells: u8) -> Self {
        let cells = f64::from(cells);
        Self {
            full_volts: CELL.full_volts * cells,
            least_volts: CELL.least_volts * cells,
            most_volts: CELL.most_volts * cells,
            ..CELL
        }
    }
}

/// How a cradle stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing lies in it.
    Empty,
    /// It charges.
    Charging,
    /// It is full.
    Full,
    /// Something lies in it, is not full, and is not charged.
    Stopped,
}

/// Charging goes on until the current falls below this share of where it began.
const STILL_CHARGING: f64 = 0.7;
/// A full battery rests: it stays full until it falls below this share.
const STILL_FULL: f64 = 0.97;
/// A battery that was there is there until its voltage leaves the range by this share.
const STILL_THERE: f64 = 0.03;

/// What lies there, when `before` was seen last. A state is left only when the reading has clearly left it.
#[must_use]
pub fn judge(battery: &Battery, before: Option<State>, supply: Supply) -> State {
    let Supply { amperes, volts } = supply;
    let charges_from = battery.charging_amperes * if before == Some(State::Charging) { STILL_CHARGING } else { 1.0 };
    if amperes >= charges_from {
        return State::Charging;
    }
    let slack = if before.is_some_and(|before| before != State::Empty) { STILL_THERE } else { 0.0 };
    if volts < battery.least_volts * (1.0 - slack) || volts > battery.most_volts * (1.0 + slack) {
        return State::Empty;
    }
    let full_from = battery.full_volts * if before == Some(State::Full) { STILL_FULL } else { 1.0 };
    if volts >= full_from { State::Full } else { State::Stopped }
}

/// What was seen last, kept between two looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    state: Option<State>,
    /// It has just stopped; some chargers pause.
    doubted: bool,
}

impl Memory {
    /// Takes a look in; a charge that stops counts when it is seen twice in a row, unless it is the first look of all.
    #[must_use]
    pub fn see(self, battery: &Battery, supply: Supply) -> (Self, State) {
        let state = judge(battery, self.state, supply);
        match (self.state, state) {
            (Some(State::Charging), State::Stopped) if !self.doubted => {
                (Self { doubted: true, ..self }, State::Charging)
            }
            _ => (Self { state: Some(state), doubted: false }, state),
        }
    }

    /// As a byte, to be kept in an atomic.
    #[must_use]
    pub const fn to_byte(self) -> u8 {
        let state = match self.state {
            None => 0,
            Some(State::Empty) => 1,
            Some(State::Charging) => 2,
            Some(State::Full) => 3,
            Some(State::Stopped) => 4,
        };
        state | if self.doubted { 0x80 } else { 0 }
    }

    /// From such a byte.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Self {
        let state = match byte & 0x7f {
            1 => Some(State::Empty),
            2 => Some(State::Charging),
            3 => Some(State::Full),
            4 => Some(State::Stopped),
            _ => None,
        };
        Self { state, doubted: byte & 0x80 != 0 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A handheld radio: two cells, charged with 600 mA.
    fn radio() -> Battery {
        Battery { charging_amperes: 0.1, ..Battery::of_cells(2) }
    }

    #[track_caller]
    fn check(before: Option<State>, amperes: f64, volts: f64, expected: State) {
        assert_eq!(judge(&radio(), before, Supply { amperes, volts }), expected, "{before:?} {amperes} A {volts} V");
    }

    #[test]
    fn the_four_states_of_a_cradle_are_told_apart() {
        for before in [None, Some(State::Empty), Some(State::Charging), Some(State::Full), Some(State::Stopped)] {
            check(before, 0.0, 0.0, State::Empty);
            check(before, 0.002, 12.1, State::Empty);
            check(before, 0.6, 7.4, State::Charging);
            check(before, 0.01, 8.3, State::Full);
            check(before, 0.01, 7.4, State::Stopped);
            check(before, -0.3, 7.4, State::Stopped);
        }
    }

    #[test]
    fn a_state_is_left_only_when_it_is_clearly_left() {
        check(None, 0.09, 7.9, State::Stopped);
        check(Some(State::Charging), 0.09, 7.9, State::Charging);
        check(Some(State::Charging), 0.06, 7.9, State::Stopped);
        check(None, 0.0, 8.1, State::Stopped);
        check(Some(State::Full), 0.0, 8.1, State::Full);
        check(Some(State::Full), 0.0, 7.9, State::Stopped);
        check(None, 0.0, 5.5, State::Empty);
        check(Some(State::Stopped), 0.0, 5.5, State::Stopped);
        check(Some(State::Stopped), 0.0, 5.4, State::Empty);
    }

    #[test]
    fn a_pause_of_the_charger_is_not_its_end() {
        let (charging, paused) = (Supply { amperes: 0.6, volts: 7.6 }, Supply { amperes: 0.0, volts: 7.5 });
        let mut memory = Memory::default();
        let mut seen = Vec::new();
        for supply in [charging, paused, charging, paused, paused, charging] {
            let (next, state) = memory.see(&radio(), supply);
            seen.push(state);
            memory = Memory::from_byte(next.to_byte());
            assert_eq!(memory, next);
        }
        let expected =
            [State::Charging, State::Charging, State::Charging, State::Charging, State::Stopped, State::Charging];
        assert_eq!(seen, expected);
        assert_eq!(Memory::default().see(&radio(), paused).1, State::Stopped, "one look has nothing to wait for");
    }

    proptest! {
        /// A reading that trembles by one per cent about any value settles after its first look.
        #[test]
        fn a_trembling_reading_does_not_flutter(
            amperes in -0.5f64..1.0, volts in 0.0f64..13.0, noise in prop::collection::vec((-0.01f64..0.01, -0.01f64..0.01), 2..20)
        ) {
            let mut before = None;
            let mut changes = 0;
            for (of_current, of_voltage) in noise {
                let supply = Supply { amperes: amperes * (1.0 + of_current), volts: volts * (1.0 + of_voltage) };
                let state = judge(&radio(), before, supply);
                changes += usize::from(before.is_some_and(|before| before != state));
                before = Some(state);
            }
            prop_assert!(changes <= 2, "{changes} changes");
        }
    }
}
