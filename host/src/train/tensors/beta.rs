//! Numbers with the beta distribution.

use std::f64::consts::TAU;

use crate::random::Stream;

/// Beta(a, b), for a and b finite and above 0: X / (X + Y) with X from Gamma(a) and Y from Gamma(b).
///
/// In logarithms, so that neither tiny nor huge parameters leave the range of an f64.
pub(super) fn beta(stream: &mut Stream, a: f64, b: f64) -> f64 {
    let (x, y) = (log_gamma(stream, a), log_gamma(stream, b));
    let difference = y - x;
    if difference.is_nan() {
        // Both are below the least f64: in the limit all mass lies at 0 and 1.
        return if stream.unit() * (a + b) < a { 1.0 } else { 0.0 };
    }
    1.0 / (1.0 + difference.exp())
}

/// Logarithm of a number from Gamma(shape), scale 1.
///
/// Marsaglia and Tsang, A simple method for generating gamma variables, 2000; below 1 by their
/// Gamma(shape) = Gamma(shape + 1) · U^(1 / shape).
fn log_gamma(stream: &mut Stream, shape: f64) -> f64 {
    if shape < 1.0 {
        let lift = above_zero(stream).ln() / shape;
        return log_gamma(stream, shape + 1.0) + lift;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(stream);
        let v = (1.0 + c * x).powi(3);
        if v > 0.0 && above_zero(stream).ln() < 0.5 * x * x + d * (1.0 - v + v.ln()) {
            return d.ln() + v.ln();
        }
    }
}

/// A standard normal number. Box and Muller, 1958.
fn normal(stream: &mut Stream) -> f64 {
    let radius = (-2.0 * above_zero(stream).ln()).sqrt();
    radius * (TAU * stream.unit()).cos()
}

/// In (0, 1], ready for a logarithm.
fn above_zero(stream: &mut Stream) -> f64 {
    1.0 - stream.unit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(a: f64, b: f64) -> (f64, f64) {
        let mut stream = Stream::new(1, "test", 0, 0);
        let drawn: Vec<f64> = (0..40_000).map(|_| beta(&mut stream, a, b)).collect();
        assert!(drawn.iter().all(|x| (0.0..=1.0).contains(x)), "Beta({a}, {b})");
        let mean = drawn.iter().sum::<f64>() / 40_000.0;
        (mean, drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 40_000.0)
    }

    /// Mean a / (a + b), variance ab / ((a + b)² (a + b + 1)).
    #[test]
    fn mean_and_variance_are_the_distributions() {
        for (a, b) in
            [(0.2_f64, 0.2_f64), (0.4, 0.4), (1.0, 1.0), (2.0, 5.0), (0.5, 3.0), (50.0, 20.0)]
        {
            let expected = a / (a + b);
            let spread = a * b / ((a + b).powi(2) * (a + b + 1.0));
            let (mean, variance) = moments(a, b);
            // Five standard errors of the mean; the variance within 3 %.
            assert!(
                (mean - expected).abs() < 5.0 * (spread / 40_000.0).sqrt(),
                "Beta({a}, {b}): {mean}"
            );
            assert!((variance / spread - 1.0).abs() < 0.03, "Beta({a}, {b}): {variance}");
        }
    }

    #[test]
    fn extreme_parameters_stay_in_range() {
        let (tiny, huge) = (f64::MIN_POSITIVE, 1e300);
        assert!((moments(tiny, tiny).0 - 0.5).abs() < 0.02);
        assert!((moments(huge, huge).0 - 0.5).abs() < 1e-9);
        assert_eq!((moments(tiny, 1.0).0, moments(1.0, tiny).0), (0.0, 1.0));
        assert!(moments(1.0, huge).0 < 1e-200);
    }

    /// The bytes of recorded runs stand on these.
    #[test]
    fn the_values_are_frozen() {
        let mut stream = Stream::new(42, "tensors-train", 7, 0);
        let drawn = [(); 3].map(|()| beta(&mut stream, 0.4, 0.4) as f32);
        assert_eq!(drawn, FROZEN);
    }

    const FROZEN: [f32; 3] = [0.1339911, 0.014490017, 0.3927467];
}
