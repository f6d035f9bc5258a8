"""Change what flows through the loop: the optional export `transform`. Build for the world `transform-plugin`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .types import State

if TYPE_CHECKING:
    from .tensors import Tensor


class Transform:
    """Methods of a plugin that changes batches, outputs or losses: `class Soften(callbox.Callback, Transform)`.

    They are called where the plan's `transforms` says, after the hook's events were applied. Each gets what the one
    before it left: in order for inputs, in reverse order for outputs and losses. None as the answer leaves it as it is.
    In `state` there are no losses, and lists are empty.
    """

    def transform_input(self, state: State, input: Tensor, target: Tensor) -> tuple[Tensor, Tensor] | None:
        """The batch before the model sees it: its input, whose first dimension is the batch, and its target."""

    def transform_output(self, state: State, output: Tensor) -> Tensor | None:
        """The model's output before the loss is taken."""

    def transform_loss(self, state: State, loss: Tensor) -> Tensor | None:
        """The loss before gradients are computed, in training only; the answer is a scalar that has a gradient."""
