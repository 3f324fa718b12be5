//! Where what a command writes goes, and in which form: the same words in every command that writes a file.

use std::path::{Path, PathBuf};

use clap::Args;

/// Where to.
#[derive(Args, Clone, Debug, Default)]
pub struct Output {
    /// Where to; - is standard output
    #[arg(short, long, value_name = "FILE", alias = "out")]
    pub output: Option<PathBuf>,
    /// Where to, as it was written before
    #[arg(value_name = "FILE", hide = true, conflicts_with = "output")]
    pub file: Option<PathBuf>,
}

impl Output {
    /// What was said; none when nothing was.
    #[must_use]
    pub fn place(&self) -> Option<&Path> {
        self.output.as_deref().or(self.file.as_deref())
    }
}

/// A document of the office as a file.
#[derive(Args, Clone, Debug, Default)]
pub struct Saved {
    /// Where to.
    #[command(flatten)]
    pub output: Output,
    /// html, xlsx or docx; by the file's ending when not said, else docx
    #[arg(long, value_parser = ["html", "xlsx", "docx"])]
    pub form: Option<String>,
}
