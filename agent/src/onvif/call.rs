//! What can be asked of a device, each with how its answer is read (ONVIF Device, Media and PTZ Service Specifications).

use super::moment::Moment;
use super::reply::{self, Information, Picture, Preset, Profile, Services, Status};
use super::soap::Service;
use super::xml::{Element, escaped};

/// A request, and how the answer to it is read.
#[derive(Clone, Debug)]
pub struct Call<A> {
    /// Whom it is for.
    pub service: Service,
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub inside: String,
    /// The answer; none when it lacks what it must hold.
    pub read: fn(&Element<'_>) -> Option<A>,
}

impl<A> Call<A> {
    const fn new(service: Service, name: &'static str, inside: String, read: fn(&Element<'_>) -> Option<A>) -> Self {
        Self { service, name, inside, read }
    }
}

/// The camera's clock, UTC, in whole seconds. Anybody may ask (ONVIF Core Specification, access class PRE_AUTH).
#[must_use]
pub const fn date_and_time() -> Call<Moment> {
    Call::new(Service::Device, "GetSystemDateAndTime", String::new(), reply::date_and_time)
}

/// Who the device is.
#[must_use]
pub const fn information() -> Call<Information> {
    Call::new(Service::Device, "GetDeviceInformation", String::new(), reply::information)
}

/// Where its services are, as all devices say it.
#[must_use]
pub fn capabilities() -> Call<Services> {
    let inside = "<Category>All</Category>".to_owned();
    Call::new(Service::Device, "GetCapabilities", inside, reply::capabilities)
}

/// Where its services are, as newer devices say it.
#[must_use]
pub fn services() -> Call<Services> {
    let inside = "<IncludeCapability>false</IncludeCapability>".to_owned();
    Call::new(Service::Device, "GetServices", inside, reply::services)
}

/// From whom it has the time, as a person may set it (ONVIF Device Service Specification, 'GetNTP').
#[must_use]
pub const fn ntp() -> Call<String> {
    Call::new(Service::Device, "GetNTP", String::new(), reply::ntp)
}

/// Its media profiles.
#[must_use]
pub const fn profiles() -> Call<Vec<Profile>> {
    Call::new(Service::Media, "GetProfiles", String::new(), reply::profiles)
}

/// Where a still picture is fetched.
#[must_use]
pub fn snapshot_uri(profile: &str) -> Call<Picture> {
    Call::new(Service::Media, "GetSnapshotUri", of(profile), reply::uri)
}

/// Where the stream is, over RTSP.
#[must_use]
pub fn stream_uri(profile: &str) -> Call<Picture> {
    let setup = "<StreamSetup><t:Stream>RTP-Unicast</t:Stream><t:Transport><t:Protocol>RTSP</t:Protocol></t:Transport>\
                 </StreamSetup>";
    Call::new(Service::Media, "GetStreamUri", format!("{setup}{}", of(profile)), reply::uri)
}

/// Where the head stands, and whether it moves.
#[must_use]
pub fn status(profile: &str) -> Call<Status> {
    Call::new(Service::Ptz, "GetStatus", of(profile), reply::status)
}

/// A place, a way or a speed: pan and tilt −1 to 1, zoom 0 to 1 for places and −1 to 1 for the rest; right, up and tele are
/// positive (ONVIF PTZ Service Specification, 'Generic spaces'). What is none stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Vector {
    /// Pan and tilt.
    pub head: Option<(f64, f64)>,
    /// Zoom.
    pub zoom: Option<f64>,
}

impl Vector {
    fn written(self) -> String {
        let head = self.head.map(|(pan, tilt)| format!("<t:PanTilt x=\"{pan:.4}\" y=\"{tilt:.4}\"/>"));
        let zoom = self.zoom.map(|zoom| format!("<t:Zoom x=\"{zoom:.4}\"/>"));
        [head, zoom].into_iter().flatten().collect()
    }
}

/// Moves until [`stop`], at most for ten seconds: should nobody be left to say stop, the camera stops by itself.
#[must_use]
pub fn continuous_move(profile: &str, speed: Vector) -> Call<()> {
    let inside = format!("{}<Velocity>{}</Velocity><Timeout>PT10S</Timeout>", of(profile), speed.written());
    Call::new(Service::Ptz, "ContinuousMove", inside, reply::done)
}

/// The head, the zoom or both move no more.
#[must_use]
pub fn stop(profile: &str, head: bool, zoom: bool) -> Call<()> {
    let inside = format!("{}<PanTilt>{head}</PanTilt><Zoom>{zoom}</Zoom>", of(profile));
    Call::new(Service::Ptz, "Stop", inside, reply::done)
}

/// Goes to a place.
#[must_use]
pub fn absolute_move(profile: &str, place: Vector) -> Call<()> {
    let inside = format!("{}<Position>{}</Position>", of(profile), place.written());
    Call::new(Service::Ptz, "AbsoluteMove", inside, reply::done)
}

/// Goes so far from where it is.
#[must_use]
pub fn relative_move(profile: &str, way: Vector) -> Call<()> {
    let inside = format!("{}<Translation>{}</Translation>", of(profile), way.written());
    Call::new(Service::Ptz, "RelativeMove", inside, reply::done)
}

/// The presets that are stored.
#[must_use]
pub fn presets(profile: &str) -> Call<Vec<Preset>> {
    Call::new(Service::Ptz, "GetPresets", of(profile), reply::presets)
}

/// Goes to a preset.
#[must_use]
pub fn goto_preset(profile: &str, preset: &str) -> Call<()> {
    Call::new(Service::Ptz, "GotoPreset", format!("{}{}", of(profile), element("PresetToken", preset)), reply::done)
}

/// Keeps the place as a preset, a new one where there is no `token`; answers the preset's token.
#[must_use]
pub fn set_preset(profile: &str, name: &str, token: Option<&str>) -> Call<String> {
    let token = token.map(|token| element("PresetToken", token)).unwrap_or_default();
    let inside = format!("{}{}{token}", of(profile), element("PresetName", name));
    Call::new(Service::Ptz, "SetPreset", inside, reply::preset_token)
}

/// Forgets a preset.
#[must_use]
pub fn remove_preset(profile: &str, preset: &str) -> Call<()> {
    Call::new(Service::Ptz, "RemovePreset", format!("{}{}", of(profile), element("PresetToken", preset)), reply::done)
}

/// Goes to the home position.
#[must_use]
pub fn goto_home(profile: &str) -> Call<()> {
    Call::new(Service::Ptz, "GotoHomePosition", of(profile), reply::done)
}

fn of(profile: &str) -> String {
    element("ProfileToken", profile)
}

fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escaped(text))
}
