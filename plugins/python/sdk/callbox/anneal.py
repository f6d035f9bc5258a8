"""Ways from one value to another. `pct` is the part of the way done, limited to 0..1.

Both ends are exact and nothing between lies outside of them, so that a schedule never leaves the bounds of a grant by
a rounding error.

Only sums, products, quotients and square roots are used, which IEEE 754 rounds in one way: the same schedule has the
same bits in every language's SDK. Libraries' cosines and powers differ.
"""

from collections.abc import Callable
from math import isnan, pi, sqrt


def linear(start: float, end: float, pct: float) -> float:
    """A straight line."""
    return _between(start, end, pct, lambda: start + (end - start) * pct)


def cosine(start: float, end: float, pct: float) -> float:
    """Half a cosine wave: level at both ends, steepest in the middle."""

    def wave() -> float:
        level = _cosine_of_half_turns(pct) if pct <= 0.5 else -_cosine_of_half_turns(1.0 - pct)
        return end + (start - end) / 2.0 * (1.0 + level)

    return _between(start, end, pct, wave)


def exponential(start: float, end: float, pct: float) -> float:
    """The same factor at every step. `start` is not 0, and `end` of the same sign."""
    return _between(start, end, pct, lambda: start * _power(end / start, pct))


def _cosine_of_half_turns(x: float) -> float:
    """cos(π x) for x in 0..0.5: the series of the cosine, ten terms by Horner's rule, whose rest is below 2e-17."""
    square = (pi * x) * (pi * x)
    total = 1.0
    for term in range(10, 0, -1):
        total = 1.0 - square / (2.0 * term * (2.0 * term - 1.0)) * total
    return total


def _power(base: float, exponent: float) -> float:
    """base ** exponent for an exponent in 0..1, by its binary digits: each halves it, which is a square root."""
    root, product = base, 1.0
    while exponent > 0.0:
        root = sqrt(root)
        exponent *= 2.0
        if exponent >= 1.0:
            product *= root
            exponent -= 1.0
    return product


def _between(start: float, end: float, pct: float, way: Callable[[], float]) -> float:
    if pct <= 0.0:
        return start
    if pct >= 1.0:
        return end
    return _lesser(_greater(way(), _lesser(start, end)), _greater(start, end))


# `min` and `max` answer NaN where the first of the two is; Rust's answer the other one, and so do these.


def _lesser(a: float, b: float) -> float:
    return b if b < a or isnan(a) else a


def _greater(a: float, b: float) -> float:
    return b if b > a or isnan(a) else a
