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
    /// With how many answers it was given.
    challenge: Option<(Challenge, u32)>,
    has_token: bool,
    /// How far the camera's clock is ahead of ours, once that is known.
    ahead_ms: Option<i64>,
}

/// One request, which may take several tries. Several may be under way at once.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    refusals: u32,
    /// A challenge was got for this request, and answered.
    is_answered: bool,
    /// A token was sent with this request.
    has_token: bool,
}

/// A new nonce, a stale one, a token: nobody needs to be asked more often.
const MOST_REFUSALS: u32 = 4;

impl Door {
    /// Nothing was asked yet.
    #[must_use]
    pub const fn new(who: Option<Credentials>) -> Self {
        Self { who, challenge: None, has_token: false, ahead_ms: None }
    }

    /// The camera's clock is ahead of ours by so much: tokens are written in its time.
    pub const fn set_clock(&mut self, ahead_ms: i64) {
        self.ahead_ms = Some(ahead_ms);
    }

    /// Whether a token is to be written, and nobody knows in which time.
    #[must_use]
    pub const fn wants_clock(&self) -> bool {
        self.has_token && self.ahead_ms.is_none()
    }

    /// The `Authorization` field of the next try.
    pub fn authorization(&mut self, method: &str, uri: &str, cnonce: &str) -> Option<String> {
        let (who, (challenge, answers)) = (self.who.as_ref()?, self.challenge.as_mut()?);
        *answers += 1;
        Some(challenge.answer(who, method, uri, *answers, cnonce))
    }

    /// The security header of the next try.
    #[must_use]
    pub fn security_header(&self, visit: &mut Visit, nonce: &[u8], now: Moment) -> Option<String> {
        let who = self.who.as_ref().filter(|_| self.has_token)?;
        visit.has_token = true;
        Some(who.security_header(nonce, now.plus(self.ahead_ms.unwrap_or(0))))
    }

    /// The camera refused, with these `WWW-Authenticate` fields, a request that could hold a token or not. Ok: try again.
    ///
    /// # Errors
    /// When no proof is left to give.
    pub fn refused(&mut self, visit: &mut Visit, fields: &[String], takes_token: bool) -> Result<(), Locked> {
        let fields = || fields.iter().map(String::as_str);
        visit.refusals += 1;
        if self.who.is_none() {
            return Err(Locked::NoUser);
        }
        if visit.refusals > MOST_REFUSALS {
            return Err(Locked::WrongUser);
        }
        match strongest(fields()) {
            Some(challenge) if visit.is_answered && !challenge.is_stale => Err(Locked::WrongUser),
            Some(challenge) => {
                self.challenge = Some((challenge, 0));
                visit.is_answered = true;
                Ok(())
            }
            None if takes_token && !visit.has_token => {
                self.has_token = true;
                Ok(())
            }
            None if takes_token || visit.is_answered => Err(Locked::WrongUser),
            None => Err(Locked::Schemes(schemes(fields()).join(", "))),
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
        let (mut door, mut visit) = (door(), Visit::default());
        assert_eq!(door.authorization("POST", "/", "c"), None, "nothing is said unasked");
        assert_eq!(door.refused(&mut visit, &fields(&[FIRST]), true), Ok(()));
        for count in ["nc=00000001", "nc=00000002"] {
            let field = door.authorization("POST", "/", "c").expect("an answer");
            assert!(field.contains(count) && field.contains("nonce=\"n1\""), "{field}");
        }
        assert_eq!(door.security_header(&mut visit, &[1], Moment(0)), None);
    }

    #[test]
    fn a_wrong_password_is_offered_once() {
        let (mut door, mut visit) = (door(), Visit::default());
        assert_eq!(door.refused(&mut visit, &fields(&[FIRST]), true), Ok(()));
        assert_eq!(door.refused(&mut visit, &fields(&[FIRST]), true), Err(Locked::WrongUser));
        let (mut door, mut visit) = (self::door(), Visit::default());
        assert_eq!(door.refused(&mut visit, &[], true), Ok(()));
        assert!(door.wants_clock() && door.security_header(&mut visit, &[1], Moment(0)).is_some());
        assert_eq!(door.refused(&mut visit, &[], true), Err(Locked::WrongUser));
    }

    #[test]
    fn a_stale_nonce_or_one_of_another_service_is_exchanged() {
        let (mut door, mut visit) = (door(), Visit::default());
        assert_eq!(door.refused(&mut visit, &fields(&[FIRST]), true), Ok(()));
        let stale = fields(&["Digest realm=\"r\", nonce=\"n2\", qop=\"auth\", stale=true"]);
        assert_eq!(door.refused(&mut visit, &stale, true), Ok(()));
        let field = door.authorization("GET", "/", "c").expect("an answer");
        assert!(field.contains("n2") && field.contains("00000001"), "{field}");
        let mut next = Visit::default();
        assert_eq!(door.refused(&mut next, &fields(&[FIRST]), true), Ok(()), "an old nonce may end without a word");
        assert_eq!(door.refused(&mut next, &fields(&[FIRST]), true), Err(Locked::WrongUser));
        let (mut endless, mut visit) = (self::door(), Visit::default());
        let tries = (0..100).take_while(|_| endless.refused(&mut visit, &stale, true) == Ok(())).count();
        assert_eq!(tries, 4, "a camera to which every nonce is stale is given up");
    }

    #[test]
    fn a_token_is_written_in_the_cameras_time() {
        let (mut door, mut visit) = (door(), Visit::default());
        assert_eq!(door.refused(&mut visit, &fields(&["Basic realm=\"gSOAP Web Service\""]), true), Ok(()));
        door.set_clock(-3_600_000);
        let header = door.security_header(&mut visit, &[1], Moment(1_284_623_445_000)).expect("a token");
        assert!(header.contains("2010-09-16T06:50:45Z") && !header.contains("secret"), "{header}");
    }

    #[test]
    fn the_password_is_never_sent_readable_and_not_without_a_user() {
        let (mut door, mut visit) = (door(), Visit::default());
        let basic = fields(&["Basic realm=\"x\""]);
        assert_eq!(door.refused(&mut visit, &basic, false), Err(Locked::Schemes("Basic".into())));
        assert_eq!(Door::new(None).refused(&mut Visit::default(), &basic, true), Err(Locked::NoUser));
    }
}
