"""What the current batch holds. Reading it needs no power; at a hook where there is no such thing yet, a
`TensorFailure` of kind `missing` is raised."""

from __future__ import annotations

from wit_world.imports import batch as host

from . import checked
from .tensor_failure import ask
from .tensors import Tensor, made


def input() -> Tensor:
    """The model's input, after transforms."""
    return made(host.input)


def target() -> Tensor:
    """The loss's target, after transforms."""
    return made(host.target)


def output() -> Tensor:
    """The model's output, after transforms."""
    return made(host.output)


def loss() -> Tensor:
    """The loss, after transforms. With its graph inside `transform_loss`, without elsewhere."""
    return made(host.loss)


def loss_of(output: Tensor, target: Tensor) -> Tensor:
    """The run's own loss of an output against another target, mean over the batch. With a graph inside transforms."""
    return made(host.loss_of, output.number, target.number)


def sample_losses() -> tuple[Tensor, Tensor]:
    """Loss per sample of the untransformed output and target, and each sample's index in the dataset."""
    losses, indices = ask(host.sample_losses)
    return Tensor(losses), Tensor(indices)


def labels() -> Tensor:
    """Class of every training sample, in dataset order. At any hook."""
    return made(host.labels)


def activation(name: str) -> Tensor:
    """A named intermediate result that the model exposes; `model.activations` lists the names. With a graph inside
    transforms."""
    return made(host.activation, checked.text(name, "activation's name"))
