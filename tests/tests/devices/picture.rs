//! The picture probe against real ffmpeg: clips made on the spot, and a network camera made of GStreamer.

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use avow_agent::probe::{Context, Found, Work, run};
use avow_shared::outcome::{EvidenceKind, Verdict};
use avow_tests::sim::reel::ffmpeg;
use tokio::io::AsyncReadExt;

use crate::site;

fn filmed(arguments: &[&str], to: &Path) {
    let made = ffmpeg()
        .args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"])
        .args(arguments)
        .arg(to)
        .status()
        .expect("ffmpeg is needed: apt install ffmpeg");
    assert!(made.success(), "ffmpeg {arguments:?}");
}

/// A clip of `seconds` from a lavfi source, a key frame every half second.
fn clip(folder: &Path, source: &str, encoder: &[&str]) -> PathBuf {
    let path = folder.join("clip.mp4");
    let fixed = ["-f", "lavfi", "-i", source, "-t", "3", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-g", "12"];
    filmed(&[&fixed[..], &["-keyint_min", "12", "-sc_threshold", "0", "-preset", "veryfast"], encoder].concat(), &path);
    path
}

async fn looked_at(source: &str, keys: &str) -> Found {
    // What ffmpeg and GStreamer draw has nothing grey in it, and snow is noise.
    let limits = "limits={cast={good=127}, noise={good=127}}";
    let table = format!("source='{source}'\n{keys}\n{limits}").parse().expect("a table");
    let work = Work::parse("picture", table).expect("a picture");
    let context = Context { state_dir: std::env::temp_dir(), ..site::context() };
    run(&work, &context).await
}

async fn seen(source: &str, encoder: &[&str], keys: &str) -> Found {
    let folder = tempfile::tempdir().expect("a folder");
    let path = clip(folder.path(), source, encoder);
    looked_at(&format!("file:{}", path.display()), keys).await
}

fn number(found: &Found, name: &str) -> Option<f64> {
    found.values.iter().find(|value| value.name.as_str() == name).map(|value| value.number)
}

#[tokio::test]
async fn a_moving_picture_passes_with_its_figures_and_a_still() {
    let found = seen("testsrc2=size=1280x720:rate=25", &[], "").await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
    assert_eq!((number(&found, "width"), number(&found, "height")), (Some(1280.0), Some(720.0)));
    assert_eq!(number(&found, "fps"), Some(25.0));
    let still = &found.exhibits[0];
    assert_eq!(still.kind, EvidenceKind::Picture);
    assert!(still.bytes.starts_with(&[0xff, 0xd8]) && still.bytes.len() <= 64 * 1024, "{} bytes", still.bytes.len());
}

#[tokio::test]
async fn what_shows_nothing_is_called_by_its_name() {
    for (source, verdict) in [
        ("color=black:size=640x360:rate=25", Verdict::fail("picture.black")),
        ("color=white:size=640x360:rate=25", Verdict::fail("picture.bright")),
        ("color=0x808080:size=640x360:rate=25", Verdict::fail("picture.flat")),
        ("testsrc2=size=640x360:rate=25,lutyuv=y=16+(val-16)*0.18", Verdict::degraded("picture.dark")),
    ] {
        let found = seen(source, &[], "").await;
        assert_eq!(found.verdict, verdict, "{source}: {}", found.detail);
    }
}

/// One picture with the grain of a sensor, sent again and again: key frames repeat, time stamps advance.
const FROZEN: &str = "testsrc2=size=640x360:rate=25,noise=alls=12,loop=loop=-1:size=1:start=0,setpts=N/25/TB";
/// The same picture with new grain in every frame, at a bit rate where nothing of it is left between key frames.
const HALL: &str = "testsrc2=size=640x360:rate=25,loop=loop=-1:size=1:start=0,setpts=N/25/TB,noise=alls=10:allf=t";

#[tokio::test]
async fn a_frozen_picture_is_told_from_a_still_hall() {
    let frozen = seen(FROZEN, &["-crf", "23"], "").await;
    assert_eq!(frozen.verdict, Verdict::fail("picture.frozen"), "{} {:?}", frozen.detail, frozen.values);
    let hall = seen(HALL, &["-crf", "42"], "").await;
    assert_eq!(hall.verdict, Verdict::Pass, "{} {:?}", hall.detail, hall.values);
    let difference = number(&hall, "difference").expect("a figure");
    assert!(difference < 1.0, "between key frames the hall stands as still as a frozen picture: {difference}");
    assert!(number(&hall, "key_difference").is_some_and(|difference| difference > 0.1), "{:?}", hall.values);
}

#[tokio::test]
async fn a_test_pattern_may_stand_still() {
    let found = seen(FROZEN, &["-crf", "23"], "expect_still=true").await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
}

#[tokio::test]
async fn a_clip_without_enough_key_frames_is_not_called_frozen() {
    let found = seen(FROZEN, &["-crf", "23", "-g", "60", "-keyint_min", "60"], "").await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
}

#[tokio::test]
async fn a_source_that_is_not_there_has_no_signal_and_says_why() {
    for source in ["file:/nowhere/clip.mp4", "v4l2:/dev/video-none"] {
        let found = looked_at(source, "").await;
        assert_eq!(found.verdict, Verdict::fail("picture.no-signal"), "{}", found.detail);
        assert!(found.detail.contains("No such file"), "{}", found.detail);
        assert_eq!(found.exhibits[0].kind, EvidenceKind::Transcript);
    }
}

#[tokio::test]
async fn a_password_in_an_address_reaches_nobody() {
    // It hangs up on whoever comes; a port that is given back may be a camera's the next moment.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let found = looked_at(&format!("rtsp://admin:geheim@127.0.0.1:{port}/live"), "").await;
    assert_eq!(found.verdict, Verdict::fail("picture.no-signal"), "{}", found.detail);
    let evidence = String::from_utf8_lossy(&found.exhibits[0].bytes).into_owned();
    assert!(!format!("{found:?}{evidence}").contains("geheim"), "{} {evidence}", found.detail);
}

/// Dropping a probe (its deadline has come) ends its ffmpeg.
#[tokio::test]
async fn a_dropped_probe_leaves_no_child() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let source = format!("rtsp://127.0.0.1:{port}/silent");
    let mut connected = {
        let probe = looked_at(&source, "");
        tokio::select! {
            _ = probe => panic!("the camera is silent"),
            accepted = listener.accept() => accepted.expect("ffmpeg connects").0,
        }
    };
    // The line closes (or breaks) when the child has gone.
    let mut rest = Vec::new();
    let _ = connected.read_to_end(&mut rest).await;
}

/// A network camera: GStreamer's RTSP server with a live H.264 picture.
struct NetworkCamera(Child);

impl Drop for NetworkCamera {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const SERVER: &str = r#"
import sys, gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer
Gst.init(None)
server = GstRtspServer.RTSPServer(address="127.0.0.1", service=sys.argv[1])
factory = GstRtspServer.RTSPMediaFactory(shared=True)
factory.set_launch("( videotestsrc is-live=true pattern=" + sys.argv[2] +
    " ! video/x-raw,width=640,height=360,framerate=25/1 ! x264enc tune=zerolatency key-int-max=12"
    " ! rtph264pay name=pay0 pt=96 )")
server.get_mount_points().add_factory("/live", factory)
server.attach(None)
print("ready", flush=True)
GLib.MainLoop().run()
"#;

fn network_camera(pattern: &str) -> (NetworkCamera, u16) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let mut child = Command::new("/usr/bin/python3")
        .args(["-c", SERVER, &port.to_string(), pattern])
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is needed");
    let mut said = String::new();
    let output = child.stdout.take().expect("a pipe");
    std::io::BufReader::new(output).read_line(&mut said).expect("a line");
    let camera = NetworkCamera(child);
    assert_eq!(
        said.trim(),
        "ready",
        "the network camera needs: apt install python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base \
         gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly"
    );
    (camera, port)
}

#[tokio::test]
async fn a_network_camera_is_seen_moving_and_frozen() {
    let (moving, port) = network_camera("snow");
    let found = looked_at(&format!("rtsp://127.0.0.1:{port}/live"), "").await;
    assert_eq!(found.verdict, Verdict::Pass, "{} {:?}", found.detail, found.values);
    // Two encoders at once would leave neither the time to come to rest.
    drop(moving);
    let (_frozen, port) = network_camera("pinwheel");
    let found = looked_at(&format!("rtsp://127.0.0.1:{port}/live"), "").await;
    assert_eq!(found.verdict, Verdict::fail("picture.frozen"), "{} {:?}", found.detail, found.values);
}
