"""Writes gradients.json: what clipping makes of fixed gradients.

    python tests/oracle/gradients.py    with PyTorch 2.11 on the path

Value and norm are PyTorch's own `clip_grad_value_` and `clip_grad_norm_`. Adaptive clipping is written after equation 3 of
Brock et al., High-performance large-scale image recognition without normalization, 2021, unit by unit. In float64.
"""

import json
import math
import pathlib

import torch

SHAPES = [[2, 3], [3], [], [2, 2, 1, 2], [3, 2]]
ZERO = 4

CASES = {
    "scale": dict(scale=-0.25),
    "value": dict(value=0.7),
    "value far away": dict(value=100.0),
    "norm": dict(norm=1.5),
    "norm far away": dict(norm=1000.0),
    "adaptive": dict(adaptive=[[0.1, 0.001]]),
    "adaptive, small floor": dict(adaptive=[[0.01, 1e-6]]),
    "adaptive, high floor": dict(adaptive=[[2.0, 1.0]]),
    "two adaptive": dict(adaptive=[[2.0, 0.5], [1.0, 0.1]]),
    "all": dict(scale=2.0, value=2.5, adaptive=[[1.2, 0.3]], norm=2.0),
}


def weight(index, element):
    return 0.0 if index == ZERO else math.sin(1.0 + 3 * index + 0.7 * element)


def slope(index, element):
    return 0.0 if index == ZERO and element < 2 else 3.0 * math.cos(0.4 + index + 1.1 * element)


def tensor(index, value):
    shape = SHAPES[index]
    return torch.tensor([value(index, e) for e in range(math.prod(shape))], dtype=torch.float64).reshape(shape)


def clip_unit(weight, gradient, factor, floor):
    bound = factor * max(weight.norm().item(), floor)
    norm = gradient.norm().item()
    if norm > bound:
        gradient.mul_(bound / max(norm, 1e-6))


def clip_adaptive(weights, factor, floor):
    for weight in weights:
        if weight.dim() <= 1:
            clip_unit(weight.detach(), weight.grad, factor, floor)
            continue
        for unit, gradient in zip(weight.detach(), weight.grad):
            clip_unit(unit, gradient, factor, floor)


def run(work):
    weights = [tensor(i, weight).requires_grad_() for i in range(len(SHAPES))]
    for index, each in enumerate(weights):
        each.grad = tensor(index, slope) * work.get("scale", 1.0)
    if "value" in work:
        torch.nn.utils.clip_grad_value_(weights, work["value"])
    for factor, floor in work.get("adaptive", []):
        clip_adaptive(weights, factor, floor)
    if "norm" in work:
        torch.nn.utils.clip_grad_norm_(weights, work["norm"])
    return torch.cat([each.grad.flatten() for each in weights]).tolist()


def main():
    assert torch.__version__.startswith("2.11"), torch.__version__
    torch.set_num_threads(1)
    cases = [{"name": name, "work": work, "gradients": run(work)} for name, work in CASES.items()]
    target = pathlib.Path(__file__).with_suffix(".json")
    lines = ",\n".join(json.dumps(case) for case in cases)
    target.write_text(f'{{"torch": "{torch.__version__.split("+")[0]}", "cases": [\n{lines}\n]}}\n')


main()
