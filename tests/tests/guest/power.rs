//! The power goes: a guest is killed whose file system brings to its disk what somebody asks for and nothing else. What box and HQ called stored
//! is there afterwards. The host's own memory stands for the disk, so what the guest flushed is flushed.

use std::path::PathBuf;
use std::process::Command;

use avow_tests::rig::Folder;
use serde_json::Value;

use crate::machine::{Guest, Heard, SOON, on_path};

const GUEST: Guest<'_> = Guest {
    programs: &["avow-agent", "avow-collector"],
    modules: &[
        "virtio",
        "virtio_ring",
        "virtio_pci_modern_dev",
        "virtio_pci_legacy_dev",
        "virtio_pci",
        "virtio_blk",
        "crc16",
        "crc32c_generic",
        "libcrc32c",
        "mbcache",
        "jbd2",
        "ext4",
        "bench",
    ],
    files: &["power.toml"],
    init: "power",
};

fn disk(folder: &Folder, name: &str) -> PathBuf {
    let path = folder.file(name);
    std::fs::File::create(&path).and_then(|file| file.set_len(256 << 20)).expect("a sparse file");
    let made = Command::new(on_path("mkfs.ext4")).args(["-q", "-F"]).arg(&path).output().expect("mkfs.ext4 runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    path
}

fn json(heard: &Heard, name: &str) -> Value {
    let (text, code) = heard.of(name);
    assert_eq!(code, 0, "{name}: {text}");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}: {text}"))
}

fn number(json: &Value, path: &str) -> u64 {
    json.pointer(path).and_then(Value::as_u64).unwrap_or_else(|| panic!("no {path} in {json:#}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_called_stored_is_there_when_the_power_went() {
    let folder = Folder::new();
    let disks = [disk(&folder, "box"), disk(&folder, "hq")];
    let disks = [disks[0].as_path(), disks[1].as_path()];
    let mut first = GUEST.boot(&folder, "first", &disks, "");
    first.line("<<power", SOON).await;
    first.kill();
    let before = Heard::from(&first);
    let mut second = GUEST.boot(&folder, "second", &disks, "life=2");
    assert!(second.wait(SOON).await.success(), "{}", second.output());
    let after = Heard::from(&second);

    // The box has what it had written when HQ was gone.
    let (was, is) = (json(&before, "spooled"), json(&after, "box"));
    assert_eq!(is.pointer("/spool/trouble"), Some(&Value::from("")), "{is:#}");
    for path in ["/spool/produced", "/spool/bytes"] {
        assert!(number(&is, path) >= number(&was, path).max(1), "{path}: {was:#} {is:#}");
    }
    // HQ has what it acknowledged, and what a person was told of as saved.
    let (was, is) = (json(&before, "stored"), json(&after, "accounting"));
    assert!(number(&is, "/total/stored") >= number(&was, "/total/stored").max(1), "{was:#} {is:#}");
    assert_eq!(before.of("save").1, 0, "{}", before.of("save").0);
    let groups = json(&after, "groups");
    assert!(groups.to_string().contains("350102001010-99"), "{groups:#} {}", after.of("log").0);
    let (parcels, code) = after.of("parcels");
    assert!(code == 0 && parcels.lines().count() == 1, "it lies where long values do: {parcels}");
}
