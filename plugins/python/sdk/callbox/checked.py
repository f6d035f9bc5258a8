"""What crosses into the contract, checked: the binding ends the plugin without a word where a value has another type
than the contract's. Here it becomes an error with a sentence."""

from collections.abc import Callable, Iterable
from enum import Enum
from typing import TypeVar

from .types import Power

T = TypeVar("T")
U = TypeVar("U")
E = TypeVar("E", bound=Enum)


def text(value: str, what: str) -> str:
    """A text without lone surrogates, which UTF-8 cannot hold. `what` is its name in the sentence."""
    if not isinstance(value, str):
        raise TypeError(f"{what} must be a text, and is {value!r}")
    return well_formed(value)


def well_formed(value: str) -> str:
    """Lone surrogates become `?`."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def number(value: float, what: str) -> float:
    """A number; whole ones are numbers too, flags are not."""
    if not isinstance(value, (float, int)) or isinstance(value, bool):
        raise TypeError(f"{what} must be a number, and is {value!r}")
    return float(value)


def flag(value: bool, what: str) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"{what} must be True or False, and is {value!r}")
    return value


def count(value: int, what: str) -> int:
    """A whole number of 32 bits."""
    return _unsigned(value, 32, what)


def whole(value: int, what: str) -> int:
    """A whole number of 64 bits."""
    return _unsigned(value, 64, what)


def _unsigned(value: int, bits: int, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << bits:
        raise TypeError(f"{what} must be a whole number from 0 to {(1 << bits) - 1}, and is {value!r}")
    return value


def member(value: E, of: type[E], what: str) -> E:
    """One of an enumeration."""
    if not isinstance(value, of):
        raise TypeError(f"{what} must be a {of.__name__}, and is {value!r}")
    return value


def power(value: Power, what: str) -> str:
    """A power, by the contract's name of it."""
    return member(value, Power, what).value


def items(values: Iterable[T], check: Callable[[T, str], U], what: str) -> list[U]:
    """A list, each element checked. What comes back is a copy."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise TypeError(f"{what} must be a list, and is {values!r}")
    return [check(value, f"{what}[{index}]") for index, value in enumerate(values)]
