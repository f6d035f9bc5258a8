"""The contract's export `metric`."""

from __future__ import annotations

from collections.abc import Iterable

from componentize_py_types import Err

from .. import checked
from ..instance import within
from ..tensors import Tensor
from ..types import Report


class Metric:
    """An object of this class is made for every call."""

    def begin(self) -> None:
        # It has no error in the contract: what is raised is in the log, and `update` will tell.
        try:
            within(lambda plugin: plugin.begin_pass())
        except Err:
            return

    def update(self, output: int, target: int, size: int) -> None:
        within(lambda plugin: plugin.update(Tensor(output), Tensor(target), size))

    def finish(self) -> list[Report]:
        return within(lambda plugin: _reports(plugin.finish_pass()))


def _reports(found: Iterable[Report]) -> list[Report]:
    def report(given: Report, what: str) -> Report:
        return Report(
            checked.text(given.name, f"{what}'s name"),
            checked.number(given.value, f"{what}'s value"),
            checked.number(given.weight, f"{what}'s weight"),
        )

    return checked.items(found, report, "finish_pass")
