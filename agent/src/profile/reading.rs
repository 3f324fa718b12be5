//! A number that the configuration names: where it comes from is the probe's, what it means is said here.

use avow_shared::id::ValueName;
use avow_shared::value::{Unit, Value};
use avow_shared::venue::{Grade, Limit};
use smol_str::SmolStr;

use crate::config::{Fields, Wrong};
use crate::probe::measures::Measure;
use crate::profile::file::{UNITS, limit};

/// The most that one probe reads.
pub const MOST: usize = 32;

/// What a number means.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What is measured.
    pub name: ValueName,
    /// Its unit.
    pub unit: Unit,
    /// The number as it comes is multiplied by this.
    pub scale: f64,
    /// And this is added then.
    pub offset: f64,
    /// How it is judged, if at all.
    pub limit: Option<Limit>,
    /// The only numbers that are right, for a state; empty: all are.
    pub right: Vec<f64>,
    /// What people call it.
    pub says: SmolStr,
}

/// What is wrong with a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrongness {
    /// How bad it is.
    pub grade: Grade,
    /// A state that is not right, and not a limit.
    pub is_state: bool,
    /// For a person (Chinese).
    pub words: String,
}

impl Reading {
    /// Takes the keys `name`, `unit`, `scale`, `offset`, `at_most`, `at_least`, `fail_above`, `fail_below`, `right`, `says`.
    ///
    /// # Errors
    /// The first that is wrong.
    pub fn take(table: &mut Fields) -> Result<Self, Wrong> {
        let name: ValueName = table.parsed("name")?;
        let says = table.text_if("says")?.unwrap_or_else(|| name.to_string().into());
        let limit = limit(table, &name)?;
        let scale = table.number_if("scale")?.unwrap_or(1.0);
        let offset = table.number_if("offset")?.unwrap_or(0.0);
        let right = table.numbers("right")?;
        if limit.is_some() && !right.is_empty() {
            return Err(table.wrong("right", "expected either 'right' or limits"));
        }
        Ok(Self { unit: table.word("unit", UNITS, Unit::None)?, scale, offset, limit, right, says, name })
    }

    /// The value of a number as it came, and what is wrong with it.
    #[must_use]
    pub fn of(&self, number: f64) -> (Value, Option<Wrongness>) {
        let number = self.unit.round(number * self.scale + self.offset);
        let told = |grade, is_state| {
            let words = format!("{} {number}{}", self.says, self.unit.symbol());
            Wrongness { grade, is_state, words }
        };
        let grade = self.limit.as_ref().map_or(Grade::Good, |limit| limit.judge(number));
        let is_right = self.right.is_empty() || self.right.contains(&number);
        let wrong = match (is_right, grade) {
            (false, _) => Some(told(Grade::Fail, true)),
            (true, Grade::Good) => None,
            (true, grade) => Some(told(grade, false)),
        };
        (Value { name: self.name.clone(), unit: self.unit, number }, wrong)
    }
}

/// No name twice, none that the probe reports by itself, and not too many.
///
/// # Errors
/// When it is otherwise.
pub fn distinct<'a>(
    table: &Fields,
    key: &str,
    readings: impl Iterator<Item = &'a Reading>,
    own: &[Measure],
) -> Result<(), Wrong> {
    let mut names: Vec<&str> = own.iter().map(|measure| measure.name).collect();
    for (at, reading) in readings.enumerate() {
        if at == MOST || names.contains(&reading.name.as_str()) {
            let problem = format!("expected at most {MOST} with names of their own, found '{}' again", reading.name);
            return Err(table.wrong(&format!("{key}[{at}].name"), problem));
        }
        names.push(reading.name.as_str());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(text: &str) -> Result<Reading, Wrong> {
        let mut fields = Fields::new("values[0]".into(), text.parse().expect("a table"));
        let reading = Reading::take(&mut fields)?;
        fields.finish().map(|()| reading)
    }

    #[test]
    fn a_number_is_scaled_and_judged() {
        let text = "name='out_voltage'\nunit='volt'\nscale=0.1\noffset=1\nat_most=230\nfail_above=240\nsays='输出电压'";
        let reading = reading(text).expect("a reading");
        for (raw, number, grade) in [
            (2_200.0, 221.0, None),
            (2_290.0, 230.0, None),
            (2_300.0, 231.0, Some(Grade::Degraded)),
            (2_400.0, 241.0, Some(Grade::Fail)),
        ] {
            let (value, wrong) = reading.of(raw);
            assert_eq!((value.number, wrong.as_ref().map(|wrong| wrong.grade)), (number, grade), "{raw}");
            assert!(wrong.is_none_or(|wrong| wrong.words == format!("输出电压 {number}V") && !wrong.is_state));
        }
    }

    #[test]
    fn a_state_is_right_or_not() {
        let reading = reading("name='protect'\nright=[1, 3]").expect("a reading");
        assert_eq!(reading.of(3.0).1, None);
        let wrong = reading.of(2.0).1.expect("wrong");
        assert_eq!((wrong.grade, wrong.is_state, wrong.words.as_str()), (Grade::Fail, true, "protect 2"));
    }

    #[test]
    fn what_is_wrong_in_the_configuration_is_named() {
        for (text, named) in [
            ("unit='volt'", "values[0].name"),
            ("name='x'\nunit='horsepower'", "horsepower"),
            ("name='x'\nright=[1]\nat_most=3", "values[0].right"),
            ("name='x'\nright=['on']", "values[0].right"),
            ("name='x'\ncolour=3", "values[0].colour"),
            ("name='x'\nat_most=3\nfail_above=2", "at_most"),
        ] {
            let wrong = reading(text).expect_err(text).to_string();
            assert!(wrong.contains(named), "{text}: {wrong}");
        }
    }
}
