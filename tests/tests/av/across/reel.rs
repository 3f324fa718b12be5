//! Films of a venue that sounds its marker and shows its flash, with faults that are known; and streams that carry them.

use std::io::Write as _;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use avow_agent::sight::flash::{Pattern, Plan};
use avow_agent::sound::marker::{Payload, Rate, encode};
use avow_tests::rig::{Folder, Process};
use avow_tests::sim::reel::ffmpeg;

/// Milliseconds between two frames.
pub(super) const FRAME_MS: i64 = 40;
/// The flash is the frame with this number.
pub(super) const FLASH_AT: u16 = 100;

/// What a film shows.
pub(super) struct Reel {
    /// Whose it is, and of which run.
    pub(super) payload: Payload,
    /// The number of the frame that is shown at each 40 ms.
    pub(super) numbers: Vec<u16>,
    /// How much earlier than the flash the marker is heard.
    pub(super) early_ms: i64,
    /// How it is encoded.
    pub(super) encoded: &'static str,
}

/// H.264 as a terminal sends it over a thin line.
pub(super) const H264: &str = "-vf scale=1280:720 -pix_fmt yuv420p -c:v libx264 -preset veryfast -bf 0 -b:v 200k -maxrate 200k -bufsize 200k \
                               -g 50 -c:a pcm_alaw -ar 8000";
/// H.265 at half of that, on one thread (see `labelled/pictures/films.rs`), with a codec for sound that has a delay of its own.
pub(super) const H265: &str = "-pix_fmt yuv420p -c:v libx265 -preset ultrafast \
     -x265-params log-level=error:pools=none:frame-threads=1:bitrate=120 -c:a aac -b:a 64k";

impl Reel {
    /// Makes it.
    pub(super) fn film(&self, folder: &Folder, name: &str) -> PathBuf {
        let wave = folder.file(&format!("{name}.s16"));
        std::fs::write(&wave, self.sound()).expect("writes");
        let path = folder.file(&format!("{name}.mkv"));
        let mut command = ffmpeg();
        command.args("-hide_banner -loglevel error -y -f rawvideo -pix_fmt gray -s 640x360 -r 25 -i pipe:0".split(' '));
        command.args(["-f", "s16le", "-ar", "16000", "-ac", "1", "-i"]).arg(&wave);
        command.args(self.encoded.split_whitespace()).arg(&path).stdin(Stdio::piped());
        let mut child = command.spawn().expect("ffmpeg is needed: apt-get install ffmpeg");
        let mut frames = child.stdin.take().expect("a pipe");
        let plan = Plan { flash_at: FLASH_AT, lit: 12, over_at: 1_500, skew_ms: Some(0) };
        let mut pattern = Pattern::new(self.payload);
        for number in &self.numbers {
            let (stamp, is_lit) = plan.frame(*number);
            frames.write_all(pattern.draw(stamp, is_lit)).expect("ffmpeg takes frames");
        }
        drop(frames);
        assert!(child.wait().expect("it ends").success(), "ffmpeg made no film");
        path
    }

    fn sound(&self) -> Vec<u8> {
        let marker = encode(self.payload, Rate::Hz16000);
        let mut samples = vec![0_f32; self.numbers.len() * 16 * FRAME_MS as usize];
        let from = usize::try_from((i64::from(FLASH_AT) * FRAME_MS - self.early_ms) * 16).expect("after the beginning");
        samples[from..from + marker.len()].copy_from_slice(&marker);
        samples.iter().flat_map(|sample| ((sample.clamp(-1.0, 1.0) * 32_767.0) as i16).to_le_bytes()).collect()
    }
}

/// A stream of RTP that is described in a file.
pub(super) struct Stream {
    ports: [u16; 2],
    description: PathBuf,
    _sender: Option<Process>,
}

impl Stream {
    /// Where its picture goes.
    pub(super) fn address(&self) -> String {
        format!("rtp://127.0.0.1:{}", self.ports[0])
    }

    /// The file that describes it.
    pub(super) fn description(&self) -> &Path {
        &self.description
    }
}

/// Ports for a stream; with a film, one that plays it, picture and sound, as time passes.
pub(super) fn rtp(folder: &Folder, name: &str, film: Option<&Path>) -> Stream {
    let ports = [port(), port()];
    let mut text = format!(
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=flash\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video {} RTP/AVP 96\r\n\
         a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n",
        ports[0]
    );
    let sender = film.map(|film| {
        text.push_str(&format!("m=audio {} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n", ports[1]));
        let mut command = Command::new("ffmpeg");
        command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-re", "-i"]).arg(film);
        command.args("-map 0:v -c:v copy -bsf:v h264_mp4toannexb -payload_type 96 -f rtp".split(' '));
        command.arg(format!("rtp://127.0.0.1:{}", ports[0]));
        command.args("-map 0:a -c:a copy -payload_type 8 -f rtp".split(' '));
        command.arg(format!("rtp://127.0.0.1:{}", ports[1]));
        Process::start(folder, name, &command)
    });
    let description = folder.file(&format!("{name}.sdp"));
    std::fs::write(&description, text).expect("writes");
    Stream { ports, description, _sender: sender }
}

/// An even one that is free, with the next, which RTCP takes.
fn port() -> u16 {
    let free = || {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let port = socket.local_addr().expect("an address").port();
        (port.is_multiple_of(2) && UdpSocket::bind(("127.0.0.1", port + 1)).is_ok()).then_some(port)
    };
    (0..1_000).find_map(|_| free()).expect("two free ports")
}
