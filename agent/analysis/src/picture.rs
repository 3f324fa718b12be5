//! What the agent computes of pictures: planes of luma and colour in, figures out. Pure; what is judged by them is elsewhere.

pub mod beat;
pub mod colour;
pub mod grain;
pub mod sequence;

/// Width of a frame as it is delivered, pixels.
pub const WIDTH: usize = 640;
/// Height of a frame as it is delivered, pixels.
pub const HEIGHT: usize = 360;
/// Bytes of a frame: planar YCbCr 4:2:0 of full range (BT.601), luma first.
pub const FRAME: usize = WIDTH * HEIGHT * 3 / 2;

/// Every second pixel of every second line: 320×180. Neighbours say little more, noise is kept.
pub fn thin(frame: &[u8], into: &mut Vec<u8>) {
    into.clear();
    for line in frame[..WIDTH * HEIGHT].chunks_exact(2 * WIDTH) {
        into.extend(line[..WIDTH].chunks_exact(2).map(|pair| pair[0]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_second_pixel_of_every_second_line_is_kept() {
        let frame: Vec<u8> =
            (0..FRAME).map(|n| if (n / WIDTH).is_multiple_of(2) && n.is_multiple_of(2) { 9 } else { 0 }).collect();
        let mut thinned = Vec::new();
        thin(&frame, &mut thinned);
        assert_eq!(thinned.len(), WIDTH * HEIGHT / 4);
        assert!(thinned.iter().all(|y| *y == 9));
    }
}
