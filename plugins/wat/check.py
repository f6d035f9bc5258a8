"""Holds the addresses and lengths of a module in text against its data: check.py SOURCE.wat.

The assembler cannot: to it they are numbers. Two pieces of data must not overlap, and wherever an address
of a text is followed by a length, as in `(i32 0x160 7)`, it must be the text's.
"""

import pathlib
import re
import sys

SIZES = {"i8": 1, "i32": 4, "i64": 8, "f64": 8}
DATA = re.compile(r'\(data \(i32\.const (\w+)\)((?:\s*(?:"[^"]*"|\(\w+[^()]*\)|;;[^\n]*))*)\s*\)')
LENGTHS = re.compile(r"\(i32 (0x\w+) (\d+)\)|\(i32\.const (0x\w+)\) \(i32\.const (\d+)\)")


def size(items: str) -> int:
    """Bytes of texts and of numbers such as `(i32 1 2)`. No text has escapes."""
    texts = re.findall(r'"([^"]*)"', items)
    numbers = re.findall(r"\((\w+) ([^()]*)\)", re.sub(r'"[^"]*"|;;[^\n]*', "", items))
    return sum(len(t.encode()) for t in texts) + sum(SIZES[k] * len(n.split()) for k, n in numbers)


def complaints(source: str):
    found = DATA.findall(source)
    if len(found) != source.count("(data "):
        yield "there is data that this check cannot read"
    pieces = sorted((int(at, 0), size(items), '"' in items) for at, items in found)
    for (at, length, _), (following, _, _) in zip(pieces, pieces[1:]):
        if at + length > following:
            yield f"the {length} bytes at {at:#x} reach over {following:#x}"
    texts = {at: length for at, length, is_text in pieces if is_text}
    for match in LENGTHS.finditer(source):
        at, said = (int(number, 0) for number in match.groups() if number)
        if at in texts and said != texts[at]:
            yield f"the text at {at:#x} has {texts[at]} bytes, not {said}"


if __name__ == "__main__":
    path = pathlib.Path(sys.argv[1])
    sys.exit("\n".join(f"{path}: {why}" for why in complaints(path.read_text())) or 0)
