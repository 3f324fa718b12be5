//! The proof of who asks that stands in the request itself: WS-Security UsernameToken with a password digest (OASIS
//! UsernameToken Profile 1.0; ONVIF Core Specification, 'Username token profile').

use std::fmt;

use super::hash::{base64, sha1};
use super::moment::Moment;
use super::xml::escaped;

/// A user and his password; its `Debug` form keeps the password out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user's name.
    pub user: String,
    /// His password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

const EXTENSIONS: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const UTILITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const DIGEST: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest";
const BASE64: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

impl Credentials {
    /// The header of a request. `created` is the camera's own time: it refuses what seems old to it.
    #[must_use]
    pub fn security_header(&self, nonce: &[u8], created: Moment) -> String {
        format!(
            "<w:Security xmlns:w=\"{EXTENSIONS}\" s:mustUnderstand=\"1\"><w:UsernameToken>\
             <w:Username>{}</w:Username><w:Password Type=\"{DIGEST}\">{}</w:Password>\
             <w:Nonce EncodingType=\"{BASE64}\">{}</w:Nonce>\
             <u:Created xmlns:u=\"{UTILITY}\">{created}</u:Created></w:UsernameToken></w:Security>",
            escaped(&self.user),
            self.digest(nonce, created),
            base64(nonce),
        )
    }

    /// Base64(SHA-1(nonce, created, password)).
    fn digest(&self, nonce: &[u8], created: Moment) -> String {
        base64(&sha1(&[nonce, created.to_string().as_bytes(), self.password.as_bytes()].concat()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ONVIF Application Programmer's Guide 1.0, 'Username token profile': nonce, time, password and their digest.
    #[test]
    fn the_digest_is_as_in_the_guide() {
        // LKqI6G/AikKCQrN0zqZFlg==
        let nonce = [0x2c, 0xaa, 0x88, 0xe8, 0x6f, 0xc0, 0x8a, 0x42, 0x82, 0x42, 0xb3, 0x74, 0xce, 0xa6, 0x45, 0x96];
        let created = Moment::of(2010, 9, 16, 7, 50, 45).expect("a date");
        let credentials = Credentials { user: "a<b".into(), password: "userpassword".into() };
        assert_eq!(credentials.digest(&nonce, created), "tuOSpGlFlIXsozq4HFNeeGeFLEI=");
        let header = credentials.security_header(&nonce, created);
        for part in [">a&lt;b<", ">LKqI6G/AikKCQrN0zqZFlg==<", ">2010-09-16T07:50:45Z<"] {
            assert!(header.contains(part), "{part} in {header}");
        }
        assert!(!header.contains("userpassword") && !format!("{credentials:?}").contains("userpassword"));
    }
}
