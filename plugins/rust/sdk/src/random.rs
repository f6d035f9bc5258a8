//! Random numbers of the plugin's own: the same seed gives the same numbers, in every language's
//! SDK. A sandbox has no entropy, and what a language's library offers is fixed when it is built.
//!
//! ```
//! use callbox_sdk::random::Random;
//!
//! let mut random = Random::new(1_234_567);
//! assert_eq!(random.next(), 6_457_827_717_110_365_317);
//! assert!((0.0..1.0).contains(&random.uniform()));
//! ```

/// A stream of random numbers: SplitMix64 (Steele, Lea and Flood, 2014). Seed it with `run.seed`,
/// which is different for every plugin of a run, and save [`state`](Self::state) to go on later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Random {
    /// All that it remembers: `Random::new(state)` goes on where this one is.
    pub state: u64,
}

impl Random {
    /// A stream of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// 64 random bits.
    #[allow(clippy::should_implement_trait, reason = "a stream without an end is no iterator")]
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Evenly in 0..1: a multiple of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Evenly in 0..n, for n up to 2^53; 0 where n is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        (self.uniform() * n as f64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_papers() {
        let mut random = Random::new(1_234_567);
        let first: Vec<u64> = (0..5).map(|_| random.next()).collect();
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821
            ]
        );
    }

    #[test]
    fn a_stream_goes_on_from_its_state() {
        let mut random = Random::new(7);
        random.next();
        let mut copy = Random::new(random.state);
        assert_eq!(copy.uniform(), random.uniform());
        assert!((0..100).all(|_| copy.below(3) < 3));
        assert_eq!(copy.below(0), 0);
    }
}
