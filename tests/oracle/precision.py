"""Writes precision.json: what PyTorch's autocast and GradScaler make of a small network on the CPU.

    python tests/oracle/precision.py    with PyTorch 2.11 on the path

A perceptron of 6, 5 and 3, eight samples, six steps of SGD with momentum 0.9, L2 decay 0.05 and learning rate 0.1.
Weights and inputs are a formula, so that they need no file. Before the backward pass the loss is multiplied by
`factors`: 1e36 makes it overflow, whatever the scale.
"""

import json
import math
import pathlib

import torch

FACTORS = [1.0, 1.0, 1e36, 1.0, 1.0, 1.0]
SHAPES = [[5, 6], [5], [3, 5], [3]]
KINDS = {"f32": None, "bf16": torch.bfloat16, "f16": torch.float16}


def formula(index, shape):
    values = [math.sin(1.0 + 3 * index + 0.7 * element) for element in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float32).reshape(shape)


def run(name, kind):
    weights = [formula(index, shape).requires_grad_() for index, shape in enumerate(SHAPES)]
    inputs, target = formula(9, [8, 6]), torch.tensor([0, 1, 2, 0, 1, 2, 0, 1])
    optimizer = torch.optim.SGD(weights, lr=0.1, momentum=0.9, weight_decay=0.05)
    scaler = torch.amp.GradScaler("cpu", enabled=name == "f16", init_scale=2.0**16, growth_interval=1000)
    steps = []
    for factor in FACTORS if name == "f16" else [1.0] * len(FACTORS):
        with torch.autocast("cpu", dtype=kind, enabled=kind is not None):
            hidden = torch.nn.functional.linear(inputs, weights[0], weights[1]).relu()
            output = torch.nn.functional.linear(hidden, weights[2], weights[3])
        loss = torch.nn.functional.cross_entropy(output.float(), target)
        scaler.scale(loss * factor).backward()
        scaler.unscale_(optimizer)
        gradients = torch.cat([weight.grad.flatten() for weight in weights])
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()
        finite = gradients.isfinite().all().item()
        steps.append({
            "factor": factor, "loss": loss.item(), "scale": scaler.get_scale(),
            "gradients": gradients.tolist() if finite else None,
            "weights": torch.cat([weight.detach().flatten() for weight in weights]).tolist(),
        })
    return {"precision": name, "steps": steps}


def main():
    assert torch.__version__.startswith("2.11"), torch.__version__
    torch.set_num_threads(1)
    cases = [run(name, kind) for name, kind in KINDS.items()]
    target = pathlib.Path(__file__).with_suffix(".json")
    lines = ",\n".join(json.dumps(case) for case in cases)
    target.write_text(f'{{"torch": "{torch.__version__.split("+")[0]}", "cases": [\n{lines}\n]}}\n')


main()
