"""Writes spikes.json: running mean and deviation of a loss, by pandas.

    python tests/oracle/spikes.py    with pandas on the path

`ewm(alpha=1 - smoothing, adjust=True)`: weights fall by `smoothing` per batch and are divided by their sum. The deviation is
that of the weighted losses themselves (`bias=True`).
"""

import json
import math
import pathlib

import pandas as pd

LOSSES = [round(2.0 / (1 + 0.2 * step) + 0.1 * math.sin(1.7 * step), 6) for step in range(40)]


def main():
    cases = []
    for smoothing in (0.0, 0.5, 0.98):
        window = pd.Series(LOSSES).ewm(alpha=1 - smoothing, adjust=True)
        cases.append({"smoothing": smoothing, "means": window.mean().tolist(), "deviations": window.std(bias=True).tolist()})
    lines = ",\n".join(json.dumps(case) for case in cases)
    pathlib.Path(__file__).with_suffix(".json").write_text(f'{{"losses": {json.dumps(LOSSES)}, "cases": [\n{lines}\n]}}\n')


main()
