//! TI INA226, current and voltage. 'INA226', SBOS547A, August 2015.
//!
//! As with the INA219 the current is computed from the voltage over the shunt.

use std::time::Duration;

use embedded_hal::i2c::I2c;

use super::{Bad, Supply, register};

/// With A1 and A0 at ground (section 7.5.5.1, table 2); up to 0x4F.
pub const ADDRESS: u8 = 0x40;
/// 64 averages of two conversions of at most 1.21 ms take 155 ms (section 6.5), and a little.
pub const SETTLE: Duration = Duration::from_millis(180);

/// Registers (section 7.6, table 3).
const CONFIGURATION: u8 = 0x00;
const SHUNT_VOLTAGE: u8 = 0x01;
const BUS_VOLTAGE: u8 = 0x02;
const MASK_ENABLE: u8 = 0x06;
const DIE_ID: u8 = 0xff;
/// 64 averages, 1.1 ms for either, shunt and bus continuously (section 7.6.1).
const WANTED: u16 = 0b0100_0111_0010_0111;
/// Bit 3 of mask/enable: a conversion is complete (section 7.6.7).
const CONVERSION_READY: u16 = 0b1000;
/// Bits 4 to 15 of the die's id, the rest is its revision (section 7.6.10).
const DIE: u16 = 0x226;
/// The bus is measured to 36 V (section 6.3), at 1.25 mV a count (section 7.6.3).
const BUS_FULL_SCALE: u16 = 28_800;

/// Sees that it is an INA226, and begins to measure.
///
/// # Errors
/// [`Bad::Bus`], or [`Bad::OtherChip`].
pub fn begin<I: I2c>(i2c: &mut I, address: u8) -> Result<(), Bad<I::Error>> {
    let die = register(i2c, address, DIE_ID)?;
    if die >> 4 != DIE {
        return Err(Bad::OtherChip(die));
    }
    let [high, low] = WANTED.to_be_bytes();
    i2c.write(address, &[CONFIGURATION, high, low]).map_err(Bad::Bus)
}

/// What flows through a shunt of `shunt_ohms`.
///
/// # Errors
/// [`Bad::Bus`], [`Bad::NotReady`], or [`Bad::Absurd`] at the end of either scale.
pub fn read<I: I2c>(i2c: &mut I, address: u8, shunt_ohms: f64) -> Result<Supply, Bad<I::Error>> {
    if register(i2c, address, MASK_ENABLE)? & CONVERSION_READY == 0 {
        return Err(Bad::NotReady);
    }
    let bus = register(i2c, address, BUS_VOLTAGE)?;
    if bus > BUS_FULL_SCALE {
        return Err(Bad::Absurd(bus));
    }
    let shunt = register(i2c, address, SHUNT_VOLTAGE)?;
    if matches!(shunt.cast_signed(), i16::MIN | i16::MAX) {
        return Err(Bad::Absurd(shunt));
    }
    // 2.5 µV a count over the shunt (section 7.6.2).
    Ok(Supply { amperes: f64::from(shunt.cast_signed()) * 2.5e-6 / shunt_ohms, volts: f64::from(bus) * 1.25e-3 })
}

#[cfg(test)]
mod tests {
    use embedded_hal::i2c::ErrorKind;
    use embedded_hal_mock::eh1::i2c::{Mock, Transaction};

    use super::*;

    fn read_register(register: u8, value: u16) -> Transaction {
        Transaction::write_read(ADDRESS, vec![register], value.to_be_bytes().to_vec())
    }

    fn transcript(mask: u16, bus_and_shunt: &[u16]) -> Vec<Transaction> {
        let begun = [read_register(0xff, 0x2260), Transaction::write(ADDRESS, vec![0x00, 0x47, 0x27])];
        let values =
            [0x02, 0x01].into_iter().zip(bus_and_shunt).map(|(register, value)| read_register(register, *value));
        begun.into_iter().chain([read_register(0x06, mask)]).chain(values).collect()
    }

    #[track_caller]
    fn check(mask: u16, bus_and_shunt: &[u16], expected: Result<(f64, f64), Bad<ErrorKind>>) {
        let mut mock = Mock::new(&transcript(mask, bus_and_shunt));
        let read = begin(&mut mock, ADDRESS).and_then(|()| read(&mut mock, ADDRESS, 0.002));
        mock.done();
        let rounded = |value: f64| (value * 1e6).round() / 1e6;
        assert_eq!(read.map(|supply| (rounded(supply.amperes), rounded(supply.volts))), expected);
    }

    #[test]
    fn the_makers_example_is_read() {
        // Section 7.5: 10 A through 2 mOhm at 11.98 V are 1F40h and 2570h.
        check(8, &[0x2570, 0x1f40], Ok((10.0, 11.98)));
        check(0x0408, &[0x2570, 0xe0c0], Ok((-10.0, 11.98)));
    }

    #[test]
    fn what_cannot_be_is_not_believed() {
        check(0, &[], Err(Bad::NotReady));
        check(0xffff, &[0xffff], Err(Bad::Absurd(0xffff)));
        check(8, &[0x2570, 0x7fff], Err(Bad::Absurd(0x7fff)));
        check(8, &[0x2570, 0x8000], Err(Bad::Absurd(0x8000)));
    }

    #[test]
    fn another_chip_at_the_address_is_not_written_to() {
        let mut mock = Mock::new(&[read_register(0xff, 0x399f)]);
        assert_eq!(begin(&mut mock, ADDRESS), Err(Bad::OtherChip(0x399f)));
        mock.done();
    }

    #[test]
    fn a_bus_that_fails_anywhere_is_told() {
        let whole = transcript(8, &[1, 1]);
        super::super::tests::a_bus_that_fails_is_told(
            |bus| begin(bus, ADDRESS).and_then(|()| read(bus, ADDRESS, 0.1)).map(|_| ()),
            &whole,
        );
    }
}
