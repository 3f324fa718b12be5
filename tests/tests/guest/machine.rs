//! An emulated x86_64 guest with Debian's kernel: what it boots, and what it wrote.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use avow_tests::rig::{Folder, Process, program};

/// Without KVM, on a busy machine; alone it takes some fifteen seconds.
pub(crate) const SOON: Duration = Duration::from_secs(300);
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

pub(crate) fn on_path(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{name} is needed: run `cargo x test`, which installs it"))
}

/// What a guest is made of; all files are those of tests/guest.
pub(crate) struct Guest<'a> {
    pub(crate) programs: &'a [&'a str],
    pub(crate) modules: &'a [&'a str],
    pub(crate) files: &'a [&'a str],
    /// Its first process.
    pub(crate) init: &'a str,
}

impl Guest<'_> {
    /// Its first file system, as the kernel takes it.
    fn initramfs(&self, folder: &Folder, name: &str) -> PathBuf {
        let root = folder.folder(&format!("{name}-root"));
        for name in ["proc", "sys", "dev", "var"] {
            std::fs::create_dir(root.join(name)).expect("a folder");
        }
        install(&root, &on_path("busybox"), "busybox");
        self.programs.iter().for_each(|name| install(&root, &program(name), name));
        // A kernel that has one built in has no file of it.
        let modules = self.modules.iter().map(|module| format!("{module}.ko"));
        let modules = modules.filter(|module| guest().join(module).is_file());
        modules.for_each(|module| copy(&guest().join(&module), &root.join(&module)));
        // Without any certificate the agent has no HTTP client.
        let certificates = Path::new("/etc/ssl/certs/ca-certificates.crt");
        copy(certificates, &root.join(certificates.strip_prefix("/").expect("absolute")));
        self.files.iter().for_each(|source| copy(&Path::new(SOURCES).join(source), &root.join(source)));
        let init = root.join("init");
        copy(&Path::new(SOURCES).join(self.init), &init);
        std::fs::set_permissions(init, std::fs::Permissions::from_mode(0o755)).expect("ours");
        let archive = folder.file(&format!("{name}-initramfs"));
        let pack = "cd \"$0\" && find . | busybox cpio -o -H newc >\"$1\"";
        let packed = Command::new("sh").args(["-c", pack]).arg(&root).arg(&archive).output().expect("sh runs");
        assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
        archive
    }

    /// Switches it on, with these disks and words for its kernel.
    pub(crate) fn boot(&self, folder: &Folder, name: &str, disks: &[&Path], words: &str) -> Process {
        let mut qemu = Command::new(on_path("qemu-system-x86_64"));
        qemu.args([
            "-accel",
            "tcg",
            "-M",
            "q35",
            "-cpu",
            "max",
            "-m",
            "1024",
            "-nodefaults",
            "-display",
            "none",
            "-no-reboot",
        ])
        .args(["-serial", "stdio"])
        .arg("-append")
        .arg(format!("console=ttyS0 quiet loglevel=1 panic=-1 {words}"))
        .arg("-kernel")
        .arg(guest().join("vmlinuz"))
        .arg("-initrd")
        .arg(self.initramfs(folder, name));
        for disk in disks {
            qemu.arg("-drive").arg(format!("if=virtio,format=raw,file={}", disk.display()));
        }
        Process::start(folder, name, &qemu)
    }
}

/// What a guest wrote between its marks.
pub(crate) struct Heard(String);

impl From<&Process> for Heard {
    fn from(guest: &Process) -> Self {
        Self(guest.output().replace('\r', ""))
    }
}

impl Heard {
    /// The output and exit code of a command.
    #[track_caller]
    pub(crate) fn of(&self, name: &str) -> (&str, i32) {
        let (_, rest) = self.0.split_once(&format!("<<{name}\n")).unwrap_or_else(|| panic!("no {name} in {}", self.0));
        let (text, rest) = rest.split_once(&format!(">>{name} ")).unwrap_or_else(|| panic!("no end of {name}: {rest}"));
        (text, rest.split_whitespace().next().and_then(|code| code.parse().ok()).expect("a code"))
    }
}
