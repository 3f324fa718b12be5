//! The only place that names `linux-embedded-hal`: I²C buses and GPIO lines of this box, and what is wrong with them in words.
//!
//! Every call may wait for the kernel; who is asynchronous calls them through [`blocking`].

use avow_shared::sort;
use std::fmt;
use std::io::ErrorKind;
use std::str::FromStr;

use embedded_hal::digital::{ErrorType, InputPin as _, OutputPin, PinState};
use embedded_hal::i2c;
use linux_embedded_hal::gpio_cdev::{self, Chip, LineRequestFlags};
use linux_embedded_hal::{CdevPin, I2CError, I2cdev};
use nix::errno::Errno;

/// Under this name the kernel lists the lines that we hold.
const CONSUMER: &str = "avow-agent";

/// Why a bus or a line is of no use now; in words it says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// There is no such bus.
    #[error("没有 {0}：请在设备树中启用这条 I²C 总线（树莓派：raspi-config），并加载 i2c-dev（modprobe i2c-dev）")]
    NoBus(String),
    /// No GPIO controller has that label.
    #[error("没有名为 {wanted} 的 GPIO 控制器：用 gpiodetect 核对，本机有 {known}")]
    NoChip {
        /// The label.
        wanted: String,
        /// Those that there are.
        known: String,
    },
    /// Several have it.
    #[error("有不止一个名为 {0} 的 GPIO 控制器，无法区分")]
    TwoChips(String),
    /// The controller has fewer lines.
    #[error("{label} 只有 {lines} 条线，没有第 {offset} 条：用 gpioinfo 核对")]
    NoLine {
        /// The controller.
        label: String,
        /// How many it has.
        lines: u32,
        /// What was asked for.
        offset: u32,
    },
    /// The user of this process may not.
    #[error("无权使用 {0}：执行 usermod -aG i2c,gpio avow 后重启代理；没有这些组时用 udev 规则授权")]
    NoRight(String),
    /// Somebody else has it.
    #[error("{0} 被占用：可能已由内核驱动或其他程序使用（i2cdetect、gpioinfo 可见）")]
    Taken(String),
    /// Nobody acknowledges that address.
    #[error("{path} 上地址 {address:#04x} 无应答：检查传感器接线、供电和地址（i2cdetect -y）")]
    Silent {
        /// The bus.
        path: String,
        /// The address.
        address: u8,
    },
    /// The bus does not come free.
    #[error("{0} 总线不通（超时）：检查上拉电阻，逐个拔下传感器找出卡住总线的一个")]
    Stuck(String),
    /// Anything else.
    #[error("{what}：{detail}")]
    Other {
        /// The bus or line.
        what: String,
        /// What the system said.
        detail: String,
    },
}

impl Trouble {
    fn of(errno: Errno, what: String) -> Self {
        match errno {
            Errno::EACCES | Errno::EPERM => Self::NoRight(what),
            Errno::EBUSY => Self::Taken(what),
            Errno::ETIMEDOUT | Errno::EAGAIN => Self::Stuck(what),
            other => Self::Other { what, detail: other.desc().to_owned() },
        }
    }
}

/// Runs what may wait for the kernel.
///
/// # Errors
/// None of its own; a panic in it ends as a trouble.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Trouble> {
    let lost =
        |error: tokio::task::JoinError| Trouble::Other { what: "I²C/GPIO".to_owned(), detail: error.to_string() };
    tokio::task::spawn_blocking(work).await.map_err(lost)?
}

/// An I²C bus.
pub struct Bus {
    device: I2cdev,
    path: String,
}

impl Bus {
    /// Opens a bus, `/dev/i2c-1`.
    ///
    /// # Errors
    /// When it is not there or not ours.
    pub fn open(path: &str) -> Result<Self, Trouble> {
        let looked_at = std::fs::File::options().read(true).write(true).open(path);
        // Looked at first, because the crate's own error does not tell a missing node from a missing chip.
        looked_at.map_err(|error| match error.kind() {
            ErrorKind::NotFound => Trouble::NoBus(path.to_owned()),
            _ => Trouble::of(Errno::from_raw(error.raw_os_error().unwrap_or_default()), path.to_owned()),
        })?;
        let device = I2cdev::new(path);
        let device = device.map_err(|error| Trouble::Other { what: path.to_owned(), detail: error.to_string() })?;
        Ok(Self { device, path: path.to_owned() })
    }
}

impl i2c::ErrorType for Bus {
    type Error = Trouble;
}

impl i2c::I2c for Bus {
    fn transaction(&mut self, address: u8, operations: &mut [i2c::Operation<'_>]) -> Result<(), Trouble> {
        let done = i2c::I2c::<i2c::SevenBitAddress>::transaction(&mut self.device, address, operations);
        done.map_err(|error| transfer(&error, &self.path, address))
    }
}

impl i2c::Error for Trouble {
    fn kind(&self) -> i2c::ErrorKind {
        match self {
            Self::Silent { .. } => i2c::ErrorKind::NoAcknowledge(i2c::NoAcknowledgeSource::Unknown),
            _ => i2c::ErrorKind::Other,
        }
    }
}

/// What a transfer's failure means (Linux, 'I2C/SMBUS Fault Codes').
fn transfer(error: &I2CError, path: &str, address: u8) -> Trouble {
    let errno = match error.inner() {
        linux_embedded_hal::i2cdev::linux::LinuxI2CError::Errno(errno) => *errno,
        linux_embedded_hal::i2cdev::linux::LinuxI2CError::Io(error) => error.raw_os_error().unwrap_or_default(),
    };
    match Errno::from_raw(errno) {
        // Drivers disagree which of these is a missing acknowledgement.
        Errno::ENXIO | Errno::EREMOTEIO | Errno::ENODEV => Trouble::Silent { path: path.to_owned(), address },
        Errno::EBUSY => Trouble::Taken(format!("{path} 的地址 {address:#04x}")),
        other => Trouble::of(other, path.to_owned()),
    }
}

/// A GPIO line by its controller's label, which stays the same when numbers change with the kernel: `pinctrl-bcm2711:17`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// The controller's label, as `gpiodetect` shows it.
    pub label: String,
    /// The line within it.
    pub offset: u32,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.label, self.offset)
    }
}

impl FromStr for Line {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("expected a GPIO line like 'pinctrl-bcm2711:17' (label of gpiodetect, line), found '{text}'");
        let (label, offset) = text.rsplit_once(':').ok_or_else(wrong)?;
        let offset = offset.parse().map_err(|_| wrong())?;
        if label.is_empty() || label.starts_with('/') {
            Err(wrong())
        } else {
            Ok(Self { label: label.to_owned(), offset })
        }
    }
}

/// An input.
pub struct Input(CdevPin);

impl Input {
    /// Opens a line to read it; nothing is driven.
    ///
    /// # Errors
    /// When it is not there or not ours.
    pub fn open(line: &Line) -> Result<Self, Trouble> {
        request(line, LineRequestFlags::INPUT, PinState::Low).map(Self)
    }

    /// Its level.
    ///
    /// # Errors
    /// What the controller says.
    pub fn is_high(&mut self) -> Result<bool, Trouble> {
        self.0.is_high().map_err(|error| trouble(error.inner(), "GPIO"))
    }
}

/// An output; when it is dropped the line keeps its level on most controllers.
pub struct Output(CdevPin);

impl Output {
    /// Opens a line to drive it, at once at `level`.
    ///
    /// # Errors
    /// When it is not there or not ours.
    pub fn open(line: &Line, level: PinState) -> Result<Self, Trouble> {
        request(line, LineRequestFlags::OUTPUT, level).map(Self)
    }
}

impl embedded_hal::digital::Error for Trouble {
    fn kind(&self) -> embedded_hal::digital::ErrorKind {
        embedded_hal::digital::ErrorKind::Other
    }
}

impl ErrorType for Output {
    type Error = Trouble;
}

impl OutputPin for Output {
    fn set_low(&mut self) -> Result<(), Trouble> {
        self.0.set_low().map_err(|error| trouble(error.inner(), "GPIO"))
    }

    fn set_high(&mut self) -> Result<(), Trouble> {
        self.0.set_high().map_err(|error| trouble(error.inner(), "GPIO"))
    }
}

fn request(line: &Line, flags: LineRequestFlags, level: PinState) -> Result<CdevPin, Trouble> {
    let what = line.to_string();
    let mut chip = labelled(&line.label)?;
    if line.offset >= chip.num_lines() {
        return Err(Trouble::NoLine { label: line.label.clone(), lines: chip.num_lines(), offset: line.offset });
    }
    let requested =
        chip.get_line(line.offset).and_then(|line| line.request(flags, u8::from(level == PinState::High), CONSUMER));
    requested.and_then(CdevPin::new).map_err(|error| trouble(&error, &what))
}

/// A controller that this user may not open has no label for him; it counts only when none has the wanted one.
fn labelled(label: &str) -> Result<Chip, Trouble> {
    let (mut found, mut known, mut forbidden) = (None, Vec::new(), None);
    for chip in gpio_cdev::chips().map_err(|error| trouble(&error, "/dev"))? {
        match chip {
            Ok(chip) if chip.label() == label && found.is_some() => return Err(Trouble::TwoChips(label.to_owned())),
            Ok(chip) if chip.label() == label => found = Some(chip),
            Ok(chip) => known.push(chip.label().to_owned()),
            Err(error) => forbidden = Some(trouble(&error, "/dev/gpiochip*")),
        }
    }
    sort::short_by_key(&mut known, String::clone);
    let known = if known.is_empty() { "0 个".to_owned() } else { known.join("、") };
    found.ok_or_else(|| forbidden.unwrap_or(Trouble::NoChip { wanted: label.to_owned(), known }))
}

/// The crate's error says what the system said in its text alone.
fn trouble(error: &gpio_cdev::Error, what: &str) -> Trouble {
    let (what, detail) = (what.to_owned(), error.to_string());
    let is = |words: &[&str]| words.iter().any(|word| detail.contains(word));
    if is(&["EBUSY"]) {
        Trouble::Taken(what)
    } else if is(&["EACCES", "EPERM", "os error 13", "os error 1)"]) {
        Trouble::NoRight(what)
    } else if is(&["ETIMEDOUT"]) {
        Trouble::Stuck(what)
    } else {
        Trouble::Other { what, detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_named_by_label_and_number() {
        for (text, label, offset) in [("pinctrl-bcm2711:17", "pinctrl-bcm2711", 17), ("INT33FC:00:3", "INT33FC:00", 3)]
        {
            let line: Line = text.parse().expect("a line");
            assert_eq!((line.label.as_str(), line.offset, line.to_string().as_str()), (label, offset, text));
        }
        for text in ["", "17", ":17", "gpio:", "gpio:x", "gpio:-1", "/dev/gpiochip0:17"] {
            assert!(text.parse::<Line>().expect_err("wrong").contains("gpiodetect"), "{text}");
        }
    }

    #[test]
    fn what_is_not_on_this_machine_says_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("i2c-1").display().to_string();
        let trouble = Bus::open(&missing).err().expect("missing");
        assert!(trouble == Trouble::NoBus(missing) && trouble.to_string().contains("modprobe i2c-dev"), "{trouble}");
        let trouble = Input::open(&"no-such-label:0".parse().expect("a line")).err().expect("missing");
        assert!(
            trouble.to_string().contains("no-such-label") && trouble.to_string().contains("gpiodetect"),
            "{trouble}"
        );
    }

    #[test]
    fn every_failure_of_a_transfer_has_its_words() {
        use linux_embedded_hal::i2cdev::linux::LinuxI2CError::Errno as Raw;
        for (errno, part) in [
            (Errno::ENXIO, "0x23 无应答"),
            (Errno::EREMOTEIO, "0x23 无应答"),
            (Errno::ENODEV, "0x23 无应答"),
            (Errno::EBUSY, "被占用"),
            (Errno::ETIMEDOUT, "总线不通"),
            (Errno::EACCES, "无权使用"),
            (Errno::EIO, "/dev/i2c-1："),
        ] {
            let said = transfer(&I2CError::from(Raw(errno as i32)), "/dev/i2c-1", 0x23).to_string();
            assert!(said.contains(part), "{errno}: {said}");
        }
    }
}
