//! Ways from one value to another. `pct` is the part of the way done, limited to 0..=1.
//!
//! Both ends are exact and nothing between lies outside of them, so that a schedule never leaves
//! the bounds of a grant by a rounding error.
//!
//! Only sums, products, quotients and square roots are used, which IEEE 754 rounds in one way: the
//! same schedule has the same bits in every language's SDK. Libraries' cosines and powers differ.

use std::f64::consts::PI;

/// A straight line.
#[must_use]
pub fn linear(start: f64, end: f64, pct: f64) -> f64 {
    between(start, end, pct, |pct| start + (end - start) * pct)
}

/// Half a cosine wave: level at both ends, steepest in the middle.
#[must_use]
pub fn cosine(start: f64, end: f64, pct: f64) -> f64 {
    between(start, end, pct, |pct| {
        let level =
            if pct <= 0.5 { cosine_of_half_turns(pct) } else { -cosine_of_half_turns(1.0 - pct) };
        end + (start - end) / 2.0 * (1.0 + level)
    })
}

/// The same factor at every step; `start` and `end` must have the same sign and not be 0.
#[must_use]
pub fn exponential(start: f64, end: f64, pct: f64) -> f64 {
    between(start, end, pct, |pct| start * power(end / start, pct))
}

/// Along `(1 - pct)^exponent`: a straight line for 1, the faster at first the greater it is. The
/// exponent is at least 0.
#[must_use]
pub fn polynomial(start: f64, end: f64, pct: f64, exponent: f64) -> f64 {
    between(start, end, pct, |pct| end + (start - end) * power(1.0 - pct, exponent))
}

/// cos(π x) for x in 0..=0.5: the series of the cosine, ten terms by Horner's rule, whose rest is
/// below 2e-17 there.
fn cosine_of_half_turns(x: f64) -> f64 {
    let square = (PI * x) * (PI * x);
    (1..=10).rev().fold(1.0, |sum, term| {
        let term = f64::from(term);
        1.0 - square / (2.0 * term * (2.0 * term - 1.0)) * sum
    })
}

/// base ^ exponent: the whole part by squares, the rest by its binary digits, each of which halves
/// the exponent and is a square root.
fn power(base: f64, exponent: f64) -> f64 {
    let (mut square, mut root, mut product) = (base, base, 1.0);
    let mut whole = exponent as u64;
    while whole > 0 {
        if whole % 2 == 1 {
            product *= square;
        }
        square *= square;
        whole /= 2;
    }
    let mut rest = exponent.fract();
    while rest > 0.0 {
        root = root.sqrt();
        rest *= 2.0;
        if rest >= 1.0 {
            product *= root;
            rest -= 1.0;
        }
    }
    product
}

fn between(start: f64, end: f64, pct: f64, way: impl Fn(f64) -> f64) -> f64 {
    if pct <= 0.0 {
        return start;
    }
    if pct >= 1.0 {
        return end;
    }
    way(pct).max(start.min(end)).min(start.max(end))
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
            let ends = [-1.0, 0.0, 1.0, 7.0].map(|pct| way(0.004, 0.1, pct));
            assert_eq!(ends, [0.004, 0.004, 0.1, 0.1]);
        }
    }

    #[test]
    fn no_way_leaves_its_ends() {
        for way in [linear, cosine, exponential] {
            for step in 0..=1_000 {
                let value = way(0.1, 0.000_000_4, f64::from(step) / 1e9);
                assert!((0.000_000_4..=0.1).contains(&value), "{value}");
            }
        }
    }

    #[test]
    fn the_middles_are_the_three_means() {
        assert_near(linear(1.0, 9.0, 0.5), 5.0);
        assert_near(cosine(1.0, 9.0, 0.5), 5.0);
        assert_near(exponential(1.0, 9.0, 0.5), 3.0);
        assert_near(cosine(0.0, 1.0, 0.25), 0.146_446_609_406_726_24);
    }

    #[test]
    fn a_polynomial_takes_any_exponent() {
        for exponent in [0.0, 0.5, 0.9, 1.0, 2.0, 3.7, 40.0] {
            assert_eq!(polynomial(0.1, 0.001, -1.0, exponent), 0.1);
            assert_eq!(polynomial(0.1, 0.001, 1.0, exponent), 0.001);
            for step in 1..100 {
                let pct = f64::from(step) / 100.0;
                let way = 0.001 + 0.099 * (1.0 - pct).powf(exponent);
                assert!((polynomial(0.1, 0.001, pct, exponent) / way - 1.0).abs() < 1e-14);
            }
        }
        assert_eq!(polynomial(1.0, 0.0, 0.5, 1e300), 0.0, "and it ends");
    }

    #[test]
    fn libraries_agree_but_for_the_last_bits() {
        for step in 0..=10_000 {
            let pct = f64::from(step) / 10_000.0;
            let wave = 0.5 + 0.5 * (PI * pct).cos();
            assert!((cosine(1.0, 0.0, pct) - wave).abs() < 3e-16, "{pct}");
            let power = 1e-7 * 1e8_f64.powf(pct);
            assert!((exponential(1e-7, 10.0, pct) / power - 1.0).abs() < 4e-15, "{pct}");
        }
    }
}
