/**
 * Ways from one value to another. `pct` is the part of the way done, limited to 0..1.
 *
 * Both ends are exact and nothing between lies outside of them, so that a schedule never leaves the
 * bounds of a grant by a rounding error.
 *
 * Only sums, products, quotients and square roots are used, which IEEE 754 rounds in one way: the
 * same schedule has the same bits in every language's SDK. `Math.cos` and `Math.pow` differ from
 * engine to engine.
 */

/**
 * A straight line.
 *
 * @param {number} start value at `pct` 0
 * @param {number} end value at `pct` 1
 * @param {number} pct part of the way done
 * @returns {number}
 */
export function linear(start, end, pct) {
  return between(start, end, pct, () => start + (end - start) * pct);
}

/**
 * Half a cosine wave: level at both ends, steepest in the middle.
 *
 * @param {number} start value at `pct` 0
 * @param {number} end value at `pct` 1
 * @param {number} pct part of the way done
 * @returns {number}
 */
export function cosine(start, end, pct) {
  return between(start, end, pct, () => {
    const level = pct <= 0.5 ? cosineOfHalfTurns(pct) : -cosineOfHalfTurns(1 - pct);
    return end + ((start - end) / 2) * (1 + level);
  });
}

/**
 * The same factor at every step.
 *
 * @param {number} start value at `pct` 0, not 0
 * @param {number} end value at `pct` 1, of the same sign
 * @param {number} pct part of the way done
 * @returns {number}
 */
export function exponential(start, end, pct) {
  return between(start, end, pct, () => start * power(end / start, pct));
}

/**
 * cos(π x) for x in 0..0.5: the series of the cosine, ten terms by Horner's rule, whose rest is
 * below 2e-17 there.
 *
 * @param {number} x
 */
function cosineOfHalfTurns(x) {
  const angle = Math.PI * x;
  const square = angle * angle;
  let sum = 1;
  for (let term = 10; term >= 1; term -= 1) {
    sum = 1 - (square / (2 * term * (2 * term - 1))) * sum;
  }
  return sum;
}

/**
 * base ** exponent for an exponent in 0..1, by its binary digits: each halves the exponent, which
 * is a square root.
 *
 * @param {number} base
 * @param {number} exponent
 */
function power(base, exponent) {
  let root = base;
  let product = 1;
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

/**
 * @param {number} start
 * @param {number} end
 * @param {number} pct
 * @param {() => number} way
 */
function between(start, end, pct, way) {
  if (pct <= 0) {
    return start;
  }
  if (pct >= 1) {
    return end;
  }
  return smaller(greater(way(), smaller(start, end)), greater(start, end));
}

// `Math.min` and `Math.max` answer NaN where one of the two is; Rust's answer the other one, and so
// do these.

/** @param {number} a @param {number} b */
function smaller(a, b) {
  return b < a || Number.isNaN(a) ? b : a;
}

/** @param {number} a @param {number} b */
function greater(a, b) {
  return b > a || Number.isNaN(a) ? b : a;
}
