//! The profiles that come with the program; each is a file that an engineer may copy and change.

use std::path::Path;

use super::{Profile, file};

macro_rules! shipped {
    ($($name:literal,)+) => {
        /// Name and text of each.
        pub const ALL: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../profiles/", $name, ".toml"))),)+];
    };
}

shipped! {
    "audio-mixer-telnet",
    "codec-http",
    "extron-sis",
    "power-meter-modbus",
    "power-sequencer",
    "video-wall",
}

/// A shipped profile by its name, or the file at a path that ends in `.toml`.
///
/// # Errors
/// In words, with the names that there are.
pub fn find(name: &str) -> Result<Profile, file::Error> {
    if name.ends_with(".toml") {
        return file::load(Path::new(name));
    }
    let text = text(name).ok_or_else(|| file::Error::Wrong(unknown("a file ….toml or one of", name)))?;
    file::parse(text).map_err(file::Error::Wrong)
}

/// The file of a shipped profile.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    ALL.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text)
}

/// What to say of a name that no shipped profile has.
#[must_use]
pub fn unknown(expected: &str, name: &str) -> String {
    let names = ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    format!("expected {expected} {names}, found '{name}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_profile_is_one() {
        assert_eq!(ALL.len(), 6);
        for (name, _) in ALL {
            if let Err(wrong) = find(name) {
                panic!("{name}: {wrong}");
            }
        }
        assert!(find("extron").is_err_and(|error| error.to_string().contains("extron-sis")));
        assert!(find("/nowhere/own.toml").is_err_and(|error| error.to_string().contains("/nowhere/own.toml")));
    }
}
