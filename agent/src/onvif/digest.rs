//! HTTP Digest (RFC 7616, and RFC 2617 of which most cameras are): reading a challenge, answering it.

use super::hash::{md5, sha256};
use super::token::Credentials;

/// How digests are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// `MD5`, also when nothing is said.
    Md5,
    /// `SHA-256`.
    Sha256,
}

/// What a server wants to be proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// What the password is for.
    pub realm: String,
    /// The server's word.
    pub nonce: String,
    /// To be given back as it is.
    pub opaque: Option<String>,
    /// How digests are made.
    pub algorithm: Algorithm,
    /// `algorithm` as it was written, when it was.
    written: Option<String>,
    /// Digests hold the session's words (`MD5-sess`).
    is_session: bool,
    /// Whether `qop="auth"` is offered; else it is answered as in RFC 2069.
    has_qop: bool,
    /// The last answer was right but for the age of its nonce.
    pub is_stale: bool,
}

/// The strongest challenge of all `WWW-Authenticate` fields that can be answered.
#[must_use]
pub fn strongest<'a>(fields: impl IntoIterator<Item = &'a str>) -> Option<Challenge> {
    fields.into_iter().flat_map(challenges).max_by_key(|challenge| challenge.algorithm)
}

/// The schemes that are offered, for people.
#[must_use]
pub fn schemes<'a>(fields: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    fields.into_iter().flat_map(split).map(|(scheme, _)| scheme.to_owned()).collect()
}

/// A scheme and its parameters.
type Offer<'a> = (&'a str, Vec<(&'a str, String)>);

fn challenges(field: &str) -> Vec<Challenge> {
    let offers = split(field).into_iter().filter(|(scheme, _)| scheme.eq_ignore_ascii_case("digest"));
    offers.filter_map(|(_, parameters)| challenge(&parameters)).collect()
}

fn challenge(parameters: &[(&str, String)]) -> Option<Challenge> {
    let get = |name: &str| {
        let found = parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    };
    let written = get("algorithm");
    let name = written.as_deref().unwrap_or("MD5").to_ascii_uppercase();
    let (base, is_session) = name.strip_suffix("-SESS").map_or((name.as_str(), false), |base| (base, true));
    let algorithm = match base {
        "MD5" => Algorithm::Md5,
        "SHA-256" => Algorithm::Sha256,
        _ => return None,
    };
    let has_qop = match get("qop") {
        None => false,
        Some(offered) if offered.split(',').any(|qop| qop.trim().eq_ignore_ascii_case("auth")) => true,
        // The integrity of bodies alone is offered by no camera.
        Some(_) => return None,
    };
    let is_stale = get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true"));
    let (realm, nonce, opaque) = (get("realm")?, get("nonce")?, get("opaque"));
    Some(Challenge { realm, nonce, opaque, algorithm, written, is_session, has_qop, is_stale })
}

/// Offers in one field: `Digest a="b", c=d, Basic realm="e"`. A word without `=` begins the next.
fn split(field: &str) -> Vec<Offer<'_>> {
    let mut offers: Vec<Offer<'_>> = Vec::new();
    let mut rest = field;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
        let word = &rest[..end];
        if word.is_empty() {
            return offers;
        }
        let behind = rest[end..].trim_start_matches([' ', '\t']);
        match (behind.strip_prefix('='), offers.last_mut()) {
            (Some(value), Some((_, parameters))) => {
                let (value, behind) = value_of(value.trim_start());
                parameters.push((word, value));
                rest = behind;
            }
            // A parameter of no scheme: nothing that can be read follows.
            (Some(_), None) => return offers,
            (None, _) => {
                offers.push((word, Vec::new()));
                rest = behind;
            }
        }
    }
}

/// A token or a quoted string, and what stands behind it.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let (mut value, mut is_escaped) = (String::new(), false);
    for (at, c) in quoted.char_indices() {
        match c {
            '"' if !is_escaped => return (value, &quoted[at + 1..]),
            '\\' if !is_escaped => is_escaped = true,
            c => {
                value.push(c);
                is_escaped = false;
            }
        }
    }
    (value, "")
}

impl Challenge {
    /// The `Authorization` field for the `count`th request under this nonce, from 1, with the client's own word `cnonce`.
    #[must_use]
    pub fn answer(&self, who: &Credentials, method: &str, uri: &str, count: u32, cnonce: &str) -> String {
        let digest = match self.algorithm {
            Algorithm::Md5 => md5,
            Algorithm::Sha256 => sha256,
        };
        let Self { realm, nonce, .. } = self;
        let mut secret = digest(&format!("{}:{realm}:{}", who.user, who.password));
        if self.is_session {
            secret = digest(&format!("{secret}:{nonce}:{cnonce}"));
        }
        let request = digest(&format!("{method}:{uri}"));
        let response = if self.has_qop {
            digest(&format!("{secret}:{nonce}:{count:08x}:{cnonce}:auth:{request}"))
        } else {
            digest(&format!("{secret}:{nonce}:{request}"))
        };
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let mut field = format!(
            "Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{uri}\", response=\"{response}\"",
            quoted(&who.user),
            quoted(realm),
            quoted(nonce),
        );
        if let Some(algorithm) = &self.written {
            field.push_str(&format!(", algorithm={algorithm}"));
        }
        if let Some(opaque) = &self.opaque {
            field.push_str(&format!(", opaque=\"{}\"", quoted(opaque)));
        }
        if self.has_qop || self.is_session {
            field.push_str(&format!(", cnonce=\"{cnonce}\""));
        }
        if self.has_qop {
            field.push_str(&format!(", qop=auth, nc={count:08x}"));
        }
        field
    }
}

#[cfg(test)]
mod tests;
