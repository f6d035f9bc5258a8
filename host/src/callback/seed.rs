//! Seeds of callbacks' random streams.

use crate::random::Stream;

/// Seed of a callback's own random stream, from the run's seed and its name.
#[must_use]
pub fn seed_of(seed: u64, name: &str) -> u64 {
    // Apart from the streams of the run itself, such as `shuffle`.
    Stream::new(seed, &format!("plugin:{name}"), 0, 0).bits()
}
