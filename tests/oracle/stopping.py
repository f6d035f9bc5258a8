"""Writes stopping.json: in which epoch early stopping ends a training, by the rules of three systems.

    python tests/oracle/stopping.py    with numpy on the path

The rules are transcribed from the published classes: `EarlyStoppingCallback` of fastai v1 (stops when it has waited for more
epochs than patience), of fastai v2 (as many), and `EarlyStopping` of Keras 3 (as many, and not in the first epoch), whose
`restore_best_weights` names the epoch `best`. Epochs count from 0; null in `values` is NaN, elsewhere it is never.
"""

import json
import math
import pathlib

import numpy as np


def fastai1(values, better, patience):
    best, wait = None, 0
    for epoch, value in enumerate(values):
        if better(value, best):
            best, wait = value, 0
        else:
            wait += 1
            if wait > patience:
                return epoch
    return None


def fastai2(values, better, patience):
    best, wait = None, 0
    for epoch, value in enumerate(values):
        new_best = better(value, best)
        if new_best:
            best, wait = value, 0
        else:
            wait += 1
            if wait >= patience:
                return epoch
    return None


def keras(values, better, patience):
    """The epoch that stops, and the one whose weights come back."""
    best, best_epoch, wait = None, 0, 0
    for epoch, value in enumerate(values):
        wait += 1
        if better(value, best):
            best, best_epoch, wait = value, epoch, 0
        elif wait >= patience and epoch > 0:
            return epoch, best_epoch
    return None, best_epoch


def comparison(higher, min_delta):
    def better(value, best):
        if best is None:
            return not math.isnan(value)
        return value - min_delta > best if higher else value + min_delta < best
    return better


def cases():
    random = np.random.default_rng(1)
    for number in range(40):
        higher, patience = number % 2 == 1, int(random.integers(0, 4))
        min_delta = [0.0, 0.0, 0.05][number % 3]
        drift = np.linspace(0.0, 1.2, 12) if higher else np.linspace(1.2, 0.0, 12)
        values = [round(float(x), 3) for x in drift + random.normal(0.0, 0.25, 12)]
        if number % 4 == 0:
            values[int(random.integers(1, 12))] = math.nan
        better = comparison(higher, min_delta)
        stop, best = keras(values, better, patience + 1)
        yield {
            "higher": higher, "patience": patience, "min_delta": min_delta,
            "values": [None if math.isnan(x) else x for x in values],
            "fastai1": fastai1(values, better, patience), "fastai2": fastai2(values, better, patience + 1),
            "keras": stop, "best": best,
        }


def main():
    lines = ",\n".join(json.dumps(case) for case in cases())
    pathlib.Path(__file__).with_suffix(".json").write_text(f'{{"cases": [\n{lines}\n]}}\n')


main()
