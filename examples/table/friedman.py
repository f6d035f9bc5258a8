"""Writes friedman.csv: 1,000 rows of Friedman's first function (Annals of Statistics, 1991), with a category added.

    python examples/table/friedman.py

y = 10 sin(pi a b) + 20 (c - 0.5)^2 + 10 d + 5 e + shift + noise, with a to e uniform in [0, 1), a shift of -2, 0 or 2 by
the column `site`, and noise of standard deviation 1. The column f says nothing.
"""

import math
import pathlib
import random

SITES = {"north": -2.0, "south": 0.0, "west": 2.0}


def row(source):
    a, b, c, d, e, f = (source.random() for _ in range(6))
    site = source.choice(list(SITES))
    y = 10 * math.sin(math.pi * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e
    y += SITES[site] + source.gauss(0, 1)
    return ",".join([f"{value:.4f}" for value in (a, b, c, d, e, f)] + [site, f"{y:.4f}"])


source = random.Random(0)
lines = ["a,b,c,d,e,f,site,y"] + [row(source) for _ in range(1000)]
pathlib.Path(__file__).with_suffix(".csv").write_text("\n".join(lines) + "\n")
