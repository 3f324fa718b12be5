//! Frames of VISCA: from the manual, there and back, cut, and arbitrary bytes.

use proptest::prelude::*;

use super::*;

fn runs(bytes: &[u8]) -> Vec<Run> {
    let mut splitter = Splitter::default();
    bytes.iter().filter_map(|byte| splitter.push(*byte)).collect()
}

fn replies(bytes: &[u8]) -> Vec<Option<Reply>> {
    runs(bytes).iter().map(|run| run.read(Reply::decode)).collect()
}

fn bytes(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal")).collect()
}

#[track_caller]
fn check_request(request: Request, manual: &str) {
    assert_eq!(hex(request.encode(Address::FIRST).bytes()), manual);
    let run = &runs(&bytes(manual))[0];
    let to = if manual.starts_with("88") { None } else { Some(Address::FIRST) };
    assert_eq!(run.read(Request::decode), Some((to, request)));
}

#[track_caller]
fn check_reply(manual: &str, expected: Reply) {
    assert_eq!(replies(&bytes(manual)), [Some(expected)]);
    assert_eq!(hex(expected.encode().bytes()), manual);
}

const fn first(said: Said) -> Reply {
    Reply::From(Address::FIRST, said)
}

/// EVI-D70 Technical Manual: p. 34 'VISCA Device Setting Command' (Address, IF_Clear, CAM_VersionInq); 'Command List'
/// (CAM_Power, CAM_Memory, Pan-tiltDrive); 'Inquiry Command List' (CAM_PowerInq, CAM_ZoomPosInq, Pan-tiltPosInq).
#[test]
fn requests_are_the_bytes_of_the_manual() {
    check_request(Request::AddressSet, "88 30 01 FF");
    check_request(Request::ClearAll, "88 01 00 01 FF");
    check_request(Request::Clear, "81 01 00 01 FF");
    check_request(Request::Version, "81 09 00 02 FF");
    check_request(Request::Power, "81 09 04 00 FF");
    check_request(Request::Zoom, "81 09 04 47 FF");
    check_request(Request::PanTilt, "81 09 06 12 FF");
    check_request(Request::PowerOn, "81 01 04 00 02 FF");
    check_request(Request::Home, "81 01 06 04 FF");
    check_request(Request::Store(3), "81 01 04 3F 01 03 FF");
    check_request(Request::Recall(5), "81 01 04 3F 02 05 FF");
}

/// EVI-D70 Technical Manual: p. 34 (Address, network change, IF_Clear, version 0020 040E = Sony EVI-D70), 'ACK/Completion
/// Messages' and 'Error Messages'; EVI-D100 Command List, 'Inquiry Command List' for the layouts of zoom and pan/tilt.
#[test]
fn replies_are_the_bytes_of_the_manual() {
    check_reply("88 30 02 FF", Reply::Addressed { cameras: 1 });
    check_reply("88 30 08 FF", Reply::Addressed { cameras: 7 });
    check_reply("88 01 00 01 FF", Reply::ClearedAll);
    check_reply("90 38 FF", first(Said::NetworkChange));
    check_reply("90 41 FF", first(Said::Ack(1)));
    check_reply("90 52 FF", first(Said::Done(2)));
    check_reply("90 50 FF", first(Said::Done(0)));
    check_reply("90 60 02 FF", first(Said::Refused(0, Refusal::Syntax)));
    check_reply("90 60 03 FF", first(Said::Refused(0, Refusal::BufferFull)));
    check_reply("90 61 04 FF", first(Said::Refused(1, Refusal::Cancelled)));
    check_reply("90 61 05 FF", first(Said::Refused(1, Refusal::NoSocket)));
    check_reply("90 61 41 FF", first(Said::Refused(1, Refusal::NotExecutable)));
    check_reply("90 50 02 FF", first(Said::Answer(Data::Power(true))));
    check_reply("90 50 03 FF", first(Said::Answer(Data::Power(false))));
    check_reply("90 50 04 00 00 00 FF", first(Said::Answer(Data::Zoom(0x4000))));
    let version = Version { vendor: 0x0020, model: 0x040e, rom: 0x0185, sockets: 2 };
    check_reply("90 50 00 20 04 0E 01 85 02 FF", first(Said::Answer(Data::Version(version))));
    let position = Data::PanTilt { pan: -0x05a0, tilt: 0x0140 };
    check_reply("90 50 0F 0A 06 00 00 01 04 00 FF", first(Said::Answer(position)));
    let seventh = Address::new(7).expect("a seventh camera");
    check_reply("F0 41 FF", Reply::From(seventh, Said::Ack(1)));
}

#[test]
fn noise_and_lost_halves_before_a_frame_do_not_spoil_it() {
    let ack = Some(first(Said::Ack(1)));
    for text in [
        "00 7E 90 41 FF",
        "90 50 0F 90 41 FF",
        "85 99 90 41 FF",
        "11 22 33 44 55 66 77 11 22 33 44 55 66 77 11 22 90 41 FF",
    ] {
        assert_eq!(replies(&bytes(text)), [ack], "{text}");
    }
    assert_eq!(replies(&bytes("FF FF 90 FF 90 41 FF")), [None, None, None, ack]);
}

#[test]
fn what_no_camera_says_is_no_reply() {
    for text in
        ["90 FF", "90 50 05 FF", "90 50 10 00 00 00 FF", "91 41 FF", "80 41 FF", "88 30 09 FF", "90 50 01 02 FF"]
    {
        assert_eq!(replies(&bytes(text)), [None], "{text}");
    }
}

fn any_request() -> impl Strategy<Value = Request> {
    use Request::*;
    let plain = vec![AddressSet, ClearAll, Clear, Version, Power, Zoom, PanTilt, PowerOn, Home];
    prop_oneof![prop::sample::select(plain), (0..0x80u8).prop_map(Recall), (0..0x80u8).prop_map(Store)]
}

fn any_said() -> impl Strategy<Value = Said> {
    let refusal = prop::sample::select(vec![
        Refusal::Syntax,
        Refusal::BufferFull,
        Refusal::Cancelled,
        Refusal::NoSocket,
        Refusal::NotExecutable,
    ]);
    let low = || 0..0xfeu16;
    prop_oneof![
        Just(Said::NetworkChange),
        (0..16u8).prop_map(Said::Ack),
        (0..16u8).prop_map(Said::Done),
        (0..16u8, refusal).prop_map(|(socket, refusal)| Said::Refused(socket, refusal)),
        any::<bool>().prop_map(|on| Said::Answer(Data::Power(on))),
        any::<u16>().prop_map(|zoom| Said::Answer(Data::Zoom(zoom))),
        any::<(i16, i16)>().prop_map(|(pan, tilt)| Said::Answer(Data::PanTilt { pan, tilt })),
        (low(), low(), low(), 0..16u8).prop_map(|(vendor, model, rom, sockets)| Said::Answer(Data::Version(Version {
            vendor,
            model,
            rom,
            sockets
        }))),
    ]
}

proptest! {
    #[test]
    fn a_request_is_understood_by_the_other_side(request in any_request(), to in 1..8u8) {
        let to = Address::new(to).expect("1 to 7");
        let frame = request.encode(to);
        let meant = (!matches!(request, Request::AddressSet | Request::ClearAll)).then_some(to);
        prop_assert_eq!(Request::decode(&frame), Some((meant, request)));
    }

    #[test]
    fn a_reply_is_understood_wherever_the_line_cuts_it(said in any_said(), from in 1..8u8) {
        let reply = Reply::From(Address::new(from).expect("1 to 7"), said);
        let frame = reply.encode();
        prop_assert!((3..=MAX_FRAME).contains(&frame.bytes().len()));
        prop_assert_eq!(Reply::decode(&frame), Some(reply));
        for cut in 0..frame.bytes().len() {
            let mut splitter = Splitter::default();
            let (head, tail) = frame.bytes().split_at(cut);
            prop_assert!(head.iter().all(|byte| splitter.push(*byte).is_none()), "half a frame is no frame");
            let whole: Vec<_> = tail.iter().filter_map(|byte| splitter.push(*byte)).collect();
            prop_assert_eq!(whole.len(), 1);
            prop_assert_eq!(whole[0].read(Reply::decode), Some(reply));
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_never_grow(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for run in runs(&bytes) {
            prop_assert!(run.bytes().len() < MAX_FRAME);
            if let Some(reply) = run.read(Reply::decode) {
                prop_assert!(Reply::decode(&reply.encode()).is_some());
            }
            run.read(Request::decode);
        }
    }
}
