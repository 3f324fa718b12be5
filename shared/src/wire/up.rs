//! From agent to HQ: the hello and the numbered reports.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{CALLS_SINCE, Error, FACTS_SINCE, Kind, SIGNS_SINCE, Signer, VERSION, encoded, exactly};
use crate::account::{MAX_DECLARED_RANGES, MAX_NUMBER};
use crate::backup::Terms;
use crate::camera::Reference;
use crate::check::Checked;
use crate::facts::DeviceFacts;
use crate::id::{SpoolId, VenueId};
use crate::mouth_to_ear::Part;
use crate::order::Answer;
use crate::outcome::{EvidenceKind, Outcome};
use crate::ranges::{Range, RangeSet};
use crate::roll_call::Told;
use crate::time::{ClockQuality, WallTime};
use crate::venue::Description;

/// The largest decompressed body.
pub const MAX_BODY_BYTES: usize = 1 << 20;
/// The most reports in one envelope.
pub const MAX_REPORTS: usize = 1_000;
/// Shorter bodies are sent plain.
const WORTH_PACKING: usize = 256;

/// What every message of an agent says beside its body: the state of its numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The (first) venue that the agent serves.
    pub venue: VenueId,
    /// The spool that the numbers belong to.
    pub spool: SpoolId,
    /// The numbers in the body lie in `first..=last`; `first > last` when it has none.
    pub first: u64,
    /// See `first`.
    pub last: u64,
    /// The highest number given out so far.
    pub produced: u64,
    /// The lowest number that the agent still holds; `produced + 1` when none.
    pub held_from: u64,
    /// Numbers that a full spool gave up, at most [`MAX_DECLARED_RANGES`].
    pub dropped: Vec<Range>,
    /// Numbers that were reserved and never used or were lost unflushed, at most [`MAX_DECLARED_RANGES`].
    pub void: Vec<Range>,
    /// The agent's clock when it sent this.
    pub sent_at: WallTime,
}

/// What an agent tells on every connect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The Ed25519 public key, whose hash is the key id of the frame.
    pub key: [u8; 32],
    /// Random, made at start: HQ echoes it with the time.
    pub boot_nonce: [u8; 16],
    /// The program's version.
    pub software: SmolStr,
    /// The venues that it serves.
    pub venues: Vec<VenueId>,
    /// The versions of the envelope that it reads.
    pub reads: Vec<u8>,
}

/// Something worth a line in HQ's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: WallTime,
    /// A stable code: `agent.started`, `interlock.overridden`, `meeting.on` …
    pub code: crate::id::FindingCode,
    /// A line for a person.
    pub text: SmolStr,
}

/// A report. New kinds go to the end: the wire numbers them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// What a probe found.
    Outcome(Outcome),
    /// What the agent serves, at start and on change.
    Description(Description),
    /// What became of an order.
    Answer(Answer),
    /// Something worth a line in HQ's log.
    Event(Event),
    /// What a device says of itself; from version 2 on.
    Facts(DeviceFacts),
    /// What a camera's preset is to show from now on; from version 2 on.
    Reference(Reference),
    /// What a venue heard and saw of another; from version 3 on.
    MouthToEar(Box<Part>),
    /// What binds the backup paths of a venue; from version 3 on.
    Terms(Terms),
    /// How far a venue is with a roll call; from version 4 on.
    Called(Told),
    /// What a test found that HQ wanted by an order of its own; from version 4 on.
    Checked(Checked),
}

/// A report with its number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Numbered {
    /// Its number in the spool, from 1.
    pub number: u64,
    /// The report.
    pub report: Report,
}

/// A body as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Packed<'a> {
    /// postcard as it is.
    Plain(&'a [u8]),
    /// postcard, LZ4 block format without a frame.
    Lz4 {
        /// The length before compression.
        length: u32,
        /// The compressed block.
        block: &'a [u8],
    },
}

/// What an agent said.
#[derive(Clone, Debug, PartialEq)]
pub struct Up {
    /// The state of its numbers.
    pub header: Header,
    /// What it said beside that.
    pub body: Result<UpBody, Error>,
}

/// The body of an up message.
#[derive(Clone, Debug, PartialEq)]
pub enum UpBody {
    /// On every connect.
    Hello(Hello),
    /// Reports in ascending order of their numbers.
    Reports(Vec<Numbered>),
}

impl Header {
    /// The header of a message without reports.
    #[must_use]
    pub fn without_reports(self) -> Self {
        Self { first: 1, last: 0, ..self }
    }

    /// The numbers that it claims; none for a hello.
    #[must_use]
    pub fn claims(&self) -> Option<Range> {
        Range::new(self.first, self.last)
    }

    fn is_bounded(&self) -> bool {
        let listed = |ranges: &[Range]| ranges.len() <= MAX_DECLARED_RANGES;
        listed(&self.dropped) && listed(&self.void) && self.produced <= MAX_NUMBER && self.last <= self.produced
    }
}

/// Seals a hello.
#[must_use]
pub fn encode_hello(signer: &Signer, header: Header, hello: &Hello) -> Vec<u8> {
    let body = encoded(hello);
    signer.seal(Kind::Hello, &encoded(&(header.without_reports(), Packed::Plain(&body))))
}

/// Seals reports, which must be in ascending order of their numbers; `first` and `last` of the header are set from them.
#[must_use]
pub fn encode_reports(signer: &Signer, header: Header, reports: &[Numbered]) -> Vec<u8> {
    let header = Header {
        first: reports.first().map_or(1, |report| report.number),
        last: reports.last().map_or(0, |report| report.number),
        ..header
    };
    let body = encoded(&reports);
    let block = if body.len() >= WORTH_PACKING { lz4_flex::block::compress(&body) } else { Vec::new() };
    let packed = match u32::try_from(body.len()) {
        Ok(length) if !block.is_empty() && block.len() < body.len() => Packed::Lz4 { length, block: &block },
        _ => Packed::Plain(&body),
    };
    let version = reports.iter().map(|numbered| numbered.report.version()).max().unwrap_or(VERSION);
    signer.seal_in(version, Kind::Reports, &encoded(&(header, packed)))
}

/// Reads the payload of a verified hello or reports frame.
///
/// Memory: the body is at most [`MAX_BODY_BYTES`], and what is decoded from it at most 32 times as much.
///
/// # Errors
/// When there is no believable header. A believable header with a bad body is an `Ok` whose body is the error: its
/// numbers then end as *refused*.
pub fn decode_up(kind: Kind, payload: &[u8]) -> Result<Up, Error> {
    let (header, rest): (Header, &[u8]) = postcard::take_from_bytes(payload).map_err(|_| Error::Malformed)?;
    if !header.is_bounded() {
        return Err(Error::Malformed);
    }
    let body = unpack(rest).and_then(|bytes| match kind {
        Kind::Hello => exactly(&bytes).map(UpBody::Hello),
        Kind::Reports => decode_reports(&header, &bytes).map(UpBody::Reports),
        Kind::Welcome | Kind::Ack | Kind::Order | Kind::Steer => Err(Error::UnknownKind),
    });
    Ok(Up { header, body })
}

fn unpack(packed: &[u8]) -> Result<std::borrow::Cow<'_, [u8]>, Error> {
    match exactly(packed)? {
        Packed::Plain(bytes) if bytes.len() <= MAX_BODY_BYTES => Ok(bytes.into()),
        Packed::Lz4 { length, block } if length as usize <= MAX_BODY_BYTES => {
            let bytes = lz4_flex::block::decompress(block, length as usize).map_err(|_| Error::Malformed)?;
            if bytes.len() == length as usize { Ok(bytes.into()) } else { Err(Error::Malformed) }
        }
        Packed::Plain(_) | Packed::Lz4 { .. } => Err(Error::Malformed),
    }
}

fn decode_reports(header: &Header, bytes: &[u8]) -> Result<Vec<Numbered>, Error> {
    let reports: Vec<Numbered> = exactly(bytes)?;
    let ascending = reports.windows(2).all(|pair| pair[0].number < pair[1].number);
    let claimed = reports.first().map(|r| r.number) == header.claims().map(|c| c.first)
        && reports.last().map(|r| r.number) == header.claims().map(|c| c.last)
        && header.first >= 1;
    let believable = !reports.is_empty() && reports.len() <= MAX_REPORTS && ascending && claimed;
    if believable { Ok(reports) } else { Err(Error::Malformed) }
}

impl UpBody {
    /// The numbers of its reports.
    #[must_use]
    pub fn numbers(&self) -> RangeSet {
        match self {
            Self::Hello(_) => RangeSet::new(),
            Self::Reports(reports) => reports.iter().map(|report| report.number).collect(),
        }
    }
}

impl Report {
    /// Whether it goes out before everything else.
    #[must_use]
    pub const fn is_answer(&self) -> bool {
        matches!(self, Self::Answer(_) | Self::Called(_) | Self::Checked(_))
    }

    /// The lowest version of the envelope that has this kind: nobody who does not read it is sent one.
    #[must_use]
    pub fn version(&self) -> u8 {
        match self {
            Self::Outcome(outcome) if outcome.evidence.iter().any(|one| one.kind == EvidenceKind::Curves) => {
                SIGNS_SINCE
            }
            Self::Outcome(_) | Self::Description(_) | Self::Answer(_) | Self::Event(_) => 1,
            Self::Facts(_) | Self::Reference(_) => FACTS_SINCE,
            Self::MouthToEar(_) => SIGNS_SINCE,
            Self::Terms(_) => SIGNS_SINCE,
            Self::Called(_) | Self::Checked(_) => CALLS_SINCE,
        }
    }

    /// The same for somebody who reads nothing newer than a version: an outcome goes without the evidence that he cannot read. None when
    /// nothing is left of it.
    #[must_use]
    pub fn readable_in(mut self, version: u8) -> Option<Self> {
        if version < SIGNS_SINCE
            && let Self::Outcome(outcome) = &mut self
        {
            outcome.evidence.retain(|one| one.kind != EvidenceKind::Curves);
        }
        (self.version() <= version).then_some(self)
    }

    /// Whether it keeps its bounds and contradicts itself nowhere.
    #[must_use]
    pub fn is_believable(&self) -> bool {
        let short = |text: &str| text.chars().count() <= crate::outcome::MAX_DETAIL_CHARS;
        match self {
            Self::Outcome(outcome) => outcome.is_bounded(),
            Self::Description(description) => description.check().is_ok(),
            Self::Answer(answer) => short(&answer.detail),
            Self::Event(event) => short(&event.text),
            Self::Facts(said) => said.facts.is_bounded(),
            Self::Reference(reference) => reference.is_bounded(),
            Self::MouthToEar(part) => part.is_bounded(),
            Self::Terms(terms) => terms.is_bounded(),
            Self::Called(told) => told.is_bounded(),
            Self::Checked(checked) => checked.is_bounded(),
        }
    }
}

/// The time of a clock that nobody has read.
impl Default for WallTime {
    fn default() -> Self {
        Self { at_ms: 0, quality: ClockQuality::Unset }
    }
}
