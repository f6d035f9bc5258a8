"""Writes norms.json: running statistics over a pass of equal batches.

    python tests/oracle/norms.py    with PyTorch 2.11 on the path

Two convolutions with batch norms and ReLU, in float32; weights and images are a formula of their place. `mean` is what
`torch.optim.swa_utils.update_bn` finds. `variance` is that of all values that reached the layer in its pass, taken together:
`update_bn` averages the batches' variances, which lacks what lies between the batches.
"""

import json
import math
import pathlib

import torch
from torch import nn
from torch.optim.swa_utils import update_bn

SAMPLES = 24
BATCH_SIZE = 8


def model():
    layers = nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1, bias=False), nn.BatchNorm2d(2), nn.ReLU(),
        nn.Conv2d(2, 3, 3, padding=1, bias=False), nn.BatchNorm2d(3), nn.ReLU(),
    )
    with torch.no_grad():
        for index, param in enumerate(layers.parameters()):
            values = [math.sin(1.0 + 3 * index + 0.7 * e) for e in range(param.numel())]
            param.copy_(torch.tensor(values, dtype=torch.float64).reshape(param.shape))
    return layers


def images():
    values = [math.cos(0.37 * e) + math.sin(0.011 * e) for e in range(SAMPLES * 16)]
    return torch.tensor(values, dtype=torch.float64).reshape(SAMPLES, 1, 4, 4).float()


def main():
    assert torch.__version__.startswith("2.11"), torch.__version__
    torch.set_num_threads(1)
    layers, seen = model(), {}
    norms = [layer for layer in layers if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.register_forward_pre_hook(lambda layer, args: seen.setdefault(layer, []).append(args[0].detach().double()))
    update_bn(images().split(BATCH_SIZE), layers)
    found = []
    for norm in norms:
        variance = torch.cat(seen[norm]).var(dim=(0, 2, 3))
        found.append({"mean": norm.running_mean.tolist(), "variance": variance.tolist()})
    oracle = {"torch": torch.__version__.split("+")[0], "samples": SAMPLES, "batch_size": BATCH_SIZE, "layers": found}
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(oracle, indent=1) + "\n")


main()
