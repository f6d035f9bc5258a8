"""What a callback asks the loop to do. The table beside `on-event` in `wit/callback.wit` says where each is legal, which
power it takes and how two of a kind merge."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wit_world.imports import types as contract

from . import checked
from .types import HyperName, Signal

if TYPE_CHECKING:
    # Imported by whoever has tensors: a host need not.
    from .tensors import Tensor


def stop_training(reason: str) -> Signal:
    """Stop after the current batch; the reason goes into the record."""
    return contract.Signal_StopTraining(checked.text(reason, "stop_training's reason"))


def stop_epoch(reason: str) -> Signal:
    """End this epoch's training after the current batch."""
    return contract.Signal_StopEpoch(checked.text(reason, "stop_epoch's reason"))


def stop_validation(reason: str) -> Signal:
    """End this validation after the current batch; its result is marked partial."""
    return contract.Signal_StopValidation(checked.text(reason, "stop_validation's reason"))


def skip_validation() -> Signal:
    """No validation in this epoch."""
    return contract.Signal_SkipValidation()


def validate_now() -> Signal:
    """Validate after this batch."""
    return contract.Signal_ValidateNow()


def skip_batch() -> Signal:
    """Leave this batch out: straight to its batch-end."""
    return contract.Signal_SkipBatch()


def skip_backward() -> Signal:
    """No gradients from this batch, and no step."""
    return contract.Signal_SkipBackward()


def skip_step() -> Signal:
    """The optimizer does not step on this batch; its gradients are dropped."""
    return contract.Signal_SkipStep()


def keep_gradients() -> Signal:
    """Keep gradients for the next batch: accumulation."""
    return contract.Signal_KeepGradients()


def set(name: HyperName, value: float, group: int | None = None) -> Signal:
    """Set a hyper-parameter, finite, as its owner; of one layer group, or of all."""
    return _hyper(contract.HyperOp.SET, name, value, group)


def scale(name: HyperName, factor: float, group: int | None = None) -> Signal:
    """This plugin's factor on a hyper-parameter, finite and at least 0, until it gives another; 1 takes it back."""
    return _hyper(contract.HyperOp.SCALE, name, factor, group)


def scale_grad(factor: float) -> Signal:
    """Multiply all gradients."""
    return contract.Signal_ScaleGrad(checked.number(factor, "scale_grad's factor"))


def clip_grad_value(limit: float) -> Signal:
    """Clamp each element of the gradients to [-limit, limit]."""
    return contract.Signal_ClipGradValue(checked.number(limit, "clip_grad_value's limit"))


def clip_grad_norm(limit: float) -> Signal:
    """Scale all gradients so that their global L2 norm is at most this."""
    return contract.Signal_ClipGradNorm(checked.number(limit, "clip_grad_norm's limit"))


def clip_grad_adaptive(factor: float, floor: float) -> Signal:
    """Per output unit: the gradient's norm is at most factor * max(the weight's norm, floor)."""
    factor = checked.number(factor, "clip_grad_adaptive's factor")
    floor = checked.number(floor, "clip_grad_adaptive's floor")
    return contract.Signal_ClipGradAdaptive((factor, floor))


def noise_grad(std: float) -> Signal:
    """Add Gaussian noise of this standard deviation to the gradients."""
    return contract.Signal_NoiseGrad(checked.number(std, "noise_grad's std"))


def set_trainable(group: int, trainable: bool) -> Signal:
    """Freeze or unfreeze a layer group."""
    group = checked.count(group, "set_trainable's group")
    return contract.Signal_SetTrainable((group, checked.flag(trainable, "set_trainable's trainable")))


def set_norm_frozen(group: int, frozen: bool) -> Signal:
    """Keep a group's normalisation layers in evaluation mode, or no longer."""
    group = checked.count(group, "set_norm_frozen's group")
    return contract.Signal_SetNormFrozen((group, checked.flag(frozen, "set_norm_frozen's frozen")))


def refresh_norm_statistics() -> Signal:
    """One pass over the training data, without gradients, that recomputes running statistics."""
    return contract.Signal_RefreshNormStatistics()


def snapshot(slot: str) -> Signal:
    """Copy weights, optimizer and model state into this plugin's slot of that name."""
    return contract.Signal_Slot(contract.SlotOp_Snapshot(checked.text(slot, "a slot's name")))


def restore(slot: str) -> Signal:
    """Put a slot back; the data goes on."""
    return contract.Signal_Slot(contract.SlotOp_Restore(checked.text(slot, "a slot's name")))


def blend(slot: str, weight: float) -> Signal:
    """slot = slot + weight * (current - slot); creates the slot at first use."""
    value = (checked.text(slot, "a slot's name"), checked.number(weight, "blend's weight"))
    return contract.Signal_Slot(contract.SlotOp_Blend(value))


def evaluate_with(slot: str) -> Signal:
    """Validate with the slot's weights; the host puts the current ones back."""
    return contract.Signal_Slot(contract.SlotOp_EvaluateWith(checked.text(slot, "a slot's name")))


def adopt(slot: str) -> Signal:
    """Make the slot's weights the current ones."""
    return contract.Signal_Slot(contract.SlotOp_Adopt(checked.text(slot, "a slot's name")))


def forget(slot: str) -> Signal:
    """Free a slot."""
    return contract.Signal_Slot(contract.SlotOp_Forget(checked.text(slot, "a slot's name")))


def sample_weights(weights: Tensor | int) -> Signal:
    """Relative probability of drawing each training sample, in dataset order; from the next epoch on."""
    number = weights if isinstance(weights, int) else weights.number
    return contract.Signal_SampleWeights(checked.whole(number, "sample_weights's tensor"))


def report(name: str, value: float, weight: float = 1.0) -> Signal:
    """A value of a metric that the plan declares, NaN where there is none; `weight` samples stand behind it."""
    name = checked.text(name, "report's name")
    value = checked.number(value, "report's value")
    return contract.Signal_Report(contract.Report(name, value, checked.number(weight, "report's weight")))


def table(name: str, rows: Iterable[str], columns: Iterable[str], values: Iterable[float]) -> Signal:
    """A small matrix to show: its title, a label per row and per column, and the values row by row."""
    return contract.Signal_Table(
        contract.Table(
            name=checked.text(name, "table's name"),
            rows=checked.items(rows, checked.text, "table's rows"),
            columns=checked.items(columns, checked.text, "table's columns"),
            values=checked.items(values, checked.number, "table's values"),
        )
    )


def histogram(name: str, edges: Iterable[float], counts: Iterable[float]) -> Signal:
    """Counts between ascending edges, under a title: one edge more than counts."""
    return contract.Signal_Histogram(
        contract.Histogram(
            name=checked.text(name, "histogram's name"),
            edges=checked.items(edges, checked.number, "histogram's edges"),
            counts=checked.items(counts, checked.number, "histogram's counts"),
        )
    )


def checkpoint(name: str) -> Signal:
    """Write a checkpoint under this name."""
    return contract.Signal_Checkpoint(checked.text(name, "checkpoint's name"))


def other(name: str, numbers: Iterable[float]) -> Signal:
    """For experiments: a name that the host may know, and numbers. An unknown name is refused."""
    values = checked.items(numbers, checked.number, "other's numbers")
    return contract.Signal_Other((checked.text(name, "other's name"), values))


def _hyper(op: contract.HyperOp, name: HyperName, value: float, group: int | None) -> Signal:
    what = op.name.lower()
    return contract.Signal_SetHyper(
        contract.HyperUpdate(
            name=checked.member(name, HyperName, f"{what}'s hyper-parameter"),
            group=None if group is None else checked.count(group, f"{what}'s group"),
            op=op,
            value=checked.number(value, f"{what}'s value"),
        )
    )
