"""The contract's export `callback`, between the binding and the plugin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from wit_world.imports import types as contract

from .. import callback, param, sandbox, transform
from ..instance import begin, saying, within
from ..plan import METHODS, TRANSFORMS, planned
from ..register import registered
from ..run import Run
from ..types import Answer, Hook, Outcome, Signal, State

_SIGNALS = frozenset(get_args(Signal))

# At build time: a file without a plugin is no component.
registered()


class Callback:
    """An object of this class is made for every call."""

    def describe(self) -> contract.Descriptor:
        sandbox.close()
        return registered()[1]

    def start(self, run: contract.Run, settings: Sequence[contract.Setting]) -> contract.Plan:
        return saying(lambda: _start(run, settings))

    def on_event(self, hook: Hook, state: State) -> list[Signal]:
        method = METHODS[hook]
        return within(lambda plugin: _signals(getattr(plugin, method)(state), method))

    def finish(self, state: State, outcome: Outcome) -> list[Signal]:
        return within(lambda plugin: _signals(plugin.on_finish(state, outcome), "on_finish"))

    def save(self) -> bytes:
        return within(lambda plugin: bytes(memoryview(plugin.save())))

    def load(self, saved: bytes) -> None:
        within(lambda plugin: plugin.load(saved))


def _start(run: contract.Run, settings: Sequence[contract.Setting]) -> contract.Plan:
    plugin_class, _ = registered()
    plugin = plugin_class(Run(**vars(run)), **param.values(plugin_class, settings))
    plan = planned(plugin.plan(), _missing(plugin_class))
    begin(plugin)
    return plan


def _missing(plugin: type[callback.Callback]) -> set[str]:
    """Methods of hooks and transforms that the plugin does not override."""
    hooks = {name for name in METHODS.values() if getattr(plugin, name) is getattr(callback.Callback, name)}
    standard = {name: getattr(transform.Transform, name) for name in TRANSFORMS.values()}
    return hooks | {name for name, method in standard.items() if getattr(plugin, name, method) is method}


def _signals(answer: Answer, method: str) -> list[Signal]:
    if answer is None:
        return []
    if not isinstance(answer, (list, tuple)) or not all(type(signal) in _SIGNALS for signal in answer):
        raise TypeError(f"{method} must answer with a list of what the functions of `signal` make, or with None")
    return list(answer)
