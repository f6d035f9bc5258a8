"""The one plugin that lives in a component, and the way into it.

The binding makes an object of an export's class for every call, so that what lasts stands here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from componentize_py_types import Err

from . import checked, log
from .callback import Callback
from .failure import Failure

T = TypeVar("T")

# Where every call comes through before it is in the plugin.
_OUTSIDE = (__name__, "callbox.export.")

_plugin: Callback | None = None


def begin(plugin: Callback) -> None:
    """From now on this one is called."""
    global _plugin
    _plugin = plugin


def within(call: Callable[[Any], T]) -> T:
    """Calls the plugin. What it raises becomes the contract's error."""
    return saying(lambda: call(_begun()))


def saying(call: Callable[[], T]) -> T:
    """What is raised becomes the contract's error: the binding traps on everything but its own `Err`."""
    try:
        return call()
    except Failure as failure:
        said = str(failure)
    except BaseException as error:  # noqa: BLE001 - what passes here would end the plugin
        said = _mistake(error)
    # Raised here, where the frames of the failed call are gone: its memory may be what there was too little of.
    raise Err(checked.well_formed(said))


def _begun() -> Callback:
    if _plugin is None:
        raise Failure("called before `start`, or after it failed")
    return _plugin


def _mistake(error: BaseException) -> str:
    """The sentence of an error that was not foreseen; it is logged with the places that it came through.

    The module `traceback` is of no use: it reads source files, of which there are none.
    """
    said = f"{type(error).__name__}: {error}".removesuffix(": ")
    places = []
    at = error.__traceback__
    while at is not None:
        code, module = at.tb_frame.f_code, at.tb_frame.f_globals["__name__"]
        if not module.startswith(_OUTSIDE):
            places.append(f"{code.co_name} ({code.co_filename.rpartition('/')[2]}:{at.tb_lineno})")
        at = at.tb_next
    # The innermost ones: of an endless recursion there are a thousand.
    log.error(", at ".join([said, *reversed(places[-20:])]))
    return said
