"""Names in a component what made it: the language, the tool and this SDK. componentize-py leaves its own name out.

A component is a row of sections; the last one of the kind `custom` with the name `producers` says this, as
https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md has it.
"""

from __future__ import annotations

ADDED = {
    "language": {"Python": "3.14"},
    "processed-by": {"componentize-py": "0.25.1"},
    "sdk": {"callbox-python": "0.1.0"},
}

NAME = b"\x09producers"
CUSTOM = 0


def number(data: bytes, at: int) -> tuple[int, int]:
    """A LEB128 number, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def leb128(value: int) -> bytes:
    """A number as LEB128."""
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def text(data: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends."""
    length, at = number(data, at)
    return data[at : at + length].decode(), at + length


def fields(content: bytes) -> dict[str, dict[str, str]]:
    """What stands in a section after its name: versions by name by field."""
    read: dict[str, dict[str, str]] = {}
    count, at = number(content, 0)
    for _ in range(count):
        field, at = text(content, at)
        values, at = number(content, at)
        for _ in range(values):
            name, at = text(content, at)
            read.setdefault(field, {})[name], at = text(content, at)
    return read


def section(all_fields: dict[str, dict[str, str]]) -> bytes:
    """The section that says this."""

    def counted(value: str) -> bytes:
        return leb128(len(value.encode())) + value.encode()

    content = NAME + leb128(len(all_fields))
    for field, names in all_fields.items():
        content += counted(field) + leb128(len(names))
        for name, version in names.items():
            content += counted(name) + counted(version)
    return bytes([CUSTOM]) + leb128(len(content)) + content


def named(component: bytes) -> bytes:
    """The component with these names added to those that it has."""
    kept, known, at = [component[:8]], {field: {} for field in ADDED}, 8
    while at < len(component):
        size, content = number(component, at + 1)
        end = content + size
        if component[at] == CUSTOM and component.startswith(NAME, content):
            for field, names in fields(component[content + len(NAME) : end]).items():
                known.setdefault(field, {}).update(names)
        else:
            kept.append(component[at:end])
        at = end
    for field, names in ADDED.items():
        known[field].update(names)
    return b"".join([*kept, section(known)])
