//! The bytes of each version, as first written. They stay readable for good: a change that breaks one of these tests
//! needs a new version of the envelope, not new bytes here.

#[expect(dead_code, reason = "each test file uses its part of the samples")]
mod sample;

use avow_shared::account::Account;
use avow_shared::assurance::{Assurance, MAX_SPANS, Span};
use avow_shared::camera::{Command, Exposure, Focus, Motion, Position, White};
use avow_shared::check::Check;
use avow_shared::hash::to_hex;
use avow_shared::id::SpoolId;
use avow_shared::meeting::{MAX_WINDOWS, MeetingList, Window};
use avow_shared::order::{Order, Scope, Task};
use avow_shared::ranges::Range;
use avow_shared::roll_call::{Call, Depth, MAX_CALLED};
use avow_shared::wire::{self, Ack, Frame, Kind, Numbered, SignedSeal, Signer, Standing, Steer, UpBody, Welcome};

fn hq() -> Signer {
    Signer::from_seed(&[9; 32])
}

fn golden(name: &str) -> Vec<u8> {
    golden_of(1, name)
}

fn golden_of(version: u8, name: &str) -> Vec<u8> {
    let path = format!("{}/tests/golden/v{version}/{name}.hex", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the golden file is in the repository");
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let digit = |b: u8| char::from(b).to_digit(16).expect("hexadecimal") as u8;
    digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// What is written today is, to the byte, what was written then.
#[track_caller]
fn check(name: &str, bytes: &[u8]) {
    assert_eq!(to_hex(bytes), to_hex(&golden(name)), "{name}");
}

fn ack() -> Ack {
    let more = vec![Range { first: 40, last: 44 }, Range { first: 50, last: 50 }];
    Ack { to: sample::agent().id(), spool: SpoolId([0x5b; 16]), issued_ms: 1_795_000_000_500, upto: 30, more }
}

fn welcome() -> Welcome {
    Welcome {
        to: sample::agent().id(),
        boot_nonce: [0xb0; 16],
        hq_ms: 1_795_000_000_400,
        standing: Standing::Accepted,
        reads: vec![1],
        window: 1_000,
        ack: ack(),
    }
}

fn orders() -> [Order; 2] {
    let place = |text: &str| text.parse().expect("a place");
    let order = |scope, task| Order { number: 1_795_000_000_001, given_ms: 1, expires_ms: 2, scope, task };
    let probe =
        Task::Probe { venue: sample::venue_id(), probes: vec!["camera".parse().expect("a probe")], confirmed: true };
    [
        order(Scope::Places { within: vec![place("35")], except: vec![place("350102")] }, Task::RollCall),
        order(Scope::Agents(vec![sample::agent().id()]), probe),
    ]
}

/// One of every command, in the order of the wire.
fn commands() -> [Command; 15] {
    [
        Command::Home,
        Command::Recall(3),
        Command::Store(0),
        Command::Clear(127),
        Command::Go(Position { pan: -70_000, tilt: -300, zoom: 0x4000 }),
        Command::Turn { pan: 5, tilt: -5 },
        Command::Stop,
        Command::Focus(Focus::Auto),
        Command::Focus(Focus::Manual),
        Command::Focus(Focus::Once),
        Command::AutoExposure,
        Command::AutoWhite,
        Command::Power(true),
        Command::Power(false),
        Command::Ask,
    ]
}

fn camera_order(command: Command) -> Order {
    let probe = "camera".parse().expect("a probe");
    let task = Task::Camera { venue: sample::venue_id(), probe, command, confirmed: true };
    let scope = Scope::Agents(vec![sample::agent().id()]);
    Order { number: 1_795_000_000_002, given_ms: 1, expires_ms: 2, scope, task }
}

fn steer() -> Steer {
    Steer {
        to: sample::agent().id(),
        boot_nonce: [0xb0; 16],
        sequence: 1_795_000_000_003,
        hq_ms: 1_795_000_000_400,
        venue: sample::venue_id(),
        probe: "camera".parse().expect("a probe"),
        motion: Motion { pan: -100, tilt: 50, zoom: 1, focus: 0 },
        lease_ms: 400,
        confirmed: true,
    }
}

#[test]
fn an_order_to_a_camera_of_version_1_is_read_and_written() {
    let sealed: Vec<Vec<u8>> = commands().map(|command| camera_order(command).seal(&hq())).into();
    let whole = sealed.concat();
    check("order-camera", &whole);
    let mut stored = golden("order-camera");
    for (command, bytes) in commands().into_iter().zip(sealed) {
        let rest = stored.split_off(bytes.len());
        assert_eq!(Order::open(&stored, &hq().public()), Ok(camera_order(command)));
        stored = rest;
    }
}

#[test]
fn an_order_to_learn_a_preset_is_read_and_written() {
    let sealed = camera_order(Command::Learn(3)).seal(&hq());
    check("order-learn", &sealed);
    assert_eq!(Order::open(&golden("order-learn"), &hq().public()), Ok(camera_order(Command::Learn(3))));
}

#[test]
fn an_order_how_a_camera_sees_is_read_and_written() {
    let exposures = [Exposure::Auto, Exposure::Manual, Exposure::Shutter, Exposure::Iris, Exposure::Bright];
    let whites = [White::Auto, White::Indoor, White::Outdoor, White::OnePush, White::Manual];
    let commands = exposures.map(Command::Exposure).into_iter().chain(whites.map(Command::White));
    let sealed: Vec<(Command, Vec<u8>)> =
        commands.map(|command| (command, camera_order(command).seal(&hq()))).collect();
    check("order-sight", &sealed.iter().flat_map(|(_, bytes)| bytes.clone()).collect::<Vec<u8>>());
    let mut stored = golden("order-sight");
    for (command, bytes) in sealed {
        let rest = stored.split_off(bytes.len());
        assert_eq!(Order::open(&stored, &hq().public()), Ok(camera_order(command)));
        stored = rest;
    }
}

#[test]
fn a_hand_at_the_wheel_in_version_1_is_read_and_written() {
    check("steer", &steer().seal(&hq()));
    assert_eq!(Steer::open(&golden("steer"), &hq().public()), Ok(steer()));
}

#[test]
fn a_hello_of_version_1_is_read_and_written() {
    let bytes = wire::encode_hello(&sample::agent(), sample::header(1, 0), &sample::hello());
    check("hello", &bytes);
    let stored = golden("hello");
    let frame = Frame::parse(&stored).expect("a frame");
    let payload = frame.verify(&sample::agent().public()).expect("signed");
    let up = wire::decode_up(Kind::Hello, payload).expect("a header");
    assert_eq!(up.body, Ok(UpBody::Hello(sample::hello())));
}

#[test]
fn reports_of_version_1_with_every_variant_are_read() {
    let stored = golden("reports");
    let frame = Frame::parse(&stored).expect("a frame");
    let payload = frame.verify(&sample::agent().public()).expect("signed");
    let up = wire::decode_up(Kind::Reports, payload).expect("a header");
    assert_eq!(up.header, sample::header(17, 999));
    assert_eq!(up.body, Ok(UpBody::Reports(sample::reports())));
}

#[test]
fn a_short_report_is_written_as_in_version_1() {
    let one = &sample::reports()[..1];
    check("report-plain", &wire::encode_reports(&sample::agent(), sample::header(0, 0), one));
}

#[test]
fn facts_of_devices_are_read_and_written_in_version_2() {
    let bytes = wire::encode_reports(&sample::agent(), sample::header(0, 0), &sample::reports_2());
    assert_eq!(to_hex(&bytes), to_hex(&golden_of(2, "facts")));
    let golden = golden_of(2, "facts");
    assert_eq!(golden[2], 2, "an HQ that reads version 1 alone takes it for no frame, and never refuses its numbers");
    let frame = Frame::parse(&golden).expect("a frame");
    let payload = frame.verify(&sample::agent().public()).expect("signed");
    assert_eq!(wire::decode_up(frame.kind, payload).expect("a header").body, Ok(UpBody::Reports(sample::reports_2())));
}

#[test]
fn references_of_presets_are_read_and_written_in_version_2() {
    let bytes = wire::encode_reports(&sample::agent(), sample::header(0, 0), &sample::references());
    assert_eq!(to_hex(&bytes), to_hex(&golden_of(2, "references")));
    let golden = golden_of(2, "references");
    assert_eq!(golden[2], 2);
    let frame = Frame::parse(&golden).expect("a frame");
    let payload = frame.verify(&sample::agent().public()).expect("signed");
    assert_eq!(wire::decode_up(frame.kind, payload).expect("a header").body, Ok(UpBody::Reports(sample::references())));
}

#[test]
fn parts_of_runs_of_two_are_read_and_written_in_version_3() {
    let bytes = wire::encode_reports(&sample::agent(), sample::header(0, 0), &sample::parts());
    assert_eq!(to_hex(&bytes), to_hex(&golden_of(3, "parts")));
    let golden = golden_of(3, "parts");
    assert_eq!(golden[2], 3);
    let frame = Frame::parse(&golden).expect("a frame");
    let payload = frame.verify(&sample::agent().public()).expect("signed");
    assert_eq!(wire::decode_up(frame.kind, payload).expect("a header").body, Ok(UpBody::Reports(sample::parts())));
}

#[test]
fn an_order_to_two_venues_is_read_and_written() {
    let venues = [sample::venue_id(), "350103-01".parse().expect("a venue")];
    let task = Task::MouthToEar { venues, confirmed: true };
    let scope = Scope::Agents(vec![sample::agent().id()]);
    let order = Order { number: 1_795_000_000_001, given_ms: 1, expires_ms: 2, scope, task };
    check("order-mouth-to-ear", &order.seal(&hq()));
    assert_eq!(Order::open(&golden("order-mouth-to-ear"), &hq().public()).as_ref(), Ok(&order));
    let itself = Task::MouthToEar { venues: [sample::venue_id(); 2], confirmed: true };
    assert!(Order::open(&Order { task: itself, ..order }.seal(&hq()), &hq().public()).is_err(), "one venue is not two");
}

#[test]
fn curves_are_read_and_written_in_version_3_and_kept_from_who_reads_less() {
    let curves = vec![sample::curves()];
    let bytes = wire::encode_reports(&sample::agent(), sample::header(0, 0), &curves);
    assert_eq!(to_hex(&bytes), to_hex(&golden_of(3, "curves")));
    let golden = golden_of(3, "curves");
    assert_eq!(golden[2], 3);
    let frame = Frame::parse(&golden).expect("a frame");
    let payload = frame.verify(&sample::agent().public()).expect("signed");
    assert_eq!(wire::decode_up(frame.kind, payload).expect("a header").body, Ok(UpBody::Reports(curves.clone())));
    let report = &curves[0].report;
    assert_eq!(report.clone().readable_in(3).as_ref(), Some(report));
    for version in [1, 2] {
        let wire::Report::Outcome(outcome) = report.clone().readable_in(version).expect("the outcome is left") else {
            panic!("an outcome");
        };
        assert_eq!(outcome.evidence.len(), 1, "the picture");
    }
    let mut newer = sample::reports_2().into_iter().map(|numbered| numbered.report);
    let facts = newer.find(|report| report.version() == 2).expect("facts");
    assert_eq!((facts.clone().readable_in(1), facts.clone().readable_in(2)), (None, Some(facts)));
}

#[test]
fn terms_of_backup_paths_are_read_and_written_in_version_3() {
    let bytes = wire::encode_reports(&sample::agent(), sample::header(0, 0), &sample::terms());
    assert_eq!(to_hex(&bytes), to_hex(&golden_of(3, "terms")));
    let golden = golden_of(3, "terms");
    assert_eq!(golden[2], 3);
    let frame = Frame::parse(&golden).expect("a frame");
    let payload = frame.verify(&sample::agent().public()).expect("signed");
    assert_eq!(wire::decode_up(frame.kind, payload).expect("a header").body, Ok(UpBody::Reports(sample::terms())));
}

#[test]
fn a_report_that_version_1_has_is_written_in_it_whatever_this_program_reads() {
    assert!(sample::reports().iter().all(|numbered| numbered.report.version() == 1));
    assert_eq!(golden("reports")[2], 1);
}

#[test]
fn what_hq_says_in_version_1_is_read_and_written() {
    check("ack", &ack().seal(&hq()));
    check("welcome", &welcome().seal(&hq()));
    assert_eq!(Ack::open(&golden("ack"), &hq().public()), Ok(ack()));
    assert_eq!(Welcome::open(&golden("welcome"), &hq().public()), Ok(welcome()));
    for (order, name) in orders().iter().zip(["order-places", "order-agents"]) {
        check(name, &order.seal(&hq()));
        assert_eq!(Order::open(&golden(name), &hq().public()).as_ref(), Ok(order));
    }
}

#[test]
fn an_account_in_a_snapshot_of_version_1_is_read() {
    let mut account = Account::default();
    account.declare(100, &[Range { first: 3, last: 4 }], &[Range { first: 7, last: 9 }]);
    account.store(&[Range { first: 1, last: 2 }].into_iter().collect());
    account.refuse(&[Range { first: 5, last: 5 }].into_iter().collect());
    check("account", &postcard::to_allocvec(&account).expect("encodes"));
    assert_eq!(postcard::from_bytes::<Account>(&golden("account")).expect("decodes"), account);
}

#[test]
fn a_roll_call_and_its_answers_are_read_and_written_in_version_4() {
    let call = |venues| Call {
        call: 1_795_000_000_005,
        depth: Depth::Ready,
        venues,
        spared: vec!["350102001-02".parse().expect("a venue")],
        until_ms: 1_795_000_180_005,
        confirmed: true,
    };
    let order = |call| Order {
        number: 1_795_000_000_006,
        given_ms: 1,
        expires_ms: 2,
        scope: Scope::Agents(vec![sample::agent().id()]),
        task: Task::Call(call),
    };
    let some = call(vec![sample::venue_id()]);
    assert_eq!(to_hex(&order(some.clone()).seal(&hq())), to_hex(&golden_of(4, "order-call")));
    assert_eq!(Order::open(&golden_of(4, "order-call"), &hq().public()), Ok(order(some)));
    let too_many = order(call(vec![sample::venue_id(); MAX_CALLED + 1]));
    assert_eq!(Order::open(&too_many.seal(&hq()), &hq().public()), Err(wire::Error::Malformed));

    let venues = [sample::venue_id(), "350103-01".parse().expect("a venue")];
    let prove = |venues| Order { task: Task::Prove { call: 1_795_000_000_005, venues }, ..order(call(vec![])) };
    assert_eq!(to_hex(&prove(venues).seal(&hq())), to_hex(&golden_of(4, "order-prove")));
    assert_eq!(Order::open(&golden_of(4, "order-prove"), &hq().public()), Ok(prove(venues)));
    let itself = prove([sample::venue_id(); 2]);
    assert_eq!(Order::open(&itself.seal(&hq()), &hq().public()), Err(wire::Error::Malformed), "one venue is not two");

    let bytes = wire::encode_reports(&sample::agent(), sample::header(0, 0), &sample::called());
    assert_eq!(to_hex(&bytes), to_hex(&golden_of(4, "called")));
    let golden = golden_of(4, "called");
    assert_eq!(golden[2], 4);
    let frame = Frame::parse(&golden).expect("a frame");
    let payload = frame.verify(&sample::agent().public()).expect("signed");
    assert_eq!(wire::decode_up(frame.kind, payload).expect("a header").body, Ok(UpBody::Reports(sample::called())));
    assert_eq!(sample::called()[0].report.clone().readable_in(3), None, "an older HQ is not told");
}

#[test]
fn every_reason_why_nothing_was_tested_is_of_version_4_and_of_no_earlier_one() {
    let bytes = wire::encode_reports(&sample::agent(), sample::header(0, 0), &sample::untested());
    assert_eq!(to_hex(&bytes), to_hex(&golden_of(4, "untested")));
    let golden = golden_of(4, "untested");
    assert_eq!(golden[2], 4);
    let frame = Frame::parse(&golden).expect("a frame");
    let payload = frame.verify(&sample::agent().public()).expect("signed");
    assert_eq!(wire::decode_up(frame.kind, payload).expect("a header").body, Ok(UpBody::Reports(sample::untested())));
    for Numbered { report, .. } in sample::untested() {
        assert_eq!(report.version(), 4, "{report:?}");
        assert_eq!(report.clone().readable_in(3), None, "{report:?}");
        assert_eq!(report.clone().readable_in(4), Some(report));
    }
}

#[test]
fn a_check_and_what_it_found_are_read_and_written_in_version_4() {
    let check = Check { venue: sample::venue_id(), probe: "camera".parse().expect("a probe"), confirmed: true };
    let scope = Scope::Agents(vec![sample::agent().id()]);
    let order = Order { number: 1_795_000_000_008, given_ms: 1, expires_ms: 2, scope, task: Task::Check(check) };
    assert_eq!(to_hex(&order.seal(&hq())), to_hex(&golden_of(4, "order-check")));
    assert_eq!(Order::open(&golden_of(4, "order-check"), &hq().public()), Ok(order));
    let bytes = wire::encode_reports(&sample::agent(), sample::header(0, 0), &sample::checked());
    assert_eq!(to_hex(&bytes), to_hex(&golden_of(4, "checked")));
    let golden = golden_of(4, "checked");
    assert_eq!(golden[2], 4);
    let frame = Frame::parse(&golden).expect("a frame");
    let payload = frame.verify(&sample::agent().public()).expect("signed");
    assert_eq!(wire::decode_up(frame.kind, payload).expect("a header").body, Ok(UpBody::Reports(sample::checked())));
    assert_eq!(sample::checked()[0].report.clone().readable_in(3), None, "an older HQ is not told");
}

#[test]
fn hqs_meetings_are_read_and_written_in_version_4() {
    let window = |venue, from_ms| Window { venue, from_ms, to_ms: 1_795_003_600_000 };
    let windows = vec![window(None, 1_795_000_000_000), window(Some(sample::venue_id()), 1_795_000_000_001)];
    let order = |windows| Order {
        number: 1_795_000_000_004,
        given_ms: 1,
        expires_ms: 2,
        scope: Scope::Agents(vec![sample::agent().id()]),
        task: Task::Meetings(MeetingList { as_of_ms: 1_795_000_000_003, windows }),
    };
    let bytes = order(windows.clone()).seal(&hq());
    assert_eq!(to_hex(&bytes), to_hex(&golden_of(4, "order-meetings")));
    assert_eq!(Order::open(&golden_of(4, "order-meetings"), &hq().public()), Ok(order(windows)));
    let too_many = order(vec![window(None, 1); MAX_WINDOWS + 1]);
    assert_eq!(Order::open(&too_many.seal(&hq()), &hq().public()), Err(wire::Error::Malformed));
}

#[test]
fn a_seal_of_a_document_of_version_4_is_read_and_written() {
    let seal = br#"{"format":1}"#;
    assert_eq!(to_hex(&SignedSeal::sign(&hq(), seal)), to_hex(&golden_of(4, "document")));
    let read = SignedSeal::open(&golden_of(4, "document")).expect("HQ signed it");
    assert_eq!((read.key, read.seal.as_slice()), (hq().public(), seal.as_slice()));
}

#[test]
fn heightened_assurance_is_read_and_written_in_version_4() {
    let window = |venue, from_ms| Window { venue, from_ms, to_ms: 1_795_003_600_000 };
    let span = |freeze| Span { window: window(None, 1_795_000_000_000), every_s: 300, freeze };
    let order = |spans| Order {
        number: 1_795_000_000_007,
        given_ms: 1,
        expires_ms: 2,
        scope: Scope::Agents(vec![sample::agent().id()]),
        task: Task::Assurance(Assurance {
            as_of_ms: 1_795_000_000_006,
            spans,
            approved: vec![window(Some(sample::venue_id()), 1_795_000_000_001)],
        }),
    };
    let spans = vec![span(true), span(false)];
    let bytes = order(spans.clone()).seal(&hq());
    assert_eq!(to_hex(&bytes), to_hex(&golden_of(4, "order-assurance")));
    assert_eq!(Order::open(&golden_of(4, "order-assurance"), &hq().public()), Ok(order(spans)));
    let too_many = order(vec![span(true); MAX_SPANS + 1]);
    assert_eq!(Order::open(&too_many.seal(&hq()), &hq().public()), Err(wire::Error::Malformed));
}

#[test]
fn an_inspection_is_ordered_in_version_4() {
    let order = |probes| Order {
        number: 1_795_000_000_007,
        given_ms: 1,
        expires_ms: 2,
        scope: Scope::Agents(vec![sample::agent().id()]),
        task: Task::Inspect { venue: sample::venue_id(), probes, confirmed: true },
    };
    let some = vec!["camera".parse().expect("a probe")];
    assert_eq!(to_hex(&order(some.clone()).seal(&hq())), to_hex(&golden_of(4, "order-inspect")));
    assert_eq!(Order::open(&golden_of(4, "order-inspect"), &hq().public()), Ok(order(some)));
    let too_many = order(vec!["camera".parse().expect("a probe"); avow_shared::venue::MAX_PARTS + 1]);
    assert_eq!(Order::open(&too_many.seal(&hq()), &hq().public()), Err(wire::Error::Malformed));
}
