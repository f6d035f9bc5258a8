"""The contract's export `transform`."""

from __future__ import annotations

from wit_world.exports.transform import Pair
from wit_world.imports.types import State

from ..instance import within
from ..tensors import Tensor


class Transform:
    """An object of this class is made for every call."""

    def on_batch_begin(self, state: State, batch: Pair) -> Pair | None:
        return within(lambda plugin: _pair(plugin.transform_input(state, Tensor(batch.input), Tensor(batch.target))))

    def on_loss_begin(self, state: State, output: int) -> int | None:
        return within(lambda plugin: _number(plugin.transform_output(state, Tensor(output))))

    def on_backward_begin(self, state: State, loss: int) -> int | None:
        return within(lambda plugin: _number(plugin.transform_loss(state, Tensor(loss))))


def _pair(changed: tuple[Tensor, Tensor] | None) -> Pair | None:
    if changed is None:
        return None
    input, target = changed
    return Pair(input.number, target.number)


def _number(changed: Tensor | None) -> int | None:
    return None if changed is None else changed.number
