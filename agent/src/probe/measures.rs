//! Every value that a probe measures: its name, which is kept for years, and its unit. The only place where either is
//! written. Not here: words for people; the console has them (`collector/web/src/words/values.ts`).

use avow_shared::value::{Unit, Value};

/// A kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Its name in reports, limits and history.
    pub name: &'static str,
    /// Its unit.
    pub unit: Unit,
}

impl Measure {
    /// A value of this kind.
    #[must_use]
    pub fn of(self, number: f64) -> Value {
        Value::new(self.name, self.unit, number)
    }

    /// The same of one of several presets, `shift_px_p2`; the console puts the words together from those of `shift_px`.
    #[must_use]
    pub fn of_preset(self, preset: u8, number: f64) -> Option<Value> {
        let name = format!("{}_p{preset}", self.name).parse().ok()?;
        Some(Value { name, ..self.of(number) })
    }
}

macro_rules! measures {
    ($($kind:literal { $($(#[$doc:meta])* $measure:ident = $name:literal, $unit:ident;)* })*) => {
        $($($(#[$doc])* pub const $measure: Measure = Measure { name: $name, unit: Unit::$unit };)*)*

        /// All of them by the kind of probe, a word as in the configuration.
        pub const BY_KIND: &[(&str, &[Measure])] = &[$(($kind, &[$($measure),*])),*];
    };
}

measures! {
    "line" {
        /// Per cent of packets or connections without an answer.
        LOSS = "loss", Percent;
        /// Mean round trip.
        RTT_AVG = "rtt_avg", Millisecond;
        /// 95th percentile of the round trip.
        RTT_P95 = "rtt_p95", Millisecond;
        /// The longest round trip.
        RTT_MAX = "rtt_max", Millisecond;
        /// 99th percentile of the delay variation of two packets in a row.
        JITTER_P99 = "jitter_p99", Millisecond;
        /// Mean time to open a TCP connection.
        CONNECT_MS = "connect_ms", Millisecond;
        /// The longest time to open one.
        CONNECT_MAX = "connect_max", Millisecond;
    }
    "http" {
        /// The status code (RFC 9110, section 15).
        STATUS = "status", None;
        /// Until the first byte of the answer.
        FIRST_BYTE = "first_byte", Millisecond;
    }
    "switch" {
        /// From the command until the route reads back.
        SWITCH_MS = "switch_ms", Millisecond;
    }
    "drill" {
        /// From the command that takes the main way away until the service is back for good.
        INTERRUPTION = "interruption_s", Second;
        /// The same on the way back.
        RETURN = "return_s", Second;
        /// How much of that the beat could not see.
        DRILL_RESOLUTION = "drill_resolution_s", Second;
    }
    "camera" {
        /// 1 on, 0 in standby.
        POWER = "power", None;
        /// The camera's own steps, right is positive.
        PAN = "pan", None;
        /// The camera's own steps, up is positive.
        TILT = "tilt", None;
        /// The camera's own steps, 0 wide.
        ZOOM = "zoom", None;
        /// Where the focus stands, the camera's own steps; said to a person who asks.
        FOCUS = "focus", None;
        /// The maker's number in VISCA.
        VENDOR_ID = "vendor_id", None;
        /// The model's number in VISCA.
        MODEL_ID = "model_id", None;
        /// The firmware's number in VISCA.
        ROM = "rom", None;
        /// Steps by which a preset's position is missed.
        PRESET_OFF = "preset_off", None;
        /// How far the scene has moved since the reference was taken, pixels of 640 × 360.
        SHIFT_PX = "shift_px", Pixel;
        /// The same as an angle, by the field of view.
        SHIFT_DEGREES = "shift_degrees", Degree;
        /// Sharpness in parts of the reference's.
        SHARPNESS_RATIO = "sharpness_ratio", None;
        /// Mean luma in parts of the reference's.
        BRIGHTNESS_RATIO = "brightness_ratio", None;
        /// The largest connected part of the picture where the reference is not found again.
        BLOCKED_PERCENT = "blocked_percent", Percent;
    }
    "surveillance" {
        /// How far the camera's clock is off, either way.
        CAMERA_CLOCK = "camera_clock", Millisecond;
        /// Pixels a line of its still picture.
        SNAPSHOT_WIDTH = "snapshot_width", Pixel;
        /// Lines of its still picture.
        SNAPSHOT_HEIGHT = "snapshot_height", Pixel;
    }
    "display" {
        /// 0 standby, 1 on, 2 cooling down, 3 warming up.
        POWER_STATE = "power_state", None;
        /// The class of PJLink that it speaks, 1 or 2.
        DISPLAY_CLASS = "display_class", None;
        /// Parts of it that warn.
        WARNINGS = "warnings", None;
        /// Parts of it that have failed.
        ERRORS = "errors", None;
        /// Hours that its most used lamp was lit.
        LAMP_HOURS = "lamp_hours", None;
        /// Hours that its filter is in use.
        FILTER_HOURS = "filter_hours", None;
        /// 1 when nothing is seen although it is on.
        PICTURE_MUTED = "picture_muted", None;
        /// 1 when nothing is heard although it is on.
        SOUND_MUTED = "sound_muted", None;
        /// Pixels a line of what comes in.
        SIGNAL_WIDTH = "signal_width", Pixel;
        /// Lines of what comes in.
        SIGNAL_HEIGHT = "signal_height", Pixel;
    }
    "picture" {
        /// Mean luma of all frames.
        LUMA_MEAN = "luma_mean", Luma;
        /// Standard deviation of luma within a frame, mean of all frames.
        LUMA_SD = "luma_sd", Luma;
        /// Median of the mean luma differences of frames in a row.
        DIFFERENCE = "difference", None;
        /// Pixels a line.
        WIDTH = "width", Pixel;
        /// Lines.
        HEIGHT = "height", Pixel;
        /// Frames a second by their time stamps.
        FPS = "fps", FramesPerSecond;
        /// Mean luma difference of the key frames that differ least.
        KEY_DIFFERENCE = "key_difference", None;
        /// Of the picture that has the one strong colour that most of it has.
        CARD = "card", Percent;
        /// Of a test pattern's bars that are where they should be.
        BARS = "bars", Percent;
        /// How far from grey the most neutral tenth is, steps of colour at half luma.
        CAST = "cast", None;
        /// Deviation of a pixel's noise.
        NOISE = "noise", Luma;
        /// By how much the whole picture beats, amplitude in parts of its light.
        FLICKER = "flicker", Percent;
        /// By how much rolling bands are brighter than what lies between them, the same.
        BANDING = "banding", Percent;
        /// The width of the optical code's frame in the picture.
        CODE_SIZE = "code_size", Pixel;
        /// By how much its white is brighter than its black.
        CODE_CONTRAST = "code_contrast", Luma;
        /// How far the scene has moved since the reference was taken, pixels of 640 × 360.
        VIEW_SHIFT = "view_shift", Pixel;
        /// The largest connected part of the picture where the reference is not found again.
        VIEW_BLOCKED = "view_blocked", Percent;
        /// Sharpness in parts of the reference's.
        VIEW_SHARPNESS = "view_sharpness", None;
        /// Of the overlay's pixels that are an edge of writing.
        OVERLAY_EDGES = "overlay_edges", Percent;
    }
    "sound" {
        /// Of the marker as it is heard, dB of full scale.
        SOUND_LEVEL = "sound_level", Decibel;
        /// What is heard against what is played.
        SOUND_GAIN = "sound_gain", Decibel;
        /// The room's own before the test, dB of full scale.
        SOUND_NOISE = "sound_noise", Decibel;
        /// Marker against noise, in the marker's band.
        SOUND_SNR = "sound_snr", Decibel;
        /// From the box's own output through loudspeaker, air and microphone.
        SOUND_DELAY = "sound_delay", Millisecond;
        /// The share of samples on flat tops.
        SOUND_CLIPPED = "sound_clipped", Percent;
        /// Tones at 50 and 100 Hz, dB of full scale; only when they stand out.
        SOUND_HUM = "sound_hum", Decibel;
        /// Where it howls, hertz.
        SOUND_HOWL = "sound_howl", None;
        /// 1 as played, −1 turned round.
        SOUND_POLARITY = "sound_polarity", None;
        /// The weakest band against 1 kHz.
        SOUND_RESPONSE = "sound_response", Decibel;
        /// Reverberation, T20.
        SOUND_T20 = "sound_t20", Second;
        /// Total harmonic distortion and noise.
        SOUND_THD_N = "sound_thd_n", Percent;
        /// How well the marker's parts agree with what was sent: 1 perfectly, 0 by chance.
        SOUND_QUALITY = "sound_quality", None;
    }
    "listen" {
        /// Effective value, dB of full scale.
        HEARD_LEVEL = "heard_level", Decibel;
        /// The greatest absolute value, dB of full scale.
        HEARD_PEAK = "heard_peak", Decibel;
        /// The share of samples on flat tops.
        HEARD_CLIPPED = "heard_clipped", Percent;
        /// Tones at 50 and 100 Hz, dB of full scale; only when they stand out.
        HEARD_HUM = "heard_hum", Decibel;
        /// 1 when nothing moves: digital silence.
        HEARD_STUCK = "heard_stuck", None;
    }
    "device" {
        /// Inputs of a matrix.
        INPUTS = "inputs", None;
        /// Outputs of a matrix.
        OUTPUTS = "outputs", None;
        /// The preset that a wall shows.
        PRESET = "preset", None;
        /// Of the supply.
        VOLTAGE = "voltage", Volt;
        /// Of the supply.
        CURRENT = "current", Ampere;
        /// Of the supply, hertz.
        FREQUENCY = "frequency", None;
        /// Calls that a codec holds.
        CALLS = "calls", None;
    }
    "snmp" {
        /// Since the device, or its SNMP, has started.
        UPTIME = "uptime", Second;
        /// Watched ports that are up.
        PORTS_UP = "ports_up", None;
        /// Watched ports that are down or missing; one that is switched off by hand is neither.
        PORTS_DOWN = "ports_down", None;
        /// Of the slowest watched port that is up.
        PORT_SPEED = "port_speed", BitsPerSecond;
        /// Packets with errors a minute, at the worst port.
        PORT_ERRORS = "port_errors", None;
        /// Packets thrown away a minute, at the worst port.
        PORT_DISCARDS = "port_discards", None;
        /// Into the busiest port.
        PORT_IN = "port_in", BitsPerSecond;
        /// Out of the busiest port.
        PORT_OUT = "port_out", BitsPerSecond;
    }
    "ups" {
        /// 1 while it feeds from its battery.
        ON_BATTERY = "on_battery", None;
        /// Of the battery.
        CHARGE = "charge", Percent;
        /// Minutes that the battery lasts.
        RUNTIME = "runtime", None;
        /// Of what it can feed.
        UPS_LOAD = "ups_load", Percent;
        /// From the mains.
        INPUT_VOLTAGE = "input_voltage", Volt;
        /// Of the battery.
        BATTERY_VOLTAGE = "battery_voltage", Volt;
        /// Of the battery.
        BATTERY_TEMPERATURE = "battery_temperature", Celsius;
        /// Hours since it was last seen to feed from its battery and to come back.
        BATTERY_PROVEN = "battery_proven", None;
    }
    // What a meter measures the configuration names.
    "modbus" {}
    "sensor" {
        /// Of light that falls on the chip.
        ILLUMINANCE = "illuminance", Lux;
        /// Of the room or cabinet that the chip hangs in.
        AIR_TEMPERATURE = "air_temperature", Celsius;
        /// Relative humidity there.
        HUMIDITY = "humidity", Percent;
        /// Into a charging cradle.
        CRADLE_CURRENT = "cradle_current", Ampere;
        /// At its contacts.
        CRADLE_VOLTAGE = "cradle_voltage", Volt;
        /// 0 empty, 1 charging, 2 full, 3 stopped before it was full.
        CRADLE_STATE = "cradle_state", None;
        /// Between a clock chip and the box.
        RTC_ERROR = "rtc_error", Second;
    }
    "input" {
        /// 1 high, 0 low.
        INPUT_LEVEL = "input_level", None;
    }
    "mouth-to-ear" {
        /// The other end's marker as it arrives, of full scale.
        FAR_LEVEL = "far_level", Decibel;
        /// Against everything else that is heard.
        FAR_SNR = "far_snr", Decibel;
        /// The own marker as it comes back, of full scale.
        ECHO_LEVEL = "echo_level", Decibel;
        /// Sound early (+) or late (-) against the picture.
        LIP_SYNC = "lip_sync", Millisecond;
        /// How far that may be wrong.
        LIP_SYNC_ERROR = "lip_sync_error", Millisecond;
        /// New frames a second of the other end's picture.
        FAR_FPS = "far_fps", FramesPerSecond;
        /// Frames of it that did not come.
        FAR_MISSING = "far_missing", None;
        /// Frames of it that came more than once.
        FAR_REPEATED = "far_repeated", None;
        /// The longest time without a new frame.
        FAR_STILL = "far_still", Millisecond;
    }
    "host" {
        /// What may still be written to the file system of the agent's state.
        DISK_FREE = "disk_free", Byte;
        /// Memory available without swapping.
        MEMORY_FREE = "memory_free", Byte;
        /// The hottest thermal zone.
        TEMPERATURE = "temperature", Celsius;
        /// Runnable processes a core, mean of five minutes.
        LOAD = "load", None;
        /// The error that a disciplined clock admits.
        CLOCK_ERROR = "clock_error", Millisecond;
        /// What the agent writes a day.
        FLASH_DAY = "flash_day", Byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Work;

    #[test]
    fn a_name_means_one_thing() {
        let all: Vec<Measure> = BY_KIND.iter().flat_map(|(_, measures)| *measures).copied().collect();
        for (at, measure) in all.iter().enumerate() {
            assert!(measure.name.parse::<avow_shared::id::ValueName>().is_ok(), "{}", measure.name);
            assert_eq!(all.iter().position(|other| other.name == measure.name), Some(at), "{}", measure.name);
        }
    }

    #[test]
    fn every_limit_is_of_a_value_of_its_kind() {
        let works = [
            ("line", "to='10.0.0.1'"),
            ("line", "to='10.0.0.1'\nmethod='tcp'\nport=443"),
            ("http", "url='http://10.0.0.1/'"),
            ("display", "address='10.0.0.1'\nlamp_hours_limit=4000"),
            ("picture", "source='v4l2:/dev/video0'"),
            ("sensor", "chip='bh1750'\nbus='/dev/i2c-1'"),
            ("sensor", "chip='sht3x'\nbus='/dev/i2c-1'"),
            ("sensor", "chip='ds3231'\nbus='/dev/i2c-1'"),
            ("surveillance", "address='10.0.0.1'"),
            ("sound", "play='pulse:a'\nrecord='pulse:b'"),
            ("sound", "play='pulse:a'\nrecord='pulse:b'\nstrength='full'"),
            ("listen", "source='pulse:b'"),
            ("mouth-to-ear", "play='pulse:a'\nlisten='pulse:b'"),
            ("host", ""),
            ("drill", "switch={profile='extron-sis',address='h',sources=['2'],sink='1'}\nservice={kind='line',to='h'}"),
        ];
        for (kind, text) in works {
            let work = Work::parse(kind, text.parse().expect("a table")).expect("work");
            let measures = BY_KIND.iter().find(|(other, _)| *other == kind).expect("a kind").1;
            for limit in work.limits() {
                assert!(measures.iter().any(|measure| measure.name == limit.value.as_str()), "{kind} {limit:?}");
            }
        }
    }
}
