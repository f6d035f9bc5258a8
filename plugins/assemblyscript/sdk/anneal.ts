/**
 * Ways from one value to another. `pct` is the part of the way done, limited to 0..1.
 *
 * Both ends are exact and nothing between lies outside of them, so that a schedule never leaves the
 * bounds of a grant by a rounding error.
 *
 * Only sums, products, quotients and square roots are used, which IEEE 754 rounds in one way: the
 * same schedule has the same bits in every language's SDK. Libraries' cosines and powers differ.
 */

/** A straight line. */
export function linear(start: f64, end: f64, pct: f64): f64 {
  if (pct <= 0) return start;
  if (pct >= 1) return end;
  return between(start, end, start + (end - start) * pct);
}

/** Half a cosine wave: level at both ends, steepest in the middle. */
export function cosine(start: f64, end: f64, pct: f64): f64 {
  if (pct <= 0) return start;
  if (pct >= 1) return end;
  const level = pct <= 0.5 ? cosineOfHalfTurns(pct) : -cosineOfHalfTurns(1 - pct);
  return between(start, end, end + ((start - end) / 2) * (1 + level));
}

/** The same factor at every step; `start` and `end` must have the same sign and not be 0. */
export function exponential(start: f64, end: f64, pct: f64): f64 {
  if (pct <= 0) return start;
  if (pct >= 1) return end;
  return between(start, end, start * power(end / start, pct));
}

/**
 * cos(π x) for x in 0..0.5: the series of the cosine, ten terms by Horner's rule, whose rest is
 * below 2e-17 there.
 */
function cosineOfHalfTurns(x: f64): f64 {
  const angle = Math.PI * x;
  const square = angle * angle;
  let sum: f64 = 1;
  for (let term: f64 = 10; term >= 1; term -= 1) {
    sum = 1 - (square / (2 * term * (2 * term - 1))) * sum;
  }
  return sum;
}

/**
 * base ** exponent for an exponent in 0..1, by its binary digits: each halves the exponent, which
 * is a square root.
 */
function power(base: f64, exponent: f64): f64 {
  let root = base;
  let product: f64 = 1;
  while (exponent > 0) {
    root = Math.sqrt(root);
    exponent *= 2;
    if (exponent >= 1) {
      product *= root;
      exponent -= 1;
    }
  }
  return product;
}

function between(start: f64, end: f64, value: f64): f64 {
  return smaller(greater(value, smaller(start, end)), greater(start, end));
}

// `Math.min` and `Math.max` answer NaN where one of the two is; Rust's answer the other one, and so
// do these.

function smaller(a: f64, b: f64): f64 {
  return b < a || isNaN(a) ? b : a;
}

function greater(a: f64, b: f64): f64 {
  return b > a || isNaN(a) ? b : a;
}
