//! TI INA219, current and voltage. 'INA219', SBOS448F, September 2011.
//!
//! The current is computed from the voltage over the shunt: the chip's own calibration (register 05h) is not needed and
//! not touched.

use std::time::Duration;

use embedded_hal::i2c::I2c;

use super::{Bad, Supply, register};

/// With A1 and A0 at ground (table 1, page 16); up to 0x4F.
pub const ADDRESS: u8 = 0x40;
/// Two conversions of 128 samples take 68.10 ms each (table 6, page 27); 10 % for the clock, and a little.
pub const SETTLE: Duration = Duration::from_millis(160);

/// Registers (table 4, page 25).
const CONFIGURATION: u8 = 0x00;
const SHUNT_VOLTAGE: u8 = 0x01;
const BUS_VOLTAGE: u8 = 0x02;
/// 32 V, ±320 mV, 128 samples for either, shunt and bus continuously (pages 26 to 28): chargers pulse, one sample lies.
const WANTED: u16 = 0b0011_1111_1111_1111;
/// Bit 1 of the bus voltage: a conversion is complete (page 30).
const CONVERSION_READY: u16 = 0b10;
/// Full scale at ±320 mV (page 29).
const SHUNT_FULL_SCALE: i16 = 32_000;
/// Full scale at 32 V (page 30).
const BUS_FULL_SCALE: u16 = 8_000;

/// Begins to measure; what it measured before is forgotten.
///
/// # Errors
/// [`Bad::Bus`].
pub fn begin<I: I2c>(i2c: &mut I, address: u8) -> Result<(), Bad<I::Error>> {
    let [high, low] = WANTED.to_be_bytes();
    i2c.write(address, &[CONFIGURATION, high, low]).map_err(Bad::Bus)
}

/// What flows through a shunt of `shunt_ohms`.
///
/// # Errors
/// [`Bad::Bus`], [`Bad::NotReady`], or [`Bad::Absurd`] at the end of either scale.
pub fn read<I: I2c>(i2c: &mut I, address: u8, shunt_ohms: f64) -> Result<Supply, Bad<I::Error>> {
    let bus = register(i2c, address, BUS_VOLTAGE)?;
    if bus >> 3 > BUS_FULL_SCALE {
        return Err(Bad::Absurd(bus));
    }
    if bus & CONVERSION_READY == 0 {
        return Err(Bad::NotReady);
    }
    let shunt = register(i2c, address, SHUNT_VOLTAGE)?;
    if shunt.cast_signed().unsigned_abs() >= SHUNT_FULL_SCALE.unsigned_abs() {
        return Err(Bad::Absurd(shunt));
    }
    // 10 µV a count over the shunt (page 29), 4 mV of the bus (page 30).
    Ok(Supply { amperes: f64::from(shunt.cast_signed()) * 10e-6 / shunt_ohms, volts: f64::from(bus >> 3) * 4e-3 })
}

#[cfg(test)]
mod tests {
    use embedded_hal::i2c::ErrorKind;
    use embedded_hal_mock::eh1::i2c::{Mock, Transaction};

    use super::*;

    fn transcript(bus: u16, shunt: Option<u16>) -> Vec<Transaction> {
        let mut all = vec![
            Transaction::write(ADDRESS, vec![0x00, 0x3f, 0xff]),
            Transaction::write_read(ADDRESS, vec![0x02], bus.to_be_bytes().to_vec()),
        ];
        all.extend(shunt.map(|shunt| Transaction::write_read(ADDRESS, vec![0x01], shunt.to_be_bytes().to_vec())));
        all
    }

    #[track_caller]
    fn check(bus: u16, shunt: Option<u16>, expected: Result<(f64, f64), Bad<ErrorKind>>) {
        let mut mock = Mock::new(&transcript(bus, shunt));
        let read = begin(&mut mock, ADDRESS).and_then(|()| read(&mut mock, ADDRESS, 0.002));
        mock.done();
        let rounded = |value: f64| (value * 1e6).round() / 1e6;
        assert_eq!(read.map(|supply| (rounded(supply.amperes), rounded(supply.volts))), expected);
    }

    #[test]
    fn the_makers_example_is_read() {
        // 'Register results for the example circuit': 10 A through 2 mOhm at 11.98 V are 07D0h and 5D98h.
        check(0x5d98 | 2, Some(0x07d0), Ok((10.0, 11.98)));
        check(0x5d98 | 2, Some(0xf830), Ok((-10.0, 11.98)));
        check(2, Some(0), Ok((0.0, 0.0)));
    }

    #[test]
    fn what_cannot_be_is_not_believed() {
        check(0x5d98, None, Err(Bad::NotReady));
        check(0xffff, None, Err(Bad::Absurd(0xffff)));
        check(0x5d9a, Some(0x7d00), Err(Bad::Absurd(0x7d00)));
        check(0x5d9a, Some(0x8300), Err(Bad::Absurd(0x8300)));
        check(0x5d9a, Some(0x8000), Err(Bad::Absurd(0x8000)));
    }

    #[test]
    fn a_bus_that_fails_anywhere_is_told() {
        let whole = transcript(0x5d9a, Some(1));
        super::super::tests::a_bus_that_fails_is_told(
            |bus| begin(bus, ADDRESS).and_then(|()| read(bus, ADDRESS, 0.1)).map(|_| ()),
            &whole,
        );
    }
}
