//! Sensirion SHT30, SHT31, SHT35: temperature and humidity. 'Datasheet SHT3x-DIS', version 5, May 2018.

use std::time::Duration;

use embedded_hal::i2c::I2c;

use super::Bad;

/// With ADDR low (table 8, page 9); 0x45 with ADDR high.
pub const ADDRESS: u8 = 0x44;
/// A measurement of high repeatability takes 15 ms at most (table 4, page 7); 10 more for a start from sleep.
pub const SETTLE: Duration = Duration::from_millis(25);

/// 'Single shot', high repeatability, clock stretching disabled (table 9, page 10): many adapters stretch badly.
const MEASURE: [u8; 2] = [0x24, 0x00];
/// What the chip is made for (tables 1 and 2, pages 2 and 3).
const CELSIUS: std::ops::RangeInclusive<f64> = -40.0..=125.0;

/// The air around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Air {
    /// Degrees Celsius.
    pub celsius: f64,
    /// Relative humidity, per cent.
    pub humidity: f64,
}

/// Begins one measurement.
///
/// # Errors
/// [`Bad::Bus`].
pub fn begin<I: I2c>(i2c: &mut I, address: u8) -> Result<(), Bad<I::Error>> {
    i2c.write(address, &MEASURE).map_err(Bad::Bus)
}

/// The air, of the measurement that was begun; a chip that is not ready does not acknowledge.
///
/// # Errors
/// [`Bad::Bus`], [`Bad::Checksum`], or [`Bad::Absurd`] with a temperature that it cannot measure.
pub fn read<I: I2c>(i2c: &mut I, address: u8) -> Result<Air, Bad<I::Error>> {
    let mut bytes = [0; 6];
    i2c.read(address, &mut bytes).map_err(Bad::Bus)?;
    let [t0, t1, t_crc, h0, h1, h_crc] = bytes;
    if crc([t0, t1]) != t_crc || crc([h0, h1]) != h_crc {
        return Err(Bad::Checksum);
    }
    let (temperature, humidity) = (u16::from_be_bytes([t0, t1]), u16::from_be_bytes([h0, h1]));
    // Section 4.13, page 14.
    let share = |raw: u16| f64::from(raw) / f64::from(u16::MAX);
    let air = Air { celsius: 175.0f64.mul_add(share(temperature), -45.0), humidity: 100.0 * share(humidity) };
    if CELSIUS.contains(&air.celsius) { Ok(air) } else { Err(Bad::Absurd(temperature)) }
}

/// CRC-8 with the polynomial 0x31, initialised with 0xFF (table 20, page 14).
fn crc(bytes: [u8; 2]) -> u8 {
    bytes.into_iter().fold(0xff, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { (crc << 1) ^ 0x31 })
    })
}

#[cfg(test)]
mod tests {
    use embedded_hal::i2c::ErrorKind;
    use embedded_hal_mock::eh1::i2c::{Mock, Transaction};
    use proptest::prelude::*;

    use super::*;

    fn air(bytes: [u8; 6]) -> Result<Air, Bad<ErrorKind>> {
        let mut bus =
            Mock::new(&[Transaction::write(ADDRESS, vec![0x24, 0x00]), Transaction::read(ADDRESS, bytes.to_vec())]);
        let read = begin(&mut bus, ADDRESS).and_then(|()| read(&mut bus, ADDRESS));
        bus.done();
        read
    }

    fn bytes(temperature: u16, humidity: u16) -> [u8; 6] {
        let ([t0, t1], [h0, h1]) = (temperature.to_be_bytes(), humidity.to_be_bytes());
        [t0, t1, crc([t0, t1]), h0, h1, crc([h0, h1])]
    }

    #[test]
    fn the_makers_checksum_is_ours() {
        // Table 20, page 14: CRC(0xBEEF) = 0x92.
        assert_eq!(crc([0xbe, 0xef]), 0x92);
    }

    #[test]
    fn a_measurement_is_converted_by_the_makers_formulas() {
        // Section 4.13: -45 + 175 * S / (2^16 - 1), 100 * S / (2^16 - 1).
        let Air { celsius, humidity } = air(bytes(0x6666, 0x8000)).expect("read");
        assert!((celsius - 25.0).abs() < 0.01 && (humidity - 50.0).abs() < 0.01, "{celsius} {humidity}");
        assert_eq!(air(bytes(0xffff, 0)), Err(Bad::Absurd(0xffff)), "130 degrees are beyond the chip");
        assert_eq!(air(bytes(0, 0)), Err(Bad::Absurd(0)));
    }

    proptest! {
        #[test]
        fn a_spoilt_bit_is_never_a_measurement(temperature in 0x0800u16..0xf000, humidity: u16, bit in 0usize..48) {
            let mut spoilt = bytes(temperature, humidity);
            spoilt[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(air(spoilt), Err(Bad::Checksum));
        }
    }

    #[test]
    fn a_line_without_a_chip_is_no_air() {
        assert_eq!(air([0xff; 6]), Err(Bad::Checksum));
        assert_eq!(air([0; 6]), Err(Bad::Checksum));
        super::super::tests::a_bus_that_fails_is_told(
            |bus| begin(bus, ADDRESS),
            &[Transaction::write(ADDRESS, vec![0x24, 0x00])],
        );
        super::super::tests::a_bus_that_fails_is_told(
            |bus| read(bus, ADDRESS),
            &[Transaction::read(ADDRESS, vec![0; 6])],
        );
    }
}
