"""Makes a plugin of a module in text: assemble.py SOURCE.wat TYPES PLUGIN.wasm.

TYPES is a file with the content of the custom section that says which interfaces the module has.
"""

import pathlib
import sys

from wasmtime import Engine, Module, WasmtimeError, wat2wasm


def section(content: bytes) -> bytes:
    """A custom section: 0, the length in LEB128, the content, which begins with the name."""
    length, rest = bytearray(), len(content)
    while rest >= 0x80:
        length.append(rest & 0x7F | 0x80)
        rest >>= 7
    length.append(rest)
    return b"\0" + length + content


if __name__ == "__main__":
    source, types, plugin = map(pathlib.Path, sys.argv[1:])
    try:
        module = bytes(wat2wasm(source.read_text()))
        Module.validate(Engine(), module)
    except WasmtimeError as error:
        sys.exit(f"{source}: {error}")
    plugin.write_bytes(module + section(types.read_bytes()))
