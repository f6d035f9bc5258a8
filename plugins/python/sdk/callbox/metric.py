"""Compute a metric over a pass of validation or test: the optional export `metric`. Build for the world
`metric-plugin`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .types import Report

if TYPE_CHECKING:
    from .tensors import Tensor

__all__ = ["Metric", "Report"]


class Metric:
    """Methods of a plugin that computes a metric: `class Share(callbox.Callback, Metric)`. They are called for every
    pass if the plan reports anything."""

    def begin_pass(self) -> None:
        """A pass begins: forget the last one."""

    def update(self, output: Tensor, target: Tensor, size: int) -> None:
        """One batch: the model's output, its target, and how many samples they hold."""

    def finish_pass(self) -> Iterable[Report]:
        """The pass is over: `Report(name, value, weight)` for each metric of the plan, weighted by what stands behind
        it."""
        return []
