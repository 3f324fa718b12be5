//! Where sound goes or comes from, and what ffmpeg is told of it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::ffmpeg::redact;

/// Where sound goes or comes from; its `Debug` form keeps passwords out of logs.
#[derive(Clone, PartialEq, Eq)]
pub enum Sound {
    /// A sink or source of PulseAudio or PipeWire, `pulse:NAME`; `pulse:default` is the server's own. `PULSE_SERVER` in the
    /// environment names the server, or the text does: `pulse:NAME@unix:/run/user/1000/pulse/native`.
    Pulse {
        /// Its name there.
        name: String,
        /// Whose it is; none: as the environment says.
        server: Option<String>,
    },
    /// A device of ALSA, `alsa:plughw:1`; one that converts (`default`, `plughw:…`), for mono at any rate is asked of it.
    Alsa(String),
    /// A file, `file:clip.wav`; played into, it is a WAV file.
    File(PathBuf),
    /// A stream, `rtsp://…`, over TCP; it can only be recorded.
    Stream(String),
}

impl FromStr for Sound {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // A name at the end of the line must not read as an option.
        let is_name = |name: &str| !name.is_empty() && !name.starts_with('-') && !name.contains(char::is_control);
        match text.split_once(':') {
            Some(("pulse", name)) if is_name(name) => Ok(match name.rsplit_once('@') {
                // `@DEFAULT_SINK@` is a name.
                Some((name, server)) if is_name(name) && !server.is_empty() => {
                    Self::Pulse { name: name.to_owned(), server: Some(server.to_owned()) }
                }
                _ => Self::Pulse { name: name.to_owned(), server: None },
            }),
            Some(("alsa", name)) if is_name(name) => Ok(Self::Alsa(name.to_owned())),
            Some(("rtsp" | "rtsps", rest)) if rest.starts_with("//") && rest.len() > 2 => {
                Ok(Self::Stream(text.to_owned()))
            }
            Some(("file", file)) if is_name(file.strip_prefix("//").unwrap_or(file)) => {
                Ok(Self::File(file.strip_prefix("//").unwrap_or(file).into()))
            }
            _ => Err("expected pulse:NAME, alsa:NAME, file:path or, to listen to, rtsp://host/path".to_owned()),
        }
    }
}

impl fmt::Debug for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pulse { name, .. } => write!(f, "pulse:{name}"),
            Self::Alsa(name) => write!(f, "alsa:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Stream(url) => f.write_str(&redact(url)),
        }
    }
}

impl Sound {
    /// Where what is played there is heard before it leaves the box: PulseAudio's monitor of a sink.
    #[must_use]
    pub fn monitor(&self) -> Option<Self> {
        match self {
            Self::Pulse { name, server } => {
                let name = if name == "default" { "@DEFAULT_MONITOR@".to_owned() } else { format!("{name}.monitor") };
                Some(Self::Pulse { name, server: server.clone() })
            }
            Self::Alsa(_) | Self::File(_) | Self::Stream(_) => None,
        }
    }

    /// Whether sound can be played there.
    #[must_use]
    pub const fn plays(&self) -> bool {
        !matches!(self, Self::Stream(_))
    }

    /// Whether it passes as time does: a device or stream, and no file.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        !matches!(self, Self::File(_))
    }

    /// The arguments that play mono samples of `rate` from standard input.
    pub(super) fn sink(&self, rate: u32) -> Vec<String> {
        let mut all =
            words(&["-hide_banner", "-nostats", "-loglevel", "warning", "-threads", "1", "-f", "s16le", "-ar"]);
        all.extend([rate.to_string()]);
        all.extend(words(&["-ac", "1", "-i", "pipe:0"]));
        match self {
            Self::Pulse { name, server } => {
                all.extend(words(&["-f", "pulse", "-buffer_duration", "50", "-name", "avow-agent"]));
                all.extend(server.iter().flat_map(|server| words(&["-server", server])));
                if name != "default" {
                    all.extend(words(&["-device", name]));
                }
                all.push("avow".to_owned());
            }
            Self::Alsa(name) => all.extend(words(&["-f", "alsa", name])),
            Self::File(path) => {
                all.extend(words(&["-f", "wav", "-y"]));
                all.push(format!("file:{}", path.display()));
            }
            Self::Stream(url) => all.push(url.clone()),
        }
        all
    }

    /// The arguments that bring mono samples of `rate` to standard output, and the times of frames to standard error.
    pub(super) fn source(&self, rate: u32) -> Vec<String> {
        let mut all = words(&["-hide_banner", "-nostdin", "-nostats", "-loglevel", "info", "-threads", "1"]);
        let rate = rate.to_string();
        match self {
            // Devices stamp with the clock of the wall; without -copyts the first stamp would become zero.
            Self::Pulse { name, server } => {
                all.extend(words(&["-copyts", "-f", "pulse", "-name", "avow-agent"]));
                all.extend(server.iter().flat_map(|server| words(&["-server", server])));
                // 50 ms a piece: left to itself, an old server gives two seconds.
                let piece = (rate.parse().unwrap_or(0) / 10).to_string();
                all.extend(words(&["-fragment_size", &piece, "-sample_rate", &rate, "-channels", "1", "-i", name]));
            }
            Self::Alsa(name) => {
                all.extend(words(&["-copyts", "-f", "alsa", "-sample_rate", &rate, "-channels", "1", "-i", name]));
            }
            Self::File(path) => {
                all.extend(words(&["-protocol_whitelist", "file", "-i"]));
                all.push(format!("file:{}", path.display()));
            }
            Self::Stream(url) => all.extend(words(&["-rtsp_transport", "tcp", "-i", url])),
        }
        all.extend(words(&["-map", "0:a:0", "-vn", "-sn", "-dn", "-af", "asettb=AVTB,ashowinfo"]));
        all.extend(words(&["-ac", "1", "-ar", &rate, "-f", "s16le", "-flush_packets", "1", "pipe:1"]));
        all
    }

    pub(super) fn without_secret(&self, line: &str) -> String {
        match self {
            Self::Stream(url) => redact(&line.replace(url.as_str(), &redact(url))),
            _ => redact(line),
        }
    }
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sink_and_source_has_its_arguments() {
        let check = |text: &str, sink: &str, source: &str| {
            let sound: Sound = text.parse().expect("a sound");
            let head = "-hide_banner -nostats -loglevel warning -threads 1 -f s16le -ar 16000 -ac 1 -i pipe:0";
            assert_eq!(sound.sink(16_000).join(" "), format!("{head} {sink}"));
            let head = "-hide_banner -nostdin -nostats -loglevel info -threads 1";
            let tail =
                "-map 0:a:0 -vn -sn -dn -af asettb=AVTB,ashowinfo -ac 1 -ar 16000 -f s16le -flush_packets 1 pipe:1";
            assert_eq!(sound.source(16_000).join(" "), format!("{head} {source} {tail}"));
        };
        let pulse = "-copyts -f pulse -name avow-agent -fragment_size 1600 -sample_rate 16000 -channels 1 -i";
        let out = "-f pulse -buffer_duration 50 -name avow-agent";
        check("pulse:hall", &format!("{out} -device hall avow"), &format!("{pulse} hall"));
        let at = "-server unix:/s/n -fragment_size";
        check(
            "pulse:hall@unix:/s/n",
            &format!("{out} -server unix:/s/n -device hall avow"),
            &format!("{} hall", pulse.replace("-fragment_size", at)),
        );
        check(
            "pulse:@DEFAULT_SOURCE@",
            &format!("{out} -device @DEFAULT_SOURCE@ avow"),
            &format!("{pulse} @DEFAULT_SOURCE@"),
        );
        check("pulse:default", &format!("{out} avow"), &format!("{pulse} default"));
        let alsa = "-copyts -f alsa -sample_rate 16000 -channels 1 -i plughw:1,0";
        check("alsa:plughw:1,0", "-f alsa plughw:1,0", alsa);
        check("file:/a/b.wav", "-f wav -y file:/a/b.wav", "-protocol_whitelist file -i file:/a/b.wav");
        check("rtsp://h/x", "rtsp://h/x", "-rtsp_transport tcp -i rtsp://h/x");
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        for text in ["", "hall", "pulse:", "alsa:", "alsa:-y", "file:", "file://", "file:-x", "rtsp:", "http://h/x"] {
            assert!(text.parse::<Sound>().is_err(), "{text}");
        }
        assert!(!"rtsp://h/x".parse::<Sound>().expect("a sound").plays());
        assert!(!format!("{:?}", "rtsp://u:p@h".parse::<Sound>()).contains(":p@"));
    }
}
