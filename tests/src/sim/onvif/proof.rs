//! Whether who asks has proven that he knows the password, as the camera sees it.

use md5::{Digest as _, Md5};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

use super::answers::fault;
use super::{Camera, Request, Response, Wants, element};

const REALM: &str = "AVOW camera";

impl Camera {
    /// The refusal of a request that proves nothing; none: come in.
    pub(super) fn refuse(&mut self, request: &Request, name: &str) -> Option<Response> {
        let is_open = name == "GetSystemDateAndTime" && !self.faults.clock_locked;
        if is_open || self.wants == Wants::Nothing {
            return None;
        }
        match self.wants {
            // Pictures are fetched without SOAP: there the same cameras want HTTP Digest.
            Wants::Token if request.method == "POST" => self.refuse_token(request),
            Wants::Basic => {
                let mut refusal = Response::new(401, "text/html", "<html>401</html>");
                refusal.challenges.push(format!("Basic realm=\"{REALM}\""));
                Some(refusal)
            }
            _ => self.refuse_digest(request),
        }
    }

    fn refuse_token(&mut self, request: &Request) -> Option<Response> {
        let refusal = || Some(fault(400, "NotAuthorized", "Sender not Authorized"));
        let part = |name| element(&request.body, name);
        let (Some(user), Some(password), Some(nonce), Some(created)) =
            (part("Username"), part("Password"), part("Nonce"), part("Created"))
        else {
            return refusal();
        };
        let age_s = seconds(&created).map(|created| self.clock_ms() / 1_000 - created);
        let bytes = [unbase64(&nonce), created.into_bytes(), self.password.clone().into_bytes()].concat();
        let is_known = user == self.user
            && password.replace('\n', "") == base64(digest(&SHA1_FOR_LEGACY_USE_ONLY, &bytes).as_ref())
            && age_s.is_some_and(|age_s| age_s.abs() <= 300);
        if is_known {
            return None;
        }
        self.wrong_proof();
        refusal()
    }

    fn refuse_digest(&mut self, request: &Request) -> Option<Response> {
        let Some(field) = request.header("authorization").and_then(|field| field.strip_prefix("Digest ")) else {
            return Some(self.challenge(false));
        };
        let get = |name: &str| parameter(field, name);
        let sha256 = get("algorithm").as_deref() == Some("SHA-256");
        let hash = |text: String| {
            if sha256 { hex(digest(&SHA256, text.as_bytes()).as_ref()) } else { hex(&Md5::digest(text)) }
        };
        let (nonce, uri) = (get("nonce").unwrap_or_default(), get("uri").unwrap_or_default());
        let secret = hash(format!("{}:{REALM}:{}", self.user, self.password));
        let what = hash(format!("{}:{uri}", request.method));
        let middle = ["nc", "cnonce", "qop"].map(|name| get(name).unwrap_or_default()).join(":");
        let response = hash(format!("{secret}:{nonce}:{middle}:{what}"));
        let is_right = get("response") == Some(response)
            && get("username").as_deref() == Some(self.user.as_str())
            && get("realm").as_deref() == Some(REALM)
            && get("qop").as_deref() == Some("auth")
            && uri == request.path;
        if !is_right {
            self.wrong_proof();
            return Some(self.challenge(false));
        }
        let is_current = nonce == self.nonce() && get("nc").as_deref() == Some(&format!("{:08x}", self.answers + 1));
        let is_old = self.faults.stale_after > 0 && self.answers >= self.faults.stale_after;
        if !is_current || is_old || self.faults.always_stale {
            self.did.push("stale nonce".to_owned());
            return Some(self.challenge(true));
        }
        self.answers += 1;
        None
    }

    fn wrong_proof(&mut self) {
        self.wrong_proofs += 1;
        self.did.push(format!("wrong proof {}", self.wrong_proofs));
    }

    fn nonce(&self) -> String {
        hex(&Md5::digest(format!("nonce {}", self.nonces)))
    }

    fn challenge(&mut self, is_stale: bool) -> Response {
        self.nonces += 1;
        self.answers = 0;
        let mut refusal = Response::new(401, "text/html", "<html><body>401 Unauthorized</body></html>");
        let stale = if is_stale { ", stale=true" } else { "" };
        let algorithms: &[&str] =
            if self.wants == Wants::DigestSha256 { &[", algorithm=MD5", ", algorithm=SHA-256"] } else { &[""] };
        for algorithm in algorithms {
            let nonce = self.nonce();
            refusal
                .challenges
                .push(format!("Digest realm=\"{REALM}\", qop=\"auth\", nonce=\"{nonce}\"{algorithm}{stale}"));
        }
        refusal
    }
}

fn parameter(field: &str, name: &str) -> Option<String> {
    let begins = |at: usize| at == 0 || matches!(field.as_bytes()[at - 1], b' ' | b',');
    let at = field.match_indices(&format!("{name}=")).map(|(at, _)| at).find(|at| begins(*at))?;
    let value = &field[at + name.len() + 1..];
    match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().map(str::to_owned),
        None => value.split([',', ' ']).next().map(str::to_owned),
    }
}

/// Seconds since 1970 of `2010-09-16T07:50:45Z`, with or without parts of a second.
fn seconds(created: &str) -> Option<i64> {
    let fields: Vec<i64> =
        created.split(['-', 'T', ':', 'Z', '.', '+']).take(6).map_while(|f| f.parse().ok()).collect();
    let [year, month, day, hour, minute, second] = fields[..] else { return None };
    // The Julian day number, after Fliegel and Van Flandern.
    let a = (month - 14) / 12;
    let julian = (1_461 * (year + 4_800 + a)) / 4 + (367 * (month - 2 - 12 * a)) / 12
        - (3 * ((year + 4_900 + a) / 100)) / 4
        + day
        - 32_075;
    Some((julian - 2_440_588) * 86_400 + hour * 3_600 + minute * 60 + second)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    while !bits.len().is_multiple_of(6) {
        bits.push('0');
    }
    let letter = |at: usize| LETTERS.as_bytes()[usize::from_str_radix(&bits[at..at + 6], 2).unwrap_or(0)];
    let mut text: String = (0..bits.len()).step_by(6).map(|at| char::from(letter(at))).collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

fn unbase64(text: &str) -> Vec<u8> {
    let bits: String = text.chars().filter_map(|c| LETTERS.find(c)).map(|value| format!("{value:06b}")).collect();
    (0..bits.len() / 8).filter_map(|at| u8::from_str_radix(&bits[at * 8..at * 8 + 8], 2).ok()).collect()
}
