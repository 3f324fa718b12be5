//! Calls to us as earlier versions wrote them, and what they are now.
//!
//! In the second version came what steps had come to before they were looked at again, and what people called the room and its unit then.

use avow_shared::id::{AgentId, VenueId};
use avow_shared::order::OrderNumber;
use avow_shared::time::UnixMs;
use serde::Deserialize;

use super::{Answer, Call, End, Errand, Inbound, Kind, Progress, Step, Way};

/// The version of a record that is written now.
pub const VERSION: u8 = 2;

/// The call in a record, a byte for its version before it; none when it cannot be read.
#[must_use]
pub fn read(record: &[u8]) -> Option<Inbound> {
    match record.split_first()? {
        (1, rest) => postcard::from_bytes::<Inbound1>(rest).ok().map(Inbound::from),
        (&VERSION, rest) => postcard::from_bytes(rest).ok(),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Inbound1 {
    id: OrderNumber,
    kind: Kind,
    basis: Box<str>,
    operator: Box<str>,
    key: Option<Box<str>>,
    confirmed: bool,
    agent: Option<AgentId>,
    call: Call1,
    errands: Vec<Option<Errand>>,
    revision: u64,
}

#[derive(Deserialize)]
struct Call1 {
    venue: VenueId,
    caller: Box<str>,
    received_ms: UnixMs,
    until_ms: UnixMs,
    steps: Vec<(Step, Progress)>,
    first_ready: Option<(UnixMs, Way)>,
    ready: Option<Way>,
    answer: Option<Answer>,
    overdue: bool,
    end: Option<(UnixMs, End)>,
}

impl From<Inbound1> for Inbound {
    fn from(old: Inbound1) -> Self {
        let Inbound1 { id, kind, basis, operator, key, confirmed, agent, call, errands, revision } = old;
        let Call1 { venue, caller, received_ms, until_ms, steps, first_ready, ready, answer, overdue, end } = call;
        let earlier = Vec::new();
        let call =
            Call { venue, caller, received_ms, until_ms, steps, first_ready, ready, answer, overdue, end, earlier };
        let (name, unit) = (Box::default(), Box::default());
        Self { id, kind, basis, operator, key, confirmed, agent, call, errands, revision, name, unit }
    }
}

#[cfg(test)]
mod tests {
    use avow_shared::outcome::Verdict;

    use super::*;

    /// A call to 3501-01 that was answered by telephone and is over, with one step that was tested and one that was not, as version 1 wrote it.
    const FIRST: &str = "0187d8c1a28c340306e69da5e794b506e5bca0e4b8890103612d3101010101010101010101010101010101010181d0c1\
        e5c151010fe5ba94e680a5e7aea1e79086e983a880d8c1a28c34a0d6cca28c34020000046c696e6500b8170003d00fd0\
        e7c1a28c3402096c696e652e646f776e010100066c696e652d6200b8170002b8efc1a28c340101a89ec2a28c34010101\
        010106e69d8ee59b9b02e8dcc2a28c3401010001e0acc5a28c340002000009";

    #[test]
    fn a_call_that_an_earlier_version_wrote_is_read_with_everything_that_it_said() {
        let inbound = read(&hex(FIRST)).expect("reads");
        assert_eq!((inbound.id, inbound.kind, inbound.revision), (1_790_000_000_007, Kind::Emergency, 9));
        assert_eq!((&*inbound.basis, &*inbound.operator, inbound.key.as_deref()), ("来电", "张三", Some("a-1")));
        let call = &inbound.call;
        assert_eq!((call.venue.to_string(), &*call.caller), ("3501-01".to_owned(), "应急管理部"));
        assert_eq!((call.received_ms, call.until_ms), (1_790_000_000_000, 1_790_000_180_000));
        let verdict = Verdict::fail("line.down");
        assert_eq!(call.steps[0].1, Progress::Checked { took_ms: 2_000, at_ms: 1_790_000_002_000, verdict });
        assert_eq!((call.steps.len(), inbound.errands.len()), (2, 2));
        assert_eq!(call.end, Some((1_790_000_060_000, End::OnTime)));
        assert_eq!((call.earlier.len(), &*inbound.name, &*inbound.unit), (0, "", ""), "nobody had kept that");
        assert_eq!(read(&[3]), None, "of a later version");
    }

    fn hex(text: &str) -> Vec<u8> {
        let digit = |at: usize| u8::from_str_radix(text.get(at..at + 2).expect("two digits"), 16).expect("hexadecimal");
        (0..text.len()).step_by(2).map(digit).collect()
    }
}
