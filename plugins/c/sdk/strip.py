"""Removes debug information from a WebAssembly module: strip.py MODULE.

Zig's linker can strip all or nothing. The names section has to stay, for a trap's backtrace is read there.
"""

import pathlib
import sys


def number(module: bytes, at: int) -> tuple[int, int]:
    """A LEB128 number, and where it ends."""
    value = shift = 0
    while True:
        byte = module[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def is_debug(module: bytes, kind: int, at: int) -> bool:
    """Whether a section is one of `.debug_info` and its like. Custom ones begin with their names."""
    if kind != 0:
        return False
    length, at = number(module, at)
    return module[at : at + length].startswith(b".debug_")


def stripped(module: bytes) -> bytes:
    """All sections but those."""
    kept, at = module[:8], 8
    while at < len(module):
        size, content = number(module, at + 1)
        if not is_debug(module, module[at], content):
            kept += module[at : content + size]
        at = content + size
    return kept


if __name__ == "__main__":
    path = pathlib.Path(sys.argv[1])
    path.write_bytes(stripped(path.read_bytes()))
