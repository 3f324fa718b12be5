//! ROHM BH1750FVI, ambient light. 'BH1750FVI Technical Note', 2009.04 Rev.B.

use std::time::Duration;

use embedded_hal::i2c::I2c;

use super::Bad;

/// With ADDR low (page 10); 0x5C with ADDR high.
pub const ADDRESS: u8 = 0x23;
/// A measurement takes 180 ms at most (page 2), and 20 ms for a clock that is slow.
pub const SETTLE: Duration = Duration::from_millis(200);

/// 'One Time H-Resolution Mode', which powers down afterwards (page 5).
const ONE_TIME: u8 = 0x20;
/// Counts a lux (page 10).
const COUNTS_PER_LUX: f64 = 1.2;

/// Begins one measurement; it needs no power-on before.
///
/// # Errors
/// [`Bad::Bus`].
pub fn begin<I: I2c>(i2c: &mut I, address: u8) -> Result<(), Bad<I::Error>> {
    i2c.write(address, &[ONE_TIME]).map_err(Bad::Bus)
}

/// Lux, of the measurement that was begun.
///
/// # Errors
/// [`Bad::Bus`], or [`Bad::Absurd`] when it is blinded: all ones are also what a line without a chip reads.
pub fn read<I: I2c>(i2c: &mut I, address: u8) -> Result<f64, Bad<I::Error>> {
    let mut bytes = [0; 2];
    i2c.read(address, &mut bytes).map_err(Bad::Bus)?;
    match u16::from_be_bytes(bytes) {
        u16::MAX => Err(Bad::Absurd(u16::MAX)),
        counts => Ok(f64::from(counts) / COUNTS_PER_LUX),
    }
}

#[cfg(test)]
mod tests {
    use embedded_hal::i2c::ErrorKind;
    use embedded_hal_mock::eh1::i2c::{Mock, Transaction};

    use super::*;

    fn lux(bytes: [u8; 2]) -> Result<f64, Bad<ErrorKind>> {
        let mut bus = Mock::new(&[Transaction::write(ADDRESS, vec![0x20]), Transaction::read(ADDRESS, bytes.to_vec())]);
        let read = begin(&mut bus, ADDRESS).and_then(|()| read(&mut bus, ADDRESS));
        bus.done();
        read
    }

    #[test]
    fn the_makers_example_is_read() {
        // Page 10: 1000_0011 1001_0000 is 28067 lx.
        assert_eq!(lux([0x83, 0x90]).map(f64::round), Ok(28_067.0));
        assert_eq!(lux([0, 0]), Ok(0.0));
        assert_eq!(lux([0x01, 0xe0]), Ok(400.0));
    }

    #[test]
    fn a_blinded_or_absent_chip_is_no_light() {
        assert_eq!(lux([0xff, 0xff]), Err(Bad::Absurd(0xffff)));
        super::super::tests::a_bus_that_fails_is_told(
            |bus| begin(bus, ADDRESS),
            &[Transaction::write(ADDRESS, vec![0x20])],
        );
        super::super::tests::a_bus_that_fails_is_told(
            |bus| read(bus, ADDRESS),
            &[Transaction::read(ADDRESS, vec![0, 0])],
        );
    }
}
