"""Why the host could not do what a plugin asked in a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from componentize_py_types import Err

from .failure import Failure

T = TypeVar("T")

Kind = Literal["stale", "missing", "mismatch", "over-budget"]

# By the names that the binding gives the contract's cases, of which two packages have the same.
_WORDS: dict[str, tuple[Kind, str]] = {
    "Failure_Stale": ("stale", "stale tensor"),
    "Failure_Missing": ("missing", "missing"),
    "Failure_Mismatch": ("mismatch", "mismatch"),
    "Failure_OverBudget": ("over-budget", "over budget"),
}


class TensorFailure(Failure):
    """What a call for tensors, the batch or the model raises. Its `kind` is

    - `stale`: the tensor's batch is over, or the number is not this plugin's;
    - `missing`: no such thing now, or under that name;
    - `mismatch`: shapes, types or ranges don't fit;
    - `over-budget`: a budget of this event, or of its batch, is spent.
    """

    def __init__(self, reason: Any) -> None:
        self.kind, word = _WORDS[type(reason).__name__]
        what = getattr(reason, "value", "its batch is over, or it is not this plugin's")
        super().__init__(f"{word}: {what}")


def ask(question: Callable[..., T], *arguments: Any) -> T:
    """Asks the host."""
    try:
        return question(*arguments)
    except Err as error:
        reason = error.value
    raise TensorFailure(reason)
