//! A sound server beside our own programs: PulseAudio with loudspeakers and microphones that are not there.

use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::{Folder, Process, wait_until};

/// A running PulseAudio. It ends with the value.
#[derive(Debug)]
pub struct PulseAudio {
    process: Process,
    socket: PathBuf,
}

impl PulseAudio {
    /// Starts one with a null sink (48 kHz, stereo) for each of `sinks`; what is played there is heard at `NAME.monitor`.
    /// `lines` are more of its script, such as [`PulseAudio::air`].
    ///
    /// # Panics
    /// When it is not installed, does not start or does not like the lines.
    pub async fn start(folder: &Folder, sinks: &[&str], lines: &[String]) -> Self {
        let socket = folder.next("pulse", "socket");
        let null = |name: &&str| format!("load-module module-null-sink sink_name={name} rate=48000 channels=2");
        let mut script: Vec<String> = sinks.iter().map(null).collect();
        script.extend_from_slice(lines);
        // The door last: who gets in finds everything in its place.
        let door = format!("load-module module-native-protocol-unix auth-anonymous=1 socket={}", socket.display());
        script.push(door);
        let path = folder.next("pulse", "pa");
        std::fs::write(&path, script.join("\n")).expect("a script can be written");
        let home = folder.folder("pulse");
        let mut command = Command::new("pulseaudio");
        command.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=yes", "--use-pid-file=no", "-F"]);
        command.arg(&path).env("LC_ALL", "C").env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("PULSE_SERVER");
        for name in ["HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH"] {
            command.env(name, &home);
        }
        let mut process = Process::start(folder, "pulseaudio", &command);
        wait_until("pulseaudio (apt-get install pulseaudio)", Duration::from_secs(30), async || {
            assert!(process.exit_status().is_none(), "pulseaudio ended at once: {}", process.errors());
            UnixStream::connect(&socket).ok()
        })
        .await;
        Self { process, socket }
    }

    /// The line of a script that carries what is heard at a source into a sink, as air does; it stays where it is when defaults change.
    #[must_use]
    pub fn air(source: &str, sink: &str) -> String {
        format!(
            "load-module module-loopback source={source} sink={sink} latency_msec=20 source_dont_move=true sink_dont_move=true"
        )
    }

    /// The line of a script that makes `name` a sink that hands on to `master` through a plug-in of LADSPA (Debian's swh-plugins).
    #[must_use]
    pub fn filter(name: &str, master: &str, plugin: &str, label: &str, control: &str) -> String {
        let control = if control.is_empty() { String::new() } else { format!(" control={control}") };
        format!(
            "load-module module-ladspa-sink sink_name={name} sink_master={master} plugin={plugin} label={label}{control}"
        )
    }

    /// What `PULSE_SERVER` is to be.
    #[must_use]
    pub fn server(&self) -> String {
        format!("unix:{}", self.socket.display())
    }

    /// SIGKILL: its sinks and sources are gone.
    pub fn kill(&mut self) {
        self.process.kill();
    }
}
