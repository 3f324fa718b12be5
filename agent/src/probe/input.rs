//! The input probe: a contact on a GPIO line stands as it should: a door is closed, no water lies, power is there.

use std::time::Duration;

use avow_shared::outcome::Verdict;
use serde::{Deserialize, Deserializer, de};

use super::hours::{Hours, Moment};
use super::measures::INPUT_LEVEL;
use super::{BadSetup, Context, Found};
use crate::bus::{Input, Line, Trouble, blocking};

/// Between two looks at a line.
const LOOK_EVERY_MS: u64 = 10;
/// A contact that still bounces after so many times its debounce time is loose.
const LONGEST: u64 = 10;

/// The keys of an input probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The GPIO line, by the label of its controller: `pinctrl-bcm2711:17`.
    #[serde(deserialize_with = "line")]
    pub line: Line,
    /// What is connected.
    #[serde(default)]
    pub what: What,
    /// The level when all is well.
    pub normal: Level,
    /// A level counts when it stood for so long.
    #[serde(default = "debounce_ms")]
    pub debounce_ms: u16,
    /// When it is judged; none: always.
    #[serde(default)]
    pub hours: Hours,
}

const fn debounce_ms() -> u16 {
    50
}

fn line<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Line, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(|wrong| de::Error::custom(format!("line: {wrong}")))
}

/// What is connected to an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// A door contact.
    Door,
    /// A water detector.
    Water,
    /// A relay that holds while there is power.
    Power,
    /// Something else.
    #[default]
    Other,
}

/// A line's level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Near ground.
    Low,
    /// Near the supply.
    High,
}

impl Level {
    const fn of(is_high: bool) -> Self {
        if is_high { Self::High } else { Self::Low }
    }
}

/// Looks at a contact until it stands still.
#[derive(Clone, Copy, Debug)]
struct Debounce {
    needed: u64,
    looks: u64,
    same: u64,
    level: Level,
}

impl Debounce {
    /// The first look.
    fn new(setup: &Setup, first: Level) -> Self {
        Self { needed: u64::from(setup.debounce_ms).div_ceil(LOOK_EVERY_MS) + 1, looks: 1, same: 1, level: first }
    }

    fn look(&mut self, level: Level) {
        self.looks += 1;
        self.same = if level == self.level { self.same + 1 } else { 1 };
        self.level = level;
    }

    /// The level, once it stood; none within when it never will.
    const fn settled(&self) -> Option<Option<Level>> {
        if self.same >= self.needed {
            Some(Some(self.level))
        } else if self.looks >= self.needed * LONGEST {
            Some(None)
        } else {
            None
        }
    }
}

impl Setup {
    pub(super) fn check(&self) -> Result<(), BadSetup> {
        super::within("debounce_ms", self.debounce_ms.into(), 0, 2_000)
    }

    pub(super) fn device_key(&self) -> String {
        self.line.to_string()
    }

    /// Whether the level that was found is the normal one; none when none was found.
    #[must_use]
    pub fn is_normal(&self, found: &Found) -> Option<bool> {
        let level = found.values.iter().find(|value| value.name.as_str() == INPUT_LEVEL.name)?;
        Some(Level::of(level.number > 0.5) == self.normal)
    }

    pub(super) fn longest(&self) -> Duration {
        Duration::from_millis(u64::from(self.debounce_ms) * LONGEST + LOOK_EVERY_MS * 2 * LONGEST)
    }
}

pub(super) async fn run(setup: &Setup, context: &Context) -> Found {
    match settled(setup).await {
        Ok(level) => judged(setup, context, level),
        Err(trouble) => Found::missing(trouble.to_string()),
    }
}

async fn settled(setup: &Setup) -> Result<Option<Level>, Trouble> {
    let line = setup.line.clone();
    let look = |mut input: Input| input.is_high().map(|is_high| (input, Level::of(is_high)));
    let (mut input, first) = blocking(move || Input::open(&line).and_then(look)).await?;
    let mut debounce = Debounce::new(setup, first);
    loop {
        if let Some(settled) = debounce.settled() {
            return Ok(settled);
        }
        tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
        let level;
        (input, level) = blocking(move || look(input)).await?;
        debounce.look(level);
    }
}

fn judged(setup: &Setup, context: &Context, level: Option<Level>) -> Found {
    let name = match setup.what {
        What::Door => "门磁",
        What::Water => "水浸",
        What::Power => "供电",
        What::Other => "输入",
    };
    let Some(level) = level else {
        return Found::new(Verdict::degraded("input.loose"), format!("{name}触点抖动不停：检查接线和触点"));
    };
    let word = if level == Level::High { "高电平" } else { "低电平" };
    let (verdict, state) = match (level == setup.normal, setup.what) {
        (true, _) => (Verdict::Pass, "正常"),
        (false, What::Door) => (Verdict::degraded("input.door"), "门开着"),
        (false, What::Water) => (Verdict::fail("input.water"), "有水"),
        (false, What::Power) => (Verdict::fail("input.power"), "没有电"),
        (false, What::Other) => (Verdict::degraded("input.state"), "状态不对"),
    };
    let detail = format!("{name}{word}，{state}");
    let found = match setup.hours.moment(context) {
        Moment::Within => Found::new(verdict, detail),
        Moment::Beside if verdict == Verdict::Pass => Found::new(verdict, detail),
        Moment::Beside => Found::new(Verdict::Pass, format!("{detail}（不在考核时段）")),
        Moment::Unknown => Found::missing(format!("{detail}；本机时钟未校准，不知是否在考核时段")),
    };
    found.with_values(vec![INPUT_LEVEL.of(f64::from(u8::from(level == Level::High)))])
}

#[cfg(test)]
mod tests {
    use avow_shared::time::{ClockQuality, EARLIEST_MS, WallTime};

    use super::*;
    use crate::probe::Work;

    fn setup(keys: &str) -> Result<Setup, String> {
        let text = format!("line='gpio:3'\n{keys}");
        match Work::parse("input", text.parse().expect("a table")).map_err(|error| error.to_string())? {
            Work::Input(setup) => Ok(setup),
            other => panic!("{other:?}"),
        }
    }

    fn context() -> Context {
        let (state_dir, uptime) = (std::env::temp_dir(), Duration::from_secs(60));
        // 08:00 in China.
        Context {
            may_move: false,
            state_dir,

            flash_bytes: 0,
            uptime,
            desk: None,
            wall: WallTime { at_ms: EARLIEST_MS, quality: ClockQuality::Free },
        }
    }

    #[test]
    fn a_contact_is_judged_by_what_is_connected() {
        for (keys, level, expected) in [
            ("normal='high'\nwhat='door'", Level::High, Verdict::Pass),
            ("normal='high'\nwhat='door'", Level::Low, Verdict::degraded("input.door")),
            ("normal='low'\nwhat='water'", Level::High, Verdict::fail("input.water")),
            ("normal='low'\nwhat='power'", Level::High, Verdict::fail("input.power")),
            ("normal='low'", Level::High, Verdict::degraded("input.state")),
            ("normal='low'", Level::Low, Verdict::Pass),
            ("normal='low'\nhours=['09:00-18:00']", Level::High, Verdict::Pass),
        ] {
            let found = judged(&setup(keys).expect("keys"), &context(), Some(level));
            assert_eq!((&found.verdict, found.values.len()), (&expected, 1), "{keys}: {}", found.detail);
        }
        let loose = judged(&setup("normal='low'").expect("keys"), &context(), None);
        assert_eq!(loose.verdict, Verdict::degraded("input.loose"));
    }

    #[track_caller]
    fn check(looks: &str, debounce_ms: u16, expected: Option<Option<Level>>) {
        let setup = setup(&format!("normal='high'\ndebounce_ms={debounce_ms}")).expect("keys");
        let mut levels = looks.chars().map(|look| Level::of(look == '1'));
        let mut debounce = Debounce::new(&setup, levels.next().expect("one look"));
        for level in levels {
            assert_eq!(debounce.settled(), None, "settled before the end of {looks}");
            debounce.look(level);
        }
        assert_eq!(debounce.settled(), expected, "{looks}");
    }

    #[test]
    fn a_level_counts_when_it_stood_for_its_time() {
        check("1", 0, Some(Some(Level::High)));
        check("000", 20, Some(Some(Level::Low)));
        check("00", 20, None);
        check("01011", 20, None);
        check("010111", 20, Some(Some(Level::High)));
        check(&"01".repeat(15), 20, Some(None));
        check(&"01".repeat(14), 20, None);
    }

    #[tokio::test]
    async fn a_missing_line_is_unknown_and_says_what_to_do() {
        let found = run(&setup("normal='low'").expect("keys"), &context()).await;
        assert!(matches!(found.verdict, Verdict::Unknown { .. }) && found.detail.contains("gpiodetect"), "{found:?}");
    }

    #[test]
    fn a_wrong_key_is_named() {
        for (keys, part) in [
            ("", "normal"),
            ("normal='up'", "high"),
            ("normal='low'\nwhat='window'", "door"),
            ("normal='low'\ndebounce_ms=5000", "0 to 2000"),
        ] {
            assert!(setup(keys).expect_err("wrong").contains(part), "{keys}");
        }
        let said =
            Work::parse("input", "line='17'\nnormal='low'".parse().expect("a table")).expect_err("wrong").to_string();
        assert!(said.contains("gpiodetect"), "{said}");
    }
}
