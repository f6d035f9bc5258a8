"""Parameters, declared once: attributes of the plugin's class, which its objects have as plain values.

    patience = param.count(3, "Epochs without improvement to put up with.")
    lr_max = param.number(0.01, "Highest learning rate.", min=0, max=10)
    mode = param.text("auto", "Which direction is better.", choices=["auto", "min", "max"])

In the run file they are called `patience`, `lr-max` and `mode`. The host checks type and bounds before the plugin sees
a value. A doc is one line, with the unit where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar, cast, overload

from wit_world.imports import types as contract

from . import checked
from .failure import Failure

T = TypeVar("T")

COUNTS = (0, (1 << 32) - 1)


class Param(Generic[T]):
    """One parameter of type `T`. The functions of this module make it."""

    def __init__(
        self,
        case: type,
        standard: Any,
        doc: str,
        *,
        min: float | None = None,
        max: float | None = None,
        choices: Sequence[str] = (),
    ) -> None:
        self.name = ""
        """As users write it."""
        self.case = case
        """The contract's case of `value`."""
        self.standard: T = standard
        """Used where the user sets nothing."""
        self.doc = checked.text(doc, "a parameter's doc")
        self.min = None if min is None else checked.number(min, "a parameter's min")
        self.max = None if max is None else checked.number(max, "a parameter's max")
        self.choices = checked.items(choices, checked.text, "a parameter's choices")

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name.replace("_", "-")

    # An object's own attribute, which `Callback` sets, comes before this one.
    @overload
    def __get__(self, plugin: None, owner: type) -> Param[T]: ...
    @overload
    def __get__(self, plugin: object, owner: type) -> T: ...
    def __get__(self, plugin: object, owner: type) -> Param[T] | T:
        return self if plugin is None else self.standard

    def declared(self) -> contract.Param:
        """As the descriptor lists it."""
        default = self.case(self.standard)
        return contract.Param(self.name, self.doc, default, self.min, self.max, self.choices)

    def read(self, value: contract.Value) -> T:
        """A setting as this parameter's type. The host has checked it; what is not so would be a stranger's host."""
        if not isinstance(value, self.case):
            raise Failure(f"parameter `{self.name}` cannot be {_KINDS[type(value)]}")
        if isinstance(value, contract.Value_Integer) and not self._holds(value.value):
            raise Failure(f"parameter `{self.name}` cannot be this integer")
        return cast(T, value.value)

    def _holds(self, value: int) -> bool:
        return (self.min is None or value >= self.min) and (self.max is None or value <= self.max)


_KINDS: dict[type, str] = {
    contract.Value_Flag: "a flag",
    contract.Value_Integer: "this integer",
    contract.Value_Number: "a number",
    contract.Value_Text: "a text",
    contract.Value_Numbers: "a list of numbers",
    contract.Value_Texts: "a list of texts",
}


def flag(standard: bool, doc: str) -> Param[bool]:
    """True or False. `standard` is used where the user sets nothing, here as everywhere below."""
    return Param(contract.Value_Flag, checked.flag(standard, "a flag's default"), doc)


def whole(standard: int, doc: str, *, min: float | None = None, max: float | None = None) -> Param[int]:
    """A whole number of 64 bits with a sign."""
    return Param(contract.Value_Integer, int(standard), doc, min=min, max=max)


def count(standard: int, doc: str, *, min: int = COUNTS[0], max: int = COUNTS[1]) -> Param[int]:
    """A whole number from 0 to 2 ** 32 - 1, for what is counted; the bounds may be narrower."""
    standard = checked.count(standard, "a count's default")
    return Param(contract.Value_Integer, standard, doc, min=min, max=max)


def number(standard: float, doc: str, *, min: float | None = None, max: float | None = None) -> Param[float]:
    """A finite number."""
    standard = checked.number(standard, "a number's default")
    return Param(contract.Value_Number, standard, doc, min=min, max=max)


def text(standard: str, doc: str, *, choices: Sequence[str] = ()) -> Param[str]:
    """A text, or one of a few."""
    standard = checked.text(standard, "a text's default")
    return Param(contract.Value_Text, standard, doc, choices=choices)


def numbers(standard: Sequence[float], doc: str) -> Param[list[float]]:
    """Finite numbers, in order."""
    values = checked.items(standard, checked.number, "the numbers of a default")
    return Param(contract.Value_Numbers, values, doc)


def texts(standard: Sequence[str], doc: str) -> Param[list[str]]:
    """Texts, in order."""
    values = checked.items(standard, checked.text, "the texts of a default")
    return Param(contract.Value_Texts, values, doc)


def of_class(plugin: type) -> dict[str, Param[Any]]:
    """The parameters of a class by their attribute's name, in the order in which they are declared."""
    found: dict[str, Param[Any]] = {}
    for base in reversed(plugin.__mro__):
        found |= {key: value for key, value in vars(base).items() if isinstance(value, Param)}
    return found


def values(plugin: type, settings: Sequence[contract.Setting]) -> dict[str, Any]:
    """The user's settings by their attribute's name."""
    by_name = {param.name: (key, param) for key, param in of_class(plugin).items()}
    read: dict[str, Any] = {}
    for setting in settings:
        if setting.name not in by_name:
            raise Failure(f"there is no parameter `{setting.name}`")
        key, param = by_name[setting.name]
        read[key] = param.read(setting.value)
    return read
