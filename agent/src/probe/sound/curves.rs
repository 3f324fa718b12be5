//! What is drawn of a test: the frequency response, the same as learnt, and the shape of our own marker. Of speech it says nothing.

use std::fmt::Write as _;

use super::baseline::Baseline;
use crate::sound::room::Path;

/// The evidence: `{"curves":[{"name":…,"x_unit":…,"y_unit":…,"x":[…],"y":[…]}]}`.
pub(super) fn json(path: &Path, known: &Baseline) -> String {
    let mut text = "{\"curves\":[".to_owned();
    bands(&mut text, "response", &path.response);
    let learnt = known.response();
    if !learnt.is_empty() {
        text.push(',');
        bands(&mut text, "baseline", &learnt);
    }
    let (step_ms, shape) = &path.waveform;
    let points = shape.iter().enumerate().map(|(n, value)| (n as f64 * step_ms, f64::from(*value)));
    text.push(',');
    curve(&mut text, "waveform", ["ms", ""], &points.collect::<Vec<_>>());
    text.push_str("]}");
    text
}

fn bands(text: &mut String, name: &str, points: &[(f64, f64)]) {
    curve(text, name, ["Hz", "dB"], points);
}

/// Writing into memory never fails. A number that JSON does not have is none of ours.
fn curve(text: &mut String, name: &str, [x_unit, y_unit]: [&str; 2], points: &[(f64, f64)]) {
    let _ = write!(text, "{{\"name\":\"{name}\",\"x_unit\":\"{x_unit}\",\"y_unit\":\"{y_unit}\"");
    for (axis, of) in [("x", 0), ("y", 1)] {
        let _ = write!(text, ",\"{axis}\":[");
        for (n, (x, y)) in points.iter().enumerate() {
            let number = if of == 0 { x } else { y };
            let _ = write!(text, "{}{number:.4}", if n == 0 { "" } else { "," });
        }
        text.push(']');
    }
    text.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::sound::tests::path;

    #[test]
    fn it_is_json_of_the_agreed_form() {
        let json: serde_json::Value = serde_json::from_str(&json(&path(), &Baseline::default())).expect("JSON");
        let response = &json["curves"][0];
        assert_eq!(response["name"], "response");
        assert_eq!((response["x_unit"].as_str(), response["y_unit"].as_str()), (Some("Hz"), Some("dB")));
        assert_eq!(response["x"], serde_json::json!([500.0, 1000.0, 2000.0]));
        assert_eq!(response["y"], serde_json::json!([-1.0, 0.0, -2.0]));
        let waveform = &json["curves"][1];
        assert_eq!((waveform["name"].as_str(), waveform["x_unit"].as_str()), (Some("waveform"), Some("ms")));
        assert_eq!(waveform["x"], serde_json::json!([0.0, 5.0]));
        assert!(json["curves"].as_array().is_some_and(|curves| curves.len() == 2));
    }
}
