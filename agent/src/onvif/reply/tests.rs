//! Answers with the prefixes, gaps and additions of different makers, and cut at every byte.

use proptest::prelude::*;

use super::super::call::{self, Call};
use super::super::soap::{self, Unanswered};
use super::*;

/// An answer with prefixes as gSOAP writes them.
fn answer(name: &str, service: Service, inside: &str) -> String {
    format!(
        "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:tt=\"http://www.onvif.org/ver10/schema\" \
         xmlns:q=\"{}\" xmlns:hik=\"http://www.example.com/additions\"><SOAP-ENV:Body><q:{name}Response>{inside}</q:{name}Response>\
         </SOAP-ENV:Body></SOAP-ENV:Envelope>",
        service.namespace()
    )
}

#[track_caller]
fn check<A: std::fmt::Debug + PartialEq>(call: &Call<A>, inside: &str, expected: Option<A>) {
    let text = answer(call.name, call.service, inside);
    let read = |text: &str| soap::read(text, call.service, call.name, call.read);
    assert_eq!(read(&text), expected.ok_or(Unanswered::Other), "{text}");
    for cut in 0..text.len() {
        let cut = String::from_utf8_lossy(&text.as_bytes()[..cut]);
        assert!(matches!(read(&cut), Err(Unanswered::Xml(_))), "{cut}");
    }
}

#[test]
fn a_clock_is_read_in_utc() {
    let at = |time: &str, date: &str| {
        format!(
            "<q:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:UTCDateTime><tt:Time>{time}</tt:Time>\
             <tt:Date>{date}</tt:Date></tt:UTCDateTime><tt:LocalDateTime/></q:SystemDateAndTime>"
        )
    };
    let time = "<tt:Hour>7</tt:Hour><tt:Minute>50</tt:Minute><tt:Second>45</tt:Second>";
    let date = "<tt:Year>2010</tt:Year><tt:Month>9</tt:Month><tt:Day>16</tt:Day>";
    check(&call::date_and_time(), &at(time, date), Some(Moment(1_284_623_445_000)));
    check(&call::date_and_time(), &at(time, ""), None);
    check(&call::date_and_time(), &at(time, &date.replace("16", "31")), None);
    check(&call::date_and_time(), "<q:SystemDateAndTime><tt:LocalDateTime/></q:SystemDateAndTime>", None);
}

#[test]
fn a_device_says_who_it_is_and_additions_are_passed_over() {
    let inside = "<hik:Manufacturer>other</hik:Manufacturer><q:Manufacturer> 海康\n威视 </q:Manufacturer><q:Model>DS-2</q:Model>\
                  <q:FirmwareVersion>5.7</q:FirmwareVersion><q:SerialNumber/>";
    let said =
        Information {
            maker: "海康 威视".into(), model: "DS-2".into(), firmware: "5.7".into(), serial: String::new()
        };
    check(&call::information(), inside, Some(said));
    check(&call::information(), "", Some(Information::default()));
}

#[test]
fn a_time_server_is_read_whether_it_is_set_or_told() {
    let ntp = |from: &str, more: &str| {
        format!("<q:NTPInformation><tt:FromDHCP>{from}</tt:FromDHCP>{more}</q:NTPInformation>")
    };
    let by = |kind: &str, name: &str| {
        format!("<tt:NTPManual><tt:Type>DNS</tt:Type><tt:{kind}>{name}</tt:{kind}></tt:NTPManual>")
    };
    let manual = [by("DNSname", "ntp.example"), by("IPv4Address", "10.1.1.1"), by("IPv6Address", "fd00::1")].concat();
    check(&call::ntp(), &ntp("false", &manual), Some("ntp.example 10.1.1.1 fd00::1".to_owned()));
    check(&call::ntp(), &ntp("true", &manual), Some("DHCP".to_owned()));
    check(&call::ntp(), &ntp("0", ""), Some(String::new()));
    check(&call::ntp(), "<q:NTPInformation/>", None);
}

#[test]
fn services_are_found_in_both_answers() {
    let both = Services { media: Some("http://h/m".into()), ptz: Some("http://h/p".into()) };
    let inside = "<q:Capabilities><tt:Device/><tt:Media><tt:XAddr>http://h/m</tt:XAddr></tt:Media>\
                  <tt:PTZ><tt:XAddr>http://h/p</tt:XAddr></tt:PTZ></q:Capabilities>";
    check(&call::capabilities(), inside, Some(both.clone()));
    check(&call::capabilities(), "<q:Capabilities><tt:PTZ/></q:Capabilities>", Some(Services::default()));
    check(&call::capabilities(), "", None);
    let service = |namespace: &str, address: &str| {
        format!("<q:Service><q:Namespace>{namespace}</q:Namespace><q:XAddr>{address}</q:XAddr></q:Service>")
    };
    let inside = [
        service("http://www.onvif.org/ver20/media/wsdl", "http://h/2"),
        service("http://www.onvif.org/ver10/media/wsdl", "http://h/m"),
        service("http://www.onvif.org/ver20/ptz/wsdl", "http://h/p"),
    ];
    check(&call::services(), &inside.concat(), Some(both));
    check(&call::services(), "", Some(Services::default()));
}

#[test]
fn profiles_without_a_token_cannot_be_asked_for() {
    let inside = "<q:Profiles fixed=\"true\" token=\"main\"><tt:Name>主码流</tt:Name><tt:VideoEncoderConfiguration token=\"v\">\
                  <tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>1920</tt:Width><tt:Height>1080</tt:Height></tt:Resolution>\
                  <tt:RateControl><tt:BitrateLimit>4096</tt:BitrateLimit></tt:RateControl></tt:VideoEncoderConfiguration><tt:PTZConfiguration token=\"p\"/></q:Profiles>\
                  <q:Profiles><tt:Name>none</tt:Name></q:Profiles><q:Profiles token=\"audio\"/>";
    let main = Profile {
        token: "main".into(),
        name: "主码流".into(),
        size: Some((1920, 1080)),
        rate_kbps: Some(4096),
        has_ptz: true,
    };
    check(&call::profiles(), inside, Some(vec![main, Profile { token: "audio".into(), ..Profile::default() }]));
    check(&call::profiles(), "", Some(Vec::new()));
}

#[test]
fn an_address_holds_its_ampersands() {
    let inside = "<q:MediaUri><tt:Uri>http://h/s?a=1&amp;b=2</tt:Uri><tt:Timeout>PT0S</tt:Timeout></q:MediaUri>";
    check(&call::snapshot_uri("a<b"), inside, Some(Picture("http://h/s?a=1&b=2".into())));
    check(&call::stream_uri("a"), "<q:MediaUri><tt:Uri/></q:MediaUri>", None);
    assert!(call::snapshot_uri("a<b").inside.contains("a&lt;b"));
}

#[test]
fn a_head_says_what_it_knows() {
    let status = |inside: &str| format!("<q:PTZStatus>{inside}</q:PTZStatus>");
    let place = "<tt:Position><tt:PanTilt x=\"-0.5\" y=\"1\" space=\"s\"/><tt:Zoom x=\"0.25\"/></tt:Position>";
    let moving = "<tt:MoveStatus><tt:PanTilt>IDLE</tt:PanTilt><tt:Zoom>MOVING</tt:Zoom></tt:MoveStatus>";
    let idle = moving.replace("MOVING", "UNKNOWN");
    let said = |is_moving| Status { head: Some((-0.5, 1.0)), zoom: Some(0.25), is_moving };
    check(&call::status("a"), &status(&format!("{place}{moving}")), Some(said(Some(true))));
    check(&call::status("a"), &status(&format!("{place}{idle}")), Some(said(Some(false))));
    check(&call::status("a"), &status(place), Some(said(None)));
    check(
        &call::status("a"),
        &status("<tt:Position><tt:PanTilt x=\"NaN\" y=\"1\"/></tt:Position>"),
        Some(Status::default()),
    );
    check(&call::status("a"), "", None);
}

#[test]
fn a_preset_is_found_by_the_number_that_people_use() {
    let inside = "<q:Preset token=\"Preset_3\"><tt:Name>台</tt:Name></q:Preset><q:Preset token=\"007\"/><q:Preset token=\"x\">\
                  <tt:Name>9</tt:Name></q:Preset><q:Preset/>";
    let preset = |token: &str, name: &str| Preset { token: token.into(), name: name.into() };
    let all = vec![preset("Preset_3", "台"), preset("007", ""), preset("x", "9")];
    check(&call::presets("a"), inside, Some(all.clone()));
    for (number, token) in [(3, Some("Preset_3")), (7, Some("007")), (9, Some("x")), (1, None), (0, None)] {
        assert_eq!(numbered(&all, number).map(|preset| preset.token.as_str()), token, "{number}");
    }
    let exact = [preset("p1", "2"), preset("a2", "1"), preset("1", "")];
    assert_eq!(numbered(&exact, 1).map(|preset| preset.token.as_str()), Some("1"), "a token comes before a name");
    assert_eq!(numbered(&exact, 2).map(|preset| preset.token.as_str()), Some("p1"), "a name comes before an ending");
    check(&call::set_preset("a", "1", Some("x")), "<q:PresetToken>x</q:PresetToken>", Some("x".into()));
    check(&call::goto_preset("a", "x"), "", Some(()));
}

/// One answer in which every reader finds something.
const ALL: &str = "<q:SystemDateAndTime><tt:UTCDateTime><tt:Time><tt:Hour>7</tt:Hour><tt:Minute>50</tt:Minute><tt:Second>45\
     </tt:Second></tt:Time><tt:Date><tt:Year>2010</tt:Year><tt:Month>9</tt:Month><tt:Day>16</tt:Day></tt:Date></tt:UTCDateTime>\
     </q:SystemDateAndTime><q:Model>DS-2</q:Model><q:Capabilities><tt:PTZ><tt:XAddr>http://h/p</tt:XAddr></tt:PTZ></q:Capabilities>\
     <q:Service><q:Namespace>n</q:Namespace><q:XAddr>http://h/2</q:XAddr></q:Service><q:Profiles token=\"a\"><tt:Name>b</tt:Name>\
     </q:Profiles><q:MediaUri><tt:Uri>http://h/s?a=1&amp;b=2</tt:Uri></q:MediaUri><q:PTZStatus><tt:Position><tt:PanTilt x=\"1e9\" \
     y=\"-1\"/><tt:Zoom x=\"0.5\"/></tt:Position></q:PTZStatus><q:Preset token=\"1\"/><q:PresetToken>1</q:PresetToken>";

fn read_all(inside: &str) {
    let text = answer("X", Service::Device, inside);
    let _ = soap::read(&text, Service::Device, "X", |answer| {
        let _ = (date_and_time(answer), information(answer), capabilities(answer), services(answer), profiles(answer));
        let _ = (uri(answer), status(answer), presets(answer), preset_token(answer));
        Some(())
    });
}

proptest! {
    #[test]
    fn an_answer_with_anything_in_its_place_never_panics(at in 0..ALL.len(), length in 0..9usize, other in "[-0-9.eE<>/&;:a-z\"]{0,12}") {
        let end = (at + length).min(ALL.len());
        read_all(&format!("{}{other}{}", &ALL[..at], &ALL[end..]));
    }

    #[test]
    fn a_fault_of_any_words_never_panics(words in ".*", code in "[a-zA-Z:]*") {
        let fault = format!("<SOAP-ENV:Fault><faultcode>{code}</faultcode><faultstring>{words}</faultstring></SOAP-ENV:Fault>");
        read_all(&fault);
    }
}

#[test]
fn the_answer_that_is_spoilt_is_whole_before() {
    let text = answer("X", Service::Device, ALL);
    let found = soap::read(&text, Service::Device, "X", |answer| {
        Some(date_and_time(answer).is_some() && uri(answer).is_some() && status(answer)?.head.is_some())
    });
    assert_eq!(found, Ok(true));
}
