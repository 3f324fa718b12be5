//! How a UPS is, whoever says so.

/// What a UPS says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// Where the power of its output comes from; none: it does not say.
    pub feeds: Option<Feed>,
    /// The battery is nearly empty.
    pub is_low: bool,
    /// The battery must be replaced.
    pub is_worn: bool,
    /// More is taken than it can give.
    pub is_overloaded: bool,
    /// It will soon switch off.
    pub is_going: bool,
    /// The battery is being tested or calibrated: on battery, and as it should be.
    pub is_testing: bool,
    /// What it reports beyond that, for a person.
    pub alarms: Vec<String>,
    /// Of the battery, per cent.
    pub charge: Option<f64>,
    /// What the battery lasts, seconds.
    pub runtime_s: Option<f64>,
    /// Per cent of what it can feed.
    pub load: Option<f64>,
    /// Volts from the mains.
    pub input_voltage: Option<f64>,
    /// Volts of the battery.
    pub battery_voltage: Option<f64>,
    /// Degrees Celsius of the battery.
    pub battery_temperature: Option<f64>,
    /// Maker.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Firmware.
    pub firmware: Option<String>,
}

/// Where the power of the output comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// The mains, through the UPS, raised or lowered or not.
    Mains,
    /// The battery.
    Battery,
    /// The mains, around the UPS.
    Bypass,
    /// Nowhere: it is off.
    Nothing,
}

impl Status {
    /// Whether it feeds from its battery; none: it does not say.
    #[must_use]
    pub fn is_on_battery(&self) -> Option<bool> {
        self.feeds.map(|feed| feed == Feed::Battery)
    }
}
