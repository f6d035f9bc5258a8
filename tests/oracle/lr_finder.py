"""Writes lr_finder.json: which points of a curve fastai suggests.

    python tests/oracle/lr_finder.py    with PyTorch 2.11, numpy and fastai 2.8 on the path

A case is a curve of smoothed losses, one for each batch of num-it until the loss ran away, at the rates of the preset.
fastai 2's own `valley` and `minimum` run on what its `lr_find` gives them, the points from a tenth of num-it to
the sixth from the end without what follows a NaN; transcribed is fastai v1's `Recorder.plot`, numpy's gradient from the
eleventh point to the sixth from the end, where a NaN ends the run and so the curve. Answers are indices into the whole curve; null where fastai raises, or
takes an index below 0, which in Python is the last point.
"""

import json
import math
import pathlib

import numpy as np
import torch
from fastai_source import definitions, version

SUGGESTS = definitions("callback/schedule.py", ["valley", "minimum"], {})
START, END, SMOOTH = 1e-7, 10.0, 0.98


def rates(n, num_it, start=START):
    return [start * (END / start) ** (k / num_it) for k in range(n)]


def curve(raw, num_it):
    """Smoothed as fastai does, and ended where it runs away."""
    average, best, losses = 0.0, math.inf, []
    for k, lr in enumerate(rates(num_it, num_it)):
        average = SMOOTH * average + (1 - SMOOTH) * raw(lr)
        losses.append(average / (1 - SMOOTH ** (k + 1)))
        best = min(best, losses[-1])
        if losses[-1] > 4 * best:
            break
    return losses


def of_fastai1(losses):
    kept = np.array(losses[10:-5])
    kept = kept[: np.argmax(np.isnan(kept)) if np.isnan(kept).any() else None]
    if len(kept) < 2:
        return {"steepest": None, "least": None}
    return {"steepest": 10 + int(np.gradient(kept).argmin()), "least": 10 + int(np.argmin(kept))}


def of_fastai2(losses, num_it):
    first = num_it // 10
    lrs = torch.tensor(rates(len(losses), num_it)[first:-5], dtype=torch.float64)
    kept = torch.tensor(losses[first:-5], dtype=torch.float64)
    nans = torch.nonzero(torch.isnan(kept.view(-1)))
    if len(nans) > 0:
        lrs, kept = lrs[: min(nans)], kept[: min(nans)]
    if len(kept) < 2:
        return {"valley": None, "least": None}
    index = lambda lr: first + int((lrs - lr).abs().argmin())
    # Numbers in place of rates tell which index was taken.
    valley = SUGGESTS["valley"](list(range(len(kept) - 1)) + [-1], kept.tolist(), num_it)[0]
    least = SUGGESTS["minimum"](lrs, kept, num_it)[1][0]
    return {"valley": None if valley < 0 else first + int(valley), "least": index(least)}


def case(name, losses, num_it=100):
    return {"name": name, "num-it": num_it, "losses": [None if math.isnan(loss) else loss for loss in losses],
            "fastai1": of_fastai1(losses), "fastai2": of_fastai2(losses, num_it)}


def cases():
    draw = np.random.default_rng(3)
    falls = lambda at: lambda lr: 2.3 - 2 / (1 + (at / lr) ** 1.5) + 2 * lr * lr
    noisy = lambda scale: lambda lr: falls(0.01)(lr) + scale * draw.normal()
    yield case("falls, then runs away", curve(falls(0.01), 100))
    yield case("falls late", curve(falls(0.3), 100))
    yield case("200 batches", curve(falls(0.01), 200), 200)
    yield case("37 batches", curve(falls(0.01), 37), 37)
    for scale in (0.05, 0.3, 1.0):
        yield case(f"noise of {scale:g}", curve(noisy(scale), 100))
    yield case("raw noise", draw.normal(2, 1, 100).tolist())
    yield case("rounded noise, with ties", draw.normal(2, 1, 100).round(1).tolist())
    yield case("flat", [2.0] * 100)
    yield case("rises", np.linspace(1, 2, 100).tolist())
    yield case("falls throughout", np.linspace(2, 1, 100).tolist())
    yield case("one step down at the start, flat after", [3.0] * 11 + [2.0] * 89)
    yield case("NaN in the middle", [3 - 0.01 * k if k < 60 else math.nan for k in range(100)])
    for length in (4, 14, 15, 16, 17, 18):
        yield case(f"{length} points", [3 - 0.1 * k for k in range(length)])


def main():
    lines = ",\n".join(json.dumps(entry) for entry in cases())
    versions = {"torch": torch.__version__.split("+")[0], "fastai": version(), "numpy": np.__version__}
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(f'{{"versions": {json.dumps(versions)},\n"cases": [\n{lines}\n]\n}}\n')


main()
