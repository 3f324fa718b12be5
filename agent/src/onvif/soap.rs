//! Envelopes: a request as SOAP 1.2 writes it, and what of an answer is the answer, or the fault instead (W3C SOAP 1.2
//! part 1, section 5; ONVIF Core Specification, 'Fault handling').

use super::xml::{self, Element};

/// Of requests, and of most answers.
const SOAP_1_2: &str = "http://www.w3.org/2003/05/soap-envelope";
/// Some answer in it all the same, mostly with faults.
const SOAP_1_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// A part of a device, by its namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The device itself.
    Device,
    /// Profiles, pictures and streams.
    Media,
    /// Pan, tilt and zoom.
    Ptz,
}

impl Service {
    /// The URI that names it.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Device => "http://www.onvif.org/ver10/device/wsdl",
            Self::Media => "http://www.onvif.org/ver10/media/wsdl",
            Self::Ptz => "http://www.onvif.org/ver20/ptz/wsdl",
        }
    }
}

/// A request for `name` of `service`, with the header that proves who asks.
#[must_use]
pub fn envelope(service: Service, name: &str, inside: &str, security: Option<&str>) -> String {
    let header = security.map(|header| format!("<s:Header>{header}</s:Header>")).unwrap_or_default();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"{SOAP_1_2}\">{header}<s:Body>\
         <{name} xmlns=\"{}\" xmlns:t=\"http://www.onvif.org/ver10/schema\">{inside}</{name}></s:Body></s:Envelope>",
        service.namespace(),
    )
}

/// The `Content-Type` of a request.
#[must_use]
pub fn content_type(service: Service, name: &str) -> String {
    format!("application/soap+xml; charset=utf-8; action=\"{}/{name}\"", service.namespace())
}

/// What a fault means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Who asks is not known, or may not.
    NotAuthorized,
    /// The device does not do such things.
    Unsupported,
    /// There is no such preset or profile.
    NoSuch,
    /// Anything else.
    Other,
}

/// Why a device does not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it means.
    pub kind: Kind,
    /// Its codes and its reason, for people, at most 120 characters.
    pub words: String,
}

/// Why an answer is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// The device says why not.
    Fault(Fault),
    /// It is no XML, or not all of it.
    Xml(xml::Bad),
    /// It is XML that answers something else.
    Other,
}

/// Reads the answer to `name` of `service`.
///
/// # Errors
/// The device's fault, or what the text is instead of an answer.
pub fn read<A>(
    text: &str,
    service: Service,
    name: &str,
    take: impl FnOnce(&Element<'_>) -> Option<A>,
) -> Result<A, Unanswered> {
    let root = xml::read(text).map_err(Unanswered::Xml)?;
    let version = [SOAP_1_2, SOAP_1_1].into_iter().find(|version| root.is(version, "Envelope"));
    let version = version.ok_or(Unanswered::Other)?;
    let body = root.children.iter().find(|child| child.is(version, "Body")).ok_or(Unanswered::Other)?;
    let inside = body.children.first().ok_or(Unanswered::Other)?;
    if inside.is(version, "Fault") {
        return Err(Unanswered::Fault(fault(inside)));
    }
    let is_answer = inside.namespace == service.namespace() && inside.name.strip_suffix("Response") == Some(name);
    if is_answer { take(inside).ok_or(Unanswered::Other) } else { Err(Unanswered::Other) }
}

/// Codes in the order in which they are nested, and the reason, of both versions of SOAP.
fn fault(fault: &Element<'_>) -> Fault {
    let (mut codes, mut reason) = (Vec::new(), String::new());
    for part in &fault.children {
        match part.name {
            "Code" => collect(part, &mut codes),
            "faultcode" => codes.push(local(part.text())),
            "Reason" => reason = part.children.first().map(|text| text.text().to_owned()).unwrap_or_default(),
            "faultstring" => part.text().clone_into(&mut reason),
            _ => {}
        }
    }
    let says = |names: &[&str]| codes.iter().any(|code| names.contains(&code.as_str()));
    // Makers who know no codes say it in words.
    let words = reason.to_ascii_lowercase();
    let in_words = ["not authorized", "unauthorized", "authority failure", "authentication"];
    let kind =
        if says(&["NotAuthorized", "FailedAuthentication", "FailedCheck", "InvalidSecurity", "OperationProhibited"])
            || in_words.iter().any(|said| words.contains(said))
        {
            Kind::NotAuthorized
        } else if says(&["NoToken", "NoProfile", "NoEntity", "NoPreset"]) {
            Kind::NoSuch
        } else if says(&[
            "ActionNotSupported",
            "OptionalActionNotImplemented",
            "NoPTZProfile",
            "PTZNotSupported",
            "NoHomePosition",
            "CannotOverwriteHome",
        ]) {
            Kind::Unsupported
        } else {
            Kind::Other
        };
    let mut parts = codes.split_off(1.min(codes.len()));
    parts.retain(|code| !code.is_empty());
    let words = [parts.join("/"), reason].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    Fault { kind, words: tidy(&words, 120) }
}

fn collect(code: &Element<'_>, codes: &mut Vec<String>) {
    for part in &code.children {
        match part.name {
            "Value" => codes.push(local(part.text())),
            "Subcode" => collect(part, codes),
            _ => {}
        }
    }
}

/// `ter:NotAuthorized` → `NotAuthorized`.
fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().trim().to_owned()
}

/// One line of at most `most` characters without control characters.
pub(super) fn tidy(text: &str, most: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(inside: &str, version: &str) -> Result<String, Unanswered> {
        let text = format!("<e:Envelope xmlns:e='{version}'><e:Header/><e:Body>{inside}</e:Body></e:Envelope>");
        read(&text, Service::Device, "GetX", |answer| Some(answer.text().to_owned()))
    }

    #[track_caller]
    fn faults(inside: &str, version: &str, kind: Kind, words: &str) {
        assert_eq!(said(inside, version), Err(Unanswered::Fault(Fault { kind, words: words.to_owned() })));
    }

    #[test]
    fn an_answer_is_what_was_asked_for_in_its_namespace() {
        let uri = Service::Device.namespace();
        for version in [SOAP_1_2, SOAP_1_1] {
            assert_eq!(said(&format!("<x:GetXResponse xmlns:x='{uri}'> 1 </x:GetXResponse>"), version), Ok("1".into()));
        }
        for other in [
            "",
            "<GetXResponse>1</GetXResponse>",
            &format!("<GetYResponse xmlns='{uri}'/>"),
            &format!("<GetX xmlns='{uri}'/>"),
        ] {
            assert_eq!(said(other, SOAP_1_2), Err(Unanswered::Other), "{other}");
        }
        assert_eq!(said("", "urn:other"), Err(Unanswered::Other));
        assert_eq!(said("<a>", SOAP_1_2), Err(Unanswered::Xml(xml::Bad::Form(84))));
    }

    #[test]
    fn faults_are_told_in_their_codes_and_words() {
        let codes = |sub: &str| {
            format!(
                "<e:Fault><e:Code><e:Value>e:Sender</e:Value>{sub}</e:Code>\
                 <e:Reason><e:Text xml:lang='en'>Why\n not</e:Text></e:Reason></e:Fault>"
            )
        };
        let sub = |name: &str, inside: &str| format!("<e:Subcode><e:Value>ter:{name}</e:Value>{inside}</e:Subcode>");
        faults(&codes(&sub("NotAuthorized", "")), SOAP_1_2, Kind::NotAuthorized, "NotAuthorized Why not");
        let nested = sub("ActionNotSupported", &sub("NoPTZProfile", ""));
        faults(&codes(&nested), SOAP_1_2, Kind::Unsupported, "ActionNotSupported/NoPTZProfile Why not");
        let nested = sub("InvalidArgVal", &sub("NoToken", ""));
        faults(&codes(&nested), SOAP_1_2, Kind::NoSuch, "InvalidArgVal/NoToken Why not");
        faults(&codes(""), SOAP_1_2, Kind::Other, "Why not");
        faults("<e:Fault/>", SOAP_1_2, Kind::Other, "");
        let old = "<e:Fault><faultcode>wsse:FailedAuthentication</faultcode><faultstring>no</faultstring></e:Fault>";
        faults(old, SOAP_1_1, Kind::NotAuthorized, "no");
        let wordy = "<e:Fault><faultcode>e:Client</faultcode><faultstring>Authority failure</faultstring></e:Fault>";
        faults(wordy, SOAP_1_1, Kind::NotAuthorized, "Authority failure");
    }

    #[test]
    fn an_envelope_is_a_document_with_the_request_in_it() {
        let text = envelope(Service::Ptz, "Stop", "<ProfileToken>a</ProfileToken>", Some("<h/>"));
        let root = xml::read(&text).expect("a document");
        assert!(root.is(SOAP_1_2, "Envelope"));
        assert_eq!(root.children[0].children[0].name, "h");
        let stop = &root.children[1].children[0];
        assert!(
            stop.is(Service::Ptz.namespace(), "Stop") && stop.children[0].is(Service::Ptz.namespace(), "ProfileToken")
        );
    }
}
