"""What a plugin is and the most that it may ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from wit_world.imports import types as contract

from . import checked
from .param import Param
from .types import Power


@dataclass(frozen=True)
class About:
    """What a plugin is and the most that it may ever ask for; the same every time."""

    name: str
    """In kebab-case."""
    version: str
    """Semantic version."""
    summary: str
    """One line."""
    needs: Sequence[Power] = ()
    """Powers without which the plugin refuses to work."""
    wants: Sequence[Power] = ()
    """Powers that it can do without; `run.grants` says which it got."""
    state_version: int = 1
    """Version of what `save` writes: raise it when an older save no longer fits."""


def descriptor(about: About, params: dict[str, Param]) -> contract.Descriptor:
    """The contract's form of it. Raises where a value is of another type, which the build then shows."""
    return contract.Descriptor(
        name=checked.text(about.name, "about.name"),
        version=checked.text(about.version, "about.version"),
        summary=checked.text(about.summary, "about.summary"),
        params=[param.declared() for param in params.values()],
        needs=checked.items(about.needs, checked.power, "about.needs"),
        wants=checked.items(about.wants, checked.power, "about.wants"),
        state_version=checked.count(about.state_version, "about.state_version"),
    )
