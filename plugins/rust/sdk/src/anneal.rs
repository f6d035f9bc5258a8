//! Ways from one value to another. `pct` is the part of the way done, limited to 0..=1.

use std::f64::consts::PI;

/// A straight line.
#[must_use]
pub fn linear(start: f64, end: f64, pct: f64) -> f64 {
    start + (end - start) * pct.clamp(0.0, 1.0)
}

/// Half a cosine wave: level at both ends, steepest in the middle.
#[must_use]
pub fn cosine(start: f64, end: f64, pct: f64) -> f64 {
    end + (start - end) / 2.0 * (1.0 + (PI * pct.clamp(0.0, 1.0)).cos())
}

/// The same factor at every step; `start` and `end` must have the same sign and not be 0.
#[must_use]
pub fn exponential(start: f64, end: f64, pct: f64) -> f64 {
    start * (end / start).powf(pct.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(left: f64, right: f64) {
        assert!((left - right).abs() <= 1e-12 * right.abs().max(1.0), "{left} is not {right}");
    }

    #[test]
    fn every_way_starts_and_ends_where_it_says() {
        for way in [linear, cosine, exponential] {
            assert_near(way(0.2, 5.0, 0.0), 0.2);
            assert_near(way(0.2, 5.0, 1.0), 5.0);
            assert_near(way(0.2, 5.0, 7.0), 5.0);
        }
    }

    #[test]
    fn the_middles_are_the_three_means() {
        assert_near(linear(1.0, 9.0, 0.5), 5.0);
        assert_near(cosine(1.0, 9.0, 0.5), 5.0);
        assert_near(exponential(1.0, 9.0, 0.5), 3.0);
        assert_near(cosine(0.0, 1.0, 0.25), 0.146_446_609_406_726_24);
    }
}
