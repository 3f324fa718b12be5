//! The real agent against the simulated network camera: `avow-agent check` and `avow-agent camera` over ONVIF, with
//! cameras that let nobody in, that misbehave, that cannot move, and that are not there.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use avow_agent::camera::desk::Lane;
use avow_agent::probe::{Context, Found, Work, run};
use avow_shared::camera::Motion;
use avow_shared::interlock::Disturbance;
use avow_shared::outcome::{EvidenceKind, Verdict};
use avow_shared::time::{ClockQuality, WallTime};
use avow_tests::rig::{Folder, Process, Said, free_loopback, program, python_peer};
use avow_tests::sim::onvif::{Camera, Faults, Wants, serve};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::site;

const SOON: Duration = Duration::from_secs(30);
/// Nobody chooses such a password by chance: it must not be found anywhere.
const PASSWORD: &str = "Xk7-secret-of-the-file";
const PRESET_2: &str = "preset = 2\nexpect = { pan = 2000, tilt = -2000, zoom = 2000 }\n";

struct Simulated {
    process: Process,
    address: String,
}

async fn simulated(folder: &Folder, arguments: &[&str]) -> Simulated {
    let mut command = std::process::Command::new(program("avow-sim"));
    command.args(["onvif", "--listen", "127.0.0.1:0", "--password", PASSWORD]).args(arguments);
    let mut process = Process::start(folder, "camera", &command);
    let address = process.line("ready", SOON).await;
    Simulated { process, address }
}

async fn faulty(folder: &Folder, faults: &[&str]) -> Simulated {
    let arguments: Vec<&str> = faults.iter().flat_map(|fault| ["--fault", fault]).collect();
    simulated(folder, &arguments).await
}

/// A configuration with one probe, and the password in its file.
fn configured(folder: &Folder, kind: &str, keys: &str) -> PathBuf {
    // Beside the configuration that comes next.
    let password = folder.next("agent", "toml").with_extension("password");
    std::fs::write(&password, format!("{PASSWORD}\n")).expect("writes");
    let keys = keys.replace("PASSWORD_FILE", &password.display().to_string());
    site::configured(folder, &format!("id = \"gate\"\nname = \"大门摄像机\"\nkind = \"{kind}\"\n{keys}"))
}

const LOGIN: &str = "user = 'admin'\npassword_file = 'PASSWORD_FILE'\n";

fn camera_at(folder: &Folder, address: &str, keys: &str) -> PathBuf {
    configured(folder, "camera", &format!("port = 'onvif://{address}'\n{LOGIN}{keys}"))
}

fn surveillance_at(folder: &Folder, address: &str, keys: &str) -> PathBuf {
    configured(folder, "surveillance", &format!("address = '{address}'\n{LOGIN}{keys}"))
}

async fn agent(config: &std::path::Path, arguments: &str) -> Said {
    said(tokio::process::Command::new(program("avow-agent")), config, arguments).await
}

async fn said(agent: tokio::process::Command, config: &std::path::Path, arguments: &str) -> Said {
    let output = site::run(agent, config, arguments).await;
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    for secret in [PASSWORD, "secret-of-the-query", "secret-of-the-stream"] {
        assert!(!said.contains(secret) && !errors.contains(secret), "{secret} is told: {said} {errors}");
    }
    site::said(&output)
}

/// Every proof that a camera may want, and clocks that are an hour and decades off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_obeys_whatever_proof_it_wants() {
    let folder = Folder::new();
    for (wants, fault) in [
        ("digest", "clock_s=0"),
        ("digest-sha256", "stale_after=2"),
        ("token", "clock_s=0"),
        ("token", "clock_s=-3600"),
        ("token", "clock_1970=true"),
        ("nothing", "foreign_addresses=true"),
        ("digest", "no_capabilities=true"),
    ] {
        let camera = simulated(&folder, &["--wants", wants, "--fault", fault]).await;
        let config = camera_at(&folder, &camera.address, PRESET_2);
        for (arguments, pan) in [("camera gate ask", 0.0), ("check", 2_000.0), ("camera gate recall 3", 3_000.0)] {
            let said = agent(&config, arguments).await;
            let all = format!("{wants} {fault} {arguments}: {said:?}\n{}", camera.process.output());
            assert_eq!((said.code, said.number("pan")), (Some(0), Some(pan)), "{all}");
            assert!(said.detail().contains("AVOW IPC-1 固件 V5.1 build 20"), "{all}");
            assert!(!camera.process.output().contains("wrong proof"), "a right password is never refused: {all}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn presets_are_stored_recalled_and_missed_by_their_number() {
    let folder = Folder::new();
    let camera = simulated(&folder, &[]).await;
    let config = camera_at(&folder, &camera.address, "");
    for (arguments, code, words) in [
        ("camera gate recall 9", 1, "没有预置位 9"),
        ("camera gate recall 1", 0, "水平 1000 俯仰 -1000"),
        ("camera gate store 9", 0, "水平 1000"),
        ("camera gate home", 0, "水平 0 俯仰 0 变倍 0"),
        ("camera gate recall 9", 0, "水平 1000 俯仰 -1000"),
        ("camera gate store 2", 0, "水平 1000"),
        ("camera gate recall 2", 0, "水平 1000"),
    ] {
        let said = agent(&config, arguments).await;
        assert!(said.code == Some(code) && said.detail().contains(words), "{arguments}: {said:?}");
    }
    let did = camera.process.output();
    for deed in ["did SetPreset New3", "did GotoPreset New3", "did SetPreset Preset2", "did GotoHomePosition"] {
        assert!(did.contains(deed), "{deed}: {did}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_tried_once_and_named() {
    let folder = Folder::new();
    for wants in ["digest", "digest-sha256", "token"] {
        let camera = simulated(&folder, &["--wants", wants]).await;
        let config = camera_at(&folder, &camera.address, "");
        std::fs::write(config.with_extension("password"), "another\n").expect("writes");
        let said = agent(&config, "check").await;
        assert_eq!((said.code, said.row["finding"].as_str()), (Some(1), Some("camera.login")), "{wants} {said:?}");
        assert!(said.detail().contains("不接受用户名或密码"), "{said:?}");
        let did = camera.process.output();
        assert_eq!(did.matches("wrong proof").count(), 1, "a camera locks who tries too often: {did}");
    }
    for (wants, login, words) in [("digest", "", "要求登录"), ("token", "", "要求登录"), ("basic", LOGIN, "不接受")]
    {
        let camera = simulated(&folder, &["--wants", wants]).await;
        let config = configured(&folder, "surveillance", &format!("address = '{}'\n{login}", camera.address));
        let said = agent(&config, "check").await;
        assert_eq!((said.code, said.row["finding"].as_str()), (Some(1), Some("camera.login")), "{wants} {said:?}");
        assert!(said.detail().contains(words), "{said:?}");
    }
    let config = camera_at(&folder, "127.0.0.1:9", "");
    std::fs::remove_file(config.with_extension("password")).expect("removes");
    let said = agent(&config, "check").await;
    assert!(said.code == Some(2) && said.detail().contains("密码文件"), "{said:?}");
}

/// What each fault is called, and that the next command after it finds the camera as it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_misbehaviour_has_its_finding() {
    let folder = &Folder::new();
    let all = [
        ("fault_at=GetStatus", "", 0, None, "位置未知"),
        ("fault_at=GetProfiles", "", 1, Some("camera.wrong-answer"), "internal error 42"),
        ("silent_at=GetDeviceInformation", "", 1, Some("camera.no-answer"), "无应答"),
        ("half_at=GetProfiles", "", 1, Some("camera.wrong-answer"), "the document is cut"),
        ("hangs_up_at=GetProfiles", "", 1, Some("camera.wrong-answer"), "中途断开"),
        ("huge_at=GetProfiles", "", 1, Some("camera.wrong-answer"), "没有尽头"),
        ("page_at=GetDeviceInformation", "", 1, Some("camera.wrong-answer"), "应答不符"),
        ("wrong_at=GetProfiles", "", 1, Some("camera.wrong-answer"), "GetHostnameResponse"),
        ("bomb_at=GetProfiles", "", 1, Some("camera.wrong-answer"), "document type"),
        ("always_stale=true", "", 1, Some("camera.login"), "不接受"),
        ("no_position=true", "", 0, None, "位置未知"),
        ("no_ptz=true", "", 0, None, "位置未知"),
        ("no_ptz=true", PRESET_2, 1, Some("camera.not-executable"), "没有这项功能"),
        ("stuck=true", PRESET_2, 0, Some("camera.preset-off"), "偏差 1000 步"),
        ("no_profiles=true", "", 2, None, "没有媒体配置"),
        ("wrong_type=true", "", 0, None, "水平 0"),
        ("slow_ms=600", "", 0, None, "水平 0"),
        ("clock_locked=true", "", 0, None, "水平 0"),
        ("clock_s=0", "profile = '子码流'", 0, None, "水平 0"),
        ("clock_s=0", "profile = 'third'", 2, None, "main、sub"),
    ];
    let all = all.map(|(fault, keys, code, finding, words)| async move {
        let camera = faulty(folder, &[fault]).await;
        let said = agent(&camera_at(folder, &camera.address, keys), "check").await;
        let seen = (said.code, said.row["finding"].as_str());
        assert_eq!(seen, (Some(code), finding), "{fault} {said:?}");
        assert!(said.detail().contains(words), "{fault} {said:?}");
    });
    join_all(all).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_is_not_there_is_named_with_what_to_do() {
    let folder = Folder::new();
    let nobody = free_loopback().to_string();
    for config in [camera_at(&folder, &nobody, ""), surveillance_at(&folder, &nobody, "")] {
        let said = agent(&config, "check").await;
        assert_eq!((said.code, said.row["finding"].as_str()), (Some(1), Some("camera.refused")), "{said:?}");
        assert!(said.detail().contains("启用 ONVIF"), "{said:?}");
    }
    let said = agent(&camera_at(&folder, "no-such-host.invalid", ""), "check").await;
    assert!(said.code == Some(2) && said.detail().contains("解析不了"), "{said:?}");
}

/// In a network of its own, which has no way to the camera; making one needs root.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_no_way_leads_to_is_unreachable() {
    assert!(nix::unistd::geteuid().is_root(), "a network namespace can only be made as root (unshare --net)");
    let folder = Folder::new();
    let mut alone = tokio::process::Command::new("unshare");
    alone.args(["--net", "--"]).arg(program("avow-agent"));
    let said = said(alone, &surveillance_at(&folder, "192.0.2.7", ""), "check").await;
    assert_eq!((said.code, said.row["finding"].as_str()), (Some(1), Some("camera.unreachable")), "{said:?}");
    assert!(said.detail().contains("到不了"), "{said:?}");
}

/// A host that takes no connection and refuses none, as one that is switched off behind a router.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_takes_no_connection_is_unreachable() {
    let folder = Folder::new();
    let full = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    full.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
    full.listen(0).expect("listens");
    let address = full.local_addr().expect("an address").as_socket().expect("of the Internet");
    // Nobody accepts: what fits is taken by the kernel, what does not is never answered.
    let connect = || std::net::TcpStream::connect_timeout(&address, Duration::from_millis(500));
    let taken: Vec<_> = std::iter::from_fn(|| connect().ok()).take(64).collect();
    assert!(taken.len() < 64, "the kernel takes them all");
    let said = agent(&surveillance_at(&folder, &address.to_string(), "timeout_ms = 1000"), "check").await;
    assert_eq!((said.code, said.row["finding"].as_str()), (Some(1), Some("camera.unreachable")), "{said:?}");
    assert!(said.detail().contains("连接无回应"), "{said:?}");
}

/// A surveillance camera: what it is, its picture, its stream, its clock; that it cannot move is no fault.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_surveillance_camera_is_judged_by_picture_stream_and_clock() {
    let folder = &Folder::new();
    let all = [
        ("no_ptz=true", "", 0, None, "AVOW IPC-1 固件 V5.1 build 20 序列号 S-0001，有码流，截图 352×288"),
        ("no_ptz=true", "snapshot = false", 0, None, "未取图"),
        ("no_snapshot=true", "", 0, None, "不提供截图"),
        ("snapshot_page=true", "", 1, Some("camera.snapshot"), "不是 JPEG"),
        ("snapshot_cut=true", "", 1, Some("camera.snapshot"), "图片不完整"),
        ("snapshot_garbage=true", "", 1, Some("camera.snapshot"), "图片无法解码"),
        ("huge_at=snapshot", "", 1, Some("camera.snapshot"), "超过 4 MiB"),
        ("hangs_up_at=snapshot", "", 1, Some("camera.snapshot"), "截图不可用"),
        ("silent_at=snapshot", "timeout_ms = 1000", 1, Some("camera.snapshot"), "取图无应答"),
        ("no_stream=true", "", 1, Some("camera.stream"), "没有码流"),
        ("no_profiles=true", "", 1, Some("camera.wrong-answer"), "没有媒体配置"),
        ("silent_at=GetSystemDateAndTime", "timeout_ms = 500", 1, Some("camera.no-answer"), "无应答"),
        ("slow_ms=900", "timeout_ms = 500", 1, Some("camera.no-answer"), "无应答"),
        ("foreign_addresses=true", "", 0, None, "截图 352×288"),
        ("clock_1970=true", "", 0, None, "截图 352×288"),
    ];
    let all = all.map(|(fault, keys, code, finding, words)| async move {
        let camera = faulty(folder, &[fault]).await;
        let said = agent(&surveillance_at(folder, &camera.address, keys), "check").await;
        let seen = (said.code, said.row["finding"].as_str());
        assert_eq!(seen, (Some(code), finding), "{fault} {said:?}");
        assert!(said.detail().contains(words), "{fault} {said:?}");
    });
    join_all(all).await;
}

/// One run in this process, of a box that knows the time as well as `clock` says.
async fn ran(faults: Faults, clock: ClockQuality, may_look: bool) -> Found {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(serve(listener, Camera::new(faults, Wants::Nothing, "", "")));
    let text = format!("address = '{address}'");
    let work = Work::parse("surveillance", text.parse().expect("a table")).expect("a camera");
    assert_eq!((work.disturbance(), work.least_disturbance()), (Disturbance::Picture, Disturbance::Line));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let context = Context {
        may_move: may_look,
        state_dir: std::env::temp_dir(),
        wall: WallTime { at_ms: u64::try_from(now.as_millis()).expect("a time"), quality: clock },
        ..site::context()
    };
    run(&work, &context).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_is_judged_by_a_box_that_knows_the_time_itself() {
    let synced = ClockQuality::Synced { error_ms: 5 };
    for (clock_s, clock, verdict, words) in [
        (0, synced, Verdict::Pass, "时钟准确"),
        (3_600, synced, Verdict::degraded("camera.clock"), "时钟快 60 分"),
        (-3, synced, Verdict::degraded("camera.clock"), "时钟慢"),
        (3_600, ClockQuality::Unset, Verdict::Pass, "截图"),
        (3_600, ClockQuality::Free, Verdict::Pass, "截图"),
    ] {
        let found = ran(Faults { clock_s, ..Faults::default() }, clock, true).await;
        assert_eq!(found.verdict, verdict, "{clock_s} {clock:?} {}", found.detail);
        assert!(found.detail.contains(words), "{clock_s} {clock:?} {}", found.detail);
        let has_value = found.values.iter().any(|value| value.name.as_str() == "camera_clock");
        assert_eq!(has_value, clock == synced, "{:?}", found.values);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_is_kept_small_and_taken_only_when_granted() {
    for snapshot_large in [false, true] {
        let found = ran(Faults { snapshot_large, ..Faults::default() }, ClockQuality::Free, true).await;
        let [picture] = &found.exhibits[..] else { panic!("{found:?}") };
        assert_eq!(picture.kind, EvidenceKind::Picture);
        assert!(picture.bytes.len() <= 64 * 1024, "{} bytes", picture.bytes.len());
        // Its own when that is small, else what the picture probe makes of it.
        let size = avow_agent::onvif::jpeg::size(&picture.bytes);
        assert_eq!(size, Ok(if snapshot_large { (640, 360) } else { (352, 288) }));
    }
    let found = ran(Faults::default(), ClockQuality::Free, false).await;
    assert!(found.verdict == Verdict::Pass && found.exhibits.is_empty(), "{found:?}");
    let bad = ran(Faults { snapshot_page: true, ..Faults::default() }, ClockQuality::Free, true).await;
    let [transcript] = &bad.exhibits[..] else { panic!("{bad:?}") };
    let text = String::from_utf8_lossy(&transcript.bytes);
    assert!(transcript.kind == EvidenceKind::Transcript && text.contains("GetSnapshotUri"), "{text}");
    assert!(!text.contains("secret-of-the"), "{text}");
}

/// What Avow does not say over ONVIF is missing, and no fault of the camera.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_protocol_lacks_is_missing_and_no_fault() {
    let folder = Folder::new();
    let camera = simulated(&folder, &[]).await;
    let config = camera_at(&folder, &camera.address, "");
    for (arguments, what) in [("focus auto", "focus"), ("focus near", "focus"), ("white auto", "white")] {
        let said = agent(&config, &format!("camera gate {arguments}")).await;
        assert_eq!((said.code, &said.row["why"]), (Some(2), &"missing".into()), "{arguments}: {said:?}");
        assert!(said.detail().contains(&format!("此协议（ONVIF）没有 {what}")), "{arguments}: {said:?}");
    }
}

/// A motion is a lease: it ends by itself, and a stop goes out even while the camera has not answered to the motion.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_motion_ends_with_its_lease_and_a_stop_waits_for_nothing() {
    let folder = Folder::new();
    for fault in ["clock_s=0", "silent_at=ContinuousMove"] {
        let mut camera = faulty(&folder, &[fault]).await;
        let password = folder.next("camera", "password");
        std::fs::write(&password, PASSWORD).expect("writes");
        let keys = format!("port='onvif://{}'\nuser='admin'\npassword_file='{}'", camera.address, password.display());
        let work = Work::parse("camera", keys.parse().expect("a table")).expect("a camera");
        let desk = work.desk().expect("a desk");
        let person = desk.camera(1, Lane::Person);
        let lease = Duration::from_millis(400);
        let focus = person.steer(Motion { focus: 1, ..Motion::STILL }, lease).await;
        assert!(focus.is_err_and(|trouble| trouble.is_refusal()), "the focus is another service's matter");
        let moved = tokio::spawn({
            let person = person.clone();
            async move { person.steer(Motion { pan: 50, ..Motion::STILL }, lease).await }
        });
        camera.process.line("did ContinuousMove", SOON).await;
        camera.process.line("did Stop", SOON).await;
        assert_eq!(moved.is_finished(), fault == "clock_s=0", "a stop waits for no answer");
        assert_eq!(moved.await.expect("no panic").is_ok(), fault == "clock_s=0", "{fault}");
        drop(person);
        desk.close().await;
    }
}

/// A client that nobody here wrote finds the simulated camera's proofs as they have to be.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl_is_let_in_by_the_simulated_camera_with_the_right_password_alone() {
    let folder = Folder::new();
    for wants in ["digest", "digest-sha256"] {
        let camera = simulated(&folder, &["--wants", wants]).await;
        let get = async |user: String, method: &[&str]| {
            let mut curl = tokio::process::Command::new("curl");
            curl.args(["--silent", "--max-time", "60", "--noproxy", "*", "--digest", "--user", &user]).args(method);
            curl.args(["--output", "/dev/null", "--write-out", "%{http_code} %{content_type}"]);
            let output = curl.arg(format!("http://{}/onvif/snapshot?a=1", camera.address)).output().await;
            String::from_utf8_lossy(&output.expect("curl is installed").stdout).into_owned()
        };
        assert_eq!(get(format!("admin:{PASSWORD}"), &[]).await, "200 image/jpeg", "{wants}");
        let soap = ["--data", "<Body><GetProfiles/></Body>"];
        assert_eq!(get(format!("admin:{PASSWORD}"), &soap).await, "200 application/soap+xml; charset=utf-8", "{wants}");
        assert_eq!(get("admin:wrong".to_owned(), &[]).await, "401 text/html", "{wants}");
    }
}

/// What onvif-zeep reads of the camera and has it do; each answer is held against ONVIF's own schema, which it comes with.
const PEER: &str = r#"
import json, os, sys
import onvif, requests
from lxml import etree
from onvif import ONVIFCamera
from requests.auth import HTTPDigestAuth
from zeep import Plugin
from zeep.transports import Transport

port, password, wants = sys.argv[1:]
session = requests.Session()
session.trust_env = False
if wants.startswith("digest"):
    session.auth = HTTPDigestAuth("admin", password)
# Its own cache would lie in the user's home.
camera = ONVIFCamera("127.0.0.1", int(port), "admin", password, no_cache=True, adjust_time=True,
                     transport=Transport(session=session, timeout=30, operation_timeout=30))

class Strict(Plugin):
    """Reading is lenient: an element that must be there may be missing. So each answer is also held against the schema."""
    def __init__(self, name):
        path = os.path.join(os.path.dirname(os.path.dirname(onvif.__file__)), "wsdl", name + ".wsdl")
        found = etree.parse(path).find(".//{http://www.w3.org/2001/XMLSchema}schema")
        self.schema = etree.XMLSchema(etree.fromstring(etree.tostring(found), base_url=path))

    def ingress(self, envelope, headers, operation):
        answer = envelope.find("{*}Body")[0]
        if not answer.tag.endswith("}Fault"):
            self.schema.assertValid(etree.fromstring(etree.tostring(answer)))
        return envelope, headers

def service(name):
    service = camera.create_onvif_service(name)
    service.zeep_client.settings.strict = True
    service.zeep_client.plugins.append(Strict(name))
    return service

device, media, ptz = map(service, ["devicemgmt", "media", "ptz"])

def at(place):
    return [place.PanTilt.x, place.PanTilt.y, place.Zoom.x]

def until_still(profile):
    while True:
        status = ptz.GetStatus({"ProfileToken": profile})
        if status.MoveStatus.PanTilt == "IDLE":
            return at(status.Position)

def presets(profile):
    return [[one.token, one.Name, at(one.PTZPosition)] for one in ptz.GetPresets({"ProfileToken": profile})]

told = {}
device.GetSystemDateAndTime()
device.GetCapabilities({"Category": "All"})
about = device.GetDeviceInformation()
told["device"] = [about.Manufacturer, about.Model, about.FirmwareVersion, about.SerialNumber]
ntp = device.GetNTP()
told["ntp"] = [ntp.FromDHCP] + [one.DNSname or one.IPv4Address for one in ntp.NTPManual]
told["services"] = [one.Namespace for one in device.GetServices({"IncludeCapability": False})]
profiles = media.GetProfiles()
told["profiles"] = [[one.token, one.Name, one.VideoEncoderConfiguration.Resolution.Width] for one in profiles]
told["rate"] = profiles[0].VideoEncoderConfiguration.RateControl.BitrateLimit
profile = profiles[0].token
told["presets"] = presets(profile)
ptz.AbsoluteMove({"ProfileToken": profile,
                  "Position": {"PanTilt": {"x": 0.25, "y": -0.5}, "Zoom": {"x": 0.75}}})
told["absolute"] = until_still(profile)
ptz.RelativeMove({"ProfileToken": profile, "Translation": {"PanTilt": {"x": 0.5, "y": 0.25}}})
told["relative"] = until_still(profile)
told["set"] = ptz.SetPreset({"ProfileToken": profile, "PresetName": "新"})
ptz.GotoPreset({"ProfileToken": profile, "PresetToken": "Preset2"})
told["preset"] = until_still(profile)
ptz.RemovePreset({"ProfileToken": profile, "PresetToken": told["set"]})
told["left"] = len(presets(profile))
ptz.ContinuousMove({"ProfileToken": profile, "Velocity": {"PanTilt": {"x": 0.5, "y": 0}}})
ptz.Stop({"ProfileToken": profile, "PanTilt": True, "Zoom": True})
ptz.GotoHomePosition({"ProfileToken": profile})
told["home"] = until_still(profile)
try:
    ptz.GotoPreset({"ProfileToken": profile, "PresetToken": "none"})
except Exception as fault:
    told["fault"] = str(fault)
uri = media.GetSnapshotUri({"ProfileToken": profile}).Uri
picture = session.get(uri, timeout=30, auth=HTTPDigestAuth("admin", password))
told["picture"] = [picture.status_code, picture.headers["content-type"], picture.content[:2].hex()]
stream = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
told["stream"] = media.GetStreamUri({"ProfileToken": profile, "StreamSetup": stream}).Uri.split(":")[0]
print("told", json.dumps(told), flush=True)
"#;

/// The simulated camera is one that others can use: it must not drift towards what our own client happens to read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn onvif_zeep_uses_the_simulated_camera_by_onvifs_own_schema() {
    let folder = Folder::new();
    let script = folder.file("peer.py");
    std::fs::write(&script, PEER).expect("writes");
    let (folder, script) = (&folder, &script);
    let cases = [
        ("digest", "clock_s=0"),
        ("digest-sha256", "stale_after=2"),
        ("token", "clock_s=-3600"),
        ("token", "clock_1970=true"),
        ("nothing", "clock_s=0"),
    ];
    let all = cases.map(|(wants, fault)| async move {
        let camera = simulated(folder, &["--wants", wants, "--fault", fault]).await;
        let port = camera.address.rsplit(':').next().expect("a port");
        let mut command = std::process::Command::new(python_peer("python"));
        // Nothing that lies about is imported in place of what is installed.
        command.arg("-I").arg(script).args([port, PASSWORD, wants]);
        let mut peer = Process::start(folder, "onvif-zeep", &command);
        let status = peer.wait(Duration::from_secs(120)).await;
        assert!(status.success(), "{wants} {fault}: {}\n{}", peer.errors(), camera.process.output());
        let told = peer.line("told", SOON).await;
        let told: Value = serde_json::from_str(&told).expect("json");
        let place = |part: f64| json!([part, -part, part]);
        let presets =
            [1, 2, 3].map(|n| json!([format!("Preset{n}"), format!("预置位{n}"), place(f64::from(n) / 10.0)]));
        let services = ["ver10/device", "ver10/media", "ver20/ptz"].map(|of| format!("http://www.onvif.org/{of}/wsdl"));
        let expected = json!({
            "device": ["AVOW", "IPC-1", "V5.1 build 20", "S-0001"],
            "ntp": [false, "ntp.example", "10.1.1.1"],
            "rate": 4096,
            "services": services,
            "profiles": [["main", "主码流", 1920], ["sub", "子码流", 640]],
            "presets": presets,
            "absolute": [0.25, -0.5, 0.75],
            "relative": [0.75, -0.25, 0.75],
            "set": "New3",
            "preset": place(0.2),
            "left": 3,
            "home": [0.0, 0.0, 0.0],
            "fault": "Unknown error: The requested preset token does not exist.",
            "picture": [200, "image/jpeg", "ffd8"],
            "stream": "rtsp",
        });
        assert_eq!(told, expected, "{wants} {fault}: {}", camera.process.output());
        let did = camera.process.output();
        assert!(!did.contains("wrong proof"), "{wants} {fault}: a right password is never refused: {did}");
    });
    join_all(all).await;
}
