"""What a plugin's Python cannot do, said in sentences.

There are no files, no clock, no input in the sandbox. Where Python's library asks for them the component traps, which
ends the plugin without a word; here the usual ways become an error, and `print` becomes a line of the log.
"""

from __future__ import annotations

import builtins
import sys
import time
from collections.abc import Callable
from io import TextIOBase
from typing import Any, NoReturn

from . import log


class _Lines(TextIOBase):
    """A text stream whose lines are logged."""

    def __init__(self, write_line: Callable[[str], None]) -> None:
        self._write_line = write_line
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._write_line(line)
        return len(text)


class _Loaded:
    """Answers an import of what was not imported when the plugin was built; it comes before all other finders."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> NoReturn:
        raise ImportError(f"import `{name}` at the top of the plugin's file: nothing can be loaded later", name=name)


def _refused(name: str) -> Callable[..., NoReturn]:
    def refuse(*_args: Any, **_keywords: Any) -> NoReturn:
        raise OSError(f"a plugin cannot call {name}: it has no files, no clock and no input")

    return refuse


_CLOCKS = ["time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "sleep"]


def close() -> None:
    """From now on nothing outside is asked for. Called when the component runs; a build needs its files."""
    sys.stdout, sys.stderr = _Lines(log.info), _Lines(log.warn)
    sys.meta_path[:] = [_Loaded()]
    for name in ("open", "input"):
        setattr(builtins, name, _refused(name))
    for name in _CLOCKS:
        if hasattr(time, name):
            setattr(time, name, _refused(f"time.{name}"))
