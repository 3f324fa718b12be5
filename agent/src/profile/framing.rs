//! Where a reply ends. Pure; what comes is bounded.

use std::time::Duration;

/// No device sends more in one reply; what comes beyond ends it as nonsense.
pub const LONGEST: usize = 16 << 10;

/// Where a reply ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Framing {
    /// At these bytes, which are not part of it.
    End(Vec<u8>),
    /// After so many bytes.
    Length(usize),
    /// When nothing more comes for so long.
    Idle(Duration),
    /// With the datagram or the body.
    Whole,
}

/// What is to be made of the bytes so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// More must come.
    More,
    /// A whole reply.
    Reply(Vec<u8>),
    /// More than any device sends.
    TooLong,
}

impl Framing {
    /// Takes the first whole reply out of `bytes`; `idle` says that nothing more came for as long as this framing waits.
    #[must_use]
    pub fn cut(&self, bytes: &mut Vec<u8>, idle: bool) -> Cut {
        let whole = match self {
            Self::End(end) => {
                bytes.windows(end.len().max(1)).position(|window| window == end).map(|at| (at, at + end.len()))
            }
            Self::Length(length) => (bytes.len() >= *length).then_some((*length, *length)),
            Self::Idle(_) | Self::Whole => (idle && !bytes.is_empty()).then_some((bytes.len(), bytes.len())),
        };
        match whole {
            Some((end, next)) => {
                let rest = bytes.split_off(next);
                let mut reply = std::mem::replace(bytes, rest);
                reply.truncate(end);
                Cut::Reply(reply)
            }
            None if bytes.len() > LONGEST => Cut::TooLong,
            None => Cut::More,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_reply_ends_where_its_framing_says() {
        let mut bytes = b"one\r\ntwo\r\nthr".to_vec();
        let lines = Framing::End(b"\r\n".to_vec());
        assert_eq!(lines.cut(&mut bytes, false), Cut::Reply(b"one".to_vec()));
        assert_eq!(lines.cut(&mut bytes, false), Cut::Reply(b"two".to_vec()));
        assert_eq!((lines.cut(&mut bytes, true), bytes.as_slice()), (Cut::More, b"thr".as_slice()));
        assert_eq!(Framing::Length(2).cut(&mut bytes, false), Cut::Reply(b"th".to_vec()));
        let idle = Framing::Idle(Duration::from_millis(50));
        assert_eq!(idle.cut(&mut bytes, false), Cut::More);
        assert_eq!(idle.cut(&mut bytes, true), Cut::Reply(b"r".to_vec()));
        assert_eq!(idle.cut(&mut bytes, true), Cut::More, "silence is no reply");
    }

    #[test]
    fn who_never_ends_is_cut_off() {
        let mut bytes = vec![b'x'; LONGEST + 1];
        assert_eq!(Framing::End(b"\r".to_vec()).cut(&mut bytes, false), Cut::TooLong);
    }

    proptest! {
        /// However a reply is cut on its way, it comes out the same.
        #[test]
        fn every_cut_gives_the_same_replies(
            replies in prop::collection::vec("[a-z ]{0,8}", 0..6),
            cuts in prop::collection::vec(1usize..5, 1..40),
        ) {
            let all: Vec<u8> = replies.iter().flat_map(|reply| [reply.as_bytes(), b"\r\n"].concat()).collect();
            let (mut bytes, mut found, mut rest) = (Vec::new(), Vec::new(), all.as_slice());
            let mut cuts = cuts.iter().cycle();
            while !rest.is_empty() {
                let (now, later) = rest.split_at(rest.len().min(*cuts.next().expect("endless")));
                bytes.extend_from_slice(now);
                rest = later;
                while let Cut::Reply(reply) = Framing::End(b"\r\n".to_vec()).cut(&mut bytes, false) {
                    found.push(String::from_utf8(reply).expect("ASCII"));
                }
            }
            prop_assert_eq!(found, replies);
        }
    }
}
