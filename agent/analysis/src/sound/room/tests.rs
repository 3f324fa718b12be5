//! Rooms with planted faults.

use super::*;

struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        let mut sum = 0.0;
        for _ in 0..3 {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            sum += (self.0 >> 8) as f32 / (1 << 23) as f32 - 1.0;
        }
        // Of unit effective value.
        sum
    }
}

fn payload(room: u8) -> Payload {
    Payload { run: 77, venue: format!("350102001-{room:02}").parse().expect("a venue"), sequence: 0 }
}

/// A second of noise at `noise_dbfs`, the test with `gain`, a second more; everything turned by `bend`.
fn room(signal: &Signal, noise_dbfs: f32, gain: f32, bend: impl Fn(f32) -> f32) -> (Vec<f32>, usize) {
    let rate = signal.rate_hz() as usize;
    let mut noise = Noise(3);
    let size = 10_f32.powf(noise_dbfs / 20.0);
    let late = rate / 3;
    let count = rate + late + signal.samples.len() + 3 * rate / 2;
    let heard = (0..count)
        .map(|n| {
            let sample = n.checked_sub(rate + late).and_then(|n| signal.samples.get(n)).copied().unwrap_or(0.0);
            bend(gain * sample) + size * noise.next()
        })
        .collect();
    (heard, rate)
}

fn of(strength: Strength, level_dbfs: f64) -> Signal {
    Signal::new(strength, payload(1), level_dbfs)
}

#[test]
fn every_strength_measures_a_plain_room_as_it_is() {
    for (strength, level, noise, gain) in [
        (Strength::Whisper, -40.0, -52.0, 1.0),
        (Strength::Short, -20.0, -60.0, 0.5),
        (Strength::Short, -20.0, -60.0, -0.5),
        (Strength::Full, -20.0, -65.0, 0.5),
    ] {
        let signal = of(strength, level);
        let (heard, quiet) = room(&signal, noise, gain, |sample| sample);
        let heard = analyse(&signal, &heard, quiet);
        let path = heard.path.expect("is heard");
        let expected = 20.0 * f64::from(gain.abs()).log10();
        assert!((path.gain_db - expected).abs() < 0.7, "{strength:?}: {}", path.gain_db);
        assert!((path.level_dbfs - level - expected).abs() < 0.7, "{strength:?}: {}", path.level_dbfs);
        assert!((heard.noise.rms_dbfs - f64::from(noise)).abs() < 0.5, "{strength:?}: {:?}", heard.noise);
        // White noise up to half the rate: so much of it is in the marker's band.
        let in_band = 10.0 * ((BAND_HZ.1 - BAND_HZ.0) / (f64::from(signal.rate_hz()) / 2.0)).log10();
        let snr = path.level_dbfs - f64::from(noise) - in_band;
        assert!((path.snr_db - snr).abs() < 1.5, "{strength:?}: {}, not {snr}", path.snr_db);
        assert_eq!(path.polarity, Some(f64::from(gain.signum())), "{strength:?}");
        assert!((path.at_s - 4.0 / 3.0).abs() < 0.002, "{strength:?}: {}", path.at_s);
        assert_eq!((heard.hum, heard.howl, path.clipped, heard.others.len()), (None, None, 0.0, 0), "{strength:?}");
        let bound = if strength == Strength::Whisper { 3.0 } else { 1.0 };
        assert!(path.response.iter().all(|(_, db)| db.abs() < bound), "{strength:?}: {:?}", path.response);
        assert_eq!(path.response.len(), if strength == Strength::Full { 7 } else { 9 });
        assert!(path.thd_n.is_none_or(|ratio| ratio < 0.06), "{:?}", path.thd_n);
        assert!(path.waveform.1.len() <= POINTS && path.waveform.1.len() > 300);
    }
}

#[test]
fn clipping_distortion_hum_and_howl_are_told_from_each_other() {
    let short = of(Strength::Short, -12.0);
    let (heard, quiet) = room(&short, -70.0, 1.0, |sample| sample);
    let clipped: Vec<f32> = heard.iter().map(|sample| sample.clamp(-0.2, 0.2)).collect();
    let found = analyse(&short, &clipped, quiet);
    assert!(found.path.expect("is heard").clipped > 0.02 && found.howl.is_none());

    // Cut off upstream, and through a filter after that: nothing is flat any more.
    let mut before = 0.0;
    let smooth: Vec<f32> =
        clipped.iter().map(|sample| f32::midpoint(*sample, std::mem::replace(&mut before, *sample))).collect();
    let found = analyse(&short, &smooth, quiet);
    assert!(found.path.expect("is heard").clipped > 0.02);

    let full = of(Strength::Full, -12.0);
    let (heard, quiet) = room(&full, -75.0, 1.0, |sample| sample + 0.8 * sample * sample * sample);
    let bent = analyse(&full, &heard, quiet).path.expect("is heard");
    let (heard, quiet) = room(&full, -75.0, 1.0, |sample| sample);
    let plain = analyse(&full, &heard, quiet).path.expect("is heard");
    assert!(bent.clipped == 0.0 && bent.thd_n > Some(0.015) && plain.thd_n < Some(0.008), "{bent:?} {plain:?}");

    let (mut heard, quiet) = room(&short, -70.0, 0.3, |sample| sample);
    for (n, sample) in heard.iter_mut().enumerate() {
        *sample += 0.02 * (std::f32::consts::TAU * 50.0 * n as f32 / 16_000.0).sin();
    }
    let found = analyse(&short, &heard, quiet);
    assert!((found.hum.expect("hums").level_dbfs + 37.0).abs() < 1.0 && found.howl.is_none() && found.path.is_some());

    let (mut heard, quiet) = room(&short, -70.0, 0.3, |sample| sample);
    for (n, sample) in heard.iter_mut().enumerate().skip(quiet + 10_000) {
        let grown = (1e-4 * 1.000_25_f32.powi((n - quiet) as i32)).min(0.7);
        *sample = (*sample + grown * (std::f32::consts::TAU * 1_250.0 * n as f32 / 16_000.0).sin()).clamp(-1.0, 1.0);
    }
    let howl = analyse(&short, &heard, quiet).howl.expect("howls");
    assert!((howl.hz - 1_250.0).abs() < 20.0, "{howl:?}");
}

#[test]
fn another_venues_marker_is_told_and_silence_is_no_path() {
    let ours = of(Strength::Short, -20.0);
    let theirs = Signal::new(Strength::Short, payload(2), -20.0);
    let (heard, quiet) = room(&theirs, -60.0, 1.0, |sample| sample);
    let found = analyse(&ours, &heard, quiet);
    assert_eq!((found.path, found.others), (None, vec![payload(2)]));
    let found = analyse(&ours, &[0.0; 64_000], 16_000);
    assert!(found.path.is_none() && found.all.is_stuck && found.others.is_empty());
    let found = analyse(&ours, &[], 16_000);
    assert!(found.path.is_none() && found.noise.is_stuck, "nothing was recorded");
    // Of another run of our own venue: nothing is said.
    let old = Signal::new(Strength::Short, Payload { run: 76, ..payload(1) }, -20.0);
    let (heard, quiet) = room(&old, -60.0, 1.0, |sample| sample);
    let found = analyse(&ours, &heard, quiet);
    assert!(found.path.is_none() && found.others.is_empty());
}

#[test]
fn a_marker_finds_a_filter_and_a_room_as_a_sweep_does() {
    // Echoes that die away by 60 dB in 0.6 s.
    let mut noise = Noise(8);
    let echoes: Vec<(usize, f32)> = (0..400)
        .map(|n| {
            let at_s = 0.001 + f64::from(n) / 400.0 * 0.7;
            ((at_s * 16_000.0) as usize, 0.3 * noise.next() * 10_f32.powf(-3.0 * at_s as f32 / 0.6))
        })
        .collect();
    let signal = of(Strength::Short, -20.0);
    let (dry, quiet) = room(&signal, -160.0, 0.5, |sample| sample);
    let mut heard = dry.clone();
    for (at, gain) in echoes {
        for n in at..dry.len() {
            heard[n] += gain * dry[n - at];
        }
    }
    heard.iter_mut().for_each(|sample| *sample += 1e-3 * noise.next());
    let path = analyse(&signal, &heard, quiet).path.expect("is heard");
    let t20 = path.t20_s.expect("a decay");
    assert!((0.45..0.75).contains(&t20), "{t20}");

    let pole = 1.0 - (-std::f32::consts::TAU * 1_000.0 / 16_000.0).exp();
    let mut state = 0.0;
    let filtered: Vec<f32> = dry
        .iter()
        .map(|sample| {
            state += pole * (sample - state);
            state + 1e-5 * noise.next()
        })
        .collect();
    let path = analyse(&signal, &filtered, quiet).path.expect("is heard");
    let at = |hz: f64| path.response.iter().find(|(at, _)| *at == hz).expect("a third").1;
    // Against 1 kHz one pole there gives +2.4 dB at 400 Hz and −5.2 dB at 2.5 kHz.
    assert!((at(400.0) - 2.4).abs() < 1.0 && (at(2_500.0) + 5.2).abs() < 1.5, "{:?}", path.response);
}

#[test]
fn a_whisper_keeps_near_the_noise_and_below_its_bound() {
    let mut noise = Noise(3);
    let quiet: Vec<f32> = (0..16_000).map(|_| 0.001 * noise.next()).collect();
    // −60 dB of white noise are −64.3 dB in the band.
    for (above, gain, most, expected) in [
        (6.0, Some(0.0), -35.0, -58.3),
        (6.0, Some(-20.0), -35.0, -38.3),
        (6.0, Some(-30.0), -35.0, -35.0),
        (6.0, Some(30.0), -35.0, -65.0),
        (6.0, None, -35.0, -35.0),
    ] {
        let level = whisper_level(&quiet, 16_000, above, gain, most);
        assert!((level - expected).abs() < 0.7, "{above} {gain:?}: {level}, not {expected}");
    }
    assert_eq!(whisper_level(&[0.0; 16_000], 16_000, 6.0, Some(0.0), -35.0), -35.0);
}
