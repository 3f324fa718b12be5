//! Maxim DS3231, a clock with a battery. 'DS3231 Extremely Accurate I²C-Integrated RTC/TCXO/Crystal', 19-5170. It is only
//! read; UTC is expected in it, as Linux keeps it.

use embedded_hal::i2c::I2c;

use super::Bad;

/// The only one (page 16).
pub const ADDRESS: u8 = 0x68;

/// Seconds, minutes, hours, day, date, month/century, year (figure 1, page 11).
const SECONDS: u8 = 0x00;
/// Control/status (page 14).
const STATUS: u8 = 0x0f;
/// The oscillator was stopped: the time is void. Set by the first power and when the battery was flat (page 14).
const OSCILLATOR_STOPPED: u8 = 0x80;

/// What it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Seconds since 1970.
    pub unix_s: i64,
    /// Whether it stood still since it was set.
    pub stopped: bool,
}

/// Its time, and whether that counts.
///
/// # Errors
/// [`Bad::Bus`], or [`Bad::Absurd`] with the register (high byte) and its value when that is no time.
pub fn read<I: I2c>(i2c: &mut I, address: u8) -> Result<Reading, Bad<I::Error>> {
    let mut status = [0];
    i2c.write_read(address, &[STATUS], &mut status).map_err(Bad::Bus)?;
    let mut time = [0; 7];
    i2c.write_read(address, &[SECONDS], &mut time).map_err(Bad::Bus)?;
    let stopped = status[0] & OSCILLATOR_STOPPED != 0;
    match unix_s(time) {
        Ok(unix_s) => Ok(Reading { unix_s, stopped }),
        // After the first power its registers hold anything: what counts is that it must be set.
        Err(_) if stopped && time != [0xff; 7] => Ok(Reading { unix_s: 0, stopped }),
        Err(register) => Err(Bad::Absurd(u16::from(register) << 8 | u16::from(time[usize::from(register)]))),
    }
}

/// The time of the registers, or the first register that is none.
fn unix_s(time: [u8; 7]) -> Result<i64, u8> {
    let digits = |register: u8, mask: u8, range: std::ops::RangeInclusive<u8>| {
        let byte = time[usize::from(register)];
        let (tens, ones) = ((byte & mask) >> 4, byte & 0x0f);
        let number = tens * 10 + ones;
        let is_one = byte & !mask == 0 && ones <= 9 && range.contains(&number);
        if is_one { Ok(i64::from(number)) } else { Err(register) }
    };
    let (second, minute) = (digits(0, 0x7f, 0..=59)?, digits(1, 0x7f, 0..=59)?);
    // Bit 6: twelve hours, bit 5 is then PM.
    let hour = if time[2] & 0x40 == 0 {
        digits(2, 0x3f, 0..=23)?
    } else {
        let twelve = time[2] & 0x1f;
        let number = (twelve >> 4) * 10 + (twelve & 0x0f);
        if time[2] & 0x80 != 0 || twelve & 0x0f > 9 || !(1..=12).contains(&number) {
            return Err(2);
        }
        i64::from(number % 12) + if time[2] & 0x20 == 0 { 0 } else { 12 }
    };
    let century = i64::from(time[5] >> 7) * 100;
    let month = time[5] & 0x7f;
    let (tens, ones) = (month >> 4, month & 0x0f);
    let month = i64::from(tens * 10 + ones);
    if tens > 1 || ones > 9 || !(1..=12).contains(&month) {
        return Err(5);
    }
    let (day, year) = (digits(4, 0x3f, 1..=31)?, 2000 + century + digits(6, 0xff, 0..=99)?);
    Ok(((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar from 2000 on.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March end with the leap day.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_years = year * 365 + year / 4 - year / 100 + year / 400;
    of_years + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use embedded_hal::i2c::ErrorKind;
    use embedded_hal_mock::eh1::i2c::{Mock, Transaction};
    use proptest::prelude::*;

    use super::*;

    fn transcript(status: u8, time: [u8; 7]) -> [Transaction; 2] {
        [
            Transaction::write_read(ADDRESS, vec![0x0f], vec![status]),
            Transaction::write_read(ADDRESS, vec![0x00], time.to_vec()),
        ]
    }

    #[track_caller]
    fn check(status: u8, time: [u8; 7], expected: Result<(i64, bool), Bad<ErrorKind>>) {
        let mut mock = Mock::new(&transcript(status, time));
        let read = read(&mut mock, ADDRESS);
        mock.done();
        assert_eq!(read.map(|reading| (reading.unix_s, reading.stopped)), expected);
    }

    #[test]
    fn a_time_is_read_in_either_form() {
        check(0, [0x40, 0x46, 0x01, 2, 0x09, 0x09, 0x01], Ok((1_000_000_000, false)));
        // The same in twelve hours (page 11): bit 6 of the hours, and bit 5 for the afternoon.
        check(0, [0x40, 0x46, 0x41, 2, 0x09, 0x09, 0x01], Ok((1_000_000_000, false)));
        check(0, [0x40, 0x46, 0x61, 2, 0x09, 0x09, 0x01], Ok((1_000_000_000 + 12 * 3_600, false)));
        check(0, [0x40, 0x46, 0x52, 2, 0x09, 0x09, 0x01], Ok((1_000_000_000 - 3_600, false)));
        // A leap day, and the century bit.
        check(0x08, [0x00, 0x00, 0x12, 4, 0x29, 0x02, 0x28], Ok((1_835_438_400, false)));
        check(0, [0, 0, 0, 1, 0x01, 0x81, 0x00], Ok((4_102_444_800, false)));
    }

    #[test]
    fn a_flat_battery_is_seen_whatever_the_time_says() {
        check(0x88, [0x40, 0x46, 0x01, 2, 0x09, 0x09, 0x01], Ok((1_000_000_000, true)));
        check(0x80, [0x5a, 0, 0, 0, 0, 0, 0], Ok((0, true)));
    }

    #[test]
    fn what_is_no_time_names_its_register() {
        for (at, byte) in
            [(0, 0x60), (0, 0x5a), (1, 0x60), (2, 0x24), (2, 0x40), (2, 0x53), (4, 0), (4, 0x32), (5, 0x13), (6, 0xa0)]
        {
            let mut time = [0x40, 0x46, 0x01, 2, 0x09, 0x09, 0x01];
            time[at] = byte;
            check(0, time, Err(Bad::Absurd(u16::try_from(at).expect("small") << 8 | u16::from(byte))));
        }
        check(0xff, [0xff; 7], Err(Bad::Absurd(0x00ff)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_time_or_none(status: u8, time: [u8; 7]) {
            let mut mock = Mock::new(&transcript(status, time));
            let _ = read(&mut mock, ADDRESS);
            mock.done();
        }

        #[test]
        fn a_day_follows_the_day_before(year in 2000i64..2199, month in 1i64..=12, day in 1i64..=27) {
            prop_assert_eq!(days(year, month, day + 1), days(year, month, day) + 1);
            let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let long = match month { 2 if leap => 29, 2 => 28, 4 | 6 | 9 | 11 => 30, _ => 31 };
            prop_assert_eq!(days(next_year, next, 1), days(year, month, 1) + long);
        }
    }

    #[test]
    fn a_bus_that_fails_anywhere_is_told() {
        let whole = transcript(0, [0x40, 0x46, 0x01, 2, 0x09, 0x09, 0x01]);
        super::super::tests::a_bus_that_fails_is_told(|bus| read(bus, ADDRESS).map(|_| ()), &whole);
    }
}
