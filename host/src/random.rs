//! Our own random streams: ChaCha8 keyed by (seed, stream, epoch, index).
//!
//! What is drawn depends on these four alone, never on what was drawn before, so that a position in
//! the data is three integers and a run resumes anywhere. torch's generator is for weights and
//! dropout; everything else draws here.
//!
//! The key is `seed ‖ FNV-1a(stream) ‖ epoch ‖ index`, each eight bytes, little-endian. Every method
//! below is part of the format: a change would change every recorded run.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// One stream of random numbers.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream `name` at a place: for the order of an epoch's data, index is the pass, which is 0
    /// unless data is endless; for what is drawn per sample or per batch, it is that sample's or
    /// batch's number.
    #[must_use]
    pub fn new(seed: u64, name: &str, epoch: u64, index: u64) -> Self {
        let mut key = [0; 32];
        for (bytes, word) in key.chunks_exact_mut(8).zip([seed, fnv1a(name), epoch, index]) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in [0, 1): 53 random bits.
    #[allow(clippy::cast_precision_loss, reason = "53 bits are exact in an f64")]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (-53_f64).exp2()
    }

    /// A number in [0, `bound`), each equally likely; 0 if `bound` is 0.
    ///
    /// Lemire, Fast random integer generation in an interval, 2019.
    #[allow(clippy::cast_possible_truncation, reason = "the method splits a product in halves")]
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        // Draws whose low half is below this would make some numbers likelier than others.
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.bits()) * u128::from(bound);
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }

    /// Puts the items in a random order: Fisher–Yates, from the last item down.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        self.shuffle_part(items, 1..items.len());
    }

    /// The steps of [`Stream::shuffle`] for these places: for who has more to do in between. Parts
    /// from the last item down to the second are the whole.
    #[allow(clippy::cast_possible_truncation, reason = "an index below a slice's length")]
    pub(crate) fn shuffle_part<T>(&mut self, items: &mut [T], places: Range<usize>) {
        for last in places.rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }

    /// The numbers 0 to `length` − 1 in a random order, ready to index a tensor.
    pub fn permutation(&mut self, length: i64) -> Vec<i64> {
        let mut order: Vec<i64> = (0..length).collect();
        self.shuffle(&mut order);
        order
    }
}

/// FNV-1a, 64 bits: turns a stream's name into a number, the same on every machine.
fn fnv1a(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_key_counts() {
        let draw = |seed, name, epoch, index| Stream::new(seed, name, epoch, index).bits();
        let first = draw(1, "shuffle", 0, 0);
        assert_eq!(first, draw(1, "shuffle", 0, 0));
        for other in [draw(2, "shuffle", 0, 0), draw(1, "mixup", 0, 0), draw(1, "shuffle", 1, 0)] {
            assert_ne!(first, other);
        }
        assert_ne!(draw(1, "shuffle", 0, 1), draw(1, "shuffle", 1, 0));
    }

    /// The bytes of recorded runs stand on these.
    #[test]
    fn the_format_is_frozen() {
        assert_eq!(fnv1a("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(Stream::new(42, "shuffle", 3, 0).permutation(10), FROZEN);
    }

    const FROZEN: [i64; 10] = [5, 0, 4, 9, 2, 8, 3, 1, 7, 6];

    #[test]
    fn a_permutation_holds_everything_once() {
        let mut order = Stream::new(0, "shuffle", 0, 0).permutation(1000);
        assert_ne!(order[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        order.sort_unstable();
        assert!(order.into_iter().eq(0..1000));
    }

    #[test]
    fn numbers_are_spread_evenly() {
        let mut stream = Stream::new(7, "test", 0, 0);
        let mut counts = [0_u32; 6];
        for _ in 0..60_000 {
            counts[usize::try_from(stream.below(6)).unwrap()] += 1;
        }
        // Six standard deviations of a count are 550.
        assert!(counts.iter().all(|&count| count.abs_diff(10_000) < 550), "{counts:?}");
        let units: Vec<f64> = (0..10_000).map(|_| stream.unit()).collect();
        assert!(units.iter().all(|unit| (0.0..1.0).contains(unit)));
        assert!((units.iter().sum::<f64>() / 10_000.0 - 0.5).abs() < 0.02);
        assert_eq!((stream.below(1), stream.below(0)), (0, 0));
    }
}
