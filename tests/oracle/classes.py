"""Writes classes.json: weights of classes, and confusion matrices.

    python tests/oracle/classes.py    with numpy and scikit-learn on the path

Weights are 1 / n, and after equation 2 of Cui et al., Class-balanced loss based on effective number of samples, 2019. The
matrices are scikit-learn's `confusion_matrix`, plain and with `normalize="true"`.
"""

import json
import pathlib
import warnings

import numpy
from sklearn.metrics import confusion_matrix

COUNTS = [[500, 50, 5], [1, 2, 4, 8, 16, 1000000], [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]]


def weights(counts, beta):
    n = numpy.array(counts, dtype=numpy.float64)
    return {"counts": counts, "beta": beta, "inverse": (1 / n).tolist(), "effective": ((1 - beta) / (1 - beta**n)).tolist()}


def confusion(seed, classes, samples):
    random = numpy.random.default_rng(seed)
    targets = random.integers(classes - 1, size=samples)
    answers = numpy.where(random.random(samples) < 0.6, targets, random.integers(classes, size=samples))
    labels = range(classes)
    return {
        "targets": targets.tolist(),
        "answers": answers.tolist(),
        "none": confusion_matrix(targets, answers, labels=labels).flatten().tolist(),
        "rows": confusion_matrix(targets, answers, labels=labels, normalize="true").flatten().tolist(),
    }


def main():
    warnings.simplefilter("ignore")
    balance = ",\n".join(json.dumps(weights(counts, beta)) for counts in COUNTS for beta in [0.9, 0.999, 0.9999])
    matrices = ",\n".join(json.dumps(confusion(*case)) for case in [(0, 3, 40), (1, 5, 60)])
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(f'{{"weights": [\n{balance}\n],\n"confusion": [\n{matrices}\n]}}\n')


main()
