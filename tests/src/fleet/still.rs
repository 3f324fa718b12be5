//! Stills of simulated rooms: a few halls drawn by code, for all that show one; and their way to HQ, which is the only thing that a fleet
//! says over HTTP.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use avow_agent::evidence::signed_name;
use avow_agent::jitter::Dice;
use avow_shared::hash::{ContentHash, to_hex};
use avow_shared::id::VenueId;
use avow_shared::outcome::{Evidence, EvidenceKind};
use avow_shared::roll_call::Untested;
use avow_shared::wire::Signer;
use jpeg_encoder::{ColorType, Encoder};

use crate::sim::hall::{HEIGHT, Hall, Sight, WIDTH};

/// So many halls.
const HALLS: u32 = 4;
const QUALITY: u8 = 60;
/// HQ takes a picture once it has stored the report that names it.
const TRIES: u32 = 40;
const AGAIN: Duration = Duration::from_millis(500);

/// The stills of a fleet.
#[derive(Debug)]
pub struct Stills {
    halls: Vec<Still>,
    /// HQ's address and a client, when it is known.
    hq: Option<(String, reqwest::Client)>,
}

#[derive(Debug)]
struct Still {
    evidence: Evidence,
    jpeg: Vec<u8>,
    /// Somebody takes it to HQ, or did.
    is_sent: AtomicBool,
}

impl Stills {
    /// Draws them. `http`: HQ, as an agent is told of it; without it there are none.
    ///
    /// # Errors
    /// When no client can be made, or no picture.
    pub fn new(http: Option<&str>) -> anyhow::Result<Self> {
        // Nobody sees a still that goes nowhere, and to draw them takes its time.
        let Some(http) = http else { return Ok(Self { halls: Vec::new(), hq: None }) };
        let hq = Some((http.trim_end_matches('/').to_owned(), client()?));
        let halls = (0..HALLS).map(|seed| {
            let sight = Sight { noise: 1.0, moment: seed, ..Sight::default() };
            let luma = Hall::new(seed + 1).pictures(&sight, 1).pop().unwrap_or_default();
            let mut jpeg = Vec::new();
            let (width, height) = (u16::try_from(WIDTH)?, u16::try_from(HEIGHT)?);
            Encoder::new(&mut jpeg, QUALITY).encode(&luma, width, height, ColorType::Luma)?;
            let size = u32::try_from(jpeg.len())?;
            let evidence = Evidence { kind: EvidenceKind::Picture, hash: ContentHash::of(&jpeg), size };
            Ok(Still { evidence, jpeg, is_sent: AtomicBool::new(false) })
        });
        Ok(Self { halls: halls.collect::<anyhow::Result<_>>()?, hq })
    }

    /// The still of a venue, or why it shows none: of five rooms three are seen to be empty, in one somebody may be, one did not agree.
    ///
    /// # Errors
    /// Why there is none.
    pub fn of(&self, venue: VenueId, seed: u64) -> Result<Evidence, Untested> {
        let mut dice = Dice::seeded(format!("{seed} {venue} still").as_bytes());
        match dice.upto(4) {
            0 => Err(Untested::Occupied),
            1 => Err(Untested::Unagreed),
            _ => self.halls.get(self.at(venue)).map(|still| still.evidence.clone()).ok_or(Untested::Missing),
        }
    }

    /// Takes it to HQ for a venue whose report names it, unless somebody has: HQ keeps a picture once, whoever took it.
    pub async fn show(&self, venue: VenueId, signer: Signer) {
        let (Some((http, client)), Some(still)) = (&self.hq, self.halls.get(self.at(venue))) else { return };
        if still.is_sent.swap(true, Ordering::Relaxed) {
            return;
        }
        let Evidence { hash, size, .. } = still.evidence;
        for _ in 0..TRIES {
            let signature = to_hex(&signer.sign(&signed_name(hash, size)));
            let put = client.put(format!("{http}/api/v1/evidence/{hash}")).body(still.jpeg.clone());
            let put = put.header("content-type", "application/octet-stream").header("avow-signature", signature);
            let answer = put.header("avow-agent", signer.id().to_string()).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(AGAIN).await;
        }
        still.is_sent.store(false, Ordering::Relaxed);
    }

    fn at(&self, venue: VenueId) -> usize {
        let last = self.halls.len().saturating_sub(1) as u64;
        usize::try_from(Dice::seeded(format!("{venue} hall").as_bytes()).upto(last)).unwrap_or(0)
    }
}

fn client() -> reqwest::Result<reqwest::Client> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Somebody else of this process may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder().timeout(Duration::from_secs(10)).no_proxy().tls_certs_only([]).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_rooms_show_a_picture_and_the_others_say_why_not() {
        let stills = Stills::new(Some("http://127.0.0.1:1")).expect("drawn");
        let of = |n: u16| stills.of(format!("350102{n:03}-01").parse().expect("a venue"), 7);
        let all: Vec<_> = (1..100).map(of).collect();
        let shown = all.iter().flatten().count();
        assert!((40..80).contains(&shown), "{shown}");
        assert!(all.contains(&Err(Untested::Occupied)) && all.contains(&Err(Untested::Unagreed)));
        for still in &stills.halls {
            assert!(still.jpeg.starts_with(&[0xff, 0xd8, 0xff]) && still.jpeg.len() < 100_000, "{}", still.jpeg.len());
        }
    }
}
