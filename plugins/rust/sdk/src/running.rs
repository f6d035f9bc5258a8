//! A mean that follows a number from batch to batch, and how far the number is from it.
//!
//! ```
//! use callbox_sdk::prelude::*;
//!
//! let mut loss = Running::new(0.5);
//! loss.add(2.0);
//! loss.add(1.0);
//! // Weights 1/2 and 1, divided by their sum.
//! assert!((loss.mean() - 4.0 / 3.0).abs() < 1e-15);
//! ```
//!
//! The weight of a value is `smoothing` to the power of its age, divided by the sum of all weights,
//! so that the first values count for what they are (pandas: `ewm(alpha=1 - smoothing)`). Mean and
//! variance are brought up to date as by West, Updating mean and variance estimates, 1979.

/// An exponentially weighted mean and deviation.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    smoothing: f64,
    /// All that it remembers, to be saved: sum of weights, mean, variance, number of values.
    pub memory: (f64, f64, f64, u64),
}

impl Running {
    /// Of nothing yet; smoothing is the weight of the past, in 0..1.
    #[must_use]
    pub fn new(smoothing: f64) -> Self {
        Self { smoothing, memory: (0.0, 0.0, 0.0, 0) }
    }

    /// One more value; what is not finite stays in it for ever.
    pub fn add(&mut self, value: f64) {
        let (weight, mean, variance, count) = &mut self.memory;
        *weight = self.smoothing * *weight + (1.0 - self.smoothing);
        let (part, off) = ((1.0 - self.smoothing) / *weight, value - *mean);
        *mean += part * off;
        *variance = (1.0 - part) * (*variance + part * off * off);
        *count += 1;
    }

    /// 0 of nothing.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.memory.1
    }

    /// The standard deviation of the weighted values themselves; 0 of nothing.
    #[must_use]
    pub fn deviation(&self) -> f64 {
        self.memory.2.sqrt()
    }

    /// Whether a value is above `factor` times the mean, or above it by so many deviations; a 0 leaves
    /// one of the two out.
    #[must_use]
    pub fn is_exceeded_by(&self, value: f64, factor: f64, deviations: f64) -> bool {
        let far = self.mean() + deviations * self.deviation();
        (factor > 0.0 && value > factor * self.mean()) || (deviations > 0.0 && value > far)
    }

    /// Values so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.memory.3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_smoothing_it_is_the_last_value() {
        let mut last = Running::new(0.0);
        [1.0, 5.0, 3.0].into_iter().for_each(|value| last.add(value));
        assert_eq!((last.mean(), last.deviation(), last.count()), (3.0, 0.0, 3));
    }

    #[test]
    fn old_values_weigh_less() {
        let mut running = Running::new(0.9);
        [4.0, 1.0, 2.0].into_iter().for_each(|value| running.add(value));
        let weights = [0.81, 0.9, 1.0];
        let mean = (4.0 * 0.81 + 1.0 * 0.9 + 2.0) / weights.iter().sum::<f64>();
        let squares: f64 =
            weights.iter().zip([4.0, 1.0, 2.0]).map(|(w, x)| w * (x - mean) * (x - mean)).sum();
        assert!((running.mean() - mean).abs() < 1e-15);
        let deviation = (squares / weights.iter().sum::<f64>()).sqrt();
        assert!((running.deviation() - deviation).abs() < 1e-15);

        let far = |factor, deviations| running.is_exceeded_by(mean + 2.0, factor, deviations);
        assert!(far(1.5, 0.0) && !far(3.0, 0.0) && !far(0.0, 0.0));
        assert!(far(0.0, 1.0) && !far(0.0, 2.0) && far(1.5, 2.0));
    }
}
