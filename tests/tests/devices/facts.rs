//! Every kind of device that can say who it is does so, through its probe: what a probe reads and keeps to itself is no news
//! at HQ when the device is replaced.

use std::net::SocketAddr;

use avow_agent::baseline::Baseline;
use avow_agent::probe::{Context, Found, Work, run};
use avow_agent::snmp::pdu::Datum;
use avow_shared::outcome::Verdict;
use avow_shared::time::WallTime;
use avow_tests::rig::Folder;
use avow_tests::sim::modbus::Meter;
use avow_tests::sim::{camera, device, modbus, nut, onvif, pjlink, snmp};
use tokio::net::{TcpListener, UdpSocket};

use crate::site;

async fn found(kind: &str, keys: &str) -> Found {
    let folder = Folder::new();
    let work = Work::parse(kind, keys.parse().expect("a table")).unwrap_or_else(|wrong| panic!("{kind}: {wrong}"));
    assert!(work.reads_facts(), "{kind}");
    let context = Context { state_dir: folder.file("state"), ..site::context() };
    run(&work, &context).await
}

/// Make, model, serial number, firmware; what the protocol has no word for is empty.
async fn check(kind: &str, keys: &str, plate: [&str; 4]) {
    let found = found(kind, keys).await;
    let facts = found.facts.unwrap_or_else(|| panic!("{kind}: nothing of itself: {}", found.detail));
    assert_eq!([&facts.make, &facts.model, &facts.serial, &facts.firmware].map(|text| text.as_str()), plate, "{kind}");
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    (listener, address)
}

async fn visca(faults: camera::Faults) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let address = socket.local_addr().expect("bound");
    tokio::spawn(async move { camera::wire::serve_udp(socket, &mut camera::Camera::new(faults)).await });
    format!("port = 'visca-udp://{address}'")
}

#[tokio::test]
async fn a_visca_camera_says_who_it_is_even_in_standby() {
    for power_off in [false, true] {
        let keys = visca(camera::Faults { power_off, ..camera::Faults::default() }).await;
        check("camera", &keys, ["Sony", "EVI-D70", "", "0105"]).await;
    }
}

async fn network_camera(faults: onvif::Faults) -> SocketAddr {
    let (listener, address) = listener().await;
    let camera = onvif::Camera::new(faults, onvif::Wants::Nothing, "", "");
    tokio::spawn(onvif::serve(listener, camera));
    address
}

#[tokio::test]
async fn a_camera_with_onvif_says_who_it_is_to_either_probe() {
    let plate = ["AVOW", "IPC-1", "S-0001", "V5.1 build 20"];
    check("camera", &format!("port = 'onvif://{}'", network_camera(onvif::Faults::default()).await), plate).await;
    check("surveillance", &format!("address = '{}'", network_camera(onvif::Faults::default()).await), plate).await;
}

#[tokio::test]
async fn how_a_camera_with_onvif_is_set_drifts_by_its_name_and_need_not_be_said() {
    for kind in ["camera", "surveillance"] {
        let key = if kind == "camera" { "port = 'onvif://" } else { "address = '" };
        let set = async |faults| found(kind, &format!("{key}{}'", network_camera(faults).await)).await;
        let accepted = set(onvif::Faults::default()).await;
        let mut baseline = Baseline::default();
        baseline.learn([("v/x".into(), &**accepted.facts.as_ref().expect("settings"))], WallTime::default());
        for (name, told) in [
            ("resolution", "分辨率 应为 1920x1080，现为 1280x720"),
            ("rate_kbps", "速率 (kbit/s) 应为 4096，现为 1024"),
            ("ntp", "校时服务器 应为 ntp.example 10.1.1.1，现为 DHCP"),
        ] {
            let found = set(onvif::Faults { set_otherwise: name.to_owned(), ..onvif::Faults::default() }).await;
            let judged = baseline.judge("v/x", found);
            assert_eq!(judged.verdict, Verdict::degraded("device.settings-drift"), "{kind} {name}: {}", judged.detail);
            assert!(judged.detail.contains(&format!("：{told}；")), "{kind} {name}: {}", judged.detail);
        }
        let mute = set(onvif::Faults { fault_at: "GetNTP".to_owned(), ..onvif::Faults::default() }).await;
        let facts = mute.facts.as_ref().expect("the rest");
        assert_eq!((&mute.verdict, facts.settings.len()), (&Verdict::Pass, 2), "{kind}: {}", mute.detail);
    }
}

#[tokio::test]
async fn a_display_says_who_it_is() {
    let (listener, address) = listener().await;
    let projector = pjlink::Projector::new(pjlink::State::default(), pjlink::Faults::default(), None);
    tokio::spawn(pjlink::serve(listener, projector));
    let keys = format!("address = '{address}'");
    check("display", &keys, ["AVOW", "P-2", "S-0001", "1.02"]).await;
    // Which input it shows is what it is used for; that nobody sees or hears it is how it is set.
    let settings = found("display", &keys).await.facts.expect("settings").settings;
    let names: Vec<&str> = settings.iter().map(|setting| setting.name.as_str()).collect();
    assert_eq!(names, ["mute", "picture_mute"]);
}

#[tokio::test]
async fn a_power_supply_says_who_it_is_to_nut_and_over_snmp() {
    let address = nut::serve(nut::Faults::default()).await;
    check("ups", &format!("address = 'nut://{address}/hall'"), ["Avow", "UPS 1000", "S-42", "1.7"]).await;
    let mut card = snmp::Device::switch(snmp::Faults::default());
    let text = |text: &str| Datum::Octets(text.as_bytes().to_vec());
    // RFC 1628: upsIdent, and that the battery is not in use.
    card.values = [
        ("1.3.6.1.2.1.33.1.1.1.0", text("Delta")),
        ("1.3.6.1.2.1.33.1.1.2.0", text("RT-3K")),
        ("1.3.6.1.2.1.33.1.1.3.0", text("2.1")),
        ("1.3.6.1.2.1.33.1.2.1.0", Datum::Integer(2)),
        ("1.3.6.1.2.1.33.1.4.1.0", Datum::Integer(3)),
    ]
    .map(|(name, datum)| (name.parse().expect("a literal name"), datum))
    .to_vec();
    let folder = Folder::new();
    std::fs::write(folder.file("community"), &card.community).expect("writes");
    let address = snmp::serve(card).await;
    let keys = format!("address = 'snmp://{address}'\ncommunity_file = '{}'", folder.file("community").display());
    check("ups", &keys, ["Delta", "RT-3K", "", "2.1"]).await;
}

#[tokio::test]
async fn a_switch_says_who_it_is() {
    let mut switch = snmp::Device::switch(snmp::Faults::default());
    // ENTITY-MIB (RFC 6933): a chassis and its model.
    let text = |text: &str| Datum::Octets(text.as_bytes().to_vec());
    let chassis = [
        ("1.3.6.1.2.1.47.1.1.1.1.5.1", Datum::Integer(3)),
        ("1.3.6.1.2.1.47.1.1.1.1.11.1", text("SN0042")),
        ("1.3.6.1.2.1.47.1.1.1.1.12.1", text("Huawei")),
        ("1.3.6.1.2.1.47.1.1.1.1.13.1", text("S5735")),
    ];
    switch.values.extend(chassis.map(|(name, datum)| (name.parse().expect("a literal name"), datum)));
    let folder = Folder::new();
    std::fs::write(folder.file("community"), &switch.community).expect("writes");
    let address = snmp::serve(switch).await;
    let keys = format!("address = '{address}'\ncommunity_file = '{}'", folder.file("community").display());
    check("snmp", &keys, ["Huawei", "S5735", "SN0042", ""]).await;
}

#[tokio::test]
async fn a_meter_says_who_it_is() {
    let (listener, address) = listener().await;
    tokio::spawn(async move {
        let identity = Some(["Avow", "PM-3", "V2.11"]);
        let meter =
            Meter { unit: 1, registers: vec![11], is_serial: false, identity, faults: modbus::Faults::default() };
        while let Ok((stream, _)) = listener.accept().await {
            // Whoever hangs up has heard enough.
            let _ = meter.serve(stream, &mut 0).await;
        }
    });
    let keys = format!("address = '{address}'\nregisters = [{{ at = 0, name = 'x' }}]");
    check("modbus", &keys, ["Avow", "PM-3", "", "V2.11"]).await;
}

#[tokio::test]
async fn what_a_text_profile_describes_says_who_it_is() {
    let (listener, address) = listener().await;
    tokio::spawn(async move {
        // 'M4320-PRO Instructions Manual', section 4, over a network: what it says is the profile's business alone.
        let device = device::Device::new(b"", &[(b"?ID\n", b"PANAMAX,M4320-PRO,1.04\n")]);
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(device::serve(stream, device.clone()));
        }
    });
    let folder = Folder::new();
    let profile = r#"
profile = 1
name = "时序电源"
[transport]
kind = "tcp"
[reply]
end = "\n"
[[request]]
id = "id"
send = "?ID\n"
expect = '(?<make>\w+),(?<model>[\w-]+),(?<version>[\d.]+)'
facts = { make = "make", model = "model", firmware = "version" }
"#;
    std::fs::write(folder.file("own.toml"), profile).expect("writes");
    let keys = format!("profile = '{}'\naddress = '{address}'", folder.file("own.toml").display());
    check("device", &keys, ["PANAMAX", "M4320-PRO", "", "1.04"]).await;
}
