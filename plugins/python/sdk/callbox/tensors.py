"""Tensors by number: the data stays on the run's device, and every operation runs on the host.

    def rms(tensor):
        return sqrt(tensor.square().mean().item())  # root of the mean square

A tensor lives until the current batch is over; outside a batch, until the answer to the event was applied. There is
nothing to free. Every call can raise a `TensorFailure`: for an old number, for another shape or type than it needs, or
because a budget of operations, bytes or host time is spent. Reading waits for the device.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import prod
from typing import Any

from wit_world.imports import tensors as host
from wit_world.imports.tensors import Dtype, Summary

from . import checked
from .tensor_failure import TensorFailure, ask

__all__ = [
    "Dtype",
    "Summary",
    "Tensor",
    "TensorFailure",
    "random_beta",
    "random_permutation",
    "random_uniform",
    "summaries",
]


class Tensor:
    """A tensor on the run's device."""

    def __init__(self, number: int) -> None:
        self.number = number
        """What the host calls it."""

    @staticmethod
    def create(shape: Sequence[int], values: Iterable[float]) -> Tensor:
        """From values in row-major order; float32."""
        return made(host.create, _sizes(shape), checked.items(values, checked.number, "create's values"))

    def shape(self) -> list[int]:
        """Sizes of the dimensions; empty for a scalar."""
        return ask(host.shape, self.number)

    def kind(self) -> Dtype:
        """Type of the elements."""
        return ask(host.kind, self.number)

    def summary(self) -> Summary:
        """Mean, std (unbiased), min, max, l2_norm and non_finite in one pass; for several tensors see `summaries`."""
        return summaries([self])[0]

    def item(self) -> float:
        """The only element. Waits for the device."""
        return ask(host.item, self.number)

    def read(self, offset: int = 0, length: int | None = None) -> list[float]:
        """Elements in row-major order, converted to float32: all, or `length` from `offset`. Copies them."""
        return ask(host.read, self.number, *self._part(offset, length))

    def read_integers(self, offset: int = 0, length: int | None = None) -> list[int]:
        """The same for integers and booleans, unconverted."""
        return ask(host.read_integers, self.number, *self._part(offset, length))

    def add(self, other: Tensor) -> Tensor:
        """self + other, broadcast; so do the operators `+`, `-` and `*`, with a number too."""
        return made(host.add, self.number, other.number)

    def sub(self, other: Tensor) -> Tensor:
        """self - other, broadcast."""
        return made(host.sub, self.number, other.number)

    def mul(self, other: Tensor) -> Tensor:
        """self * other by element, broadcast."""
        return made(host.mul, self.number, other.number)

    def __add__(self, other: Tensor | float) -> Tensor:
        return self.add(other) if isinstance(other, Tensor) else self.affine(1.0, other)

    def __sub__(self, other: Tensor | float) -> Tensor:
        return self.sub(other) if isinstance(other, Tensor) else self.affine(1.0, -other)

    def __mul__(self, other: Tensor | float) -> Tensor:
        return self.mul(other) if isinstance(other, Tensor) else self.affine(other, 0.0)

    __radd__ = __add__
    __rmul__ = __mul__

    def affine(self, factor: float, offset: float) -> Tensor:
        """self * factor + offset."""
        factor = checked.number(factor, "affine's factor")
        return made(host.affine, self.number, factor, checked.number(offset, "affine's offset"))

    def lerp(self, other: Tensor, weight: Tensor) -> Tensor:
        """self + weight * (other - self), weight broadcast."""
        return made(host.lerp, self.number, other.number, weight.number)

    def choose(self, a: Tensor, b: Tensor) -> Tensor:
        """`a` where this condition holds, else `b`, broadcast."""
        return made(host.choose, self.number, a.number, b.number)

    def clamp(self, low: float, high: float) -> Tensor:
        """Each element limited to [low, high]."""
        low = checked.number(low, "clamp's low")
        return made(host.clamp, self.number, low, checked.number(high, "clamp's high"))

    def square(self) -> Tensor:
        """self * self by element."""
        return made(host.square, self.number)

    def log_softmax(self, dim: int) -> Tensor:
        """Logarithm of the softmax along a dimension; negative ones count from the end."""
        return made(host.log_softmax, self.number, _dim(dim))

    def sum(self, dim: int | None = None) -> Tensor:
        """Sum over one dimension, or all."""
        return made(host.sum, self.number, None if dim is None else _dim(dim))

    def mean(self, dim: int | None = None) -> Tensor:
        """Mean over one dimension, or all."""
        return made(host.mean, self.number, None if dim is None else _dim(dim))

    def argmax(self, dim: int) -> Tensor:
        """Index of the greatest element along a dimension; int64."""
        return made(host.argmax, self.number, _dim(dim))

    def equal(self, other: Tensor) -> Tensor:
        """Whether elements are equal, broadcast; boolean."""
        return made(host.equal, self.number, other.number)

    def one_hot(self, count: int) -> Tensor:
        """A last dimension of `count` is added, 1 at the class and 0 elsewhere; float32."""
        return made(host.one_hot, self.number, checked.whole(count, "one_hot's count"))

    def unsqueeze(self, dim: int) -> Tensor:
        """A dimension of size 1 is inserted."""
        return made(host.unsqueeze, self.number, _dim(dim))

    def narrow(self, dim: int, start: int, end: int) -> Tensor:
        """Elements start to end (exclusive) of a dimension."""
        start = checked.whole(start, "narrow's start")
        return made(host.narrow, self.number, _dim(dim), start, checked.whole(end, "narrow's end"))

    def put(self, dim: int, start: int, part: Tensor) -> Tensor:
        """A copy with `part` put at `start` of a dimension."""
        return made(host.put, self.number, _dim(dim), checked.whole(start, "put's start"), part.number)

    def pick(self, dim: int, index: Tensor) -> Tensor:
        """Rows by index along a dimension."""
        return made(host.pick, self.number, _dim(dim), index.number)

    def resize(self, height: int, width: int) -> Tensor:
        """Bilinear resize of the last two dimensions."""
        height = checked.whole(height, "resize's height")
        return made(host.resize, self.number, height, checked.whole(width, "resize's width"))

    def convert(self, to: Dtype) -> Tensor:
        """Another type of elements."""
        return made(host.convert, self.number, checked.member(to, Dtype, "convert's type"))

    def _part(self, offset: int, length: int | None) -> tuple[int, int]:
        if length is None:
            length = max(prod(self.shape()) - offset, 0)
        return checked.whole(offset, "read's offset"), checked.whole(length, "read's length")


def summaries(of: Iterable[Tensor]) -> list[Summary]:
    """One summary per tensor, in order, in one wait for the device."""
    return ask(host.summaries, [tensor.number for tensor in of])


def random_permutation(n: int) -> Tensor:
    """0 to n-1 in random order; int64. From this plugin's own stream, as all that is random."""
    return made(host.random_permutation, checked.whole(n, "random_permutation's n"))


def random_uniform(shape: Sequence[int]) -> Tensor:
    """Uniform in [0, 1); float32."""
    return made(host.random_uniform, _sizes(shape))


def random_beta(shape: Sequence[int], a: float, b: float) -> Tensor:
    """Beta(a, b); float32."""
    a = checked.number(a, "random_beta's a")
    return made(host.random_beta, _sizes(shape), a, checked.number(b, "random_beta's b"))


def made(question: Callable[..., int], *arguments: Any) -> Tensor:
    """Asks the host for a tensor."""
    return Tensor(ask(question, *arguments))


def _sizes(shape: Sequence[int]) -> list[int]:
    return checked.items(shape, checked.whole, "a shape")


def _dim(dim: int) -> int:
    if not isinstance(dim, int) or not -64 <= dim < 64:
        raise TypeError(f"a dimension must be a small whole number, and is {dim!r}")
    return dim
