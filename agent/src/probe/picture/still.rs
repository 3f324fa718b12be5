//! A frame as a JPEG: evidence that a person can look at.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::ffmpeg::{FRAME, HEIGHT, WIDTH};

/// A still should not be longer; a very noisy picture may be, at the lowest quality.
const TYPICAL_BYTES: usize = 64 * 1024;

/// The JPEG of a whole frame, usually at most 64 KiB; none of anything else.
pub(in crate::probe) fn jpeg(frame: &[u8]) -> Option<Vec<u8>> {
    if frame.len() != FRAME {
        return None;
    }
    let pixels = interleaved(frame);
    let mut smallest = None;
    for quality in [75, 55, 35, 20] {
        let bytes = encode(&pixels, quality)?;
        let fits = bytes.len() <= TYPICAL_BYTES;
        smallest = Some(bytes);
        if fits {
            break;
        }
    }
    smallest
}

fn encode(pixels: &[u8], quality: u8) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let (width, height) = (u16::try_from(WIDTH).ok()?, u16::try_from(HEIGHT).ok()?);
    encoder.encode(pixels, width, height, ColorType::Ycbcr).ok()?;
    Some(bytes)
}

/// Planar 4:2:0 to three bytes a pixel.
fn interleaved(frame: &[u8]) -> Vec<u8> {
    let (luma, chroma) = frame.split_at(WIDTH * HEIGHT);
    let (blue, red) = chroma.split_at(chroma.len() / 2);
    let at = |n: usize| (n / WIDTH / 2) * (WIDTH / 2) + n % WIDTH / 2;
    luma.iter().enumerate().flat_map(|(n, y)| [*y, blue[at(n)], red[at(n)]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chroma_belongs_to_its_four_pixels() {
        let mut frame = vec![0; FRAME];
        frame[WIDTH * HEIGHT + WIDTH / 2 + 3] = 77;
        let pixels = interleaved(&frame);
        let blue = |x: usize, y: usize| pixels[(y * WIDTH + x) * 3 + 1];
        assert_eq!([blue(6, 2), blue(7, 2), blue(6, 3), blue(7, 3)], [77; 4]);
        assert_eq!([blue(5, 2), blue(8, 2), blue(6, 1), blue(6, 4)], [0; 4]);
    }

    #[test]
    fn even_noise_stays_within_the_bound_of_evidence() {
        let mut seed = 1u32;
        let noise: Vec<u8> = (0..FRAME)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 24) as u8
            })
            .collect();
        let bytes = jpeg(&noise).expect("a picture");
        assert!(bytes.starts_with(&[0xff, 0xd8]) && bytes.len() <= avow_shared::outcome::MAX_EVIDENCE_BYTES);
        assert!(jpeg(&noise[1..]).is_none());
    }
}
