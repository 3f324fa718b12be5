//! What the user-based security model computes: keys from passwords, proofs and AES. The one file that names `aes`, and `ring`
//! for its digests.

use std::fmt;

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use ring::{digest, hmac};

/// How a message is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// HMAC-SHA-96 (RFC 3414, section 7).
    Sha1,
    /// HMAC-192-SHA-256 (RFC 7860, section 4.1).
    Sha256,
}

/// A key for one engine; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// A password is stretched to so many bytes (RFC 3414, section 2.6).
const STRETCHED: usize = 1 << 20;

impl Proof {
    /// How much of the proof travels, bytes.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Sha1 => 12,
            Self::Sha256 => 24,
        }
    }

    /// The key of a password for an engine (RFC 3414, section 2.6 and A.2.2); an empty password makes a key like any other.
    #[must_use]
    pub fn key(self, password: &str, engine: &[u8]) -> Key {
        let algorithm = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
        };
        let mut stretched = digest::Context::new(algorithm);
        let password = if password.is_empty() { b"\0" } else { password.as_bytes() };
        // Whole repeats, a few thousand bytes at a time.
        let piece: Vec<u8> = password.iter().copied().cycle().take(password.len() * 64).collect();
        let mut left = STRETCHED;
        while left > 0 {
            let now = left.min(piece.len());
            stretched.update(&piece[..now]);
            left -= now;
        }
        let general = stretched.finish();
        let local = [general.as_ref(), engine, general.as_ref()].concat();
        Key(digest::digest(algorithm, &local).as_ref().to_vec())
    }

    /// The proof of a message.
    #[must_use]
    pub fn of(self, key: &Key, message: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
        };
        let proof = hmac::sign(&hmac::Key::new(algorithm, &key.0), message);
        proof.as_ref()[..self.length()].to_vec()
    }
}

/// AES-128 in CFB mode with 128 bits of feedback (RFC 3826, section 3.1): `iv` is engine boots, engine time and salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Makes secret.
    Encrypt,
    /// Makes plain.
    Decrypt,
}

/// Turns `bytes`; none when the key is too short.
#[must_use]
pub fn aes_cfb(key: &Key, iv: [u8; 16], way: Way, bytes: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes128::new_from_slice(key.0.get(..16)?).ok()?;
    let mut register = iv;
    let mut turned = Vec::with_capacity(bytes.len());
    for chunk in bytes.chunks(16) {
        let mut mask = register.into();
        cipher.encrypt_block(&mut mask);
        let out: Vec<u8> = chunk.iter().zip(mask.iter()).map(|(byte, mask)| byte ^ mask).collect();
        let secret = if way == Way::Encrypt { out.as_slice() } else { chunk };
        register[..secret.len()].copy_from_slice(secret);
        turned.extend_from_slice(&out);
    }
    Some(turned)
}

#[cfg(test)]
mod tests {
    use avow_shared::hash::to_hex;

    use super::*;

    const ENGINE: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];

    #[test]
    fn keys_are_those_of_the_standard() {
        // RFC 3414, A.3.2; the other after the same section with SHA-256 (RFC 7860, section 9.3), worked out with another program.
        for (proof, expected) in [
            (Proof::Sha1, "6695febc9288e36282235fc7151f128497b38f3f"),
            (Proof::Sha256, "8982e0e549e866db361a6b625d84cccc11162d453ee8ce3a6445c2d6776f0f8b"),
        ] {
            assert_eq!(to_hex(&proof.key("maplesyrup", &ENGINE).0), expected, "{proof:?}");
        }
    }

    #[test]
    fn proofs_are_those_of_the_standards() {
        // RFC 2202, section 3, case 1; RFC 4231, section 4.2: both with twenty bytes 0b.
        let key = Key(vec![0x0b; 20]);
        assert_eq!(to_hex(&Proof::Sha1.of(&key, b"Hi There")), "b617318655057264e28bc0b6");
        assert_eq!(to_hex(&Proof::Sha256.of(&key, b"Hi There")), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da7");
    }

    #[test]
    fn aes_is_that_of_the_standard_and_comes_back() {
        // NIST SP 800-38A, F.3.13: CFB128-AES128, the first two blocks; and half a block more, which must come back.
        let bytes = |text: &str| crate::profile::bytes::hex(text).expect("digits");
        let key = Key(bytes("2b7e151628aed2a6abf7158809cf4f3c"));
        let iv = std::array::from_fn(|at| u8::try_from(at).expect("small"));
        let plain = bytes("6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51 30c81c46");
        let secret = aes_cfb(&key, iv, Way::Encrypt, &plain).expect("a key");
        assert_eq!(secret[..32], bytes("3b3fd92eb72dad20333449f8e83cfb4a c8a64537a0b3a93fcde3cdad9f1ce58b"));
        assert_eq!(aes_cfb(&key, iv, Way::Decrypt, &secret), Some(plain));
        assert_eq!(aes_cfb(&Key(vec![1; 15]), iv, Way::Encrypt, b"x"), None);
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", Proof::Sha1.key("maplesyrup", &ENGINE)), "Key");
    }
}
