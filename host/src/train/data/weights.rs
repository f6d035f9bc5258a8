//! Weights by which samples are drawn.

use super::DataError;
use crate::random::Stream;

/// Relative probabilities of drawing each sample of a table, in the table's order.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleWeights {
    /// Running sums: a sample's share of the last one is its own part of it.
    sums: Vec<f64>,
}

impl SampleWeights {
    /// One weight for each of so many samples; only their ratios count.
    ///
    /// # Errors
    /// Another number of weights; weights that are negative, not finite, or all 0.
    pub fn new(weights: &[f64], samples: usize) -> Result<Self, DataError> {
        check_length(weights.len(), samples)?;
        let mut sum = 0.0;
        let add = |weight: &f64| {
            sum += weight;
            sum
        };
        let sums: Vec<f64> = weights.iter().map(add).collect();
        // Of a sum that is not normal, no point below it can be drawn.
        if sum.is_normal() && weights.iter().all(|&weight| weight >= 0.0) {
            return Ok(Self { sums });
        }
        let message = "sample weights must be finite, not negative, and not all 0";
        Err(DataError::Weights(message.to_owned()))
    }

    /// How many samples they are for.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.sums.len()
    }

    /// Are they for so many samples?
    pub(super) fn check(&self, samples: usize) -> Result<(), DataError> {
        check_length(self.samples(), samples)
    }

    /// A sample by its weight: the first whose running sum exceeds a point drawn below the total.
    #[allow(clippy::cast_possible_wrap, reason = "an index into a table")]
    pub(super) fn draw(&self, stream: &mut Stream) -> i64 {
        let point = stream.unit() * self.sums.last().copied().unwrap_or(0.0);
        self.sums.partition_point(|&sum| sum <= point) as i64
    }
}

fn check_length(weights: usize, samples: usize) -> Result<(), DataError> {
    if weights == samples {
        return Ok(());
    }
    Err(DataError::Weights(format!("{weights} sample weights for {samples} samples")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_as_often_as_their_weights_say() {
        let weights = SampleWeights::new(&[0.0, 1.0, 0.0, 3.0, 0.0], 5).unwrap();
        let mut stream = Stream::new(1, "test", 0, 0);
        let mut counts = [0_u32; 5];
        for _ in 0..10_000 {
            counts[usize::try_from(weights.draw(&mut stream)).unwrap()] += 1;
        }
        // Six standard deviations of a count are 260.
        assert!(counts[1].abs_diff(2_500) < 260 && counts[1] + counts[3] == 10_000, "{counts:?}");
    }

    #[test]
    fn weights_that_mean_nothing_are_refused() {
        let told = |weights: &[f64]| SampleWeights::new(weights, 2).unwrap_err().to_string();
        assert_eq!(told(&[1.0]), "1 sample weights for 2 samples");
        let bad = [[0.0, 0.0], [2.0, -1.0], [1.0, f64::NAN], [1.0, f64::INFINITY], [f64::MAX; 2]];
        for bad in bad {
            let expected = "sample weights must be finite, not negative, and not all 0";
            assert_eq!(told(&bad), expected, "{bad:?}");
        }
        assert_eq!(SampleWeights::new(&[0.5, 0.0], 2).unwrap().samples(), 2);
    }
}
