//! What our marker says of a path against what is made of speech on the same path: PESQ (ITU-T P.862, narrow band) and STOI.

use std::io::Write as _;
use std::process::{Command, Stdio};

use avow_agent::sound::marker::{Detector, LEVEL, Rate};
use avow_tests::rig::python_peer;
use avow_tests::sim::sound::path::{Law, companded, in_room, rms};
use avow_tests::sim::sound::voice::Voices;
use avow_tests::sim::sound::{RATE, Random};

use super::marker;

type Path = Box<dyn Fn(&[f32]) -> Vec<f32>>;

/// Paths from good to bad, of each kind of fault.
fn paths() -> Vec<(&'static str, Path)> {
    let noise = |snr_db: f32| -> Path {
        Box::new(move |sound| {
            let (mut random, size) = (Random::new(4), rms(sound) * 10_f32.powf(-snr_db / 20.0));
            sound.iter().map(|sample| sample + size * random.normal()).collect()
        })
    };
    let clipped = |over_db: f32| -> Path {
        Box::new(move |sound| {
            let peak = sound.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs())) / 10_f32.powf(over_db / 20.0);
            sound.iter().map(|sample| sample.clamp(-peak, peak)).collect()
        })
    };
    let room = |t60: f32, reverberant: f32| -> Path { Box::new(move |sound| in_room(sound, t60, reverberant, 6)) };
    let codec: Path = Box::new(|sound| {
        let mut sound = sound.to_vec();
        companded(&mut sound, Law::A);
        sound
    });
    vec![
        ("nothing", Box::new(<[f32]>::to_vec)),
        ("G.711", codec),
        ("noise 30 dB", noise(30.0)),
        ("noise 20 dB", noise(20.0)),
        ("noise 10 dB", noise(10.0)),
        ("noise 5 dB", noise(5.0)),
        ("noise 0 dB", noise(0.0)),
        ("clipped 10 dB", clipped(10.0)),
        ("clipped 20 dB", clipped(20.0)),
        ("clipped 30 dB", clipped(30.0)),
        ("room 0.3 s, -6 dB", room(0.3, -6.0)),
        ("room 0.6 s, 0 dB", room(0.6, 0.0)),
        ("room 1.2 s, 3 dB", room(1.2, 3.0)),
    ]
}

const JUDGE: &str = "
import sys, numpy as np
from pesq import pesq
from pystoi import stoi
data = np.frombuffer(sys.stdin.buffer.read(), dtype='<f4').reshape(int(sys.argv[1]), -1)
for row in data[1:]:
    print(pesq(8000, data[0], row, 'nb'), stoi(data[0], row, 8000))
";

/// PESQ and STOI of each against the first.
fn judged(sounds: &[Vec<f32>]) -> Vec<(f64, f64)> {
    let mut command = Command::new(python_peer("python"));
    command.args(["-c", JUDGE, &sounds.len().to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("Python runs");
    let bytes: Vec<u8> = sounds.iter().flatten().flat_map(|sample| sample.to_le_bytes()).collect();
    child.stdin.take().expect("a pipe").write_all(&bytes).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let lines = String::from_utf8(output.stdout).expect("numbers");
    let pair = |line: &str| {
        let (pesq, stoi) = line.split_once(' ').expect("two numbers");
        (pesq.parse().expect("a number"), stoi.parse().expect("a number"))
    };
    lines.lines().map(pair).collect()
}

/// Spearman's correlation of ranks.
fn correlation(one: &[f64], other: &[f64]) -> f64 {
    let ranks = |values: &[f64]| -> Vec<f64> {
        values.iter().map(|value| values.iter().filter(|other| *other < value).count() as f64).collect()
    };
    let (one, other) = (ranks(one), ranks(other));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (a, b) = (mean(&one), mean(&other));
    let product = |x: &[f64], p: f64, y: &[f64], q: f64| x.iter().zip(y).map(|(x, y)| (x - p) * (y - q)).sum::<f64>();
    product(&one, a, &other, b) / (product(&one, a, &one, a) * product(&other, b, &other, b)).sqrt()
}

#[test]
fn the_marker_orders_paths_as_pesq_and_stoi_order_speech_on_them() {
    let count = 6 * RATE as usize;
    let speech: Vec<f32> = Voices::new(11).take(count).map(|sample| sample.clamp(-1.0, 1.0)).collect();
    let sent = [vec![0.0; 4_000], marker("350102001-01", Rate::Hz8000, LEVEL), vec![0.0; 12_000]].concat();
    let mut sounds = vec![speech.clone()];
    let mut ours = Vec::new();
    for (name, path) in paths() {
        let mut heard = path(&speech);
        heard.resize(count, 0.0);
        sounds.push(heard);
        let heard = Detector::new(Rate::Hz8000).detect(&path(&sent));
        assert_eq!(heard.len(), 1, "{name}");
        ours.push(f64::from(heard[0].score));
    }
    let theirs = judged(&sounds);
    assert_eq!(theirs.len(), ours.len());
    for (((name, _), ours), (pesq, stoi)) in paths().iter().zip(&ours).zip(&theirs) {
        println!("{name}: {ours:.3}, PESQ {pesq:.2}, STOI {stoi:.3}");
    }
    let (pesq, stoi): (Vec<f64>, Vec<f64>) = theirs.into_iter().unzip();
    let (by_pesq, by_stoi) = (correlation(&ours, &pesq), correlation(&ours, &stoi));
    println!("Spearman: PESQ {by_pesq:.3}, STOI {by_stoi:.3}");
    assert!(by_pesq > 0.8 && by_stoi > 0.8, "PESQ {by_pesq}, STOI {by_stoi}");
}
