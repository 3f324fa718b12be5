//! From a payload's bits to those that are sent and back: a check, a convolutional code and its soft decoder.
//!
//! The check is CRC-32C (Castagnoli; polynomial 0x1EDC6F41, as in RFC 3720 section 12.1). The code is of rate 1/4 and constraint
//! length 7, generators 135, 135, 147, 163 (octal), free distance 20 (Proakis, Digital Communications, table 8.2-3), ended by
//! six zeros. The decoder is Viterbi's.

use super::payload::BITS;

/// Bits of the check.
pub(super) const CHECK: usize = 32;
/// Bits before coding: payload and check.
const MESSAGE: usize = BITS + CHECK;
/// Zeros that bring the encoder back to its first state.
const TAIL: usize = 6;
const STEPS: usize = MESSAGE + TAIL;
const GENERATORS: [u32; 4] = [0o135, 0o135, 0o147, 0o163];
const STATES: usize = 64;
/// Bits that are sent.
pub const CODED: usize = STEPS * GENERATORS.len();

/// The bits that are sent of a payload.
pub fn coded(payload: u128) -> [bool; CODED] {
    let message = message(payload);
    let mut bits = [false; CODED];
    let mut register = 0;
    for (step, four) in bits.chunks_exact_mut(GENERATORS.len()).enumerate() {
        register = (register << 1 | usize::from(bit(message, step))) % (2 * STATES);
        let output = output(register);
        four.iter_mut().enumerate().for_each(|(n, sent)| *sent = output >> n & 1 == 1);
    }
    bits
}

/// A payload with its check, as the lowest bits of two words.
type Message = [u128; 2];

fn message(payload: u128) -> Message {
    [payload, u128::from(crc32c(payload))]
}

/// The bit of a step: the payload's highest first, then the check's, then zeros.
const fn bit([payload, check]: Message, step: usize) -> bool {
    let (word, from) = if step < BITS { (payload, BITS - 1 - step) } else { (check, MESSAGE.saturating_sub(1 + step)) };
    step < MESSAGE && word >> from & 1 == 1
}

/// The four bits that leave at a register's state, the first generator's lowest.
fn output(register: usize) -> usize {
    let parity = |generator: u32| (register as u32 & generator).count_ones() as usize & 1;
    GENERATORS.iter().enumerate().fold(0, |output, (n, generator)| output | parity(*generator) << n)
}

/// CRC-32C over the thirteen bytes of a payload, the highest first.
fn crc32c(payload: u128) -> u32 {
    let bytes = payload.to_be_bytes();
    !bytes[3..].iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 0 { crc >> 1 } else { crc >> 1 ^ 0x82f6_3b78 })
    })
}

/// Viterbi's decoder with its memory.
#[derive(Clone, Debug)]
pub struct Decoder {
    outputs: [usize; 2 * STATES],
    /// For each step a bit a state: whether the better way came from the upper half of the states.
    ways: [u64; STEPS],
}

impl Decoder {
    /// Reads any number of payloads, one after the other.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it computes a table, which no default value does")]
    pub fn new() -> Self {
        Self { outputs: std::array::from_fn(output), ways: [0; STEPS] }
    }

    /// The payload of the likeliest bits, when its check is right. Each of `likelihoods` is the greater the likelier its bit is
    /// zero, and negative when it is likelier one.
    pub fn payload(&mut self, likelihoods: &[f32; CODED]) -> Option<u128> {
        let [payload, check] = self.likeliest(likelihoods);
        (u128::from(crc32c(payload)) == check).then_some(payload)
    }

    fn likeliest(&mut self, likelihoods: &[f32; CODED]) -> Message {
        let mut scores = [f32::NEG_INFINITY; STATES];
        scores[0] = 0.0;
        for (four, ways) in likelihoods.chunks_exact(GENERATORS.len()).zip(&mut self.ways) {
            let of_output: [f32; 16] = std::array::from_fn(|output| {
                let signed = |(n, value): (usize, &f32)| if output >> n & 1 == 0 { *value } else { -*value };
                four.iter().enumerate().map(signed).sum()
            });
            let mut next = [0.0; STATES];
            *ways = 0;
            for (state, best) in next.iter_mut().enumerate() {
                let lower = scores[state / 2] + of_output[self.outputs[state]];
                let upper = scores[state / 2 + STATES / 2] + of_output[self.outputs[state + STATES]];
                *best = lower.max(upper);
                *ways |= u64::from(upper > lower) << state;
            }
            scores = next;
        }
        self.trace()
    }

    /// Back from the last state, which the tail made zero.
    fn trace(&self) -> Message {
        let mut message = [0; 2];
        let mut state = 0;
        for step in (0..STEPS).rev() {
            let bit = (state & 1) as u128;
            if step < BITS {
                message[0] |= bit << (BITS - 1 - step);
            } else if step < MESSAGE {
                message[1] |= bit << (MESSAGE - 1 - step);
            }
            state = state / 2 + (self.ways[step] >> state & 1) as usize * (STATES / 2);
        }
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY_BIT: u128 = (1 << BITS) - 1;

    fn likelihoods(payload: u128) -> [f32; CODED] {
        coded(payload).map(|bit| if bit { -1.0 } else { 1.0 })
    }

    #[test]
    fn the_check_is_that_of_the_standard() {
        // The usual check word, right-aligned in thirteen bytes, and its CRC by the definition bit by bit.
        let by_division = |bytes: &[u8]| {
            let mut rest = u32::MAX;
            for byte in bytes {
                for n in 0..8 {
                    let bit = u32::from(byte >> n & 1);
                    let carry = (rest & 1) ^ bit;
                    rest >>= 1;
                    if carry == 1 {
                        rest ^= 0x1edc_6f41_u32.reverse_bits();
                    }
                }
            }
            !rest
        };
        assert_eq!(by_division(b"123456789"), 0xe306_9283);
        let word = 0x0012_3456_789a_bcde_u128 << 24 | 0x55;
        assert_eq!(crc32c(word), by_division(&word.to_be_bytes()[3..]));
    }

    #[test]
    fn the_free_distance_is_twenty() {
        // The lightest way out of the first state and back to it, by relaxation.
        let mut weights = [usize::MAX / 2; STATES];
        weights[1] = output(1).count_ones() as usize;
        let mut back = usize::MAX;
        for _ in 0..STATES {
            for state in 1..STATES {
                for bit in 0..2 {
                    let register = state << 1 | bit;
                    let weight = weights[state] + output(register).count_ones() as usize;
                    match register % STATES {
                        0 => back = back.min(weight),
                        next => weights[next] = weights[next].min(weight),
                    }
                }
            }
        }
        assert_eq!(back, 20);
    }

    #[test]
    fn payloads_come_back_and_every_bit_of_them_changes_what_is_sent() {
        let mut decoder = Decoder::new();
        for payload in [0, EVERY_BIT, 0x5555_5555_5555_5555_5555_5555 & EVERY_BIT, 1, 1 << (BITS - 1)] {
            assert_eq!(decoder.payload(&likelihoods(payload)), Some(payload));
            for bit in 0..BITS {
                let other = coded(payload ^ 1 << bit);
                let changed = coded(payload).iter().zip(&other).filter(|(a, b)| a != b).count();
                assert!(changed >= 20, "bit {bit} changes {changed} of those that are sent");
            }
        }
    }

    #[test]
    fn as_many_wrong_bits_are_mended_as_the_distance_allows() {
        let mut decoder = Decoder::new();
        for from in (0..CODED - 60).step_by(7) {
            let mut received = likelihoods(12_345);
            (0..9).for_each(|n| received[from + n * 6] *= -1.0);
            assert_eq!(decoder.payload(&received), Some(12_345), "from {from}");
        }
    }

    #[test]
    fn what_is_no_codeword_fails_its_check_as_often_as_chance_lets_it() {
        let mut decoder = Decoder::new();
        let mut state = 1_u32;
        let (trials, mut near) = (8_192, 0);
        for _ in 0..trials {
            let noise = std::array::from_fn(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 8_388_608.0 - 1.0
            });
            assert_eq!(decoder.payload(&noise), None);
            let [payload, check] = decoder.likeliest(&noise);
            near += u32::from((u128::from(crc32c(payload)) ^ check) & 0xff == 0);
        }
        // Eight of the check's bits are right in one of 256: 32 ± 5.7 of these.
        assert!((10..=54).contains(&near), "{near}");
        assert_eq!(decoder.payload(&[0.0; CODED]), None, "silence");
    }
}
