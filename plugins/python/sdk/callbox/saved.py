"""A plugin's memory as bytes: a codec writes it in `save` and reads it back in `load`.

    MEMORY = saved.record(best=saved.option(saved.f64), bad_epochs=saved.u32)

    def save(self):
        return MEMORY.to_bytes(self)

    def load(self, saved):
        MEMORY.load_into(self, saved)

Little-endian, without names, and the same in every language's SDK. Whoever changes the codec raises `state_version`.
"""

from __future__ import annotations

import builtins
import struct
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from .failure import Failure

T = TypeVar("T")


class Codec(Generic[T]):
    """How values of one type are written and read."""

    def __init__(self, write: Callable[[T, bytearray], None], read: Callable[[Source], T]) -> None:
        self.write = write
        """Appends a value. Raises where it does not fit, as a negative number into `u32`."""
        self.read = read
        """Takes a value off the front. Raises a ValueError where there is none."""

    def to_bytes(self, value: T) -> bytes:
        """A value as bytes."""
        written = bytearray()
        self.write(value, written)
        return bytes(written)

    def from_bytes(self, saved: bytes) -> T:
        """The value that `to_bytes` wrote. Raises where the bytes are too few, too many, or not such a value."""
        source = Source(saved)
        try:
            value = self.read(source)
            if source.at == len(saved):
                return value
        except ValueError:
            # All of these are one thing to the user.
            pass
        raise Failure(f"these {len(saved)} saved bytes are not what this plugin writes")


class Source:
    """Bytes that are read from the front."""

    def __init__(self, saved: bytes) -> None:
        self.saved = saved
        self.at = 0

    def take(self, length: int) -> bytes:
        """The next ones."""
        if length > len(self.saved) - self.at:
            raise ValueError("too few bytes")
        self.at += length
        return self.saved[self.at - length : self.at]


class Record(Codec[Any]):
    """Attributes of an object. `from_bytes` gives them as a dict."""

    def __init__(self, codecs: dict[str, Codec[Any]]) -> None:
        self.codecs = codecs
        super().__init__(self._write, self._read)

    def load_into(self, target: object, saved: bytes) -> None:
        """Sets the attributes that `to_bytes` wrote."""
        for name, value in self.from_bytes(saved).items():
            setattr(target, name, value)

    def _write(self, value: object, written: bytearray) -> None:
        for name, codec in self.codecs.items():
            codec.write(getattr(value, name), written)

    def _read(self, source: Source) -> dict[str, Any]:
        return {name: codec.read(source) for name, codec in self.codecs.items()}


def _packed(form: str, of: Callable[[Any], T]) -> Codec[T]:
    """A number of a fixed size, in `struct`'s letters; `of` is its type."""
    packing = struct.Struct(f"<{form}")

    def write(value: T, written: bytearray) -> None:
        written += packing.pack(value)

    def read(source: Source) -> T:
        return of(packing.unpack(source.take(packing.size))[0])

    return Codec(write, read)


u8 = _packed("B", int)
"""A whole number of 8 bits."""
u32 = _packed("I", int)
"""A whole number of 32 bits."""
u64 = _packed("Q", int)
"""A whole number of 64 bits, such as a `Random`'s state."""
i64 = _packed("q", int)
"""A whole number of 64 bits with a sign."""
f64 = _packed("d", float)
"""A number."""


def _write_bool(value: builtins.bool, written: bytearray) -> None:
    u8.write(1 if value else 0, written)


def _read_bool(source: Source) -> builtins.bool:
    byte = u8.read(source)
    if byte > 1:
        raise ValueError("neither true nor false")
    return byte == 1


bool = Codec(_write_bool, _read_bool)
"""True or False."""


def _write_text(value: str, written: bytearray) -> None:
    utf8 = value.encode("utf-8", "replace")
    u64.write(len(utf8), written)
    written += utf8


text = Codec(_write_text, lambda source: source.take(u64.read(source)).decode())
"""A text."""


def option(codec: Codec[T]) -> Codec[T | None]:
    """A value, or None."""

    def write(value: T | None, written: bytearray) -> None:
        bool.write(value is not None, written)
        if value is not None:
            codec.write(value, written)

    return Codec(write, lambda source: codec.read(source) if bool.read(source) else None)


def list(codec: Codec[T]) -> Codec[builtins.list[T]]:
    """Values of one type."""

    def write(values: builtins.list[T], written: bytearray) -> None:
        u64.write(len(values), written)
        for value in values:
            codec.write(value, written)

    return Codec(write, lambda source: [codec.read(source) for _ in range(u64.read(source))])


def tuple(*codecs: Codec[Any]) -> Codec[Any]:
    """A tuple of values of these types."""

    def write(values: builtins.tuple[Any, ...], written: bytearray) -> None:
        for codec, value in zip(codecs, values, strict=True):
            codec.write(value, written)

    return Codec(write, lambda source: builtins.tuple(codec.read(source) for codec in codecs))


def record(**codecs: Codec[Any]) -> Record:
    """Attributes of an object, written in this order and without their names; the plugin can pass itself."""
    return Record(codecs)
