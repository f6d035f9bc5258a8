/* Ways from one value to another. `pct` is the part of the way done, limited to 0..=1. Both ends are
 * exact and nothing between lies outside of them, so that a schedule never leaves the bounds of a
 * grant by a rounding error.
 *
 * Only sums, products, quotients and square roots are used, which IEEE 754 rounds in one way: the
 * same schedule has the same bits in every language's SDK. */
#pragma once

/* A straight line. */
double cb_linear(double start, double end, double pct);

/* Half a cosine wave: level at both ends, steepest in the middle. */
double cb_cosine(double start, double end, double pct);

/* The same factor at every step; `start` and `end` must have the same sign and not be 0. */
double cb_exponential(double start, double end, double pct);
