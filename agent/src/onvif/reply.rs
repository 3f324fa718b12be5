//! What devices answer, as values. Elements count only in ONVIF's own namespaces: a maker's additions are passed over.

use super::moment::Moment;
use super::soap::{Service, tidy};
use super::xml::Element;

/// Who a device is; what it does not say is empty, each at most 64 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Information {
    /// Its maker.
    pub maker: String,
    /// Its model.
    pub model: String,
    /// Its firmware.
    pub firmware: String,
    /// Its serial number.
    pub serial: String,
}

/// Where a device's services are, as it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Services {
    /// Profiles, pictures and streams.
    pub media: Option<String>,
    /// Pan, tilt and zoom; none: it has no head that moves.
    pub ptz: Option<String>,
}

/// A media profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// By which it is asked for.
    pub token: String,
    /// For people.
    pub name: String,
    /// Pixels a line and lines, when it encodes a picture and says so.
    pub size: Option<(u32, u32)>,
    /// The most that it encodes to, kbit/s, when it says so.
    pub rate_kbps: Option<u32>,
    /// Whether a head that moves belongs to it.
    pub has_ptz: bool,
}

/// Where a picture or a stream is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture(pub String);

/// What a head does.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Status {
    /// Pan and tilt, −1 to 1; none when the device does not say.
    pub head: Option<(f64, f64)>,
    /// 0 to 1; none when the device does not say.
    pub zoom: Option<f64>,
    /// None when the device does not say.
    pub is_moving: Option<bool>,
}

/// A stored position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// By which it is asked for.
    pub token: String,
    /// For people.
    pub name: String,
}

/// More profiles or presets are not kept.
const MOST: usize = 512;

fn children<'a, 'b>(element: &'a Element<'b>, name: &'static str) -> impl Iterator<Item = &'a Element<'b>> {
    let is_onvif = |child: &&Element<'_>| child.namespace.starts_with("http://www.onvif.org/");
    element.children.iter().filter(is_onvif).filter(move |child| child.name == name)
}

/// The first that lies at `path`: names with `/` between them.
fn at<'a, 'b>(element: &'a Element<'b>, path: &'static str) -> Option<&'a Element<'b>> {
    path.split('/').try_fold(element, |element, name| children(element, name).next())
}

fn words(element: &Element<'_>, path: &'static str) -> String {
    at(element, path).map(|found| tidy(found.text(), 64)).unwrap_or_default()
}

fn text(element: &Element<'_>, path: &'static str) -> Option<String> {
    at(element, path).map(|found| found.text().to_owned()).filter(|text| !text.is_empty())
}

fn finite(element: &Element<'_>, attribute: &str) -> Option<f64> {
    element.attribute(attribute)?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

#[expect(clippy::unnecessary_wraps, reason = "the form of all readers")]
pub(super) fn done(_: &Element<'_>) -> Option<()> {
    Some(())
}

pub(super) fn date_and_time(answer: &Element<'_>) -> Option<Moment> {
    let utc = at(answer, "SystemDateAndTime/UTCDateTime")?;
    let number = |path| at(utc, path)?.text().parse().ok();
    Moment::of(
        number("Date/Year")?,
        number("Date/Month")?,
        number("Date/Day")?,
        number("Time/Hour")?,
        number("Time/Minute")?,
        number("Time/Second")?,
    )
}

#[expect(clippy::unnecessary_wraps, reason = "the form of all readers")]
pub(super) fn information(answer: &Element<'_>) -> Option<Information> {
    Some(Information {
        maker: words(answer, "Manufacturer"),
        model: words(answer, "Model"),
        firmware: words(answer, "FirmwareVersion"),
        serial: words(answer, "SerialNumber"),
    })
}

pub(super) fn capabilities(answer: &Element<'_>) -> Option<Services> {
    let all = at(answer, "Capabilities")?;
    Some(Services { media: text(all, "Media/XAddr"), ptz: text(all, "PTZ/XAddr") })
}

#[expect(clippy::unnecessary_wraps, reason = "the form of all readers")]
pub(super) fn services(answer: &Element<'_>) -> Option<Services> {
    let address = |service: Service| {
        let found = children(answer, "Service").find(|found| words(found, "Namespace") == service.namespace());
        found.and_then(|found| text(found, "XAddr"))
    };
    Some(Services { media: address(Service::Media), ptz: address(Service::Ptz) })
}

#[expect(clippy::unnecessary_wraps, reason = "the form of all readers")]
pub(super) fn profiles(answer: &Element<'_>) -> Option<Vec<Profile>> {
    let profile = |found: &Element<'_>| {
        let number = |path| at(found, path)?.text().parse().ok();
        let width = number("VideoEncoderConfiguration/Resolution/Width");
        Some(Profile {
            token: found.attribute("token").filter(|token| !token.is_empty())?.to_owned(),
            name: words(found, "Name"),
            size: width.zip(number("VideoEncoderConfiguration/Resolution/Height")),
            rate_kbps: number("VideoEncoderConfiguration/RateControl/BitrateLimit"),
            has_ptz: at(found, "PTZConfiguration").is_some(),
        })
    };
    Some(children(answer, "Profiles").filter_map(profile).take(MOST).collect())
}

/// `DHCP`, or the servers that were set; empty when none is.
pub(super) fn ntp(answer: &Element<'_>) -> Option<String> {
    let ntp = at(answer, "NTPInformation")?;
    if text(ntp, "FromDHCP")? == "true" || text(ntp, "FromDHCP")? == "1" {
        return Some("DHCP".to_owned());
    }
    let server = |host: &Element<'_>| {
        ["DNSname", "IPv4Address", "IPv6Address"]
            .into_iter()
            .find_map(|path| text(host, path))
            .map(|name| tidy(&name, 64))
    };
    Some(children(ntp, "NTPManual").filter_map(server).take(4).collect::<Vec<_>>().join(" "))
}

pub(super) fn uri(answer: &Element<'_>) -> Option<Picture> {
    text(answer, "MediaUri/Uri").map(Picture)
}

pub(super) fn status(answer: &Element<'_>) -> Option<Status> {
    let status = at(answer, "PTZStatus")?;
    let head = at(status, "Position/PanTilt").and_then(|head| finite(head, "x").zip(finite(head, "y")));
    let zoom = at(status, "Position/Zoom").and_then(|zoom| finite(zoom, "x"));
    let parts = ["MoveStatus/PanTilt", "MoveStatus/Zoom"].map(|path| text(status, path));
    let says = |word: &str| parts.iter().flatten().any(|part| part == word);
    let is_moving = if says("MOVING") { Some(true) } else { says("IDLE").then_some(false) };
    Some(Status { head, zoom, is_moving })
}

#[expect(clippy::unnecessary_wraps, reason = "the form of all readers")]
pub(super) fn presets(answer: &Element<'_>) -> Option<Vec<Preset>> {
    let preset = |found: &Element<'_>| {
        let token = found.attribute("token").filter(|token| !token.is_empty())?;
        Some(Preset { token: token.to_owned(), name: words(found, "Name") })
    };
    Some(children(answer, "Preset").filter_map(preset).take(MOST).collect())
}

pub(super) fn preset_token(answer: &Element<'_>) -> Option<String> {
    text(answer, "PresetToken")
}

/// The preset that people call `number`: whose token is that number, else whose name is, else whose token ends in it, like
/// `Preset_3`; `001` is 1.
#[must_use]
pub fn numbered(presets: &[Preset], number: u8) -> Option<&Preset> {
    let is_number = |text: &str| text.trim().parse() == Ok(number);
    let ends = |text: &str| is_number(text.trim_start_matches(|c: char| !c.is_ascii_digit()));
    let by = |wanted: &dyn Fn(&Preset) -> bool| presets.iter().find(|preset| wanted(preset));
    by(&|preset| is_number(&preset.token))
        .or_else(|| by(&|preset| is_number(&preset.name)))
        .or_else(|| by(&|preset| ends(&preset.token)))
}

#[cfg(test)]
mod tests;
