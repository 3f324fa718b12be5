//! Sensors, contacts and relays through a real kernel: an emulated x86_64 guest with Debian's kernel, where the agent as it is
//! shipped looks through i2c-dev and the GPIO character device at a bench of simulated chips and wires (tests/guest).

use avow_tests::rig::Folder;
use serde_json::Value;

use crate::machine::{Guest, Heard, SOON};

impl Heard {
    #[track_caller]
    fn check(&self, name: &str, code: i32, expected: &[(&str, &str, &str)]) {
        let (text, found) = self.of(name);
        let rows: Vec<Value> = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}: {text}"));
        for (probe, verdict, words) in expected {
            let row = rows.iter().find(|row| row["probe"] == *probe).unwrap_or_else(|| panic!("no {probe} in {text}"));
            let said = row["finding"].as_str().or_else(|| row["verdict"].as_str()).unwrap_or_default();
            let detail = row["detail"].as_str().unwrap_or_default();
            assert!(said == *verdict && detail.contains(words), "{name} {probe}: '{verdict}' and '{words}' in {row:#}");
        }
        assert_eq!((found, rows.len()), (code, expected.len()), "{name}: {text}");
    }

    #[track_caller]
    fn said(&self, name: &str, code: i32, words: &str) {
        let (text, found) = self.of(name);
        assert!(text.contains(words) && found == code, "{name}: '{words}' and {code} in {found}: {text}");
    }

    /// The levels that a GPIO line was driven to, in order, each once.
    fn levels(&self, line: u32) -> String {
        let begin = format!("gpio {line} ");
        let mut levels: Vec<&str> = self.of("gpio").0.lines().filter_map(|text| text.strip_prefix(&begin)).collect();
        levels.dedup();
        levels.concat()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_kernel_carries_sensors_contacts_and_relays() {
    let folder = Folder::new();
    let guest =
        Guest { programs: &["avow-agent"], modules: &["i2c-dev", "bench"], files: &["agent.toml"], init: "init" };
    let mut guest = guest.boot(&folder, "guest", &[], "");
    assert!(guest.wait(SOON).await.success());
    let heard = Heard::from(&guest);

    heard.check(
        "good",
        0,
        &[
            ("light", "pass", "照度 417 lx"),
            ("air", "pass", "25.0 °C，湿度 50 %"),
            ("radio", "pass", "正在充电，600 mA，7.60 V"),
            ("camera", "pass", "已充满，0 mA，8.30 V"),
            ("clock", "pass", "时钟芯片与本机相差"),
            ("door", "pass", "高电平"),
            ("water", "pass", "低电平"),
        ],
    );
    heard.check(
        "bad",
        1,
        &[
            ("light", "sensor.dark", "照度 100 lx，应 ≥400"),
            ("air", "unknown", "校验错误"),
            ("radio", "sensor.charge-stopped", "未充满却已停止充电，0 mA，7.40 V"),
            ("camera", "unknown", "/dev/i2c-7 上地址 0x41 无应答"),
            ("clock", "sensor.clock-battery", "电池"),
            ("door", "input.door", "门开着"),
            ("water", "input.water", "有水"),
            ("nobus", "unknown", "没有 /dev/i2c-9"),
            ("noline", "unknown", "avow-bench 只有 8 条线，没有第 99 条"),
        ],
    );
    heard.check("worse", 2, &[("light", "unknown", "总线不通（超时）"), ("camera", "unknown", "不是 INA226")]);

    heard.said("relay-direct", 0, "已断电 1 秒并恢复供电；24 小时内还可 2 次");
    heard.said("relay-meeting", 2, "断电不可强行执行");
    heard.said("relay-interrupted", 0, "gpio 4 0");
    heard.said("direct", 0, "已提前恢复供电");
    heard.said("relay-agent", 0, "24 小时内还可 1 次");
    heard.said("relay-killed", 0, "gpio 5 1");
    heard.said("relay-restarted", 0, "gpio 5 0");
    heard.said("relay-spent", 2, "24 小时内已断电 1 次，到达上限");
    heard.said("relay-stopped", 0, "gpio 4 0");
    // On, off and on: by a person twice; interrupted twice; killed once, and on again at the next start.
    assert_eq!([3, 4, 5].map(|line| heard.levels(line)), ["01010", "01010", "010"], "{}", heard.of("gpio").0);
}
