//! Challenges from the RFCs, from cameras, and anything else.

use proptest::prelude::*;

use super::*;

/// RFC 7616, section 3.9.1: two fields, the stronger first.
const RFC_7616: [&str; 2] = [
    r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#,
    r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#,
];
const CNONCE: &str = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

fn mufasa(password: &str) -> Credentials {
    Credentials { user: "Mufasa".into(), password: password.into() }
}

#[track_caller]
fn answered(challenge: &Challenge, who: &Credentials, cnonce: &str, response: &str) {
    let field = challenge.answer(who, "GET", "/dir/index.html", 1, cnonce);
    assert!(field.contains(&format!("response=\"{response}\"")), "{field}");
}

#[test]
fn answers_are_as_in_rfc_7616() {
    let who = mufasa("Circle of Life");
    let strong = strongest(RFC_7616).expect("a challenge");
    assert_eq!(strong.algorithm, Algorithm::Sha256);
    answered(&strong, &who, CNONCE, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    let weak = strongest([RFC_7616[1]]).expect("a challenge");
    answered(&weak, &who, CNONCE, "8ca523f5e9506fed4657c9700eebdbec");
    let field = weak.answer(&who, "GET", "/dir/index.html", 1, CNONCE);
    for part in ["algorithm=MD5", "qop=auth", "nc=00000001", "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""]
    {
        assert!(field.contains(part), "{part} in {field}");
    }
    assert!(!field.contains("Circle"));
}

/// RFC 2617, section 3.5.
#[test]
fn answers_are_as_in_rfc_2617() {
    let field = r#"Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#;
    let challenge = strongest([field]).expect("a challenge");
    answered(&challenge, &mufasa("Circle Of Life"), "0a4f113b", "6629fae49393a05397450978507c4ef1");
    assert!(
        !challenge.answer(&mufasa(""), "GET", "/", 1, "x").contains("algorithm"),
        "what was not said is not repeated"
    );
}

/// RFC 2069 as corrected by its erratum 749.
#[test]
fn without_quality_of_protection_it_is_answered_as_of_old() {
    let field = r#"Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093""#;
    let challenge = strongest([field]).expect("a challenge");
    answered(&challenge, &mufasa("CircleOfLife"), "0a4f113b", "1949323746fe6a43ef61f9606e7febea");
    let said = challenge.answer(&mufasa(""), "GET", "/", 1, "x");
    assert!(!said.contains("nc=") && !said.contains("cnonce"), "{said}");
}

#[test]
fn the_session_variant_binds_both_words() {
    let plain = strongest([r#"Digest realm="r",nonce="n",qop="auth",algorithm=MD5"#]).expect("a challenge");
    let bound = strongest([r#"Digest realm="r",nonce="n",qop="auth",algorithm="MD5-sess""#]).expect("a challenge");
    let say = |challenge: &Challenge| challenge.answer(&mufasa("p"), "POST", "/", 1, "c");
    let secret = md5(&format!("{}:n:c", md5("Mufasa:r:p")));
    let response = md5(&format!("{secret}:n:00000001:c:auth:{}", md5("POST:/")));
    assert!(say(&bound).contains(&response) && !say(&plain).contains(&response), "{}", say(&bound));
}

#[test]
fn challenges_are_read_as_cameras_write_them() {
    let read = |field| strongest([field]);
    let both =
        read(r#"Basic realm="x, y", DIGEST realm = "a\"b" , nonce=n1,stale=TRUE, qop="auth""#).expect("a challenge");
    assert_eq!((both.realm.as_str(), both.nonce.as_str(), both.is_stale), ("a\"b", "n1", true));
    assert!(both.answer(&mufasa("p"), "GET", "/", 1, "c").contains(r#"realm="a\"b""#));
    assert_eq!(schemes([r#"Basic realm="x, y", Digest nonce="n""#]), ["Basic", "Digest"]);
    for unanswerable in [
        "",
        "Basic realm=\"x\"",
        "Digest",
        "Digest realm=\"r\"",
        "Digest nonce=\"n\"",
        "Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"",
        "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-512-256",
        "realm=\"r\", nonce=\"n\"",
    ] {
        assert_eq!(read(unanswerable), None, "{unanswerable}");
    }
}

proptest! {
    #[test]
    fn arbitrary_fields_never_panic_nor_hang(field in ".*", pieces in prop::collection::vec(prop::sample::select(vec![
        "Digest", "realm", "nonce", "=", "\"", "\\", ",", " ", "qop", "auth", "a",
    ]), 0..30)) {
        for field in [field, pieces.concat()] {
            let _ = strongest([field.as_str()]).map(|challenge| challenge.answer(&mufasa("p"), "GET", "/", 1, "c"));
        }
    }
}
