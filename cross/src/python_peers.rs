//! Peers that others have written in Python, for tests that must not only agree with themselves: snmpsim, pymodbus,
//! visca_over_ip, onvif-zeep, what judges speech (pesq, pystoi) and what reads office documents (openpyxl, python-docx).

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::folders::Folders;
use crate::process::{self, Output};

/// All that is installed, so that it is the same everywhere. snmpsim needs pysmi and does not say so.
const PACKAGES: [&str; 18] = [
    "snmpsim==1.2.2",
    "pysnmp==7.1.30",
    "pysmi==2.0.0",
    "pyasn1==0.6.5",
    "pymodbus==3.16.1",
    "pyserial==3.5",
    "visca_over_ip==0.5.2",
    "onvif-zeep==0.2.12",
    "zeep==4.3.3",
    "lxml==6.1.3",
    // Numbers for the quality of speech (ITU-T P.862, STOI): what a test of sound is compared with.
    "pesq==0.0.4",
    "pystoi==0.4.1",
    "numpy==2.4.6",
    "scipy==1.17.1",
    // Readers of XLSX and DOCX that know nothing of our writers.
    "openpyxl==3.1.5",
    "et_xmlfile==2.0.0",
    "python-docx==1.2.0",
    "typing_extensions==4.16.0",
];
/// To be raised with the list above.
const NAME: &str = "python-peers-4";

/// Makes `<target>/tools/bin/peers`, from the cache that outlives the clone when it is there.
pub(crate) fn ensure(folders: &Folders, output: Output<'_>) -> Result<()> {
    let cached = folders.cache()?.join(NAME);
    let whole = cached.join("whole");
    if !whole.is_file() {
        install(&cached, output)?;
        std::fs::write(&whole, "").with_context(|| format!("failed to write {}", whole.display()))?;
    }
    let bin = folders.tools().join("bin");
    std::fs::create_dir_all(&bin).with_context(|| format!("failed to create {}", bin.display()))?;
    let (place, partial) = (bin.join("peers"), bin.join("peers.partial"));
    if partial.is_symlink() {
        std::fs::remove_file(&partial).with_context(|| format!("failed to remove {}", partial.display()))?;
    }
    std::os::unix::fs::symlink(&cached, &partial).with_context(|| format!("failed to link {}", partial.display()))?;
    std::fs::rename(&partial, &place).with_context(|| format!("failed to put {}", place.display()))
}

fn install(folder: &Path, output: Output<'_>) -> Result<()> {
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder), output)?;
    let mut pip = Command::new(folder.join("bin/pip"));
    process::run(pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES), output)
}
