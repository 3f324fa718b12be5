//! Early warning over the API. The clock stands.

use super::*;
use crate::warning::{Room, Warning, Warnings};

const DAY: u64 = 86_400_000;

fn warn(server: &Server) {
    let venue = "350102001-01".parse().expect("a venue");
    let warning = |value: &str, days: u64| Warning {
        venue,
        probe: "extranet".parse().expect("a probe"),
        value: value.parse().expect("a value"),
        unit: avow_shared::value::Unit::Millisecond,
        limit: (30.0, avow_shared::venue::Side::AtMost),
        fails: false,
        now: 20.0,
        per_day: 1.0,
        crosses_ms: NOW_MS + days * DAY,
        tau: 0.9,
        points: vec![(NOW_MS - DAY, 19.0), (NOW_MS, 20.0)],
    };
    let faults = [80, 40, 2].map(|ago| NOW_MS - ago * DAY).into();
    let room = Room { warnings: vec![warning("rtt_avg", 20), warning("loss", 10)], faults, since_ms: Some(1) };
    let rooms = [(venue, Arc::new(room))].into_iter().collect();
    let all = Warnings { rooms, complete_ms: Some(NOW_MS), since_ms: Some(NOW_MS - 85 * DAY) };
    server.shared.books.warnings.store(Arc::new(all));
}

#[tokio::test]
async fn what_arrives_first_is_warned_of_first_and_rooms_that_fail_often_are_counted_by_the_rule() {
    let server = server();
    server.import(VENUE).await;
    warn(&server);
    let list = async |path: &str| {
        let (status, list) = server.json(get(&format!("/api/v1{path}"))).await;
        assert_eq!(status, 200, "{list}");
        list
    };
    let all = list("/warnings").await;
    assert_eq!(
        (&all["total"], &all["items"][0]["value"], &all["items"][0]["days_left"]),
        (&2.into(), &"loss".into(), &10.0.into())
    );
    assert_eq!((&all["items"][0]["name"], &all["items"][0]["limit_kind"]), (&"指挥大厅".into(), &"max".into()));
    for (path, total) in [
        ("/warnings?place=3502", 0),
        ("/warnings?value=rtt_avg", 1),
        ("/warnings?q=zhdt", 2),
        ("/frequent", 1),
        ("/frequent?days=60", 0),
        ("/frequent?days=60&faults=2", 1),
        ("/frequent?place=3502", 0),
        ("/warnings/backups", 0),
    ] {
        assert_eq!(list(path).await["total"], total, "{path}");
    }
    let often = list("/frequent").await;
    assert_eq!((&often["items"][0]["faults"], &often["since_ms"]), (&3.into(), &(NOW_MS - 85 * DAY).into()));
    for path in ["/warnings?place=x", "/frequent?days=91", "/frequent?faults=0", "/warnings?limit=501"] {
        server.check_problem(get(&format!("/api/v1{path}")), 400).await;
    }
}
