//! The sensor probe: one chip on an I²C bus is asked, and its reading judged. Whatever the bus does is `Unknown`: that a
//! sensor is silent says nothing of the room.

mod judgement;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use embedded_hal::i2c::I2c;
use serde::Deserialize;

use super::hours::Hours;
use super::limits::{Overrides, Rule};
use super::measures::{AIR_TEMPERATURE, HUMIDITY, ILLUMINANCE, RTC_ERROR};
use super::{BadSetup, Context, Found};
use crate::bus::{Bus, Trouble, blocking};
use crate::sensor::cradle::{Battery, Memory, State};
use crate::sensor::{Bad, Supply, bh1750, ds3231, ina219, ina226, sht3x};

/// The keys of a sensor probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// Which chip.
    pub chip: Chip,
    /// The bus that it sits on, `/dev/i2c-1`.
    pub bus: String,
    /// Its address, when it is not the chip's first.
    pub address: Option<u8>,
    /// When the reading is judged; none: always. At other times it is measured all the same.
    #[serde(default)]
    pub hours: Hours,
    /// Changes to the limits of `illuminance` (lx), `temperature_high`, `temperature_low` (°C), `humidity_high`,
    /// `humidity_low` (%), `rtc_error` (s).
    #[serde(default)]
    pub limits: Overrides,
    /// A cradle: the shunt, ohms.
    pub shunt_ohms: Option<f64>,
    /// A cradle: lithium cells in a row of what belongs into it.
    pub cells: Option<u8>,
    /// A cradle: when it is full, volts, where that is not 4.1 V a cell.
    pub full_volts: Option<f64>,
    /// A cradle: from which current on it charges, milliamperes, where that is not 100.
    pub charging_ma: Option<f64>,
    /// A cradle: what has to lie in it within `hours`.
    pub wanted: Option<Wanted>,
    /// What was seen in the cradle last; shared by all runs of this probe.
    #[serde(skip)]
    seen: Arc<AtomicU8>,
}

/// The chips that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Chip {
    /// Current and voltage of a cradle.
    Ina219,
    /// Current and voltage of a cradle.
    Ina226,
    /// Illuminance.
    Bh1750,
    /// Temperature and humidity: SHT30, SHT31, SHT35.
    Sht3x,
    /// A clock with a battery.
    Ds3231,
}

/// What has to lie in a cradle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wanted {
    /// Anything or nothing.
    Any,
    /// The device, charged or charging.
    #[default]
    Device,
    /// The device, fully charged.
    Full,
}

/// What a chip said.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reading {
    Cradle { supply: Supply, state: State },
    Lux(f64),
    Air(sht3x::Air),
    Clock(ds3231::Reading),
}

/// DOMAIN: a rostrum wants 400 lx, vertically at 1.4 m; half of it is no light to be seen by.
const LIGHT: &[Rule] = &[Rule::at_least(ILLUMINANCE, 400.0, Some(200.0), "sensor.dark")];
/// What people and equipment bear; practice.
const AIR: &[Rule] = &[
    Rule::at_most(AIR_TEMPERATURE, 30.0, Some(40.0), "sensor.hot").keyed("temperature_high"),
    Rule::at_least(AIR_TEMPERATURE, 10.0, Some(0.0), "sensor.cold").keyed("temperature_low"),
    Rule::at_most(HUMIDITY, 80.0, None, "sensor.humid").keyed("humidity_high"),
    Rule::at_least(HUMIDITY, 15.0, None, "sensor.dry").keyed("humidity_low"),
];
/// A good DS3231 drifts 5 s a month.
const CLOCK: &[Rule] = &[Rule::at_most(RTC_ERROR, 10.0, None, "sensor.clock")];

impl Chip {
    const fn rules(self) -> &'static [Rule] {
        match self {
            Self::Ina219 | Self::Ina226 => &[],
            Self::Bh1750 => LIGHT,
            Self::Sht3x => AIR,
            Self::Ds3231 => CLOCK,
        }
    }

    const fn address(self) -> u8 {
        match self {
            Self::Ina219 => ina219::ADDRESS,
            Self::Ina226 => ina226::ADDRESS,
            Self::Bh1750 => bh1750::ADDRESS,
            Self::Sht3x => sht3x::ADDRESS,
            Self::Ds3231 => ds3231::ADDRESS,
        }
    }

    const fn settle(self) -> Duration {
        match self {
            Self::Ina219 => ina219::SETTLE,
            Self::Ina226 => ina226::SETTLE,
            Self::Bh1750 => bh1750::SETTLE,
            Self::Sht3x => sht3x::SETTLE,
            Self::Ds3231 => Duration::ZERO,
        }
    }

    const fn is_cradle(self) -> bool {
        matches!(self, Self::Ina219 | Self::Ina226)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Ina219 => "INA219",
            Self::Ina226 => "INA226",
            Self::Bh1750 => "BH1750",
            Self::Sht3x => "SHT3x",
            Self::Ds3231 => "DS3231",
        }
    }
}

impl Setup {
    pub(super) fn check(&self) -> Result<(), BadSetup> {
        if !self.bus.starts_with('/') {
            return Err(BadSetup::value("bus", "a bus like /dev/i2c-1", &self.bus));
        }
        if let Some(address) = self.address {
            super::within("address", address.into(), 0x08, 0x77)?;
        }
        self.limits.check(self.chip.rules())?;
        let of_cradle = [
            ("shunt_ohms", self.shunt_ohms),
            ("cells", self.cells.map(f64::from)),
            ("full_volts", self.full_volts),
            ("charging_ma", self.charging_ma),
        ];
        if !self.chip.is_cradle() {
            let mut written = of_cradle.iter().filter(|(_, value)| value.is_some()).map(|(key, _)| *key);
            let key = written.next().or_else(|| self.wanted.map(|_| "wanted"));
            return key.map_or(Ok(()), |key| {
                Err(BadSetup::value(key, "this key only with ina219 or ina226", self.chip.name()))
            });
        }
        if let Some((key, value)) =
            of_cradle.into_iter().find(|(_, value)| value.is_some_and(|v| !(v > 0.0 && v < 10_000.0)))
        {
            return Err(BadSetup::value(key, "a number above 0", value.unwrap_or_default()));
        }
        if self.shunt_ohms.is_none() {
            return Err(BadSetup::value("shunt_ohms", "the shunt's resistance, e.g. 0.1", "nothing"));
        }
        let Some(cells) = self.cells else {
            return Err(BadSetup::value("cells", "the battery's lithium cells in a row, e.g. 2", "nothing"));
        };
        super::within("cells", cells.into(), 1, 7)?;
        let Battery { full_volts, least_volts, most_volts, .. } = self.battery();
        if (least_volts..=most_volts).contains(&full_volts) {
            Ok(())
        } else {
            let expected = format!("{least_volts:.1} to {most_volts:.1} with {cells} cells");
            Err(BadSetup::value("full_volts", expected, full_volts))
        }
    }

    pub(super) fn rules(&self) -> Vec<Rule> {
        self.limits.apply(self.chip.rules())
    }

    /// A chip that is told to measure must be read by who told it; chips on one bus wait for one another anyway.
    pub(super) fn device_key(&self) -> String {
        self.bus.clone()
    }

    fn address(&self) -> u8 {
        self.address.unwrap_or_else(|| self.chip.address())
    }

    fn battery(&self) -> Battery {
        let of_cells = Battery::of_cells(self.cells.unwrap_or(1));
        Battery {
            charging_amperes: self.charging_ma.map_or(of_cells.charging_amperes, |milli| milli / 1_000.0),
            full_volts: self.full_volts.unwrap_or(of_cells.full_volts),
            ..of_cells
        }
    }

    fn begin<I: I2c>(&self, i2c: &mut I) -> Result<(), Bad<I::Error>> {
        match self.chip {
            Chip::Ina219 => ina219::begin(i2c, self.address()),
            Chip::Ina226 => ina226::begin(i2c, self.address()),
            Chip::Bh1750 => bh1750::begin(i2c, self.address()),
            Chip::Sht3x => sht3x::begin(i2c, self.address()),
            Chip::Ds3231 => Ok(()),
        }
    }

    fn read<I: I2c>(&self, i2c: &mut I) -> Result<Reading, Bad<I::Error>> {
        let shunt_ohms = self.shunt_ohms.unwrap_or(f64::INFINITY);
        Ok(match self.chip {
            Chip::Ina219 => self.in_cradle(ina219::read(i2c, self.address(), shunt_ohms)?),
            Chip::Ina226 => self.in_cradle(ina226::read(i2c, self.address(), shunt_ohms)?),
            Chip::Bh1750 => Reading::Lux(bh1750::read(i2c, self.address())?),
            Chip::Sht3x => Reading::Air(sht3x::read(i2c, self.address())?),
            Chip::Ds3231 => Reading::Clock(ds3231::read(i2c, self.address())?),
        })
    }

    fn in_cradle(&self, supply: Supply) -> Reading {
        let before = Memory::from_byte(self.seen.load(Ordering::Relaxed));
        let (after, state) = before.see(&self.battery(), supply);
        self.seen.store(after.to_byte(), Ordering::Relaxed);
        Reading::Cradle { supply, state }
    }

    /// What went wrong on the way to a reading, and what to do.
    fn words(&self, bad: &Bad<Trouble>) -> String {
        let (chip, address) = (self.chip.name(), self.address());
        match bad {
            Bad::Bus(trouble) => trouble.to_string(),
            Bad::Checksum => format!("{chip} 读数校验错误：检查接线长度、上拉电阻和屏蔽"),
            Bad::NotReady => format!("{chip} 未完成测量：请给传感器断电再上电"),
            Bad::Absurd(raw) => format!("{chip} 读数不合理（{raw:#06x}）：检查接线和型号，或更换传感器"),
            Bad::OtherChip(id) => format!("地址 {address:#04x} 处不是 {chip}（标识 {id:#06x}）：核对型号和地址"),
        }
    }
}

pub(super) async fn run(setup: &Setup, context: &Context) -> Found {
    match measured(setup).await {
        Ok(reading) => judgement::judged(setup, context, reading),
        Err(bad) => Found::missing(setup.words(&bad)),
    }
}

async fn measured(setup: &Setup) -> Result<Reading, Bad<Trouble>> {
    let begun = setup.clone();
    on_bus(move || Bus::open(&begun.bus).map(|mut bus| begun.begin(&mut bus))).await?;
    tokio::time::sleep(setup.chip.settle()).await;
    let asked = setup.clone();
    on_bus(move || Bus::open(&asked.bus).map(|mut bus| asked.read(&mut bus))).await
}

async fn on_bus<T: Send + 'static>(
    work: impl FnOnce() -> Result<Result<T, Bad<Trouble>>, Trouble> + Send + 'static,
) -> Result<T, Bad<Trouble>> {
    blocking(work).await.map_err(Bad::Bus)?
}

#[cfg(test)]
mod tests;
