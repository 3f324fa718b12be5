//! Datagrams of VISCA over IP: from the manual, cut, and arbitrary bytes.

use proptest::prelude::*;

use super::*;

fn bytes(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal")).collect()
}

#[track_caller]
fn check(text: &str, kind: Kind, number: u32, payload: &str, heard: Option<Heard<'_>>) {
    let (whole, payload) = (bytes(text), bytes(payload));
    let datagram = Datagram { kind, number, payload: &payload };
    assert_eq!(datagram.encode(), whole);
    assert_eq!(Datagram::decode(&whole), Some(datagram));
    assert_eq!(datagram.heard(), heard);
    for cut in 0..whole.len() {
        assert_eq!(Datagram::decode(&whole[..cut]), None, "{text} cut at {cut}");
    }
    assert_eq!(Datagram::decode(&[whole, vec![0xff]].concat()), None, "{text} with more behind it");
}

/// Sony SRG-300H Technical Manual p. 31 'Payload type', 'Payload length', 'Sequence number', 'Payload'. The first datagram
/// is as `visca_over_ip` 0.5.2 sends it.
#[test]
fn datagrams_are_the_bytes_of_the_manual() {
    let frame = "81 01 06 01 05 05 02 01 FF";
    check(&format!("01 00 00 09 00 00 00 03 {frame}"), Kind::Command, 3, frame, None);
    check("01 10 00 05 00 00 00 00 81 09 04 00 FF", Kind::Inquiry, 0, "81 09 04 00 FF", None);
    let ack = [0x90, 0x41, 0xff];
    check("01 11 00 03 FF FF FF FF 90 41 FF", Kind::Reply, u32::MAX, "90 41 FF", Some(Heard::Frame(&ack)));
    check("01 20 00 05 00 00 00 09 81 01 00 01 FF", Kind::DeviceSetting, 9, "81 01 00 01 FF", None);
    check("02 00 00 01 00 00 00 00 01", Kind::Control, 0, "01", None);
    check("02 01 00 01 00 00 00 00 01", Kind::ControlReply, 0, "01", Some(Heard::ResetDone));
    check("02 01 00 02 00 00 00 07 0F 01", Kind::ControlReply, 7, "0F 01", Some(Heard::WrongNumber));
    check("02 00 00 02 00 00 00 07 0F 01", Kind::Control, 7, "0F 01", Some(Heard::WrongNumber));
    check("02 01 00 02 00 00 00 07 0F 02", Kind::ControlReply, 7, "0F 02", Some(Heard::WrongKind));
}

#[test]
fn what_is_no_datagram_is_none() {
    for text in [
        "90 41 FF",
        "01 12 00 01 00 00 00 00 01",
        "01 11 00 00 00 00 00 00",
        "01 11 00 11 00 00 00 00 90 50 00 00 00 00 00 00 00 00 00 00 00 00 00 00 FF",
        "01 11 01 03 00 00 00 00 90 41 FF",
    ] {
        assert_eq!(Datagram::decode(&bytes(text)), None, "{text}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Some(datagram) = Datagram::decode(&bytes) {
            prop_assert_eq!(datagram.encode(), bytes.clone());
            let _ = datagram.heard();
        }
    }
}
