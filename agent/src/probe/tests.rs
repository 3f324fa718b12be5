use super::*;

fn parse(kind: &str, text: &str) -> Result<Work, BadSetup> {
    Work::parse(kind, text.parse().expect("a table"))
}

#[track_caller]
fn refused(kind: &str, text: &str, words: &[&str]) {
    let error = parse(kind, text).expect_err("must be refused").to_string();
    assert!(words.iter().all(|word| error.contains(word)), "{error}");
}

#[test]
fn every_kind_is_read_from_its_smallest_form() {
    for (kind, text, disturbance) in [
        ("line", "to='10.0.0.1'", Disturbance::Line),
        ("http", "url='https://hq.example/'", Disturbance::Line),
        ("camera", "port='/dev/ttyUSB0'", Disturbance::None),
        ("camera", "port='/dev/ttyUSB0'\npreset=1", Disturbance::Motion),
        ("picture", "source='v4l2:/dev/video0'", Disturbance::Picture),
        ("host", "", Disturbance::None),
    ] {
        let work = parse(kind, text).expect(kind);
        assert_eq!((work.kind(), work.disturbance()), (kind, disturbance));
        assert!(work.least_disturbance() <= disturbance && work.default_interval_s() > 0);
        assert!(work.default_deadline() > Duration::ZERO);
    }
}

#[test]
fn an_error_names_the_key_and_what_is_expected() {
    refused("fax", "", &["kind", "line", "fax"]);
    refused("line", "", &["to", "missing"]);
    refused("line", "to='h'\ncuont=3", &["cuont", "count"]);
    refused("line", "to='h'\ncount='many'", &["count", "u32"]);
    refused("line", "to='h'\ncount=0", &["count", "1 to 1000"]);
    refused("line", "to='http://h'", &["to", "without scheme"]);
    refused("line", "to='h'\nmethod='tcp'", &["port"]);
    refused("line", "to='h'\nmethod='carrier'", &["method", "ping"]);
    refused("http", "url='ftp://h/'", &["url", "http"]);
    refused("http", "url='http://h/'\nstatus=[]", &["status"]);
    refused("camera", "port='/dev/x'\naddress=8", &["address", "1 to 7"]);
    refused("camera", "port='/dev/x'\nexpect={pan=1,tilt=1,zoom=1}", &["preset"]);
    refused("picture", "source='webcam'", &["source", "v4l2"]);
    refused("host", "limits={ loss={ good=1 } }", &["limits", "disk_free", "loss"]);
    refused("line", "to='h'\nlimits={ loss={ good=20 } }", &["limits.loss", "tolerable"]);
    refused("line", "to='h'\nlimits={ loss={ best=20 } }", &["best", "good"]);
}

#[test]
fn declared_limits_are_those_that_judge() {
    let work = parse("line", "to='h'\nlimits={ loss={ good=0.5 } }").expect("a line");
    let loss = &work.limits()[0];
    assert_eq!((loss.value.as_str(), loss.good, loss.tolerable), ("loss", 0.5, Some(10.0)));
    assert_eq!(parse("picture", "source='file:a'").expect("a picture").limits().len(), 3);
}

#[test]
fn one_device_is_one_key() {
    let key = |kind, text| parse(kind, text).expect("work").device_key();
    assert_eq!(key("camera", "port='/dev/ttyUSB0'").as_deref(), Some("/dev/ttyUSB0"));
    assert_eq!(key("picture", "source='v4l2:/dev/video0'").as_deref(), Some("/dev/video0"));
    assert_eq!(key("picture", "source='rtsp://h/x'"), None);
}

#[test]
fn what_is_found_keeps_its_bounds() {
    let found = Found::missing("长".repeat(500)).with_exhibit(Some(Exhibit::picture(vec![0; MAX_EVIDENCE_BYTES + 1])));
    assert_eq!(found.detail.chars().count(), MAX_DETAIL_CHARS);
    assert!(found.exhibits.is_empty(), "too long to travel");
    let Verdict::Unknown { why: Why::Missing { what } } = found.verdict else { panic!("missing") };
    assert_eq!(what.chars().count(), MAX_DETAIL_CHARS);
}

#[test]
fn of_equal_grades_the_first_rule_names_the_finding() {
    use avow_shared::value::Unit;
    let rules = [
        limits::Rule::at_most("loss", 1.0, Some(2.0), "line.loss"),
        limits::Rule::at_most("rtt_avg", 1.0, Some(9.0), "line.delay"),
    ];
    let judged = |loss, rtt| {
        let values = [Value::new("rtt_avg", Unit::Millisecond, rtt), Value::new("loss", Unit::Percent, loss)];
        limits::judge(&rules, &values)
    };
    assert_eq!(judged(1.5, 5.0), Verdict::degraded("line.loss"));
    assert_eq!(judged(1.5, 9.5), Verdict::fail("line.delay"));
    assert_eq!(limits::judge(&rules, &[]), Verdict::Pass);
}
