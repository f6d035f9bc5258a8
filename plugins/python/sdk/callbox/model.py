"""The model's parameters, to read."""

from __future__ import annotations

from wit_world.imports import model as host
from wit_world.imports.model import Parameter

from . import checked
from .tensor_failure import ask
from .tensors import Tensor, made

__all__ = ["Parameter", "activations", "gradient", "gradient_norm", "parameters", "weight"]


def parameters() -> list[Parameter]:
    """All parameters, in the model's order: `name` (PyTorch's dotted one), `group`, `shape`, `trainable`. May be
    called in `__init__`."""
    return host.parameters()


def activations() -> list[str]:
    """Names that `batch.activation` knows. May be called in `__init__`."""
    return host.activations()


def weight(name: str) -> Tensor:
    """A parameter's value, detached."""
    return made(host.weight, checked.text(name, "weight's name"))


def gradient(name: str) -> Tensor:
    """A parameter's gradient, unscaled; a `TensorFailure` of kind `missing` where it has none."""
    return made(host.gradient, checked.text(name, "gradient's name"))


def gradient_norm() -> float:
    """L2 norm of all gradients together."""
    return ask(host.gradient_norm)
