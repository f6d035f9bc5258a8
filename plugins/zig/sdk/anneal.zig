//! Ways from one value to another. `pct` is the part of the way done, limited to 0..1.
//!
//! Both ends are exact and nothing between lies outside of them, so that a schedule never leaves the
//! bounds of a grant by a rounding error.
//!
//! Only sums, products, quotients and square roots are used, which IEEE 754 rounds in one way: the
//! same schedule has the same bits in every language's SDK. Libraries' cosines and powers differ.

const std = @import("std");

/// A straight line.
pub fn linear(start: f64, end: f64, pct: f64) f64 {
    return between(start, end, pct, straight);
}

/// Half a cosine wave: level at both ends, steepest in the middle.
pub fn cosine(start: f64, end: f64, pct: f64) f64 {
    return between(start, end, pct, wave);
}

/// The same factor at every step; `start` and `end` must have the same sign and not be 0.
pub fn exponential(start: f64, end: f64, pct: f64) f64 {
    return between(start, end, pct, growth);
}

fn straight(start: f64, end: f64, pct: f64) f64 {
    return start + (end - start) * pct;
}

fn wave(start: f64, end: f64, pct: f64) f64 {
    const level = if (pct <= 0.5) cosineOfHalfTurns(pct) else -cosineOfHalfTurns(1.0 - pct);
    return end + (start - end) / 2.0 * (1.0 + level);
}

fn growth(start: f64, end: f64, pct: f64) f64 {
    return start * power(end / start, pct);
}

/// cos(π x) for x in 0..0.5: the series of the cosine, ten terms by Horner's rule, whose rest is
/// below 2e-17 there.
fn cosineOfHalfTurns(x: f64) f64 {
    const square = (std.math.pi * x) * (std.math.pi * x);
    var sum: f64 = 1.0;
    var term: f64 = 10.0;
    while (term >= 1.0) : (term -= 1.0) {
        sum = 1.0 - square / (2.0 * term * (2.0 * term - 1.0)) * sum;
    }
    return sum;
}

/// base ^ exponent for an exponent in 0..1, by its binary digits: each halves the exponent, which is
/// a square root.
fn power(base: f64, exponent: f64) f64 {
    var root = base;
    var left = exponent;
    var product: f64 = 1.0;
    while (left > 0.0) {
        root = @sqrt(root);
        left *= 2.0;
        if (left >= 1.0) {
            product *= root;
            left -= 1.0;
        }
    }
    return product;
}

fn between(start: f64, end: f64, pct: f64, way: *const fn (f64, f64, f64) f64) f64 {
    if (pct <= 0.0) return start;
    if (pct >= 1.0) return end;
    return @min(@max(way(start, end, pct), @min(start, end)), @max(start, end));
}

test "every way starts and ends where it says" {
    for ([_]*const fn (f64, f64, f64) f64{ linear, cosine, exponential }) |way| {
        try std.testing.expectEqual(0.004, way(0.004, 0.1, -1.0));
        try std.testing.expectEqual(0.004, way(0.004, 0.1, 0.0));
        try std.testing.expectEqual(0.1, way(0.004, 0.1, 1.0));
        try std.testing.expectEqual(0.1, way(0.004, 0.1, 7.0));
    }
}

test "the middles are the three means" {
    try std.testing.expectApproxEqAbs(5.0, linear(1.0, 9.0, 0.5), 1e-12);
    try std.testing.expectApproxEqAbs(5.0, cosine(1.0, 9.0, 0.5), 1e-12);
    try std.testing.expectApproxEqAbs(3.0, exponential(1.0, 9.0, 0.5), 1e-12);
    try std.testing.expectApproxEqAbs(0.146_446_609_406_726_24, cosine(0.0, 1.0, 0.25), 1e-15);
}
