//! Which exercises a person means: by a probe's name, by `venue/probe`, a camera also by its device.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Exercise;
use crate::probe::Work;

/// Why a name means nothing, or too much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Misnamed {
    /// There is no such probe.
    NoProbe {
        /// As it was written.
        name: SmolStr,
        /// What could have been.
        known: Vec<SmolStr>,
    },
    /// There is no such camera.
    NoCamera {
        /// As it was written.
        name: SmolStr,
        /// What could have been.
        known: Vec<SmolStr>,
    },
    /// Several cameras have it, and only one can be meant.
    SeveralCameras {
        /// As it was written.
        name: SmolStr,
        /// Their full names.
        fits: Vec<SmolStr>,
    },
}

/// `venue/probe`.
#[must_use]
pub fn full_name(exercise: &Exercise) -> SmolStr {
    smol_str::format_smolstr!("{}/{}", exercise.name.venue, exercise.name.probe)
}

/// The exercises that a person names, alone or as `venue/probe`; all when he names none. A name that several venues have
/// means all of theirs: each is only tested.
///
/// # Errors
/// The first name that fits none.
pub fn choose(exercises: &[Exercise], names: &[SmolStr]) -> Result<Vec<usize>, Misnamed> {
    let fits = |exercise: &Exercise, name: &str| is_named(exercise, exercise.name.probe.as_str(), name);
    let unknown = names.iter().find(|name| !exercises.iter().any(|exercise| fits(exercise, name)));
    if let Some(name) = unknown {
        return Err(Misnamed::NoProbe { name: name.clone(), known: shortest(exercises.iter(), exercises) });
    }
    let is_chosen = |exercise: &Exercise| names.is_empty() || names.iter().any(|name| fits(exercise, name));
    Ok((0..exercises.len()).filter(|at| is_chosen(&exercises[*at])).collect())
}

/// The one camera probe of that name, or about the device of that name, alone or behind `venue/`.
///
/// # Errors
/// When there is none, or several and nothing says which: a camera is moved, so nobody guesses.
pub fn camera(exercises: &[Exercise], name: &str) -> Result<usize, Misnamed> {
    let cameras = || exercises.iter().enumerate().filter(|(_, exercise)| matches!(exercise.work, Work::Camera(_)));
    let by_probe = |exercise: &Exercise| is_named(exercise, exercise.name.probe.as_str(), name);
    let by_device = |exercise: &Exercise| exercise.device.as_deref().is_some_and(|id| is_named(exercise, id, name));
    let all = |is: &dyn Fn(&Exercise) -> bool| -> Vec<usize> {
        cameras().filter(|(_, exercise)| is(exercise)).map(|(at, _)| at).collect()
    };
    let mut found = all(&by_probe);
    if found.is_empty() {
        found = all(&by_device);
    }
    let device = |at: &usize| &exercises[*at].device_key;
    match found[..] {
        // Several probes of one camera are one camera.
        [at, ..] if found.iter().all(|other| device(other) == device(&at)) => Ok(at),
        [] => Err(Misnamed::NoCamera {
            name: name.into(),
            known: shortest(cameras().map(|(_, exercise)| exercise), exercises),
        }),
        _ => Err(Misnamed::SeveralCameras {
            name: name.into(),
            fits: found.iter().map(|at| full_name(&exercises[*at])).collect(),
        }),
    }
}

fn is_named(exercise: &Exercise, id: &str, name: &str) -> bool {
    match name.split_once('/') {
        Some((venue, rest)) => rest == id && exercise.name.venue.to_string() == venue,
        None => name == id,
    }
}

/// What a person would write: the probe alone where no other venue has one of that name.
fn shortest<'a>(some: impl Iterator<Item = &'a Exercise>, all: &[Exercise]) -> Vec<SmolStr> {
    let is_alone = |one: &Exercise| all.iter().filter(|other| other.name.probe == one.name.probe).count() == 1;
    some.map(|one| if is_alone(one) { one.name.probe.as_str().into() } else { full_name(one) }).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    const TWO: &str = r#"
[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:1883"
http = "http://127.0.0.1:1"
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.device]]
id = "dome"
name = "球机"
kind = "camera"
[[venue.probe]]
id = "front"
name = "主席台"
kind = "camera"
port = "/dev/ttyUSB0"
device = "dome"
[[venue.probe]]
id = "host"
name = "本机"
kind = "host"
[[venue]]
id = "350102001-02"
name = "会商室"
[[venue.device]]
id = "dome"
name = "球机"
kind = "camera"
[[venue.device]]
id = "wide"
name = "全景机"
kind = "camera"
[[venue.probe]]
id = "front"
name = "主席台"
kind = "camera"
port = "/dev/ttyUSB1"
device = "dome"
[[venue.probe]]
id = "rear"
name = "全景"
kind = "camera"
port = "/dev/ttyUSB2"
device = "wide"
[[venue.probe]]
id = "rear-preset"
name = "全景预置位"
kind = "camera"
port = "/dev/ttyUSB2"
device = "wide"
"#;

    fn exercises() -> Vec<Exercise> {
        Config::parse(TWO, Path::new("agent.toml")).expect("good").exercises
    }

    fn names(names: &[&str]) -> Vec<SmolStr> {
        names.iter().map(|name| (*name).into()).collect()
    }

    #[test]
    fn a_camera_is_found_by_whatever_names_it_alone() {
        let exercises = exercises();
        let check = |name: &str, expected: usize| assert_eq!(camera(&exercises, name), Ok(expected), "{name}");
        check("350102001-01/front", 0);
        check("350102001-02/front", 2);
        check("350102001-01/dome", 0);
        check("350102001-02/dome", 2);
        check("rear", 3);
        check("350102001-02/rear", 3);
        check("rear-preset", 4);
        check("wide", 3);
    }

    #[test]
    fn a_name_that_several_cameras_have_moves_none_of_them() {
        let fits = names(&["350102001-01/front", "350102001-02/front"]);
        for name in ["front", "dome"] {
            let expected = Misnamed::SeveralCameras { name: name.into(), fits: fits.clone() };
            assert_eq!(camera(&exercises(), name), Err(expected));
        }
    }

    #[test]
    fn what_names_no_camera_is_answered_with_what_could_have_been_written() {
        let known = names(&["350102001-01/front", "350102001-02/front", "rear", "rear-preset"]);
        for name in ["host", "350102001-01/rear", "350102001-03/front", "", "/", "350102001-01/"] {
            let expected = Misnamed::NoCamera { name: name.into(), known: known.clone() };
            assert_eq!(camera(&exercises(), name), Err(expected));
        }
    }

    #[test]
    fn probes_of_one_name_are_tested_together_and_unknown_ones_refused() {
        let exercises = exercises();
        assert_eq!(choose(&exercises, &names(&["front"])), Ok(vec![0, 2]));
        assert_eq!(choose(&exercises, &names(&["350102001-02/front", "host"])), Ok(vec![1, 2]));
        assert_eq!(choose(&exercises, &[]), Ok(vec![0, 1, 2, 3, 4]));
        let known = names(&["350102001-01/front", "host", "350102001-02/front", "rear", "rear-preset"]);
        let expected = Misnamed::NoProbe { name: "fornt".into(), known };
        assert_eq!(choose(&exercises, &names(&["host", "fornt"])), Err(expected));
    }
}
