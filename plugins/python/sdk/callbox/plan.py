"""What a plugin will do in a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from wit_world.imports import types as contract

from . import checked
from .types import Hook, HyperName, Phase, Power, Reads

METHODS = {hook: f"on_{hook.name.lower()}" for hook in Hook}
"""The method of each hook."""

TRANSFORMS = {part: f"transform_{part}" for part in ("input", "output", "loss")}
"""The method of each transform."""

NOTHING = Reads(0)
"""A subscription's `reads` unless it says others."""

_Item = TypeVar("_Item")


class Better(StrEnum):
    """Which direction of a reported metric is an improvement."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


_HIGHER_IS_BETTER = {Better.HIGHER: True, Better.LOWER: False, Better.NEITHER: None}


@dataclass(frozen=True)
class Subscription:
    """When a hook reaches this plugin."""

    hook: Hook
    phase: Phase | None = None
    """Only in this phase; None: in every one."""
    every: int = 1
    """Only at occurrences 1, n + 1, 2n + 1, … of the run, counted after the phase."""
    reads: Reads = NOTHING
    """Parts of the state to fill in, such as `Reads.LOSSES | Reads.HYPERS`."""


@dataclass(frozen=True)
class Plan:
    """What a plugin will do in this run, with these settings."""

    on: Sequence[Hook | Subscription] = ()
    """When to be called; a bare hook asks for every occurrence in every phase. `on_finish` needs no mention."""
    monitors: Sequence[str] = ()
    """Metrics to find in `state.monitored`, in this order, where a subscription reads it."""
    reports: Mapping[str, Better] = field(default_factory=dict)
    """Metrics that it will report, in kebab-case, and which direction is better."""
    powers: Sequence[Power] = ()
    """Powers that it will use. Those of `owns` and `transforms` come by themselves."""
    owns: Sequence[HyperName] = ()
    """Hyper-parameters that it will set, as their one owner. Scaling needs none, only the power."""
    transforms: Sequence[str] = ()
    """Which of its transforms are to be called: "input", "output", "loss"."""
    in_validation: bool = False
    """Inputs and outputs are transformed in batches of validation as well."""
    run_before: Sequence[str] = ()
    """Plugins whose transforms come later than this one's, by their names in the run."""
    run_after: Sequence[str] = ()
    """Plugins whose transforms come earlier."""


def planned(plan: Plan, missing: set[str]) -> contract.Plan:
    """The contract's form of a plan; `missing` names the methods that the plugin does not have."""
    if not isinstance(plan, Plan):
        raise TypeError(f"plan must give a Plan, and gave {plan!r}")

    def subscription(wanted: Hook | Subscription, what: str) -> contract.Subscription:
        return _subscription(wanted, missing, what)

    def transform(wanted: str, what: str) -> str:
        return _transform(wanted, missing, what)

    def hyper(wanted: HyperName, what: str) -> HyperName:
        return checked.member(wanted, HyperName, what)

    transforms = checked.items(plan.transforms, transform, "plan.transforms")
    owns = checked.items(plan.owns, hyper, "plan.owns")
    powers = checked.items(plan.powers, checked.power, "plan.powers")
    powers += [Power[name.name].value for name in owns]
    powers += [Power.TRANSFORM.value] if transforms else []
    return contract.Plan(
        subscriptions=checked.items(plan.on, subscription, "plan.on"),
        transforms=contract.Transforms(
            input="input" in transforms,
            output="output" in transforms,
            loss="loss" in transforms,
            in_validation=checked.flag(plan.in_validation, "plan.in_validation"),
        ),
        monitors=checked.items(plan.monitors, checked.text, "plan.monitors"),
        reports=[_metric(name, better) for name, better in plan.reports.items()],
        powers=_once(powers),
        owns=owns,
        run_before=checked.items(plan.run_before, checked.text, "plan.run_before"),
        run_after=checked.items(plan.run_after, checked.text, "plan.run_after"),
    )


def _subscription(wanted: Hook | Subscription, missing: set[str], what: str) -> contract.Subscription:
    if isinstance(wanted, Hook):
        wanted = Subscription(wanted)
    if not isinstance(wanted, Subscription):
        raise TypeError(f"{what} must be a Hook or a Subscription, and is {wanted!r}")
    hook = checked.member(wanted.hook, Hook, what)
    if METHODS[hook] in missing:
        raise TypeError(f"the plan asks for {hook}, but there is no method {METHODS[hook]}")
    return contract.Subscription(
        hook=hook,
        phase=None if wanted.phase is None else checked.member(wanted.phase, Phase, f"{what}.phase"),
        every=checked.count(wanted.every, f"{what}.every"),
        reads=checked.member(wanted.reads, Reads, f"{what}.reads"),
    )


def _transform(wanted: str, missing: set[str], what: str) -> str:
    if wanted not in TRANSFORMS:
        raise TypeError(f"{what} must be one of {', '.join(TRANSFORMS)}, and is {wanted!r}")
    if TRANSFORMS[wanted] in missing:
        raise TypeError(f"the plan transforms the {wanted}, but there is no method {TRANSFORMS[wanted]}")
    return wanted


def _metric(name: str, better: Better) -> contract.MetricSpec:
    higher = _HIGHER_IS_BETTER[checked.member(better, Better, f"plan.reports[{name!r}]")]
    return contract.MetricSpec(checked.text(name, "a metric's name"), higher)


def _once(values: Sequence[_Item]) -> list[_Item]:
    """Without repetitions, in order."""
    return list(dict.fromkeys(values))
