//! Sensors, contacts and relays through a real kernel: an emulated x86_64 guest with Debian's kernel, where the agent as it is
//! shipped looks through i2c-dev and the GPIO character device at a bench of simulated chips and wires (tests/guest).

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use avow_tests::rig::{Folder, Process, program};
use serde_json::Value;

/// Without KVM, on a busy machine; alone it takes some fifteen seconds.
const SOON: Duration = Duration::from_secs(300);
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/guest");

/// Kernel and modules, in `$AVOW_GUEST`.
fn guest() -> PathBuf {
    let given = std::env::var_os("AVOW_GUEST").map(PathBuf::from);
    given.filter(|folder| folder.join("vmlinuz").is_file()).expect(
        "a kernel to emulate is needed: run `cargo x test`, or sh tests/guest/kernel.sh DIR and set AVOW_GUEST=DIR",
    )
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder can be made");
    std::fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
}

/// A program, and the libraries that it asks for, at their own places.
fn install(root: &Path, program: &Path, name: &str) {
    copy(program, &root.join("bin").join(name));
    let asked = Command::new("ldd").arg(program).output().expect("ldd runs (libc-bin)");
    let text = String::from_utf8_lossy(&asked.stdout).into_owned();
    for library in text.split_whitespace().filter(|word| word.starts_with('/')) {
        copy(Path::new(library), &root.join(library.trim_start_matches('/')));
    }
}

fn on_path(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{name} is needed: run `cargo x test`, which installs it"))
}

/// The first file system of the guest, as the kernel takes it.
fn initramfs(folder: &Folder) -> PathBuf {
    let root = folder.folder("root");
    for name in ["proc", "sys", "dev", "var"] {
        std::fs::create_dir(root.join(name)).expect("a folder");
    }
    install(&root, &on_path("busybox"), "busybox");
    install(&root, &program("avow-agent"), "avow-agent");
    for module in ["i2c-dev.ko", "bench.ko"] {
        copy(&guest().join(module), &root.join(module));
    }
    // Without any certificate the agent has no HTTP client.
    let certificates = Path::new("/etc/ssl/certs/ca-certificates.crt");
    copy(certificates, &root.join(certificates.strip_prefix("/").expect("absolute")));
    for source in ["init", "agent.toml"] {
        copy(&Path::new(SOURCES).join(source), &root.join(source));
    }
    std::fs::set_permissions(root.join("init"), std::fs::Permissions::from_mode(0o755)).expect("ours");
    let archive = folder.file("initramfs");
    let pack = "cd \"$0\" && find . | busybox cpio -o -H newc >\"$1\"";
    let packed = Command::new("sh").args(["-c", pack]).arg(&root).arg(&archive).output().expect("sh runs");
    assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
    archive
}

/// What the guest wrote between its marks.
struct Heard(String);

impl Heard {
    /// The output and exit code of a command.
    #[track_caller]
    fn of(&self, name: &str) -> (&str, i32) {
        let (_, rest) = self.0.split_once(&format!("<<{name}\n")).unwrap_or_else(|| panic!("no {name} in {}", self.0));
        let (text, rest) = rest.split_once(&format!(">>{name} ")).unwrap_or_else(|| panic!("no end of {name}: {rest}"));
        (text, rest.split_whitespace().next().and_then(|code| code.parse().ok()).expect("a code"))
    }

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
    let mut qemu = Command::new(on_path("qemu-system-x86_64"));
    qemu.args([
        "-accel",
        "tcg",
        "-M",
        "q35",
        "-cpu",
        "max",
        "-m",
        "512",
        "-nodefaults",
        "-display",
        "none",
        "-no-reboot",
    ])
    .args(["-serial", "stdio", "-append", "console=ttyS0 quiet loglevel=1 panic=-1"])
    .arg("-kernel")
    .arg(guest().join("vmlinuz"))
    .arg("-initrd")
    .arg(initramfs(&folder));
    let mut guest = Process::start(&folder, "guest", &qemu);
    assert!(guest.wait(SOON).await.success());
    let heard = Heard(guest.output().replace('\r', ""));

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
