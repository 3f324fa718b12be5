//! Every invented outcome as one JSON line, so that a test can compare what HQ holds with what was said.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context as _;
use avow_shared::id::{AgentId, SpoolId};
use avow_shared::outcome::Outcome;
use avow_shared::wire::Report;

/// The log of a fleet.
#[derive(Debug)]
pub struct Log {
    file: Mutex<BufWriter<File>>,
    at_once: bool,
}

#[derive(serde::Serialize)]
struct Line<'a> {
    agent: AgentId,
    spool: SpoolId,
    number: u64,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'a Outcome>,
}

impl Log {
    /// Appends to `path`; `at_once` when a line must survive a SIGKILL that follows it.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn create(path: &Path, at_once: bool) -> anyhow::Result<Self> {
        let file = File::options().create(true).append(true).open(path);
        let file = file.with_context(|| format!("open the log {}", path.display()))?;
        Ok(Self { file: Mutex::new(BufWriter::with_capacity(1 << 20, file)), at_once })
    }

    /// Writes what got numbers.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, agent: AgentId, spool: SpoolId, news: &[(u64, &Report)]) -> anyhow::Result<()> {
        let mut lines = Vec::with_capacity(news.len() * 1_024);
        for (number, report) in news {
            let (kind, outcome) = match report {
                Report::Outcome(outcome) => ("outcome", Some(outcome)),
                Report::Description(_) => ("description", None),
                Report::Answer(_) => ("answer", None),
                Report::Event(_) => ("event", None),
                Report::Facts(_) => ("facts", None),
                Report::Reference(_) => ("reference", None),
                Report::MouthToEar(_) => ("mouth-to-ear", None),
                Report::Terms(_) => ("terms", None),
                Report::Called(_) => ("called", None),
                Report::Checked(_) => ("checked", None),
            };
            serde_json::to_writer(&mut lines, &Line { agent, spool, number: *number, kind, outcome })?;
            lines.push(b'\n');
        }
        let mut file = self.lock();
        file.write_all(&lines)?;
        if self.at_once {
            file.flush()?;
        }
        Ok(())
    }

    /// Hands everything to the system.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn flush(&self) -> anyhow::Result<()> {
        Ok(self.lock().flush()?)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BufWriter<File>> {
        self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
