//! A venue says which of HQ's meetings counts for it.

use serde_json::json;

use super::*;
use crate::meetings::{Meeting, Meetings, Whom};

const HOUR_MS: u64 = 3_600_000;

#[tokio::test]
async fn a_venue_says_which_meeting_is_on_or_next() {
    let server = server();
    server.import(VENUE).await;
    let mut meetings = Meetings::default();
    for (place, title, from_ms) in [("350102", "防汛会商", NOW_MS + HOUR_MS), ("3502", "例会", NOW_MS - HOUR_MS)]
    {
        let whom = Whom::Place(place.parse().expect("a place"));
        let meeting = Meeting { title: title.into(), from_ms, to_ms: from_ms + 2 * HOUR_MS, whom };
        meetings.put(meetings.next_id(NOW_MS), Arc::new(meeting));
    }
    server.shared.books.meetings.store(Arc::new(meetings));
    let meeting = async |id: &str| server.json(get(&format!("/api/v1/venues/{id}"))).await.1["meeting"].take();
    assert_eq!(
        meeting("350102001-01").await,
        json!({ "title": "防汛会商", "from_ms": NOW_MS + HOUR_MS, "to_ms": NOW_MS + 3 * HOUR_MS,
            "covers_from_ms": NOW_MS + HOUR_MS / 2, "covers_to_ms": NOW_MS + 3 * HOUR_MS + HOUR_MS / 4 })
    );
    let on = meeting("3502-01").await;
    assert_eq!((&on["title"], &on["from_ms"]), (&json!("例会"), &json!(NOW_MS - HOUR_MS)));
    let (_, all) = server.json(get("/api/v1/meetings")).await;
    let whom =
        all["items"].as_array().expect("a list").iter().map(|one| (one["place"].clone(), one["place_name"].clone()));
    assert_eq!(
        whom.collect::<Vec<_>>(),
        [(json!("3502"), json!("厦门市")), (json!("350102"), json!("福州市 鼓楼区"))],
        "the one that begins first first"
    );
    server.shared.books.meetings.store(Arc::default());
    assert_eq!(meeting("350102001-01").await, Value::Null);
}
