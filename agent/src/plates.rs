//! The plates of the devices: who each said that it is and how it is set, as read last. Pure; the state folder keeps it.
//!
//! HQ is told at a start, on a change, and once a day that it still holds, and only when it reads that: until then the
//! newest waits here without a number.

use avow_shared::facts::{Change, DeviceFacts, Facts, Part, What, update};
use avow_shared::id::DeviceId;
use avow_shared::time::WallTime;

use crate::config::{Exercise, ProbeName};

/// That nothing changed is said once in so long.
const AGAIN_MS: u64 = 24 * 60 * 60 * 1_000;

/// What one probe read off one device.
#[derive(Clone, Debug)]
struct Entry {
    said: DeviceFacts,
    /// When HQ was told, by the monotonic clock; none when it has to be.
    told_ms: Option<u64>,
    /// Whether it was read since HQ was told.
    is_fresh: bool,
}

/// What reading brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Whether what holds now differs from what the state folder has.
    pub is_new: bool,
    /// What somebody should hear of.
    pub change: Option<Change>,
}

/// See the module. One entry a probe: two protocols may call one device by different names.
#[derive(Clone, Debug, Default)]
pub struct Plates(Vec<Entry>);

impl Plates {
    /// What the state folder has of probes that are still configured.
    #[must_use]
    pub fn resume(kept: Vec<DeviceFacts>, exercises: &[Exercise]) -> Self {
        let is_known = |said: &DeviceFacts| {
            exercises.iter().any(|one| one.name == name(said) && device(one) == Some(said.device.clone()))
        };
        let entry = |said| Entry { said, told_ms: None, is_fresh: true };
        Self(kept.into_iter().filter(is_known).map(entry).collect())
    }

    /// A probe read `facts`.
    pub fn take(&mut self, exercise: &Exercise, facts: &Facts, at: WallTime) -> Taken {
        let Some(device) = device(exercise) else { return Taken::default() };
        let held = self.0.iter_mut().find(|entry| name(&entry.said) == exercise.name);
        let (now, change) = update(held.as_ref().map(|entry| &entry.said.facts), facts);
        let ProbeName { venue, probe } = exercise.name.clone();
        let said = DeviceFacts { venue, probe, device, facts: now, seen_at: at };
        match held {
            Some(entry) => {
                let is_new = entry.said.facts != said.facts;
                *entry = Entry { said, told_ms: entry.told_ms.filter(|_| !is_new), is_fresh: true };
                Taken { is_new, change }
            }
            None => {
                self.0.push(Entry { said, told_ms: None, is_fresh: true });
                Taken { is_new: true, change }
            }
        }
    }

    /// What HQ is to be told now; it counts as told.
    pub fn tell(&mut self, now_ms: u64) -> Vec<DeviceFacts> {
        let is_due = |entry: &&mut Entry| match entry.told_ms {
            None => true,
            Some(told_ms) => entry.is_fresh && told_ms + AGAIN_MS <= now_ms,
        };
        let due = self.0.iter_mut().filter(is_due);
        due.map(|entry| {
            (entry.told_ms, entry.is_fresh) = (Some(now_ms), false);
            entry.said.clone()
        })
        .collect()
    }

    /// HQ may have lost it: it is told again.
    pub fn tell_anew(&mut self) {
        self.0.iter_mut().for_each(|entry| entry.told_ms = None);
    }

    /// What a probe read last.
    #[must_use]
    pub fn of(&self, name: &ProbeName) -> Option<&Facts> {
        self.all().find(|said| said.venue == name.venue && said.probe == name.probe).map(|said| &said.facts)
    }

    /// All of it.
    pub fn all(&self) -> impl Iterator<Item = &DeviceFacts> + Clone {
        self.0.iter().map(|entry| &entry.said)
    }
}

fn name(said: &DeviceFacts) -> ProbeName {
    ProbeName { venue: said.venue, probe: said.probe.clone() }
}

/// The device that an exercise is about; one that names none is about one of its own name.
fn device(exercise: &Exercise) -> Option<DeviceId> {
    exercise.device.as_deref().unwrap_or(exercise.name.probe.as_str()).parse().ok()
}

/// A line for a person about a change, `前置摄像机：固件变化 1.05 → 1.06`.
#[must_use]
pub fn line(title: &str, change: &Change) -> String {
    let told = |difference: &avow_shared::facts::Difference| {
        let part = match difference.part {
            Part::Make => "厂商",
            Part::Model => "型号",
            Part::Serial => "序列号",
            Part::Firmware => "固件",
            Part::Mac => "物理地址",
        };
        match difference.was.as_str() {
            "" => format!("{part} {}", difference.is),
            was => format!("{part} {was} → {}", difference.is),
        }
    };
    let differences: Vec<String> = change.differences.iter().map(told).collect();
    let what = match change.what {
        What::Seen => "首次读到",
        What::Replaced => "设备已更换",
        What::FirmwareChanged => "固件自行变化",
    };
    format!("{title}：{what}，{}", differences.join("，"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    const CONFIG: &str = r#"
[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:1883"
http = "http://127.0.0.1:1"
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.device]]
id = "camera-front"
name = "前置摄像机"
kind = "camera"
[[venue.probe]]
id = "visca"
name = "摄像机控制"
kind = "camera"
port = "/dev/ttyUSB0"
device = "camera-front"
[[venue.probe]]
id = "wall"
name = "大屏"
kind = "display"
address = "10.0.0.1"
"#;
    const DAY_MS: u64 = 86_400_000;

    fn exercises() -> Vec<Exercise> {
        Config::parse(CONFIG, Path::new("agent.toml")).expect("good").exercises
    }

    fn firmware(version: &str) -> Facts {
        Facts { make: "Sony".into(), firmware: version.into(), ..Facts::default() }
    }

    fn at(at_ms: u64) -> WallTime {
        WallTime { at_ms, ..WallTime::default() }
    }

    #[test]
    fn hq_is_told_at_a_start_on_a_change_and_once_a_day_of_what_was_read_since() {
        let (exercises, mut plates) = (exercises(), Plates::default());
        assert!(plates.take(&exercises[0], &firmware("1.05"), at(1)).is_new);
        assert_eq!(plates.tell(0).len(), 1);
        assert_eq!(plates.take(&exercises[0], &firmware("1.05"), at(2)), Taken::default());
        assert_eq!(plates.tell(DAY_MS - 1), [], "nothing is new");
        assert_eq!(plates.tell(DAY_MS).iter().map(|said| said.seen_at.at_ms).collect::<Vec<_>>(), [2]);
        assert_eq!(plates.tell(3 * DAY_MS), [], "nobody has read it since");
        assert!(plates.take(&exercises[0], &firmware("1.06"), at(3)).change.is_some());
        assert_eq!(plates.tell(DAY_MS + 1).len(), 1, "a change does not wait");
        let mut again = Plates::resume(plates.all().cloned().collect(), &exercises);
        assert_eq!(again.tell(0).len(), 1);
        assert_eq!(again.take(&exercises[0], &firmware("1.06"), at(4)), Taken::default(), "no event twice");
    }

    #[test]
    fn a_device_is_the_one_that_the_probe_names_else_the_probe() {
        let (exercises, mut plates) = (exercises(), Plates::default());
        for exercise in &exercises {
            plates.take(exercise, &firmware("1"), at(1));
        }
        let devices: Vec<_> = plates.all().map(|said| said.device.to_string()).collect();
        assert_eq!(devices, ["camera-front", "wall"]);
        assert_eq!(plates.of(&exercises[1].name), Some(&firmware("1")));
    }

    #[test]
    fn what_is_not_configured_any_more_is_forgotten() {
        let (exercises, mut plates) = (exercises(), Plates::default());
        plates.take(&exercises[0], &firmware("1"), at(1));
        let kept: Vec<_> = plates.all().cloned().collect();
        assert_eq!(Plates::resume(kept.clone(), &exercises[1..]).all().count(), 0);
        let elsewhere = Exercise { device: None, ..exercises[0].clone() };
        assert_eq!(Plates::resume(kept, &[elsewhere]).all().count(), 0, "the probe is about another device now");
    }

    #[test]
    fn a_change_is_told_in_chinese_with_old_and_new() {
        let (exercises, mut plates) = (exercises(), Plates::default());
        let mut told = |facts: &Facts| {
            let change = plates.take(&exercises[0], facts, at(1)).change.expect("a change");
            line("前置摄像机", &change)
        };
        assert_eq!(told(&firmware("1.05")), "前置摄像机：首次读到，厂商 Sony，固件 1.05");
        assert_eq!(told(&firmware("1.06")), "前置摄像机：固件自行变化，固件 1.05 → 1.06");
        let other = Facts { make: "Canon".into(), ..firmware("2") };
        assert_eq!(told(&other), "前置摄像机：设备已更换，厂商 Sony → Canon，固件 1.06 → 2");
    }
}
