//! What a camera would show, made by ffmpeg.

use std::path::PathBuf;
use std::process::Command;

use super::Folder;

/// Three seconds of black in a file of `folder`.
///
/// # Panics
/// When ffmpeg is not installed.
#[must_use]
pub fn black_film(folder: &Folder) -> PathBuf {
    let path = folder.file("black.avi");
    let made = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-f", "lavfi"])
        .args(["-i", "color=black:size=320x180:rate=25", "-t", "3", "-c:v", "mpeg4", "-g", "12"])
        .arg(&path)
        .status()
        .expect("ffmpeg is needed: apt-get install ffmpeg");
    assert!(made.success(), "ffmpeg made no film");
    path
}
