//! `meetings`: says to HQ when its venues must not be disturbed, in the time of China.

use super::call::{Failure, Server};
use super::table::table;
use super::words::Words;
use crate::api::meetings::{MeetingItem, MeetingItems, NewMeeting};
use crate::calendar::{UTC8_MS, days};

const MINUTE_MS: u64 = 60_000;

/// Keeps a meeting.
pub(super) async fn add(
    server: &Server,
    title: String,
    times: [&str; 2],
    whom: &[String],
) -> Result<MeetingItem, Failure> {
    let [from_ms, to_ms] = times.map(moment);
    let (from_ms, to_ms) = (from_ms?, to_ms?);
    let new = match whom {
        [place] if !place.contains('-') => {
            NewMeeting { title, from_ms, to_ms, place: Some(place.clone()), venues: Vec::new() }
        }
        venues => NewMeeting { title, from_ms, to_ms, place: None, venues: venues.to_vec() },
    };
    server.post("meetings", "application/json", serde_json::to_vec(&new).unwrap_or_default()).await
}

/// Meetings as a person reads them.
pub(super) fn show(words: Words, list: &MeetingItems) -> String {
    if list.items.is_empty() {
        return words.say("没有会议", "no meetings").to_owned();
    }
    let heading = ["编号", "名称", "开始", "结束", "不打扰时段", "参加"];
    let english = ["number", "title", "begins", "ends", "nothing disturbs", "who"];
    let rows: Vec<_> = list.items.iter().map(row).collect();
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}

fn row(item: &MeetingItem) -> Vec<String> {
    let who = item.place.clone().unwrap_or_else(|| item.venues.join(" "));
    let covered = format!("{} – {}", written(item.covers_from_ms), written(item.covers_to_ms));
    vec![item.id.to_string(), item.title.clone(), written(item.from_ms), written(item.to_ms), covered, who]
}

/// `2026-11-27 14:00`, also with a `T` between, in UTC+8.
pub(super) fn moment(text: &str) -> Result<u64, Failure> {
    let wrong = || Failure::Usage(format!("'{text}': 2026-11-27T14:00 is expected, in the time of China"));
    let numbers: Option<Vec<u64>> = text.split(['-', 'T', ' ', ':']).map(|part| part.parse().ok()).collect();
    let numbers = numbers.ok_or_else(wrong)?;
    let [year @ 2026..=2100, month @ 1..=12, day @ 1..=31, hour @ 0..=24, minute @ 0..=59] = *numbers.as_slice() else {
        return Err(wrong());
    };
    let at_ms = ((days(year, month, day) * 24 + hour) * 60 + minute) * MINUTE_MS - UTC8_MS;
    // A day that does not exist would be another one.
    let same_day = written(at_ms).get(..10) == text.get(..10) || hour == 24;
    if same_day { Ok(at_ms) } else { Err(wrong()) }
}

pub(super) fn written(at_ms: u64) -> String {
    let day = crate::history::day_name(at_ms);
    let minutes = (at_ms + UTC8_MS) / MINUTE_MS;
    let [year, month, day] = [day.get(..4), day.get(4..6), day.get(6..8)].map(Option::unwrap_or_default);
    format!("{year}-{month}-{day} {:02}:{:02}", minutes / 60 % 24, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_that_of_china_and_written_the_same() {
        // date -u -d '2026-11-27 06:00' +%s
        for (text, at_s) in [("2026-11-27T14:00", 1_795_759_200), ("2028-02-29 00:00", 1_835_366_400)] {
            assert_eq!(moment(text).expect("a time"), at_s * 1_000, "{text}");
            assert_eq!(written(at_s * 1_000), text.replace('T', " "));
        }
        for wrong in ["2026-11-27", "14:00", "2026-02-30T10:00", "2026-11-27T14:61", "tomorrow", "2026-13-01T00:00"] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
