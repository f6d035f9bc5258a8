"""Writes images.json: boxes of CutMix, and sizes of progressive resizing.

    python tests/oracle/images.py    with numpy on the path

Boxes are written after `rand_bbox` of the paper's code (Yun et al., CutMix, 2019) with its draws given: rows and columns
from, to, and lambda after its correction. Sizes are written after `apply` of Composer's ProgressiveResizing: the width at
each of the batches of a run. Composer takes the elapsed part of the run from the batches done. None is a tie, which Python rounds to
the even number.
"""

import json
import pathlib

import numpy


def box(height, width, lam, row, column):
    ratio = numpy.sqrt(1.0 - lam)
    cut_height, cut_width = int(height * ratio), int(width * ratio)
    y1 = int(numpy.clip(row - cut_height // 2, 0, height))
    y2 = int(numpy.clip(row + cut_height // 2, 0, height))
    x1 = int(numpy.clip(column - cut_width // 2, 0, width))
    x2 = int(numpy.clip(column + cut_width // 2, 0, width))
    corrected = 1 - (x2 - x1) * (y2 - y1) / (width * height)
    return {"sides": [height, width], "lam": lam, "middle": [row, column], "rows": [y1, y2], "columns": [x1, x2], "kept": corrected}


def width(full, elapsed, start, delay, finetune, increment):
    grown = 0.0
    if elapsed >= delay:
        grown = min((elapsed - delay) / (1 - finetune - delay), 1)
    return round(full * (start + (1 - start) * grown) / increment) * increment


def boxes():
    random = numpy.random.default_rng(0)
    for height, width in [(8, 8), (32, 32), (224, 160), (7, 5)]:
        for lam in [0.0, 0.3, 0.75, 0.99, *random.beta(1, 1, 3).tolist()]:
            yield box(height, width, lam, int(random.integers(height)), int(random.integers(width)))


def sizes():
    for full, start, delay, finetune, increment in [(32, 0.5, 0.5, 0.2, 4), (224, 0.4, 0.0, 0.1, 32), (60, 0.26, 0.2, 0.3, 1)]:
        widths = [width(full, batch / 40, start, delay, finetune, increment) for batch in range(40)]
        yield {"full": full, "start": start, "delay": delay, "finetune": finetune, "increment": increment, "widths": widths}


def main():
    lines = lambda rows: ",\n".join(json.dumps(row) for row in rows)
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(f'{{"boxes": [\n{lines(boxes())}\n],\n"sizes": [\n{lines(sizes())}\n]}}\n')


main()
