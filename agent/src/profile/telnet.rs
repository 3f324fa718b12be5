//! Telnet (RFC 854) as far as a device with a command line needs it: every option is refused, and what is left is text. Pure.

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;

/// Takes Telnet's commands out of a stream, however it is cut.
#[derive(Clone, Debug, Default)]
pub struct Telnet {
    state: Expecting,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Expecting {
    #[default]
    Text,
    Command,
    Option(u8),
    Parameter,
    ParameterCommand,
}

impl Telnet {
    /// The text of `bytes`, and what must be answered: `WONT` to each `DO`, `DONT` to each `WILL`.
    pub fn take(&mut self, bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let (mut text, mut answer) = (Vec::with_capacity(bytes.len()), Vec::new());
        for byte in bytes.iter().copied() {
            self.state = match (self.state, byte) {
                (Expecting::Text, IAC) => Expecting::Command,
                (Expecting::Text, byte) => {
                    text.push(byte);
                    Expecting::Text
                }
                (Expecting::Command, IAC) => {
                    text.push(IAC);
                    Expecting::Text
                }
                (Expecting::Command, DO | DONT | WILL | WONT) => Expecting::Option(byte),
                (Expecting::Command, SB) => Expecting::Parameter,
                (Expecting::Command, _) => Expecting::Text,
                (Expecting::Option(command), option) => {
                    match command {
                        DO => answer.extend([IAC, WONT, option]),
                        WILL => answer.extend([IAC, DONT, option]),
                        _ => {}
                    }
                    Expecting::Text
                }
                (Expecting::Parameter, IAC) => Expecting::ParameterCommand,
                (Expecting::Parameter, _) => Expecting::Parameter,
                (Expecting::ParameterCommand, SE) => Expecting::Text,
                (Expecting::ParameterCommand, _) => Expecting::Parameter,
            };
        }
        (text, answer)
    }

    /// Text as it goes on the wire: the byte 255 is doubled.
    #[must_use]
    pub fn put(text: &[u8]) -> Vec<u8> {
        text.iter().flat_map(|byte| std::iter::repeat_n(*byte, if *byte == IAC { 2 } else { 1 })).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn options_are_refused_and_the_text_is_left() {
        // A usual greeting: WILL ECHO, WILL SUPPRESS-GO-AHEAD, DO TERMINAL-TYPE, then a subnegotiation.
        let bytes = b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x18lo\xff\xfa\x18\x01\xff\xffx\xff\xf0gin: \xff\xff\xff\xf1";
        let (text, answer) = Telnet::default().take(bytes);
        assert_eq!(text, b"login: \xff");
        assert_eq!(answer, b"\xff\xfe\x01\xff\xfe\x03\xff\xfc\x18");
        assert_eq!(Telnet::put(b"a\xffb"), b"a\xff\xffb");
    }

    proptest! {
        #[test]
        fn every_cut_gives_the_same(bytes in prop::collection::vec(any::<u8>(), 0..60), at in 0usize..60) {
            let whole = Telnet::default().take(&bytes);
            let (first, second) = bytes.split_at(at.min(bytes.len()));
            let mut telnet = Telnet::default();
            let (one, two) = (telnet.take(first), telnet.take(second));
            prop_assert_eq!(whole, ([one.0, two.0].concat(), [one.1, two.1].concat()));
        }
    }
}
