//! What a camera would show, made by ffmpeg.

use std::path::PathBuf;

use super::Folder;
use crate::sim::reel::ffmpeg;

/// Three seconds of black in a file of `folder`.
///
/// # Panics
/// When ffmpeg is not installed.
#[must_use]
pub fn black_film(folder: &Folder) -> PathBuf {
    film(folder, "black", "color=black:size=320x180:rate=25")
}

/// Three seconds of a picture that ffmpeg makes up (its `lavfi`), in a file of `folder`.
///
/// # Panics
/// When ffmpeg is not installed.
#[must_use]
pub fn film(folder: &Folder, name: &str, picture: &str) -> PathBuf {
    let path = folder.file(&format!("{name}.avi"));
    let made = ffmpeg()
        .args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-f", "lavfi"])
        .args(["-i", picture, "-t", "3", "-c:v", "mpeg4", "-g", "12"])
        .arg(&path)
        .status()
        .expect("ffmpeg is needed: apt-get install ffmpeg");
    assert!(made.success(), "ffmpeg made no film");
    path
}
