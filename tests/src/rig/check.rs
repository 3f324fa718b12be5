//! `avow-agent check` of one probe, as a person at the box types it.

use std::process::Command;

use serde_json::Value;

use super::{Folder, program};

/// What a check said.
#[derive(Clone, Debug)]
pub struct Said {
    /// The exit code.
    pub code: Option<i32>,
    /// The one row, as `--json` prints it.
    pub row: Value,
}

impl Said {
    /// The number of a value.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        let values = self.row["values"].as_array()?;
        values.iter().find(|value| value["name"] == name)?["number"].as_f64()
    }

    /// The line for people.
    #[must_use]
    pub fn detail(&self) -> &str {
        self.row["detail"].as_str().unwrap_or_default()
    }

    /// The finding, if there is one.
    #[must_use]
    pub fn finding(&self) -> Option<&str> {
        self.row["finding"].as_str()
    }

    /// Exit code, finding and part of the line are as expected.
    ///
    /// # Panics
    /// When they are not.
    #[track_caller]
    pub fn is(&self, code: i32, finding: Option<&str>, said: &str) -> &Self {
        assert_eq!((self.code, self.finding()), (Some(code), finding), "{}", self.row);
        assert!(self.detail().contains(said), "{said}: {}", self.row);
        self
    }
}

/// Runs a probe of `kind` with these keys from `folder`, where files that the keys name lie too.
///
/// # Panics
/// When the agent does not run, takes longer than two minutes, or prints anything but one row.
#[must_use]
#[track_caller]
pub fn check(folder: &Folder, kind: &str, keys: &str) -> Said {
    check_in(folder, kind, keys, &[])
}

/// The same with variables in its environment, a state folder of its own, and the person's agreement to what is heard or seen.
///
/// # Panics
/// As [`check`] does.
#[must_use]
#[track_caller]
pub fn check_in(folder: &Folder, kind: &str, keys: &str, environment: &[(&str, &str)]) -> Said {
    let state = if environment.is_empty() { folder.file("state") } else { folder.folder("state") };
    let text = format!(
        "[agent]\nplace = \"350102001\"\nstate = \"{}\"\n[hq]\nbroker = \"mqtt://127.0.0.1:1\"\nhttp = \"http://127.0.0.1:1\"\n\
         [[venue]]\nid = \"350102001-01\"\nname = \"指挥大厅\"\n\
         [[venue.probe]]\nid = \"one\"\nname = \"设备\"\nkind = \"{kind}\"\n{keys}\n",
        state.display()
    );
    std::fs::write(folder.file("agent.toml"), text).expect("writes");
    let mut command = Command::new("timeout");
    command.args(["--kill-after=1", "120"]).arg(program("avow-agent"));
    command.args(["check", "--json", "--config", "agent.toml"]).current_dir(folder.path());
    if !environment.is_empty() {
        command.arg("--yes").envs(environment.iter().copied());
    }
    let output = command.env("LANG", "zh_CN.UTF-8").env_remove("LC_ALL").env_remove("LC_MESSAGES").output();
    let output = output.expect("the agent runs");
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let rows: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}{errors}"));
    assert!(errors.is_empty() && rows.as_array().is_some_and(|rows| rows.len() == 1), "{text}{errors}");
    Said { code: output.status.code(), row: rows[0].clone() }
}
