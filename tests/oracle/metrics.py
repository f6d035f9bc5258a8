"""Writes metrics.json: what scikit-learn and PyTorch say about fixed outputs and targets.

    python tests/oracle/metrics.py    with PyTorch 2.11, scikit-learn and numpy on the path

A case is one pass: batches of unequal size, in float64 or rounded to float32, and the value of each metric over all of
their samples. A loss has one batch: its mean, and its value for each sample. Class probabilities stand for their
likeliest class where a metric needs classes. Ties are equal rows, or in two classes equal differences of halves: both
are ties to every kernel, whereas sums that agree on paper may differ in their last bits.
"""

import json
import math
import pathlib
import warnings

import numpy
import sklearn
import torch
import torch.nn.functional as F
from sklearn import metrics
from sklearn.exceptions import UndefinedMetricWarning

SIZES = [5, 1, 12, 7, 15]


def classes_of(target):
    return target if target.dim() == 1 else target.argmax(-1)


def expected_like(target, output):
    """What mse and mae compare the output with: class numbers are one-hot."""
    return target.to(output.dtype) if target.shape == output.shape else F.one_hot(target, output.shape[1]).to(output.dtype)


def auc(classes, probabilities):
    """NaN where a class is absent: scikit-learn warns for two classes, and refuses or warns for more."""
    n = probabilities.shape[1]
    if n == 2:
        return metrics.roc_auc_score(classes, probabilities[:, 1]) if len(set(classes)) == 2 else math.nan
    return metrics.roc_auc_score(classes, probabilities, multi_class="ovr", average="macro", labels=range(n))


def classification(output, target):
    classes = classes_of(target).numpy()
    scores = output.double()
    predicted = scores.argmax(-1).numpy()
    n = output.shape[1]
    values = {
        "accuracy": metrics.accuracy_score(classes, predicted),
        "top-1": metrics.accuracy_score(classes, predicted),
        "f1": metrics.f1_score(classes, predicted, average="macro", zero_division=0),
        "perplexity": math.exp(F.cross_entropy(scores, target if target.dim() == 1 else target.double())),
        "auc": auc(classes, torch.softmax(scores, -1).numpy()),
    }
    for k in (2, 5):
        if k < n:
            values[f"top-{k}"] = metrics.top_k_accuracy_score(classes, scores.numpy(), k=k, labels=range(n))
    return values | regression(output, target)


def regression(output, target):
    expected = expected_like(target, output).double().flatten(1) if output.dim() > 1 else target.double()
    found = output.double().flatten(1) if output.dim() > 1 else output.double()
    return {
        "mse": metrics.mean_squared_error(expected.numpy(), found.numpy()),
        "mae": metrics.mean_absolute_error(expected.numpy(), found.numpy()),
    }


def labels(output, target):
    """Every label is a question of its own."""
    return {"binary-accuracy": metrics.accuracy_score((target > 0.5).flatten().numpy(), (output > 0).flatten().numpy())}


def listed(tensor):
    return {"shape": list(tensor.shape), "values": tensor.flatten().tolist()}


def case(name, output, target, values, kind="float64"):
    output = output.to(getattr(torch, kind))
    target = target.to(getattr(torch, kind)) if target.is_floating_point() else target
    assert sum(SIZES) == len(output) == len(target)
    batches = zip(output.split(SIZES), target.split(SIZES))
    values = {metric: None if math.isnan(value) else float(value) for metric, value in values(output, target).items()}
    return {"name": name, "kind": kind, "classes": not target.is_floating_point(), "values": values,
            "batches": [{"output": listed(o), "target": listed(t)} for o, t in batches]}



def helped(output, classes, by=1.0):
    """Logits that know something of their classes."""
    return output + by * F.one_hot(classes, output.shape[1])


def cases():
    draw = torch.Generator().manual_seed(7)
    normal = lambda *shape: torch.randn(*shape, generator=draw, dtype=torch.float64).round(decimals=3)
    numbers = lambda n, classes: torch.randint(classes, (n,), generator=draw)
    mixed = lambda n, classes: torch.softmax(3 * normal(n, classes), -1)
    n = sum(SIZES)

    two = numbers(n, 2)
    coarse = (helped(normal(n, 2), two) * 2).round() / 2
    ten = numbers(n, 10)
    rows = helped(normal(n, 10), ten, 1.5)
    rows[20:30] = rows[3:13]
    probabilities = mixed(n, 6)
    # Class 2 has no sample and no prediction, class 4 is predicted and has no sample.
    five = torch.tensor([0, 1, 3])[numbers(n, 3)]
    absent = helped(normal(n, 5), five)
    absent[:, 2] -= 20
    float_targets = normal(n, 3)
    yield case("two classes, many ties", coarse, two, classification)
    yield case("two classes, one is absent", coarse, torch.zeros_like(two), classification)
    yield case("ten classes, equal rows", rows, ten, classification)
    yield case("ten classes in float32", rows, ten, classification, "float32")
    yield case("class probabilities", normal(n, 6) + 4 * probabilities, probabilities, classification)
    yield case("class probabilities in float32", normal(n, 6) + 4 * probabilities, probabilities, classification, "float32")
    yield case("absent classes", absent, five, classification)
    yield case("numbers", float_targets + normal(n, 3), float_targets, regression)
    yield case("one number a sample", float_targets[:, 0] + 2 * normal(n), float_targets[:, 0], regression, "float32")
    yield case("grids of numbers", normal(n, 2, 3), normal(n, 2, 3), regression)
    several = numbers(n, 2).repeat(3, 1).T * numbers(3, 2) + 0.5 * mixed(n, 3)
    yield case("several labels a sample", normal(n, 3) + several, several.clamp(0, 1), labels)
    yield case("several labels a sample in float32", normal(n, 3) + several, several.clamp(0, 1), labels, "float32")


def loss(name, kind, smoothing, output, target):
    if kind == "cross-entropy":
        of = lambda reduction: F.cross_entropy(output, target, reduction=reduction, label_smoothing=smoothing)
        each = of("none")
    else:
        function = {"mse": F.mse_loss, "mae": F.l1_loss}[kind]
        of = lambda reduction: function(output, expected_like(target, output), reduction=reduction)
        each = of("none").flatten(1).mean(1)
    table = {"kind": kind} | ({"label-smoothing": smoothing} if smoothing else {})
    return {"name": name, "loss": table, "classes": not target.is_floating_point(), "output": listed(output),
            "target": listed(target), "mean": of("mean").item(), "each": each.tolist()}


def losses():
    draw = torch.Generator().manual_seed(8)
    logits = 2 * torch.randn(6, 4, generator=draw, dtype=torch.float64)
    numbers = torch.randint(4, (6,), generator=draw)
    mixed = torch.softmax(2 * torch.randn(6, 4, generator=draw, dtype=torch.float64), -1)
    for name, target in (("numbers", numbers), ("probabilities", mixed)):
        for smoothing in (0.0, 0.1, 1.0):
            yield loss(f"cross-entropy of class {name}, smoothing {smoothing}", "cross-entropy", smoothing, logits, target)
        yield loss(f"mse of class {name}", "mse", 0.0, logits, target)
        yield loss(f"mae of class {name}", "mae", 0.0, logits, target)
    grids = torch.randn(2, 3, 2, 2, generator=draw, dtype=torch.float64)
    yield loss("mse of grids", "mse", 0.0, grids[0], grids[1])
    yield loss("mae of grids", "mae", 0.0, grids[0], grids[1])


def main():
    assert torch.__version__.startswith("2.11"), torch.__version__
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", UndefinedMetricWarning)
    versions = {"torch": torch.__version__.split("+")[0], "scikit-learn": sklearn.__version__, "numpy": numpy.__version__}
    parts = {name: ",\n".join(json.dumps(entry) for entry in entries)
             for name, entries in (("cases", cases()), ("losses", losses()))}
    lines = ",\n".join(f'"{name}": [\n{text}\n]' for name, text in parts.items())
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(f'{{"versions": {json.dumps(versions)},\n{lines}\n}}\n')


main()
