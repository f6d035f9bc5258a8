"""Words shared by the host and every plugin, as the bindings have them. Where each holds: `wit/types.wit`."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeAlias

from wit_world.imports.types import (
    Grant,
    Hook,
    Hyper,
    HyperName,
    Losses,
    MetricSpec,
    Outcome,
    Phase,
    Reads,
    Report,
    Signal,
    State,
    Stop,
)
from wit_world.imports.types import Outcome_Completed as Completed
from wit_world.imports.types import Outcome_Failed as Failed
from wit_world.imports.types import Outcome_Stopped as Stopped

__all__ = [
    "Answer",
    "Completed",
    "Failed",
    "Grant",
    "Hook",
    "Hyper",
    "HyperName",
    "Losses",
    "MetricSpec",
    "Outcome",
    "Phase",
    "Power",
    "Reads",
    "Report",
    "Signal",
    "State",
    "Stop",
    "Stopped",
]

Answer: TypeAlias = Sequence[Signal] | None
"""What a hook gives back: signals for the loop, or nothing. What it raises is journaled as its violation."""


class Power(StrEnum):
    """A right to change the loop. The user grants it; a plugin declares it first."""

    CONTROL = "control"
    """Stop, skip, validate."""
    LR = "lr"
    """Set or scale the learning rate."""
    MOM = "mom"
    """Set or scale momentum, beta1 of Adam."""
    WD = "wd"
    """Set or scale weight decay."""
    BETA = "beta"
    """Set or scale beta2 of Adam, alpha of RMSprop."""
    GRADIENTS = "gradients"
    """Scale, clip or disturb gradients."""
    WEIGHTS = "weights"
    """Freeze groups, keep and restore copies of the weights."""
    SAMPLER = "sampler"
    """Change how samples are drawn."""
    CHECKPOINT = "checkpoint"
    """Write checkpoints."""
    TRANSFORM = "transform"
    """Change batches, outputs and losses."""
