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
pub fn find(name: &str) -> Result<Profile, String> {
    if name.ends_with(".toml") {
        return file::load(Path::new(name)).map_err(|error| error.to_string());
    }
    let found = ALL.iter().find(|(shipped, _)| *shipped == name);
    let names = || ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let (_, text) = found.ok_or_else(|| format!("expected a file ….toml or one of {}, found '{name}'", names()))?;
    file::parse(text)
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
        assert!(find("extron").is_err_and(|error| error.contains("extron-sis")));
        assert!(find("/nowhere/own.toml").is_err_and(|error| error.contains("/nowhere/own.toml")));
    }
}
