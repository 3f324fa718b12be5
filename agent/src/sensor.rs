//! Chips on an I²C bus: how each is asked and what its bytes mean. Generic over the bus and over nothing else.
//!
//! A chip that has to measure first is told to (`begin`) and read after `SETTLE` (`read`): who waits in between is the
//! caller. Not here: where the bus is (`bus`), and what a reading means for the room (`probe::sensor`).

pub mod bh1750;
pub mod cradle;
pub mod ds3231;
pub mod ina219;
pub mod ina226;
pub mod sht3x;

use embedded_hal::i2c::I2c;

/// Why a chip gave no reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bad<E> {
    /// The bus: nobody there, no answer, a hang.
    #[error("the bus failed")]
    Bus(E),
    /// The bytes do not fit their checksum.
    #[error("the checksum is wrong")]
    Checksum,
    /// It has not measured yet, although it had the time.
    #[error("it has not measured yet")]
    NotReady,
    /// What it says cannot be.
    #[error("it reads {0:#06x}, which cannot be")]
    Absurd(u16),
    /// Another chip answers at this address.
    #[error("it calls itself {0:#06x}")]
    OtherChip(u16),
}

/// What flows to a load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Supply {
    /// Amperes, negative when it flows back.
    pub amperes: f64,
    /// Volts at the load.
    pub volts: f64,
}

/// A register of 16 bits, high byte first.
fn register<I: I2c>(i2c: &mut I, address: u8, register: u8) -> Result<u16, Bad<I::Error>> {
    let mut bytes = [0; 2];
    i2c.write_read(address, &[register], &mut bytes).map_err(Bad::Bus)?;
    Ok(u16::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use embedded_hal::i2c::{ErrorKind, NoAcknowledgeSource};
    use embedded_hal_mock::eh1::i2c::{Mock, Transaction};

    use super::*;

    /// Lets each transaction of a transcript fail in turn, by a missing acknowledgement and by the bus: nothing is sent
    /// after it, and what failed is told.
    #[track_caller]
    pub(super) fn a_bus_that_fails_is_told<T: std::fmt::Debug>(
        ask: impl Fn(&mut Mock) -> Result<T, Bad<ErrorKind>>,
        transcript: &[Transaction],
    ) {
        let kinds = [ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address), ErrorKind::Bus, ErrorKind::Other];
        for (at, kind) in (0..transcript.len()).flat_map(|at| kinds.map(|kind| (at, kind))) {
            let mut until = transcript[..=at].to_vec();
            until[at] = until[at].clone().with_error(kind);
            let mut mock = Mock::new(&until);
            let asked = ask(&mut mock);
            assert!(matches!(asked, Err(Bad::Bus(found)) if found == kind), "{at} {kind:?}: {asked:?}");
            mock.done();
        }
    }
}
