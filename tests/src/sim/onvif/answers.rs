//! What the camera answers to whom it lets in: envelopes with the prefixes that many makers use.

use jpeg_encoder::{ColorType, Encoder};

use super::{Camera, Request, Response, attribute, element};

const NAMESPACES: &str = "xmlns:SOAP-ENV=\"http://www.w3.org/2003/05/soap-envelope\" \
     xmlns:tt=\"http://www.onvif.org/ver10/schema\" xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\" \
     xmlns:trt=\"http://www.onvif.org/ver10/media/wsdl\" xmlns:tptz=\"http://www.onvif.org/ver20/ptz/wsdl\" \
     xmlns:ter=\"http://www.onvif.org/ver10/error\"";

/// Of an encoder that sends to nobody; an encoder must have one.
const MULTICAST: &str = "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address>\
     <tt:Port>0</tt:Port><tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>";

fn envelope(status: u16, inside: &str) -> Response {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope {NAMESPACES}><SOAP-ENV:Header/>\
         <SOAP-ENV:Body>{inside}</SOAP-ENV:Body></SOAP-ENV:Envelope>\n"
    );
    Response::new(status, "application/soap+xml; charset=utf-8", text)
}

/// A fault of the sender's with one code of ONVIF's.
pub(super) fn fault(status: u16, code: &str, words: &str) -> Response {
    envelope(
        status,
        &format!(
            "<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value><SOAP-ENV:Subcode>\
             <SOAP-ENV:Value>ter:{code}</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason>\
             <SOAP-ENV:Text xml:lang=\"en\">{words}</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>"
        ),
    )
}

impl Camera {
    pub(super) fn soap(&mut self, name: &str, request: &Request) -> Response {
        let faults = self.faults.clone();
        if faults.fault_at == name {
            return fault(500, "Action", "internal error 42");
        }
        if faults.page_at == name {
            return Response::new(200, "text/html", "<html><title>Web Client</title><br></html>");
        }
        if faults.bomb_at == name {
            let bomb =
                "<!DOCTYPE a [<!ENTITY b \"bbbbbbbbbbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><a>&c;</a>";
            return Response::new(200, "application/soap+xml", bomb);
        }
        if faults.wrong_at == name {
            return envelope(200, "<tds:GetHostnameResponse/>");
        }
        let inside = match self.inside(name, request) {
            Ok(inside) => inside,
            Err(refusal) => return refusal,
        };
        let prefix = match name {
            "GetProfiles" | "GetSnapshotUri" | "GetStreamUri" | "GetVideoSources" => "trt",
            "GetSystemDateAndTime" | "GetDeviceInformation" | "GetCapabilities" | "GetServices" | "GetNTP" => "tds",
            _ => "tptz",
        };
        envelope(200, &format!("<{prefix}:{name}Response>{inside}</{prefix}:{name}Response>"))
    }

    fn inside(&mut self, name: &str, request: &Request) -> Result<String, Response> {
        let unsupported = || fault(500, "ActionNotSupported", "The requested action is not supported");
        let address = |path: &str| {
            let host = if self.faults.foreign_addresses { "10.255.255.254:8899" } else { &request.host };
            format!("http://{host}/onvif/{path}")
        };
        let is_ptz = matches!(
            name,
            "GetStatus"
                | "GetPresets"
                | "GotoPreset"
                | "SetPreset"
                | "RemovePreset"
                | "GotoHomePosition"
                | "ContinuousMove"
                | "Stop"
                | "AbsoluteMove"
                | "RelativeMove"
        );
        if is_ptz && self.faults.no_ptz {
            return Err(unsupported());
        }
        let has_profile = element(&request.body, "ProfileToken").is_some_and(|token| token == "main" || token == "sub");
        if (is_ptz || matches!(name, "GetSnapshotUri" | "GetStreamUri")) && !has_profile {
            return Err(fault(400, "NoProfile", "The requested profile token does not exist"));
        }
        Ok(match name {
            "GetSystemDateAndTime" => self.date_and_time(),
            "GetDeviceInformation" => "<tds:Manufacturer>AVOW</tds:Manufacturer><tds:Model>IPC-1</tds:Model>\
                 <tds:FirmwareVersion>V5.1 build 20</tds:FirmwareVersion><tds:SerialNumber>S-0001</tds:SerialNumber>\
                 <tds:HardwareId>7</tds:HardwareId>"
                .to_owned(),
            "GetCapabilities" if self.faults.no_capabilities => return Err(unsupported()),
            "GetCapabilities" => {
                let ptz = if self.faults.no_ptz {
                    String::new()
                } else {
                    format!("<tt:PTZ><tt:XAddr>{}</tt:XAddr></tt:PTZ>", address("ptz_service"))
                };
                format!(
                    "<tds:Capabilities><tt:Device><tt:XAddr>{}</tt:XAddr></tt:Device><tt:Media><tt:XAddr>{}</tt:XAddr>\
                     <tt:StreamingCapabilities/></tt:Media>{ptz}</tds:Capabilities>",
                    address("device_service"),
                    address("Media"),
                )
            }
            "GetServices" => {
                let service = |namespace: &str, path: &str| {
                    format!(
                        "<tds:Service><tds:Namespace>{namespace}</tds:Namespace><tds:XAddr>{}</tds:XAddr><tds:Version>\
                         <tt:Major>2</tt:Major><tt:Minor>5</tt:Minor></tds:Version></tds:Service>",
                        address(path)
                    )
                };
                let ptz = service("http://www.onvif.org/ver20/ptz/wsdl", "ptz_service");
                [
                    service("http://www.onvif.org/ver10/device/wsdl", "device_service"),
                    service("http://www.onvif.org/ver10/media/wsdl", "Media"),
                    if self.faults.no_ptz { String::new() } else { ptz },
                ]
                .concat()
            }
            "GetNTP" if self.faults.set_otherwise == "ntp" => {
                "<tds:NTPInformation><tt:FromDHCP>true</tt:FromDHCP></tds:NTPInformation>".to_owned()
            }
            "GetNTP" => "<tds:NTPInformation><tt:FromDHCP>false</tt:FromDHCP><tt:NTPManual><tt:Type>DNS</tt:Type>\
                 <tt:DNSname>ntp.example</tt:DNSname></tt:NTPManual><tt:NTPManual><tt:Type>IPv4</tt:Type>\
                 <tt:IPv4Address>10.1.1.1</tt:IPv4Address></tt:NTPManual></tds:NTPInformation>"
                .to_owned(),
            "GetProfiles" if self.faults.no_profiles => String::new(),
            "GetProfiles" => {
                [("main", "主码流", 1920, 1080), ("sub", "子码流", 640, 360)].map(|of| self.profile(of)).concat()
            }
            "GetSnapshotUri" if self.faults.no_snapshot => return Err(unsupported()),
            "GetSnapshotUri" => media_uri(&format!("{}?channel=1&amp;token=secret-of-the-query", address("snapshot"))),
            "GetStreamUri" if self.faults.no_stream => return Err(fault(500, "ActionNotSupported", "No stream")),
            "GetStreamUri" => media_uri(&format!("rtsp://admin:secret-of-the-stream@{}/1", request.host)),
            "GetStatus" => self.status(),
            "GetPresets" => {
                let preset = |(token, name, (pan, tilt, zoom)): &(String, String, super::Place)| {
                    format!(
                        "<tptz:Preset token=\"{token}\"><tt:Name>{name}</tt:Name><tt:PTZPosition><tt:PanTilt x=\"{pan}\" \
                         y=\"{tilt}\"/><tt:Zoom x=\"{zoom}\"/></tt:PTZPosition></tptz:Preset>"
                    )
                };
                self.presets.iter().map(preset).collect()
            }
            "GotoPreset" => {
                let token = element(&request.body, "PresetToken").unwrap_or_default();
                let Some((_, _, place)) = self.presets.iter().find(|(known, ..)| *known == token).cloned() else {
                    return Err(fault(400, "NoToken", "The requested preset token does not exist."));
                };
                self.go(place);
                self.did.push(format!("GotoPreset {token}"));
                String::new()
            }
            "SetPreset" => self.set_preset(request),
            "RemovePreset" => {
                let token = element(&request.body, "PresetToken").unwrap_or_default();
                self.presets.retain(|(known, ..)| *known != token);
                self.did.push(format!("RemovePreset {token}"));
                String::new()
            }
            "GotoHomePosition" => {
                self.go((0.0, 0.0, 0.0));
                self.did.push(name.to_owned());
                String::new()
            }
            "AbsoluteMove" | "RelativeMove" => {
                let part = |name, of| attribute(&request.body, name, of);
                let from = if name == "RelativeMove" { self.place } else { (0.0, 0.0, 0.0) };
                let old = self.place;
                let new = |part: Option<f64>, from: f64, old: f64| part.map_or(old, |part| from + part);
                self.go((
                    new(part("PanTilt", "x"), from.0, old.0),
                    new(part("PanTilt", "y"), from.1, old.1),
                    new(part("Zoom", "x"), from.2, old.2),
                ));
                self.did.push(name.to_owned());
                String::new()
            }
            "ContinuousMove" | "Stop" => {
                self.did.push(name.to_owned());
                self.arrive();
                String::new()
            }
            _ => return Err(unsupported()),
        })
    }

    fn date_and_time(&self) -> String {
        let seconds = self.clock_ms().div_euclid(1_000);
        let (days, time) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        // The date of a Julian day number, after Fliegel and Van Flandern.
        let l = days + 2_440_588 + 68_569;
        let n = 4 * l / 146_097;
        let l = l - (146_097 * n + 3) / 4;
        let i = 4_000 * (l + 1) / 1_461_001;
        let l = l - 1_461 * i / 4 + 31;
        let j = 80 * l / 2_447;
        let (day, l) = (l - 2_447 * j / 80, j / 11);
        let (month, year) = (j + 2 - 12 * l, 100 * (n - 49) + i + l);
        format!(
            "<tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>\
             <tt:TimeZone><tt:TZ>CST-8:00:00</tt:TZ></tt:TimeZone><tt:UTCDateTime><tt:Time><tt:Hour>{}</tt:Hour>\
             <tt:Minute>{}</tt:Minute><tt:Second>{}</tt:Second></tt:Time><tt:Date><tt:Year>{year}</tt:Year>\
             <tt:Month>{month}</tt:Month><tt:Day>{day}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>",
            time / 3_600,
            time / 60 % 60,
            time % 60,
        )
    }

    fn profile(&self, (token, name, width, height): (&str, &str, u32, u32)) -> String {
        let ptz = if self.faults.no_ptz {
            ""
        } else {
            "<tt:PTZConfiguration token=\"ptz\"><tt:Name>ptz</tt:Name><tt:UseCount>2</tt:UseCount>\
             <tt:NodeToken>node</tt:NodeToken></tt:PTZConfiguration>"
        };
        let is_otherwise = |name: &str| self.faults.set_otherwise == name;
        let (width, height) = if is_otherwise("resolution") { (1280, 720) } else { (width, height) };
        let rate = if is_otherwise("rate_kbps") { 1_024 } else { 4_096 };
        format!(
            "<trt:Profiles token=\"{token}\" fixed=\"true\"><tt:Name>{name}</tt:Name><tt:VideoEncoderConfiguration token=\"v\">\
             <tt:Name>v</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>{width}</tt:Width>\
             <tt:Height>{height}</tt:Height></tt:Resolution><tt:Quality>1</tt:Quality><tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit>\
             <tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>{rate}</tt:BitrateLimit></tt:RateControl>{MULTICAST}<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration>{ptz}</trt:Profiles>"
        )
    }

    fn status(&mut self) -> String {
        self.arrive();
        let (pan, tilt, zoom) = self.place;
        let moves = if self.going.is_some() { "MOVING" } else { "IDLE" };
        let position = if self.faults.no_position {
            String::new()
        } else {
            format!("<tt:Position><tt:PanTilt x=\"{pan}\" y=\"{tilt}\"/><tt:Zoom x=\"{zoom}\"/></tt:Position>")
        };
        format!(
            "<tptz:PTZStatus>{position}<tt:MoveStatus><tt:PanTilt>{moves}</tt:PanTilt><tt:Zoom>{moves}</tt:Zoom>\
             </tt:MoveStatus><tt:UtcTime>2026-01-01T00:00:00Z</tt:UtcTime></tptz:PTZStatus>"
        )
    }

    fn set_preset(&mut self, request: &Request) -> String {
        self.arrive();
        let name = element(&request.body, "PresetName").unwrap_or_default();
        let token = element(&request.body, "PresetToken").unwrap_or_else(|| format!("New{}", self.presets.len()));
        self.presets.retain(|(known, ..)| *known != token);
        self.presets.push((token.clone(), name.clone(), self.place));
        self.did.push(format!("SetPreset {token}"));
        format!("<tptz:PresetToken>{token}</tptz:PresetToken>")
    }

    pub(super) fn picture(&mut self, request: &Request) -> Response {
        if !request.path.starts_with("/onvif/snapshot") {
            return Response::new(404, "text/html", "<html>404</html>");
        }
        if self.faults.snapshot_page {
            return Response::new(200, "text/html", "<html><body>Please log in</body></html>");
        }
        let mut jpeg = picture(self.faults.snapshot_large);
        if self.faults.snapshot_cut {
            jpeg.truncate(jpeg.len() / 2);
        }
        if self.faults.snapshot_garbage {
            spoil(&mut jpeg);
        }
        self.did.push("snapshot".to_owned());
        Response::new(200, "image/jpeg", jpeg)
    }
}

fn media_uri(uri: &str) -> String {
    format!(
        "<trt:MediaUri><tt:Uri>{uri}</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>\
         <tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri>"
    )
}

/// A picture of 352×288 that cost a camera little, or noise that no encoder makes small.
fn picture(is_large: bool) -> Vec<u8> {
    let (width, height) = (352u32, 288u32);
    let pixel = |n: u32| {
        let (x, y) = (n % width, n / width);
        if is_large {
            [(n.wrapping_mul(7_919) >> 3) as u8, (n.wrapping_mul(104_729) >> 5) as u8, (x * y) as u8]
        } else {
            [(x / 2) as u8, (y / 2) as u8, 99]
        }
    };
    let pixels: Vec<u8> = (0..width * height).flat_map(pixel).collect();
    let mut bytes = Vec::new();
    let quality = if is_large { 100 } else { 80 };
    let encoded = Encoder::new(&mut bytes, quality).encode(&pixels, 352, 288, ColorType::Rgb);
    encoded.map(|()| bytes).unwrap_or_default()
}

/// All segments stay, but for a depth of colours that does not exist: no decoder makes a picture of it.
fn spoil(jpeg: &mut [u8]) {
    let frame = jpeg.windows(2).position(|two| two == [0xff, 0xc0]);
    if let Some(precision) = frame.and_then(|at| jpeg.get_mut(at + 4)) {
        *precision = 23;
    }
}
