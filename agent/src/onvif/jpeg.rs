//! Whether bytes are one whole JPEG: its segments, its size, and its end (ITU-T T.81, annex B). It decodes nothing.

/// Why bytes are no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// It begins with something else, e.g. a web page.
    #[error("no JPEG")]
    NotJpeg,
    /// It ends too early.
    #[error("a cut JPEG")]
    Cut,
    /// A segment is not as it must be.
    #[error("a broken JPEG")]
    Broken,
}

/// Pixels a line and lines.
///
/// # Errors
/// When it is no JPEG, or not a whole one.
pub fn size(bytes: &[u8]) -> Result<(u16, u16), Bad> {
    let mut rest = match bytes {
        [0xff, 0xd8, rest @ ..] => rest,
        [] | [0xff] => return Err(Bad::Cut),
        _ => return Err(Bad::NotJpeg),
    };
    let (mut size, mut has_scan) = (None, false);
    loop {
        let (marker, behind) = marker(rest)?;
        match marker {
            0xd9 => return size.filter(|_| has_scan).ok_or(Bad::Broken),
            // Markers without a segment, and a second beginning.
            0x00 | 0x01 | 0xd0..=0xd8 => return Err(Bad::Broken),
            _ => {}
        }
        let (segment, behind) = segment(behind)?;
        rest = behind;
        match marker {
            // A frame header of any process (table B.1); the three others of that range are tables.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => size = Some(frame(segment).ok_or(Bad::Broken)?),
            0xda if size.is_some() => {
                has_scan = true;
                rest = &rest[scan(rest)..];
            }
            0xda => return Err(Bad::Broken),
            _ => {}
        }
    }
}

/// A marker, before which any number of `FF` may stand.
fn marker(bytes: &[u8]) -> Result<(u8, &[u8]), Bad> {
    let fill = bytes.iter().take_while(|byte| **byte == 0xff).count();
    match bytes.get(fill) {
        None => Err(Bad::Cut),
        Some(_) if fill == 0 => Err(Bad::Broken),
        Some(marker) => Ok((*marker, &bytes[fill + 1..])),
    }
}

/// What a length of two bytes, which counts itself, includes.
fn segment(bytes: &[u8]) -> Result<(&[u8], &[u8]), Bad> {
    let &[high, low, ..] = bytes else { return Err(Bad::Cut) };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length < 2 {
        return Err(Bad::Broken);
    }
    if bytes.len() < length {
        return Err(Bad::Cut);
    }
    Ok((&bytes[2..length], &bytes[length..]))
}

/// Precision, lines, pixels a line, components.
fn frame(segment: &[u8]) -> Option<(u16, u16)> {
    let &[_, l1, l0, p1, p0, _, ..] = segment else { return None };
    let (lines, pixels) = (u16::from_be_bytes([l1, l0]), u16::from_be_bytes([p1, p0]));
    (lines > 0 && pixels > 0).then_some((pixels, lines))
}

/// Where the next marker stands that belongs to no scan: in a scan `FF` is followed by 0 or a restart.
fn scan(bytes: &[u8]) -> usize {
    let ends = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff);
    bytes.windows(2).position(ends).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ColorType, Encoder};
    use proptest::prelude::*;

    use super::*;

    fn picture(is_progressive: bool) -> Vec<u8> {
        let pixels: Vec<u8> = (0..48u32 * 32 * 3).map(|n| (n * n / 7 % 251) as u8).collect();
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 80);
        encoder.set_progressive(is_progressive);
        encoder.set_restart_interval(2);
        encoder.encode(&pixels, 48, 32, ColorType::Rgb).expect("encodes");
        bytes
    }

    #[test]
    fn a_whole_picture_has_its_size_and_a_cut_one_is_cut() {
        for bytes in [picture(false), picture(true)] {
            assert_eq!(size(&bytes), Ok((48, 32)));
            for cut in 0..bytes.len() {
                assert_eq!(size(&bytes[..cut]), Err(Bad::Cut), "cut at {cut} of {}", bytes.len());
            }
            assert_eq!(size(&[&bytes[..], &[0; 3]].concat()), Ok((48, 32)), "what follows its end is nothing to it");
        }
    }

    #[test]
    fn anything_else_is_no_picture() {
        assert_eq!(size(b"<html>login</html>"), Err(Bad::NotJpeg));
        assert_eq!(size(&[0xff, 0xd8, 0xff, 0xd9]), Err(Bad::Broken));
        assert_eq!(size(&[0xff, 0xd8, 0x00, 0x00]), Err(Bad::Broken));
        assert_eq!(size(&[0xff, 0xd8, 0xff, 0xe0, 0x00, 0x01]), Err(Bad::Broken));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(at in 0..2_000usize, byte in any::<u8>(), noise in prop::collection::vec(any::<u8>(), 0..60)) {
            let mut bytes = picture(false);
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = size(&bytes);
            let _ = size(&[&[0xff, 0xd8], &noise[..]].concat());
        }
    }
}
