//! What a device says of itself, from the device to HQ's API: a change is told once, whatever is restarted in between; how it
//! is set is accepted on site, and what differs later is a finding.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use avow_tests::rig::{Agent, AgentPlan, Collector, CollectorPlan, Folder, Http, accounting, program, wait_until};
use avow_tests::sim::device::{Device, serve};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const VENUE: &str = "350102001-01";
const SOON: Duration = Duration::from_secs(40);

const MIXER: &str = r#"
[[venue.device]]
id = "mixer"
name = "数字调音台"
kind = "mixer"
make = "Biamp"
serial = "03215478"

[[venue.probe]]
id = "mixer-control"
name = "调音台控制"
kind = "device"
interval_s = 1
device = "mixer"
profile = "audio-mixer-telnet"
address = "ADDRESS"
"#;

/// A mixer as a person can change it while it is asked.
#[derive(Clone)]
struct Mixer(Arc<Mutex<(&'static str, &'static str, bool)>>);

impl Mixer {
    /// With this serial number, this firmware, unmuted.
    async fn new(serial: &'static str, firmware: &'static str) -> (Self, SocketAddr) {
        let mixer = Self(Arc::new(Mutex::new((serial, firmware, false))));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let served = mixer.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, served.device()));
            }
        });
        (mixer, address)
    }

    fn set(&self, serial: &'static str, firmware: &'static str, muted: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (serial, firmware, muted);
    }

    /// 'Tesira Text Protocol'.
    fn device(&self) -> Device {
        let (serial, firmware, muted) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let said = |value: String| format!("+OK \"value\":{value}\r\n").into_bytes();
        Device::new(
            b"Welcome to the Tesira Text Protocol Server...\r\n",
            &[
                (b"DEVICE get version\n", &said(format!("\"{firmware}\""))),
                (b"DEVICE get serialNumber\n", &said(format!("\"{serial}\""))),
                (b"DEVICE get activeFaultList\n", &said("[]".to_owned())),
                (b"Mute1 get mute 1\n", &said(muted.to_string())),
                (b"Level1 get level 1\n", &said("-6.000000".to_owned())),
            ],
        )
    }
}

async fn mixer(http: &Http) -> Option<Value> {
    let venue = http.try_json(&format!("/api/v1/venues/{VENUE}")).await?;
    venue["devices"].as_array()?.iter().find(|device| device["id"] == "mixer").cloned()
}

/// Codes, the newest first, with what reads otherwise.
fn changes(mixer: &Value) -> Vec<(String, Value)> {
    let changes = mixer["changes"].as_array().expect("changes").iter();
    changes.map(|change| (change["code"].as_str().expect("a code").to_owned(), change["differences"].clone())).collect()
}

fn codes(mixer: &Value) -> Vec<String> {
    changes(mixer).into_iter().map(|(code, _)| code).collect()
}

/// What the venue's page tells of its devices' events, the newest first, and how often its agent began.
async fn told(http: &Http) -> (Vec<String>, usize) {
    let venue = http.try_json(&format!("/api/v1/venues/{VENUE}")).await.expect("the venue");
    let events = venue["events"].as_array().expect("events").iter();
    let codes: Vec<String> = events.map(|event| event["code"].as_str().expect("a code").to_owned()).collect();
    let (started, others): (Vec<_>, Vec<_>) = codes.into_iter().partition(|code| code == "agent.started");
    (others, started.len())
}

async fn finding(http: &Http) -> Option<Value> {
    let venue = http.try_json(&format!("/api/v1/venues/{VENUE}")).await?;
    let outcomes = venue["outcomes"].as_array()?.iter();
    outcomes.into_iter().find(|outcome| outcome["probe"] == "mixer-control").map(|outcome| outcome["finding"].clone())
}

async fn said(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(program("avow-agent"));
    command.args(arguments).arg("--config").arg(folder.folder("agent").join("agent.toml"));
    command
        .current_dir(folder.folder("agent"))
        .env("LANG", "zh_CN.UTF-8")
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES");
    let ran = tokio::task::spawn_blocking(move || command.output()).await.expect("runs").expect("starts");
    (ran.status.code(), String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn firmware_that_changed_and_a_device_that_was_replaced_are_at_hq_once_whatever_is_restarted() {
    let folder = Folder::new();
    let plan = CollectorPlan::inside(folder.file("data"));
    let mut collector = Collector::start(&folder, &plan).await;
    let (device, address) = Mixer::new("03215478", "3.15.0.8").await;
    let mut agent_plan = AgentPlan::new("agent", VENUE, collector.mqtt, collector.http);
    agent_plan.more = MIXER.replace("ADDRESS", &address.to_string());
    let mut agent = Agent::start(&folder, &agent_plan);
    let http = collector.api();

    let known = wait_until("who the mixer is", SOON, async || {
        mixer(&http).await.filter(|mixer| mixer["facts"]["serial"] == "03215478" && mixer["state"].is_object())
    })
    .await;
    assert_eq!((&known["facts"]["firmware"], &known["state"]["verdict"]), (&json!("3.15.0.8"), &json!("pass")));
    assert_eq!(
        known["facts"]["settings"],
        json!([{ "name": "gain_db", "value": "-6.0" }, { "name": "mute", "value": "false" }])
    );
    assert_eq!(codes(&known), ["device.seen"]);

    device.set("03215478", "3.16.0.1", false);
    let updated = wait_until("the new firmware", SOON, async || {
        mixer(&http).await.filter(|mixer| mixer["facts"]["firmware"] == "3.16.0.1")
    })
    .await;
    let difference = json!([{ "part": "firmware", "was": "3.15.0.8", "is": "3.16.0.1" }]);
    assert_eq!(changes(&updated)[0], ("device.firmware-changed".to_owned(), difference));
    let venue = http.try_json(&format!("/api/v1/venues/{VENUE}")).await.expect("the venue");
    assert_eq!(venue["events"][0]["text"], "数字调音台：固件自行变化，固件 3.15.0.8 → 3.16.0.1");

    // HQ dies: what it knows comes from the journal. The device is another one meanwhile.
    collector.process.kill();
    device.set("99999999", "3.16.0.1", false);
    collector = Collector::start(&folder, &plan).await;
    agent.stop().await;
    (agent_plan.mqtt, agent_plan.http) = (collector.mqtt, collector.http);
    let mut agent = Agent::start(&folder, &agent_plan);
    let http = collector.api();
    let replaced = wait_until("the other mixer", SOON, async || {
        mixer(&http).await.filter(|mixer| mixer["facts"]["serial"] == "99999999")
    })
    .await;
    let all = ["device.replaced", "device.firmware-changed", "device.seen"];
    assert_eq!(codes(&replaced), all);
    assert_eq!(replaced["serial"], "03215478", "the ledger still names the old one");
    assert_eq!(told(&http).await, (all.map(str::to_owned).to_vec(), 2), "from the journal");

    // Both begin again, HQ from its snapshot: nothing is told twice.
    agent.stop().await;
    collector.stop().await;
    let collector = Collector::start(&folder, &plan).await;
    (agent_plan.mqtt, agent_plan.http) = (collector.mqtt, collector.http);
    let http = collector.api();
    let before = accounting(&http).await.0.stored;
    assert_eq!(
        mixer(&http).await.map(|mixer| codes(&mixer)),
        Some(all.map(str::to_owned).to_vec()),
        "before anybody says it again"
    );
    assert_eq!(told(&http).await, (all.map(str::to_owned).to_vec(), 2), "from the snapshot");
    let mut agent = Agent::start(&folder, &agent_plan);
    wait_until("a while of reports", SOON, async || (accounting(&http).await.0.stored > before + 12).then_some(()))
        .await;
    let again = mixer(&http).await.expect("the mixer");
    assert_eq!((codes(&again), &again["facts"]["serial"]), (all.map(str::to_owned).to_vec(), &json!("99999999")));
    assert_eq!(told(&http).await, (all.map(str::to_owned).to_vec(), 3));
    agent.stop().await;
    let ends = accounting(&http).await.0;
    assert_eq!((ends.refused, ends.dropped), (0, 0), "{ends:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_a_device_is_set_is_accepted_on_site_and_what_differs_later_is_a_finding_until_it_is_accepted_again() {
    let folder = Folder::new();
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let (device, address) = Mixer::new("03215478", "3.15.0.8").await;
    let mut plan = AgentPlan::new("agent", VENUE, collector.mqtt, collector.http);
    plan.more = MIXER.replace("ADDRESS", &address.to_string());
    let mut agent = Agent::start(&folder, &plan);
    let http = collector.api();
    wait_until("the mixer's first outcome", SOON, async || finding(&http).await.filter(Value::is_null)).await;

    let (code, out) = said(&folder, &["baseline", "show"]).await;
    assert!(code == Some(0) && out.contains("baseline learn"), "{code:?} {out}");
    let (code, out) = said(&folder, &["baseline", "learn", "mixer"]).await;
    assert!(code == Some(0) && out.contains("第 1 版，更新 2 项") && out.contains("静音 = false"), "{code:?} {out}");

    device.set("03215478", "3.15.0.8", true);
    wait_until("the drift", SOON, async || finding(&http).await.filter(|code| *code == "device.settings-drift")).await;
    let (code, out) = said(&folder, &["baseline", "diff"]).await;
    assert!(code == Some(1) && out.contains("静音 应为 false，现为 true"), "{code:?} {out}");

    let (code, out) = said(&folder, &["baseline", "learn"]).await;
    assert!(code == Some(0) && out.contains("第 2 版，更新 1 项"), "{code:?} {out}");
    wait_until("the end of the drift", SOON, async || finding(&http).await.filter(Value::is_null)).await;
    agent.stop().await;

    // Without an agent the same commands work on its files.
    device.set("03215478", "3.15.0.8", false);
    let (code, out) = said(&folder, &["baseline", "learn", "mixer-control"]).await;
    assert!(code == Some(0) && out.contains("第 3 版，更新 1 项"), "{code:?} {out}");
    let (code, out) = said(&folder, &["baseline", "learn", "nothing"]).await;
    assert!(code == Some(64) && out.contains("mixer"), "{code:?} {out}");
    device.set("03215478", "3.15.0.8", true);
    let (_, out) = said(&folder, &["check", "mixer-control"]).await;
    assert!(out.contains("静音 应为 false，现为 true"), "{out}");
}
