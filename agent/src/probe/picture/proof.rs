//! Whose picture it is: the optical code that it should show, and what another one means.

use avow_shared::id::VenueId;
use avow_shared::outcome::Verdict;
use avow_shared::value::Value;

use crate::ffmpeg::{HEIGHT, WIDTH};
use crate::probe::Found;
use crate::probe::measures::{CODE_CONTRAST, CODE_SIZE};
use crate::probe::preset::shot::apart;
use crate::sight::code::{Finder, Seen};

/// The code of a frame, looked for away from the one thread that everything else runs on.
pub(super) async fn seen(frame: &[u8]) -> Option<Seen> {
    let luma = frame.get(..WIDTH * HEIGHT)?.to_vec();
    apart(move || Finder::new().find(&luma, WIDTH, HEIGHT)).await
}

/// `found` with what the code in its picture adds: nothing to a picture that fails for a cause of its own.
pub(super) fn judged(found: Found, expected: VenueId, seen: Option<Seen>) -> Found {
    let (verdict, words) = match seen {
        Some(seen) if seen.payload.venue == expected => (Verdict::Pass, format!("画面来自本会场 {expected}")),
        Some(Seen { payload, .. }) => {
            let verdict = Verdict::fail("picture.other-venue");
            (verdict, format!("画面来自 {}，应为 {expected}", payload.venue))
        }
        None => (Verdict::degraded("display.unproven"), format!("未看到 {expected} 的会场码")),
    };
    let mut values: Vec<Value> = found.values.clone();
    if let Some(seen) = seen {
        values.extend([CODE_SIZE.of(seen.size.into()), CODE_CONTRAST.of(seen.contrast.into())]);
    }
    let detail = format!("{words}；{}", found.detail);
    let verdict = match (&verdict, &found.verdict) {
        (Verdict::Pass, _) | (_, Verdict::Fail { .. }) => found.verdict.clone(),
        _ => verdict,
    };
    Found { exhibits: found.exhibits, facts: found.facts, ..Found::new(verdict, detail).with_values(values) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sight::code::Payload;

    fn venue(text: &str) -> VenueId {
        text.parse().expect("a venue")
    }

    fn code(of: &str) -> Option<Seen> {
        let payload = Payload { run: 1, venue: venue(of), sequence: 2 };
        Some(Seen { payload, x: 1.0, y: 2.0, size: 170.0, contrast: 90.0 })
    }

    #[test]
    fn the_own_code_proves_another_contradicts_and_none_leaves_it_open() {
        let check = |before: Verdict, seen: Option<Seen>, expected: Verdict, words: &str| {
            let found = judged(Found::new(before, "画面正常"), venue("350102-01"), seen);
            assert_eq!(found.verdict, expected, "{}", found.detail);
            assert!(found.detail.starts_with(words) && found.detail.ends_with("画面正常"), "{}", found.detail);
            assert_eq!(found.values.len(), if seen.is_some() { 2 } else { 0 });
        };
        let dark = || Verdict::degraded("picture.dark");
        check(Verdict::Pass, code("350102-01"), Verdict::Pass, "画面来自本会场 350102-01");
        check(dark(), code("350102-01"), dark(), "画面来自本会场");
        check(dark(), code("350102-02"), Verdict::fail("picture.other-venue"), "画面来自 350102-02，应为 350102-01");
        check(Verdict::Pass, None, Verdict::degraded("display.unproven"), "未看到 350102-01 的会场码");
        check(Verdict::fail("picture.black"), None, Verdict::fail("picture.black"), "未看到");
        check(Verdict::fail("picture.frozen"), code("35-01"), Verdict::fail("picture.frozen"), "画面来自 35-01");
    }
}
