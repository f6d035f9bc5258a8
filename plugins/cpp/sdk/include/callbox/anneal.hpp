/// Ways from one value to another. `pct` is the part of the way done, limited to 0..=1. Both ends
/// are exact and nothing between lies outside of them, so that a schedule never leaves the bounds
/// of a grant by a rounding error.
///
/// Only sums, products, quotients and square roots are used, which IEEE 754 rounds in one way: the
/// same schedule has the same bits in every language's SDK.
#pragma once

#include "c.hpp"

namespace callbox::anneal {

/// A straight line.
inline double linear(double start, double end, double pct)
{
    return cb_linear(start, end, pct);
}

/// Half a cosine wave: level at both ends, steepest in the middle.
inline double cosine(double start, double end, double pct)
{
    return cb_cosine(start, end, pct);
}

/// The same factor at every step; `start` and `end` must have the same sign and not be 0.
inline double exponential(double start, double end, double pct)
{
    return cb_exponential(start, end, pct);
}

} // namespace callbox::anneal
