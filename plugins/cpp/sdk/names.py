"""Shortens the names of functions in a WebAssembly module: names.py MODULE.

A C++ function is named with all its types, which can be longer than its code. A trap's backtrace reads better with
`std::vector::push_back`.
"""

import pathlib
import re
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


def leb(value: int) -> bytes:
    """A number as LEB128."""
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def without(name: str, opening: str, closing: str) -> str:
    """A name without what stands in such brackets, those in them included."""
    kept, depth = "", 0
    for letter in name:
        depth += letter == opening
        kept += letter if depth == 0 else ""
        depth -= letter == closing and depth > 0
    return kept


def short(name: str) -> str:
    """The name alone: no template arguments, parameters, results."""
    if re.search(r"operator[^\w(]", name) or "(" not in name:
        return name
    name = re.sub(r"\[abi:\w+\]|\(anonymous namespace\)::|(?<=std)::__1", "", name)
    name = name.replace("operator()", "operator")
    name = without(without(name, "<", ">"), "(", ")")
    return name.removesuffix(" const").split(" ")[-1]


def shortened(names: bytes) -> bytes:
    """The contents of a `name` section with short functions' names."""
    kept, at = b"", 0
    while at < len(names):
        kind = names[at]
        size, begin = number(names, at + 1)
        content, at = names[begin : begin + size], begin + size
        content = functions(content) if kind == 1 else content
        kept += bytes([kind]) + leb(len(content)) + content
    return kept


def functions(names: bytes) -> bytes:
    """The functions' part of it."""
    count, at = number(names, 0)
    kept = leb(count)
    for _ in range(count):
        index, at = number(names, at)
        size, at = number(names, at)
        name = short(names[at : at + size].decode()).encode()
        kept += leb(index) + leb(len(name)) + name
        at += size
    return kept


def rewritten(module: bytes) -> bytes:
    """The module with its `name` section shortened."""
    kept, at = module[:8], 8
    while at < len(module):
        size, content = number(module, at + 1)
        end = content + size
        if module[at] == 0 and module[content : content + 5] == b"\x04name":
            names = b"\x04name" + shortened(module[content + 5 : end])
            kept += b"\0" + leb(len(names)) + names
        else:
            kept += module[at:end]
        at = end
    return kept


if __name__ == "__main__":
    path = pathlib.Path(sys.argv[1])
    path.write_bytes(rewritten(path.read_bytes()))
