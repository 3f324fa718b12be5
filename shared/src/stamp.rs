//! STAMP test packets (RFC 8762, unauthenticated mode, 44 octets): the sender's and the reflector's side.

/// The length of a test packet in either direction (RFC 8762, 4.2.1 and 4.3.1).
pub const PACKET_LEN: usize = 44;
/// The registered UDP port of the reflector (RFC 8762, 4.1).
pub const PORT: u16 = 862;

/// Seconds between the NTP era (1900) and Unix time (RFC 5905).
const NTP_UNIX_S: u64 = 2_208_988_800;

/// A 64-bit NTP timestamp (RFC 5905, 6): 32 bits of seconds, 32 bits of fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NtpTime(pub u64);

impl NtpTime {
    /// From nanoseconds since 1970.
    #[must_use]
    pub fn from_unix_ns(ns: u128) -> Self {
        let whole = (ns / 1_000_000_000) as u64 + NTP_UNIX_S;
        let fraction = ((ns % 1_000_000_000) << 32) / 1_000_000_000;
        Self((whole & 0xffff_ffff) << 32 | fraction as u64)
    }

    /// Milliseconds from `earlier` to `self`, negative when it is the other way; right across an era's end.
    #[must_use]
    pub fn ms_since(self, earlier: Self) -> f64 {
        self.0.wrapping_sub(earlier.0).cast_signed() as f64 / 4_294_967.296
    }
}

/// A packet from the session sender (RFC 8762, 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Counts from 0 by one.
    pub sequence: u32,
    /// When it was sent, by the sender's clock.
    pub sent: NtpTime,
    /// The error estimate (RFC 4656, 4.1.2): bit 15 synchronised, bit 14 PTP format, scale, multiplier (never 0).
    pub error_estimate: u16,
}

/// A packet from the reflector (RFC 8762, 4.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The reflector's own number, or the sender's again when it is stateless.
    pub sequence: u32,
    /// When the reply was sent, by the reflector's clock.
    pub sent: NtpTime,
    /// The reflector's error estimate.
    pub error_estimate: u16,
    /// When the request came, by the reflector's clock.
    pub received: NtpTime,
    /// The request that is answered.
    pub request: Request,
    /// The time to live of the request when it came, 255 at the sender.
    pub ttl: u8,
}

/// An unsynchronised clock with the smallest valid multiplier.
pub const UNSYNCHRONISED: u16 = 1;

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) << 16 | u32::from(u16_at(bytes, at + 2))
}

fn time_at(bytes: &[u8], at: usize) -> NtpTime {
    NtpTime(u64::from(u32_at(bytes, at)) << 32 | u64::from(u32_at(bytes, at + 4)))
}

impl Request {
    /// The 44 octets.
    #[must_use]
    pub fn encode(&self) -> [u8; PACKET_LEN] {
        let mut bytes = [0; PACKET_LEN];
        bytes[..4].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[4..12].copy_from_slice(&self.sent.0.to_be_bytes());
        bytes[12..14].copy_from_slice(&self.error_estimate.to_be_bytes());
        bytes
    }

    /// Reads a request; longer packets carry extensions (RFC 8972), which are passed over. None when too short.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        (bytes.len() >= PACKET_LEN).then(|| Self {
            sequence: u32_at(bytes, 0),
            sent: time_at(bytes, 4),
            error_estimate: u16_at(bytes, 12),
        })
    }
}

impl Reply {
    /// The 44 octets.
    #[must_use]
    pub fn encode(&self) -> [u8; PACKET_LEN] {
        let mut bytes =
            Request { sequence: self.sequence, sent: self.sent, error_estimate: self.error_estimate }.encode();
        bytes[16..24].copy_from_slice(&self.received.0.to_be_bytes());
        bytes[24..28].copy_from_slice(&self.request.sequence.to_be_bytes());
        bytes[28..36].copy_from_slice(&self.request.sent.0.to_be_bytes());
        bytes[36..38].copy_from_slice(&self.request.error_estimate.to_be_bytes());
        bytes[40] = self.ttl;
        bytes
    }

    /// Reads a reply; none when too short.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let head = Request::decode(bytes)?;
        let request =
            Request { sequence: u32_at(bytes, 24), sent: time_at(bytes, 28), error_estimate: u16_at(bytes, 36) };
        let Request { sequence, sent, error_estimate } = head;
        Some(Self { sequence, sent, error_estimate, received: time_at(bytes, 16), request, ttl: bytes[40] })
    }

    /// Milliseconds of round trip without the reflector's own time, for a reply that came at `now`.
    #[must_use]
    pub fn round_trip_ms(&self, now: NtpTime) -> f64 {
        now.ms_since(self.request.sent) - self.sent.ms_since(self.received)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_fields_stand_where_rfc_8762_puts_them() {
        let request = Request { sequence: 7, sent: NtpTime(0x0102_0304_0506_0708), error_estimate: 0x8001 };
        let bytes = request.encode();
        assert_eq!(bytes[..16], [0, 0, 0, 7, 1, 2, 3, 4, 5, 6, 7, 8, 0x80, 1, 0, 0]);
        let reply = Reply { sequence: 9, sent: NtpTime(2), error_estimate: 1, received: NtpTime(3), request, ttl: 64 };
        let bytes = reply.encode();
        assert_eq!(bytes[16..28], [0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 7]);
        assert_eq!(bytes[28..44], [1, 2, 3, 4, 5, 6, 7, 8, 0x80, 1, 0, 0, 64, 0, 0, 0]);
    }

    #[test]
    fn the_unix_epoch_is_ntp_2208988800() {
        assert_eq!(NtpTime::from_unix_ns(500_000_000), NtpTime(2_208_988_800 << 32 | 1 << 31));
    }

    #[test]
    fn a_round_trip_leaves_the_reflectors_own_time_out() {
        let at = |ms: u128| NtpTime::from_unix_ns(1_790_000_000_000_000_000 + ms * 1_000_000);
        let request = Request { sequence: 0, sent: at(0), error_estimate: 1 };
        let reply =
            Reply { sequence: 0, sent: at(1_000_040), error_estimate: 1, received: at(1_000_010), request, ttl: 255 };
        assert!((reply.round_trip_ms(at(50)) - 20.0).abs() < 0.001);
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(sequence: u32, sent: u64, error_estimate: u16, received: u64, ttl: u8) {
            let request = Request { sequence, sent: NtpTime(sent), error_estimate };
            prop_assert_eq!(Request::decode(&request.encode()), Some(request));
            let reply = Reply { sequence, sent: NtpTime(received), error_estimate, received: NtpTime(sent), request, ttl };
            prop_assert_eq!(Reply::decode(&reply.encode()), Some(reply));
        }

        #[test]
        fn every_cut_is_refused_and_nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert_eq!(Reply::decode(&bytes).is_some(), bytes.len() >= PACKET_LEN);
        }
    }
}
