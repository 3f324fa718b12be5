//! What must be on the machine before a command can work, how one sees that it is, and the package that brings it.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::folders::{command_path, search_path};
use crate::process;

/// For whom a thing is needed. Each purpose includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    Build,
    Show,
    Test,
}

/// How one sees that it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Command(&'static str),
    File(&'static str),
    /// A file below the folder of this machine's architecture in `/usr/lib`.
    Library(&'static str),
    /// `node --version` says this major version or a newer one.
    Node(u32),
}

struct Need {
    purpose: Purpose,
    seen: Seen,
    package: &'static str,
}

const fn need(purpose: Purpose, seen: Seen, package: &'static str) -> Need {
    Need { purpose, seen, package }
}

/// Purpose, command or file to look for, Debian package.
const NEEDS: &[Need] = &[
    need(Purpose::Build, Seen::Node(20), "nodejs"),
    need(Purpose::Build, Seen::Command("npm"), "npm"),
    need(Purpose::Build, Seen::Command("cc"), "gcc"),
    need(Purpose::Build, Seen::File("/usr/include/stdlib.h"), "libc6-dev"),
    need(Purpose::Show, Seen::Command("ffmpeg"), "ffmpeg"),
    need(Purpose::Test, Seen::Command("chromium"), "chromium"),
    need(Purpose::Test, Seen::File("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"), "fonts-noto-cjk"),
    need(Purpose::Test, Seen::Command("mosquitto"), "mosquitto"),
    need(Purpose::Test, Seen::Command("mosquitto_sub"), "mosquitto-clients"),
    need(Purpose::Test, Seen::Command("faketime"), "faketime"),
    need(Purpose::Test, Seen::Command("ip"), "iproute2"),
    need(Purpose::Test, Seen::Command("ps"), "procps"),
    need(Purpose::Test, Seen::Command("ping"), "iputils-ping"),
    need(Purpose::Test, Seen::Command("openssl"), "openssl"),
    need(Purpose::Test, Seen::Command("mount"), "mount"),
    need(Purpose::Test, Seen::Command("curl"), "curl"),
    need(Purpose::Test, Seen::Command("setpriv"), "util-linux"),
    // A managed device, a power supply, a serial line, and what the peers in Python live in.
    need(Purpose::Test, Seen::Command("snmpd"), "snmpd"),
    need(Purpose::Test, Seen::File("/lib/nut/dummy-ups"), "nut-server"),
    need(Purpose::Test, Seen::Command("socat"), "socat"),
    need(Purpose::Test, Seen::Library("ensurepip/__init__.py"), "python3-venv"),
    // A room: its loudspeakers, microphones and the air between them; ALSA's way there, and what turns a sound round.
    need(Purpose::Test, Seen::Command("pulseaudio"), "pulseaudio"),
    need(Purpose::Test, Seen::Library("alsa-lib/libasound_module_pcm_pulse.so"), "libasound2-plugins"),
    need(Purpose::Test, Seen::File("/usr/lib/ladspa/inv_1429.so"), "swh-plugins"),
    // A call between two terminals, over a line that is long and loses packets.
    need(Purpose::Test, Seen::Command("baresip"), "baresip-core"),
    need(Purpose::Test, Seen::Command("iptables-legacy"), "iptables"),
    // A kernel with simulated sensors, or with a disk whose power goes, is built and booted with these.
    need(Purpose::Test, Seen::Command("qemu-system-x86_64"), "qemu-system-x86"),
    need(Purpose::Test, Seen::Command("busybox"), "busybox-static"),
    need(Purpose::Test, Seen::Command("mkfs.ext4"), "e2fsprogs"),
    need(Purpose::Test, Seen::Command("make"), "make"),
    need(Purpose::Test, Seen::Command("xz"), "xz-utils"),
    need(Purpose::Test, Seen::Library("libelf.so.1"), "libelf1"),
    need(Purpose::Test, Seen::File("/etc/ssl/certs/ca-certificates.crt"), "ca-certificates"),
    // A network camera is made of these.
    need(Purpose::Test, Seen::File("/usr/lib/python3/dist-packages/gi/__init__.py"), "python3-gi"),
    need(Purpose::Test, Seen::Library("girepository-1.0/GstRtspServer-1.0.typelib"), "gir1.2-gst-rtsp-server-1.0"),
    need(Purpose::Test, Seen::Library("gstreamer-1.0/libgstvideotestsrc.so"), "gstreamer1.0-plugins-base"),
    need(Purpose::Test, Seen::Library("gstreamer-1.0/libgstrtp.so"), "gstreamer1.0-plugins-good"),
    need(Purpose::Test, Seen::Library("gstreamer-1.0/libgstx264.so"), "gstreamer1.0-plugins-ugly"),
];

/// Something that only the person at the machine can install; the text is the line to type.
#[derive(Debug)]
pub(crate) struct Missing(String);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// Makes sure that all that `purpose` needs is there: installs it as root, else ends with [`Missing`].
pub(crate) fn provide(purpose: Purpose) -> Result<()> {
    let missing = missing(purpose);
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("missing: {}", missing.iter().map(|need| need.seen.to_string()).collect::<Vec<_>>().join(", "));
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    if command_path("apt-get").is_none() {
        bail!(Missing(format!(
            "install these by the means of this system (Debian calls them): {}",
            packages.join(" ")
        )));
    }
    if !nix::unistd::geteuid().is_root() {
        let install = format!("apt-get install -y --no-install-recommends {}", packages.join(" "));
        bail!(Missing(format!(
            "type this, then run the command again:\n\n  sudo sh -c 'apt-get update && {install}'\n"
        )));
    }
    install(&packages)?;
    let left: Vec<String> = self::missing(purpose).iter().map(|need| need.seen.to_string()).collect();
    if left.is_empty() {
        return Ok(());
    }
    bail!(Missing(format!(
        "the packages {} did not bring {}: install it by other means",
        packages.join(" "),
        left.join(", ")
    )))
}

fn missing(purpose: Purpose) -> Vec<&'static Need> {
    NEEDS.iter().filter(|need| need.purpose <= purpose && !need.seen.is_there()).collect()
}

fn install(packages: &[&str]) -> Result<()> {
    eprintln!("installing: {}", packages.join(" "));
    apt(&["update"])?;
    apt(&[&["install", "-y", "--no-install-recommends"], packages].concat())
}

/// In this program's own group: Ctrl-C reaches it as if typed, and it is never killed half-way through a package.
fn apt(words: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    command
        .arg("-q")
        .args(words)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("PATH", search_path())
        .stdin(Stdio::null());
    let status = command.status().context("failed to start apt-get")?;
    ensure!(status.success(), "`{}` failed ({status})", process::typed(&command));
    Ok(())
}

impl Seen {
    fn is_there(self) -> bool {
        match self {
            Self::Command(name) => command_path(name).is_some(),
            Self::File(path) => Path::new(path).exists(),
            Self::Library(path) => {
                let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
                folders.map(|folder| folder.path().join(path)).any(|file| file.exists())
            }
            Self::Node(major) => node_version().is_some_and(|version| version >= major),
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(name) => f.write_str(name),
            Self::File(path) | Self::Library(path) => f.write_str(path),
            Self::Node(major) => write!(f, "node {major} or newer"),
        }
    }
}

fn node_version() -> Option<u32> {
    let output = Command::new(command_path("node")?).arg("--version").stdin(Stdio::null()).output().ok()?;
    major(&String::from_utf8_lossy(&output.stdout))
}

fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_read() {
        for (text, expected) in [("v20.20.2\n", Some(20)), ("v8.0.0", Some(8)), ("20.1", None), ("", None)] {
            assert_eq!(major(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_there_is_seen_and_what_is_not_is_not() {
        for (seen, expected) in [
            (Seen::Command("sh"), true),
            (Seen::Command("no-such-command"), false),
            (Seen::File("/proc/self/stat"), true),
            (Seen::File("/no/such/file"), false),
            (Seen::Library("no/such.so"), false),
            (Seen::Node(9999), false),
        ] {
            assert_eq!(seen.is_there(), expected, "{seen}");
        }
    }

    #[test]
    fn a_purpose_includes_those_before_it() {
        let count = |purpose| NEEDS.iter().filter(|need| need.purpose <= purpose).count();
        assert!(count(Purpose::Build) < count(Purpose::Show));
        assert!(count(Purpose::Show) < count(Purpose::Test));
    }
}
