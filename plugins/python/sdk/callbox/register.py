"""Makes a class the plugin of a file."""

from __future__ import annotations

from wit_world.imports import types as contract

from . import param
from .about import descriptor
from .callback import Callback

_registered: list[tuple[type[Callback], contract.Descriptor]] = []


def register(plugin: type[Callback]) -> None:
    """Makes a class the plugin of this file: its last line is `callbox.register(MyPlugin)`.

    What is wrong with its `about` or its parameters ends the build, for this runs then.
    """
    params = param.of_class(plugin)
    for key in params:
        if hasattr(Callback, key) or key == "run":
            raise TypeError(f"{plugin.__name__}.{key} is a parameter, and a callback's own attribute")
    _registered.append((plugin, descriptor(plugin.about, params)))


def registered() -> tuple[type[Callback], contract.Descriptor]:
    """The plugin of this component."""
    if len(_registered) != 1:
        raise TypeError(f"a file registers one plugin, callbox.register(MyPlugin), and there are {len(_registered)}")
    return _registered[0]
