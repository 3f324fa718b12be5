//! A real call: two SIP terminals (baresip, G.711) in network namespaces of their own, a line between them that can be made long,
//! uneven and lossy, and for their microphones and loudspeakers the sinks of a PulseAudio, reached through ALSA.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::{Folder, Process, PulseAudio, program, wait_until};

const SOON: Duration = Duration::from_secs(30);
const QUEUE: &str = "5";

/// One end of a call.
#[derive(Clone, Copy, Debug)]
pub struct End<'a> {
    /// What its microphone hears: a source of PulseAudio.
    pub microphone: &'a str,
    /// What its loudspeaker plays into: a sink of PulseAudio.
    pub loudspeaker: &'a str,
}

/// What lies between two ends of a call: each packet is `delay_ms` ± `jitter_ms` on its way, either way, and of a hundred so many are
/// lost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Between {
    /// Milliseconds.
    pub delay_ms: u64,
    /// Milliseconds more or less.
    pub jitter_ms: u64,
    /// Of a hundred packets.
    pub loss_percent: u8,
}

/// A call that is on. It ends with the value, and with it its terminals and namespaces.
#[derive(Debug)]
pub struct Call {
    terminals: Vec<Process>,
    _lines: Vec<Process>,
}

/// The name of a network namespace, which nobody else has. The namespace lives on without it, for as long as a program runs there:
/// nothing is left when a test is killed.
#[derive(Debug)]
struct Net(String);

impl Call {
    /// Brings up two terminals and has the first call the second. Must be root.
    ///
    /// # Panics
    /// When that does not come about, or the kernel has no netfilter queues.
    pub async fn begin(folder: &Folder, server: &PulseAudio, ends: [End<'_>; 2], line: &Between) -> Self {
        static CALLS: AtomicU32 = AtomicU32::new(0);
        let call = CALLS.fetch_add(1, Ordering::Relaxed);
        let net = |end: &str| Net::make(format!("avow{}-{call}{end}", std::process::id()));
        let nets = [net("a"), net("b")];
        joined(&nets);
        let mut call = Self { terminals: Vec::new(), _lines: imposed(folder, &nets, line).await };
        for at in [1, 0] {
            let home = terminal(folder, server, at, ends[at]);
            let mut command = nets[at].inside("baresip");
            command.arg("-f").arg(&home).env("HOME", &home).current_dir(&home);
            if at == 0 {
                command.args(["-e", "/dial sip:second@10.77.0.2"]);
            }
            let mut process = Process::start(folder, "baresip", &command);
            let word = if at == 1 { "ready" } else { "established" };
            wait_until(&format!("baresip to be {word}"), SOON, async || {
                assert!(process.exit_status().is_none(), "baresip ended: {}", process.output());
                (process.output() + &process.errors()).contains(word).then_some(())
            })
            .await;
            call.terminals.push(process);
        }
        call
    }
}

impl Net {
    fn make(name: String) -> Self {
        run("ip", &["netns", "add", &name]);
        let net = Self(name);
        run("ip", &["-n", &net.0, "link", "set", "lo", "up"]);
        net
    }

    fn inside(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.0, program]);
        command
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        // What is gone already needs no end.
        let _ = Command::new("ip").args(["netns", "del", &self.0]).output();
    }
}

/// A cable between two namespaces, each of whose packets of a call goes through a queue.
fn joined([one, other]: &[Net; 2]) {
    run("ip", &["-n", &one.0, "link", "add", "line", "type", "veth", "peer", "name", "line", "netns", &other.0]);
    for (net, address) in [(one, "10.77.0.1/24"), (other, "10.77.0.2/24")] {
        run("ip", &["-n", &net.0, "address", "add", address, "dev", "line"]);
        run("ip", &["-n", &net.0, "link", "set", "line", "up"]);
        let rule = ["-A", "INPUT", "-i", "line", "-p", "udp", "-j", "NFQUEUE", "--queue-num", QUEUE];
        run("ip", &[&["netns", "exec", &net.0, "iptables-legacy"][..], &rule].concat());
    }
}

/// A program for each end that holds what comes in back for a while.
async fn imposed(folder: &Folder, nets: &[Net; 2], line: &Between) -> Vec<Process> {
    let mut lines = Vec::new();
    for (seed, net) in nets.iter().enumerate() {
        let mut command = net.inside(&program("avow-sim").display().to_string());
        command.args(["line", "--queue", QUEUE, "--delay-ms", &line.delay_ms.to_string()]);
        command.args(["--jitter-ms", &line.jitter_ms.to_string()]);
        command.args(["--loss-percent", &line.loss_percent.to_string(), "--seed", &(seed + 1).to_string()]);
        let mut process = Process::start(folder, "line", &command);
        process.line("ready", SOON).await;
        lines.push(process);
    }
    lines
}

fn run(program: &str, arguments: &[&str]) {
    let ended = Command::new(program).args(arguments).output().expect("iproute2 and iptables are needed");
    assert!(ended.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
}

/// What a terminal reads when it starts: its folder.
fn terminal(folder: &Folder, server: &PulseAudio, at: usize, end: End<'_>) -> std::path::PathBuf {
    let home = folder.folder(["first", "second"][at]);
    let write = |name: &str, text: String| std::fs::write(Path::new(&home).join(name), text).expect("writes");
    let (name, address) = [("first", "10.77.0.1"), ("second", "10.77.0.2")][at];
    let device = |name: &str, device: &str| {
        format!("pcm.{name} {{ type pulse server \"{}\" device \"{device}\" }}\n", server.server())
    };
    write(".asoundrc", device("microphone", end.microphone) + &device("loudspeaker", end.loudspeaker));
    let modules: String =
        ["g711.so", "alsa.so", "account.so", "menu.so"].map(|module| format!("module {module}\n")).concat();
    write(
        "config",
        format!(
            "sip_listen {address}:5060\nmodule_path /usr/lib/baresip/modules\naudio_source alsa,microphone\naudio_player alsa,loudspeaker\n\
             audio_alert alsa,loudspeaker\naudio_level no\naudio_buffer 20-40\njitter_buffer_delay 2-4\nrtp_stats no\n{modules}"
        ),
    );
    write("accounts", format!("<sip:{name}@{address}>;regint=0;answermode=auto;audio_codecs=PCMA/8000/1\n"));
    write("contacts", String::new());
    home
}
