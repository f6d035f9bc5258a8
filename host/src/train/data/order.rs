//! The order in which a table's samples come.

use std::sync::Arc;

use super::SampleWeights;
use crate::random::Stream;

/// What decides the order.
#[derive(Debug, Clone)]
pub(super) enum By {
    /// The table's own order.
    Table,
    /// Every sample once, in an order drawn from the stream `shuffle`.
    Shuffling,
    /// As many samples, drawn with replacement from the stream `weighted-shuffle`.
    Weights(Arc<SampleWeights>),
}

/// The order of an epoch's passes through a table. An epoch has one pass, an endless one many.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) seed: u64,
    pub(super) epoch: u64,
    /// In the table.
    pub(super) samples: usize,
    pub(super) by: By,
}

impl Order {
    /// The numbers of a pass's samples. It hangs on seed, epoch and pass alone.
    #[allow(clippy::cast_possible_wrap, reason = "a table has less than 2^63 samples")]
    pub(super) fn pass(&self, pass: usize) -> Vec<i64> {
        let samples = self.samples as i64;
        let stream = |name| Stream::new(self.seed, name, self.epoch, pass as u64);
        match &self.by {
            By::Table => (0..samples).collect(),
            By::Shuffling => stream("shuffle").permutation(samples),
            By::Weights(weights) => {
                let mut stream = stream("weighted-shuffle");
                (0..samples).map(|_| weights.draw(&mut stream)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pass_has_an_order_of_its_own() {
        let order = |seed, epoch| Order { seed, epoch, samples: 50, by: By::Shuffling };
        let first = order(1, 0).pass(0);
        assert_eq!(first, order(1, 0).pass(0));
        for other in [order(1, 0).pass(1), order(1, 1).pass(0), order(2, 0).pass(0)] {
            assert_ne!(first, other);
            let mut sorted = other;
            sorted.sort_unstable();
            assert!(sorted.into_iter().eq(0..50));
        }
    }

    /// Recorded runs stand on it: an epoch's only pass is drawn as it was before there were more.
    #[test]
    fn the_first_pass_is_the_epochs_shuffle() {
        let order = Order { seed: 42, epoch: 3, samples: 10, by: By::Shuffling };
        assert_eq!(order.pass(0), Stream::new(42, "shuffle", 3, 0).permutation(10));
    }
}
