"""Writes averages.json: averages of weights as PyTorch's `torch.optim.swa_utils` makes them.

    python tests/oracle/averages.py    with PyTorch 2.11 on the path

A model of one weight in float64 takes made-up values; after each, `AveragedModel` is updated. `ramp` is TensorFlow's
`ExponentialMovingAverage` with `num_updates`: decay min(decay, (1 + n) / (10 + n)) after n updates. `rates` are what `SWALR`
makes of a learning rate in the epochs since it was begun.
"""

import json
import math
import pathlib
import warnings

import torch
from torch.optim.swa_utils import SWALR, AveragedModel, get_ema_multi_avg_fn

VALUES = [round(math.sin(0.9 * step) + 0.1 * step, 6) for step in range(16)]


def averages(**how):
    model = torch.nn.Linear(1, 1, bias=False, dtype=torch.float64)
    averaged, found = AveragedModel(model, **how), []
    for value in VALUES:
        with torch.no_grad():
            model.weight.fill_(value)
        averaged.update_parameters(model)
        found.append(averaged.module.weight.item())
    return found


def ramp(decay):
    def update(average, current, updates):
        now = min(decay, (1 + updates.item()) / (10 + updates.item()))
        return average + (1 - now) * (current - average)
    return update


def rates(lr, swa_lr, anneal_epochs):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    schedule, found = SWALR(optimizer, swa_lr=swa_lr, anneal_epochs=anneal_epochs), []
    for _ in range(8):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


def main():
    assert torch.__version__.startswith("2.11"), torch.__version__
    warnings.simplefilter("error")
    emas = [{"decay": d, "ramp": False, "averages": averages(multi_avg_fn=get_ema_multi_avg_fn(d))} for d in (0.5, 0.999)]
    emas += [{"decay": d, "ramp": True, "averages": averages(avg_fn=ramp(d))} for d in (0.3, 0.999)]
    cases = [(0.1, 0.02, 4), (0.1, 0.02, 0), (0.01, 0.05, 10), (0.1, 0.02, 1)]
    swalr = [{"lr": a, "swa_lr": b, "anneal_epochs": n, "rates": rates(a, b, n)} for a, b, n in cases]
    oracle = {"torch": torch.__version__.split("+")[0], "values": VALUES, "mean": averages(), "ema": emas, "swalr": swalr}
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in oracle.items())
    pathlib.Path(__file__).with_suffix(".json").write_text(f"{{\n{lines}\n}}\n")


main()
