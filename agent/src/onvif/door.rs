//! Who may ask: which proof a camera wants, and when to stop proving. Pure; it sees refusals, and says whether to ask again.
//!
//! What is asked for decides: a `Digest` challenge is answered as HTTP Digest, every other refusal of a SOAP request with a
//! UsernameToken. A wrong password is offered once in a run: cameras lock who tries too often. It is never sent readable.

use super::digest::{Challenge, schemes, strongest};
use super::moment::Moment;
use super::token::Credentials;

/// Why there is no way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Locked {
    /// A user is wanted, and none is configured.
    NoUser,
    /// The user or the password is wrong.
    WrongUser,
    /// What the camera wants is not done: these schemes.
    Schemes(String),
}

/// The way into one camera.
#[derive(Clone, Debug)]
pub struct Door {
    who: Option<Credentials>,
    challenge: Option<Held>,
    has_token: bool,
    /// Refusals of this request.
    refusals: u32,
    /// How far the camera's clock is ahead of ours.
    ahead_ms: i64,
}

#[derive(Clone, Debug)]
struct Held {
    challenge: Challenge,
    answers: u32,
    /// Got for the request that is under way.
    is_fresh: bool,
}

/// A new nonce, a stale one, a token: nobody needs to be asked more often.
const MOST_REFUSALS: u32 = 4;

impl Door {
    /// Nothing was asked yet.
    #[must_use]
    pub const fn new(who: Option<Credentials>) -> Self {
        Self { who, challenge: None, has_token: false, refusals: 0, ahead_ms: 0 }
    }

    /// The camera's clock is ahead of ours by so much: tokens are written in its time.
    pub const fn set_clock(&mut self, ahead_ms: i64) {
        self.ahead_ms = ahead_ms;
    }

    /// A request begins.
    pub const fn begin(&mut self) {
        self.refusals = 0;
        if let Some(held) = &mut self.challenge {
            held.is_fresh = false;
        }
    }

    /// The `Authorization` field of the next try.
    pub fn authorization(&mut self, method: &str, uri: &str, cnonce: &str) -> Option<String> {
        let (who, held) = (self.who.as_ref()?, self.challenge.as_mut()?);
        held.answers += 1;
        Some(held.challenge.answer(who, method, uri, held.answers, cnonce))
    }

    /// The security header of the next try.
    #[must_use]
    pub fn security_header(&self, nonce: &[u8], now: Moment) -> Option<String> {
        let who = self.who.as_ref().filter(|_| self.has_token)?;
        Some(who.security_header(nonce, now.plus(self.ahead_ms)))
    }

    /// The camera refused, with these `WWW-Authenticate` fields, a request that could hold a token or not. Ok: try again.
    ///
    /// # Errors
    /// When no proof is left to give.
    pub fn refused(&mut self, fields: &[String], takes_token: bool) -> Result<(), Locked> {
        let fields = || fields.iter().map(String::as_str);
        self.refusals += 1;
        if self.who.is_none() {
            return Err(Locked::NoUser);
        }
        if self.refusals > MOST_REFUSALS {
            return Err(Locked::WrongUser);
        }
        match (strongest(fields()), &self.challenge) {
            (Some(challenge), Some(held)) if held.is_fresh && !challenge.is_stale => Err(Locked::WrongUser),
            (Some(challenge), _) => {
                self.challenge = Some(Held { challenge, answers: 0, is_fresh: true });
                Ok(())
            }
            (None, _) if takes_token && !self.has_token => {
                self.has_token = true;
                Ok(())
            }
            (None, _) if takes_token => Err(Locked::WrongUser),
            (None, Some(held)) if held.is_fresh => Err(Locked::WrongUser),
            (None, _) => Err(Locked::Schemes(schemes(fields()).join(", "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "Digest realm=\"r\", nonce=\"n1\", qop=\"auth\"";

    fn door() -> Door {
        Door::new(Some(Credentials { user: "admin".into(), password: "secret".into() }))
    }

    fn fields(fields: &[&str]) -> Vec<String> {
        fields.iter().map(|field| (*field).to_owned()).collect()
    }

    #[test]
    fn a_challenge_is_answered_and_its_answers_are_counted() {
        let mut door = door();
        door.begin();
        assert_eq!(door.authorization("POST", "/", "c"), None, "nothing is said unasked");
        assert_eq!(door.refused(&fields(&[FIRST]), true), Ok(()));
        for count in ["nc=00000001", "nc=00000002"] {
            let field = door.authorization("POST", "/", "c").expect("an answer");
            assert!(field.contains(count) && field.contains("nonce=\"n1\""), "{field}");
            door.begin();
        }
        assert_eq!(door.security_header(&[1], Moment(0)), None);
    }

    #[test]
    fn a_wrong_password_is_offered_once() {
        let mut door = door();
        door.begin();
        assert_eq!(door.refused(&fields(&[FIRST]), true), Ok(()));
        assert_eq!(door.refused(&fields(&[FIRST]), true), Err(Locked::WrongUser));
        let mut door = self::door();
        assert_eq!(door.refused(&[], true), Ok(()));
        assert_eq!(door.refused(&[], true), Err(Locked::WrongUser));
    }

    #[test]
    fn a_stale_nonce_or_one_of_another_service_is_exchanged() {
        let mut door = door();
        door.begin();
        assert_eq!(door.refused(&fields(&[FIRST]), true), Ok(()));
        let stale = fields(&["Digest realm=\"r\", nonce=\"n2\", qop=\"auth\", stale=true"]);
        assert_eq!(door.refused(&stale, true), Ok(()));
        assert!(
            door.authorization("GET", "/", "c").is_some_and(|field| field.contains("n2") && field.contains("00000001"))
        );
        door.begin();
        assert_eq!(door.refused(&fields(&[FIRST]), true), Ok(()), "a nonce from before may have ended without a word");
        assert_eq!(door.refused(&fields(&[FIRST]), true), Err(Locked::WrongUser));
        let mut endless = self::door();
        let tries = (0..100).take_while(|_| endless.refused(&stale, true) == Ok(())).count();
        assert_eq!(tries, 4, "a camera to which every nonce is stale is given up");
    }

    #[test]
    fn a_token_is_written_in_the_cameras_time() {
        let mut door = door();
        assert_eq!(door.refused(&fields(&["Basic realm=\"gSOAP Web Service\""]), true), Ok(()));
        door.set_clock(-3_600_000);
        let header = door.security_header(&[1], Moment(1_284_623_445_000)).expect("a token");
        assert!(header.contains("2010-09-16T06:50:45Z") && !header.contains("secret"), "{header}");
    }

    #[test]
    fn the_password_is_never_sent_readable_and_not_without_a_user() {
        let mut door = door();
        let basic = fields(&["Basic realm=\"x\""]);
        assert_eq!(door.refused(&basic, false), Err(Locked::Schemes("Basic".into())));
        assert_eq!(Door::new(None).refused(&basic, true), Err(Locked::NoUser));
    }
}
