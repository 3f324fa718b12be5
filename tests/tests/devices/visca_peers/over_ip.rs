//! PyPI `visca_over_ip`, which drives cameras of Sony over IP. What it sends must be what we would send for the same
//! command, what it makes of an answer must be what we make of it, and the simulated camera must be one that it can drive.

use std::net::SocketAddr;
use std::process::Command as Program;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use avow_agent::visca::codec::{
    Address, Command, Data, Dial, Exposure, Focus, FocusMode, Frame, Inquiry, Pan, Refusal, Reply, Request, Said, Step,
    Tilt, WhiteBalance, Zoom, hex,
};
use avow_agent::visca::numbered::{Datagram, Kind};
use avow_tests::rig::{Folder, Process, program, python_peer};
use avow_tests::sim::camera::wire::serve_udp;
use avow_tests::sim::camera::{Camera, Faults, Position};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use super::{aim, bytes, digits, encoded, pace, speed};

const SOON: Duration = Duration::from_secs(60);

/// Says after each expression what the peer made of the answer. `done` waits until a command has ended, which the peer
/// does not: it takes the ACK for all.
const SCRIPT: &str = r#"
import socket, sys

class Socket(socket.socket):
    """The peer asks from the camera's own port, at every address: on the camera's host there is no room for that."""
    def bind(self, address):
        super().bind(("127.0.0.1", 0))

socket.socket = Socket
from visca_over_ip import Camera
from visca_over_ip.exceptions import ViscaException

camera = Camera("127.0.0.1", int(sys.argv[1]))
for end in (camera._cmd_sock, camera._inq_sock):
    # A busy machine is no lost datagram.
    end.settimeout(30)

def done():
    while camera._receive_response(camera._cmd_sock)[1] >> 4 != 5:
        pass

for expression in sys.argv[2:]:
    try:
        said = eval(expression if expression.endswith("done()") else "camera." + expression)
    except ViscaException as refused:
        said = refused.description
    print("said", said, flush=True)
"#;

/// What the peer says to each expression; the camera is at `port`.
async fn peer(folder: &Folder, port: SocketAddr, expressions: &[&str]) -> Vec<String> {
    let script = folder.file("peer.py");
    std::fs::write(&script, SCRIPT).expect("writes");
    let mut command = Program::new(python_peer("python"));
    command.arg(script).arg(port.port().to_string()).args(expressions);
    let mut process = Process::start(folder, "visca_over_ip", &command);
    let status = process.wait(SOON).await;
    assert!(status.success(), "{}", process.errors());
    process.output().lines().filter_map(|line| line.strip_prefix("said ").map(str::to_owned)).collect()
}

/// A camera that writes down what it hears and answers as it is told to, in the same moment.
struct Scribe {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Scribe {
    async fn start(answer: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = socket.local_addr().expect("bound");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            let mut buffer = [0; 64];
            while let Ok((count, from)) = socket.recv_from(&mut buffer).await {
                let datagram = &buffer[..count];
                notes.lock().unwrap_or_else(PoisonError::into_inner).push(datagram.to_vec());
                let (kind, said) = match datagram[..2] {
                    [0x02, 0x00] => ([0x02, 0x01], vec![0x01]),
                    _ => ([0x01, 0x11], answer(&datagram[8..])),
                };
                let length = [0, u8::try_from(said.len()).expect("short")];
                let reply = [&kind[..], &length, &datagram[4..8], &said].concat();
                socket.send_to(&reply, from).await.expect("sends");
            }
        });
        Self { address, heard, task }
    }

    /// Every datagram, in order.
    fn end(self) -> Vec<Vec<u8>> {
        self.task.abort();
        std::mem::take(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn takes(_: &[u8]) -> Vec<u8> {
    bytes("90 41 FF")
}

/// The VISCA frame in each datagram from the first one after the greeting on.
fn frames(datagrams: &[Vec<u8>]) -> Vec<String> {
    let mut frames: Vec<String> = datagrams.iter().skip(2).map(|datagram| hex(&datagram[8..])).collect();
    // It says four times that it wants the power on or off.
    frames.dedup();
    frames
}

/// What the peer sends for these; each expression sends something else than the one before.
async fn sent(folder: &Folder, expressions: &[&str]) -> Vec<String> {
    let scribe = Scribe::start(takes).await;
    let said = peer(folder, scribe.address, expressions).await;
    assert_eq!(said.len(), expressions.len());
    let frames = frames(&scribe.end());
    assert_eq!(frames.len(), expressions.len(), "{frames:?}");
    frames
}

/// Whatever both know.
fn known() -> Vec<(&'static str, Command)> {
    let turn = Command::Turn;
    vec![
        ("set_power(True)", Command::Power(true)),
        ("set_power(False)", Command::Power(false)),
        // Right and up by the wire (Sony EVI-D70 Technical Manual p. 42); its own words say left.
        ("pantilt(5, -6)", Command::Drive(Pan::Right, Tilt::Up, speed(5, 6))),
        ("pantilt(-24, 20)", Command::Drive(Pan::Left, Tilt::Down, speed(24, 20))),
        ("pantilt(24, 20, -2267, 1200)", Command::Absolute(aim(-2267, 1200), speed(24, 20))),
        ("pantilt(1, 2, 32767, -32768)", Command::Absolute(aim(32_767, i16::MIN), speed(1, 2))),
        ("pantilt(24, 20, 2267, -400, True)", Command::Relative(aim(2267, -400), speed(24, 20))),
        ("pantilt(3, 4, -1, 1, True)", Command::Relative(aim(-1, 1), speed(3, 4))),
        ("pantilt_home()", Command::Home),
        ("pantilt_reset()", Command::Reset),
        ("zoom(3)", Command::Zoom(Zoom::Tele(pace(3)))),
        ("zoom(-7)", Command::Zoom(Zoom::Wide(pace(7)))),
        ("zoom(0)", Command::Zoom(Zoom::Stop)),
        ("zoom_to(1)", Command::Zoom(Zoom::To(0x4000))),
        ("zoom_to(0.25)", Command::Zoom(Zoom::To(0x1000))),
        ("zoom_to(0)", Command::Zoom(Zoom::To(0))),
        ("set_focus_mode('auto')", Command::Focus(Focus::Mode(FocusMode::Auto))),
        ("set_focus_mode('manual')", Command::Focus(Focus::Mode(FocusMode::Manual))),
        ("set_focus_mode('one push trigger')", Command::Focus(Focus::Once)),
        ("set_focus_mode('infinity')", Command::Focus(Focus::Infinity)),
        ("manual_focus(5)", Command::Focus(Focus::Near(pace(5)))),
        ("manual_focus(-2)", Command::Focus(Focus::Far(pace(2)))),
        ("manual_focus(0)", Command::Focus(Focus::Stop)),
        ("autoexposure_mode('auto')", Command::Exposure(Exposure::FullAuto)),
        ("autoexposure_mode('manual')", Command::Exposure(Exposure::Manual)),
        ("autoexposure_mode('shutter priority')", Command::Exposure(Exposure::ShutterPriority)),
        ("autoexposure_mode('iris priority')", Command::Exposure(Exposure::IrisPriority)),
        ("autoexposure_mode('bright')", Command::Exposure(Exposure::Bright)),
        ("white_balance_mode('auto')", Command::WhiteBalance(WhiteBalance::Auto)),
        ("white_balance_mode('indoor')", Command::WhiteBalance(WhiteBalance::Indoor)),
        ("white_balance_mode('outdoor')", Command::WhiteBalance(WhiteBalance::Outdoor)),
        ("white_balance_mode('one push')", Command::WhiteBalance(WhiteBalance::OnePush)),
        ("white_balance_mode('manual')", Command::WhiteBalance(WhiteBalance::Manual)),
        ("white_balance_mode('one push trigger')", Command::WhiteBalanceOnce),
        ("reset_red_gain()", turn(Dial::RedGain, Step::Reset)),
        ("increase_red_gain()", turn(Dial::RedGain, Step::Up)),
        ("decrease_red_gain()", turn(Dial::RedGain, Step::Down)),
        ("reset_blue_gain()", turn(Dial::BlueGain, Step::Reset)),
        ("increase_blue_gain()", turn(Dial::BlueGain, Step::Up)),
        ("reset_gain()", turn(Dial::Gain, Step::Reset)),
        ("increase_gain()", turn(Dial::Gain, Step::Up)),
        ("decrease_gain()", turn(Dial::Gain, Step::Down)),
        ("reset_shutter()", turn(Dial::Shutter, Step::Reset)),
        ("increase_shutter()", turn(Dial::Shutter, Step::Up)),
        ("decrease_shutter()", turn(Dial::Shutter, Step::Down)),
        ("reset_iris()", turn(Dial::Iris, Step::Reset)),
        ("increase_iris()", turn(Dial::Iris, Step::Up)),
        ("decrease_iris()", turn(Dial::Iris, Step::Down)),
        ("increase_brightness()", turn(Dial::Bright, Step::Up)),
        ("decrease_brightness()", turn(Dial::Bright, Step::Down)),
        ("backlight(True)", Command::Backlight(true)),
        ("backlight(False)", Command::Backlight(false)),
        ("save_preset(5)", Command::Store(5)),
        ("recall_preset(127)", Command::Recall(127)),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_that_both_know_has_the_same_bytes() {
    let folder = Folder::new();
    let known = known();
    let expressions: Vec<&str> = known.iter().map(|(expression, _)| *expression).collect();
    let theirs = sent(&folder, &expressions).await;
    for ((expression, ours), theirs) in known.into_iter().zip(theirs) {
        assert_eq!(encoded(ours), theirs, "{expression}");
        assert!(Frame::read(&bytes(&theirs)).is_some(), "{expression}");
    }
}

/// Each is explained by a manual; the peer is taken as it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_bytes_differ_a_manual_says_who_is_right() {
    let folder = Folder::new();
    let turn = |dial, position| Command::Turn(dial, Step::To(position));
    let still = |pan, tilt, pan_speed, tilt_speed| Command::Drive(pan, tilt, speed(pan_speed, tilt_speed));
    let differing = [
        // A speed is 01 to 18 (Sony EVI-D70 Technical Manual p. 42, 'VV', 'WW'); the peer says 00 where an axis is still.
        ("pantilt(0, 7)", still(Pan::Still, Tilt::Down, 1, 7), "81 01 06 01 00 07 03 02 FF"),
        ("pantilt(0, 0)", still(Pan::Still, Tilt::Still, 24, 20), "81 01 06 01 00 00 03 03 FF"),
        // A direct setting has four digits, `00 00 0p 0q` (Sony SRG-300H Technical Manual, Command List, 'CAM_RGain Direct',
        // 'CAM_Shutter Direct', 'CAM_Iris Direct'); the peer puts both into one byte, and is one or two bytes short.
        ("set_red_gain(160)", turn(Dial::RedGain, 0xa0), "81 01 04 43 00 00 A0 FF"),
        ("set_gain(15)", turn(Dial::Gain, 0x0f), "81 01 04 4C 00 00 0F FF"),
        ("set_iris(17)", turn(Dial::Iris, 0x11), "81 01 04 4B 00 00 11 FF"),
        ("set_shutter(21)", turn(Dial::Shutter, 0x15), "81 01 04 4A 00 15 FF"),
        // The code of blue is 04 (the same list, 'CAM_BGain Down'); the peer turns red down.
        ("decrease_blue_gain()", Command::Turn(Dial::BlueGain, Step::Down), "81 01 04 03 03 FF"),
    ];
    let theirs = sent(&folder, &differing.map(|(expression, ..)| expression)).await;
    for ((expression, ours, expected), theirs) in differing.into_iter().zip(theirs) {
        assert_eq!(theirs, expected, "{expression}");
        assert_ne!(encoded(ours), theirs, "{expression}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_datagrams_are_read_and_written_by_us() {
    let folder = Folder::new();
    let scribe = Scribe::start(|frame| if frame[1] == 0x09 { bytes("90 50 02 FF") } else { takes(frame) }).await;
    peer(&folder, scribe.address, &["pantilt_home()", "get_focus_mode()", "save_preset(1)"]).await;
    let datagrams = scribe.end();
    let read: Vec<Datagram<'_>> = datagrams
        .iter()
        .map(|bytes| {
            let datagram = Datagram::decode(bytes).unwrap_or_else(|| panic!("{}", hex(bytes)));
            assert_eq!(datagram.encode(), *bytes);
            datagram
        })
        .collect();
    let payloads: Vec<String> = read.iter().map(|datagram| hex(datagram.payload)).collect();
    let ours = [
        "01".to_owned(),
        encoded(Request::Clear),
        encoded(Command::Home),
        encoded(Inquiry::FocusMode),
        encoded(Command::Store(1)),
    ];
    assert_eq!(payloads, ours);
    // To the peer all is a command; an inquiry would be 01 10 and IF_Clear 01 20 (Sony SRG-300H Technical Manual p. 31).
    let kinds: Vec<Kind> = read.iter().map(|datagram| datagram.kind).collect();
    assert_eq!(kinds, [Kind::Control, Kind::Command, Kind::Command, Kind::Command, Kind::Command]);
    let numbers: Vec<u32> = read.iter().map(|datagram| datagram.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
}

/// What we make of an answer, in the peer's words.
fn understood(inquiry: Inquiry, answer: &str) -> String {
    let frame = Frame::read(&bytes(answer)).expect("a frame");
    match Reply::decode(&frame, Some(inquiry)) {
        Some(Reply::From(Address::FIRST, Said::Answer(Data::PanTilt(aim)))) => format!("({}, {})", aim.pan, aim.tilt),
        Some(Reply::From(Address::FIRST, Said::Answer(Data::Zoom(position)))) => position.to_string(),
        Some(Reply::From(Address::FIRST, Said::Answer(Data::FocusMode(mode)))) => format!("{mode:?}").to_lowercase(),
        other => panic!("{answer}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_say_the_same_to_both() {
    let folder = Folder::new();
    let edges = [0, 1, 0x0123, 0x4000, 0x7fff, 0x8000, 0xabcd, 0xffff];
    let mut rows = vec![
        // Avonic CM70-IP manual p. 70 to 72, 'Inquiry Commands'.
        ("get_pantilt_position()", Inquiry::PanTilt, "90 50 0F 0A 06 00 00 01 04 00 FF".to_owned()),
        ("get_focus_mode()", Inquiry::FocusMode, "90 50 02 FF".to_owned()),
        ("get_focus_mode()", Inquiry::FocusMode, "90 50 03 FF".to_owned()),
    ];
    for (edge, other) in edges.into_iter().zip(edges.into_iter().rev()) {
        let head = format!("90 50 {}{}FF", digits(edge), digits(other));
        rows.push(("get_pantilt_position()", Inquiry::PanTilt, head));
        rows.push(("get_zoom_position()", Inquiry::Zoom, format!("90 50 {}FF", digits(edge))));
    }
    let answers = Mutex::new(rows.iter().map(|(.., answer)| bytes(answer)).collect::<Vec<_>>().into_iter());
    let scribe = Scribe::start(move |frame| match frame[1] {
        0x09 => answers.lock().unwrap_or_else(PoisonError::into_inner).next().expect("one more question"),
        _ => takes(frame),
    })
    .await;
    let asked: Vec<&str> = rows.iter().map(|(expression, ..)| *expression).collect();
    let theirs = peer(&folder, scribe.address, &asked).await;
    let heard: Vec<String> = scribe.end().iter().skip(2).map(|datagram| hex(&datagram[8..])).collect();
    assert_eq!((theirs.len(), heard.len()), (rows.len(), rows.len()));
    for (((_, inquiry, answer), theirs), heard) in rows.into_iter().zip(theirs).zip(heard) {
        assert_eq!(encoded(inquiry), heard);
        assert_eq!(understood(inquiry, &answer), theirs, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_say_the_same_to_both() {
    let folder = Folder::new();
    let named = [
        (0x01, Refusal::Length, "Message length error"),
        (0x02, Refusal::Syntax, "Syntax error"),
        (0x03, Refusal::BufferFull, "Command buffer full"),
        (0x04, Refusal::Cancelled, "Command cancelled"),
        (0x05, Refusal::NoSocket, "No socket"),
        (0x41, Refusal::NotExecutable, "Command not executable"),
    ];
    // Whatever preset is asked for, its number is the code of the refusal.
    let scribe = Scribe::start(|frame| match frame[..5] {
        [0x81, 0x01, 0x04, 0x3f, 0x02] => vec![0x90, 0x61, frame[5], 0xff],
        _ => takes(frame),
    })
    .await;
    let asked = named.map(|(code, ..)| format!("recall_preset({code})"));
    let theirs = peer(&folder, scribe.address, &asked.each_ref().map(String::as_str)).await;
    scribe.end();
    for ((code, refusal, words), theirs) in named.into_iter().zip(theirs) {
        assert_eq!(theirs, words);
        let frame = Frame::read(&[0x90, 0x61, code, 0xff]).expect("a frame");
        let ours = Reply::decode(&frame, None);
        assert_eq!(ours, Some(Reply::From(Address::FIRST, Said::Refused(1, refusal))), "{words}");
    }
}

/// A simulated camera at a port, and who listens to what it is told.
async fn simulated() -> (SocketAddr, mpsc::Receiver<(tokio::time::Instant, Vec<u8>)>, Arc<Mutex<Position>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let address = socket.local_addr().expect("bound");
    let (sender, ear) = mpsc::channel(4_096);
    let position = Arc::new(Mutex::new(Position::default()));
    let watcher = Arc::clone(&position);
    tokio::spawn(async move {
        let mut camera = Camera::new(Faults::default()).with_ear(sender).watched(watcher);
        serve_udp(socket, &mut camera).await
    });
    (address, ear, position)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_simulated_camera_is_one_that_it_can_drive() {
    let folder = Folder::new();
    let (address, _ear, position) = simulated().await;
    let course = [
        ("pantilt(24, 20, 300, -40)", "None"),
        ("done()", "None"),
        ("get_pantilt_position()", "(300, -40)"),
        ("pantilt(24, 20, -310, 5, True)", "None"),
        ("done()", "None"),
        ("get_pantilt_position()", "(-10, -35)"),
        ("zoom_to(0.5)", "None"),
        ("done()", "None"),
        ("get_zoom_position()", "8192"),
        ("save_preset(9)", "None"),
        ("done()", "None"),
        ("recall_preset(2)", "None"),
        ("done()", "None"),
        ("get_pantilt_position()", "(200, 20)"),
        ("pantilt_home()", "None"),
        ("done()", "None"),
        ("get_zoom_position()", "0"),
        ("recall_preset(9)", "None"),
        ("done()", "None"),
        ("get_pantilt_position()", "(-10, -35)"),
        ("get_focus_mode()", "auto"),
        // A word that this camera does not have.
        ("digital_zoom(True)", "Syntax error"),
        // As `set_power` says it, once.
        ("_send_command('04 00 03')", "None"),
        ("done()", "None"),
        ("recall_preset(2)", "Command not executable"),
        ("_send_command('04 00 02')", "None"),
        ("done()", "None"),
        ("recall_preset(1)", "None"),
        ("done()", "None"),
    ];
    let said = peer(&folder, address, &course.map(|(expression, _)| expression)).await;
    for ((expression, expected), said) in course.into_iter().zip(&said) {
        let said = if expression.starts_with("_send") && said.starts_with("b'") { "None" } else { said };
        assert_eq!(said, expected, "{expression}");
    }
    let ended = *position.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!((said.len(), ended), (course.len(), Position { pan: 100, tilt: 10, zoom: 1_000 }));
}

/// The real agent, from its command line, and the peer tell a camera the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_agents_commands_are_those_of_the_peer() {
    let folder = Folder::new();
    let table: [(&str, &[&str]); 14] = [
        ("power on", &["set_power(True)"]),
        ("home", &["pantilt_home()"]),
        ("recall 2", &["recall_preset(2)"]),
        ("store 9", &["save_preset(9)"]),
        ("go 300 -40 4096", &["pantilt(24, 20, 300, -40)", "zoom_to(0.25)"]),
        ("move up-right --speed 50 --for 1", &["pantilt(12, -10)"]),
        ("move down-left --speed 100 --for 1", &["pantilt(-24, 20)"]),
        ("zoom tele --speed 100 --for 1", &["zoom(7)", "zoom(0)"]),
        ("zoom wide --speed 50 --for 1", &["zoom(-3)", "zoom(0)"]),
        ("focus near --speed 100 --for 1", &["set_focus_mode('manual')", "manual_focus(7)", "manual_focus(0)"]),
        ("focus auto", &["set_focus_mode('auto')"]),
        ("focus once", &["set_focus_mode('one push trigger')"]),
        ("exposure auto", &["autoexposure_mode('auto')"]),
        ("power off", &["set_power(False)"]),
    ];
    let expressions: Vec<&str> = table.iter().flat_map(|(_, expressions)| *expressions).copied().collect();
    let mut theirs = sent(&folder, &expressions).await.into_iter();
    let (address, mut ear, _) = simulated().await;
    let config = folder.file("agent.toml");
    std::fs::write(&config, configured(&folder, address)).expect("writes");
    for (words, expressions) in table {
        let mut agent = tokio::process::Command::new(program("avow-agent"));
        agent.args(["camera", "front"]).args(words.split(' ')).args(["--yes", "--config"]).arg(&config);
        let output = tokio::time::timeout(SOON, agent.kill_on_drop(true).output()).await.expect("ends").expect("runs");
        let mut ours = Vec::new();
        while let Ok((_, frame)) = ear.try_recv() {
            // Questions, and what clears the line, are not what it was told to do. Still heads have their own test above.
            let is_command = frame[1] == 0x01 && frame[2] != 0x00;
            if is_command && !frame.ends_with(&[0x03, 0x03, 0xff]) {
                ours.push(hex(&frame));
            }
        }
        // A stop may be said again, until it is known to have been taken.
        ours.dedup();
        let theirs: Vec<String> = theirs.by_ref().take(expressions.len()).collect();
        assert_eq!(ours, theirs, "{words}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

fn configured(folder: &Folder, camera: SocketAddr) -> String {
    let state = folder.file("state");
    format!(
        "[agent]\nplace = '350102001'\nstate = '{0}'\nsocket = '{0}/agent.sock'\n[hq]\nbroker = 'mqtt://127.0.0.1:1'\nhttp = \
         'http://127.0.0.1:1'\n[[venue]]\nid = '350102001-01'\nname = '大厅'\n[[venue.probe]]\nid = 'front'\nname = \
         '摄像机'\nkind = 'camera'\nport = 'visca-udp://{camera}'\n",
        state.display()
    )
}
