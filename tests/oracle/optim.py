"""Writes optim.json: what PyTorch's optimizers make of fixed weights and gradients.

    python tests/oracle/optim.py    with PyTorch 2.11 on the path

Every case takes 50 steps in float64. Gradients are a formula of step and element, so that they need no file;
`schedule` names the hyper-parameters that change, and before which step. Decoupled decay, which PyTorch has only
for Adam, is p *= 1 - lr * wd before the step.
"""

import json
import math
import pathlib

import torch

STEPS = 50
SHAPES = [[2, 3], [3]]

PYTORCH = {
    "sgd": {"lr": "lr", "mom": "momentum", "wd": "weight_decay"},
    "adam": {"lr": "lr", "wd": "weight_decay"},
    "adamw": {"lr": "lr", "wd": "weight_decay"},
    "rmsprop": {"lr": "lr", "mom": "momentum", "wd": "weight_decay", "beta": "alpha"},
}
CLASSES = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
}

CASES = {
    "sgd plain": ("sgd", False, dict(lr=0.1, mom=0.0, wd=0.0), {}),
    "sgd momentum": ("sgd", False, dict(lr=0.1, mom=0.9, wd=0.0), {}),
    "sgd L2": ("sgd", False, dict(lr=0.1, mom=0.9, wd=0.05), {}),
    "sgd decoupled": ("sgd", True, dict(lr=0.1, mom=0.9, wd=0.05), {}),
    "sgd momentum raised": ("sgd", False, dict(lr=0.1, mom=0.0, wd=0.01), {10: dict(mom=0.9), 30: dict(lr=0.02, mom=0.5)}),
    "adam plain": ("adam", False, dict(lr=0.02, mom=0.9, wd=0.0, beta=0.999), {}),
    "adam L2": ("adam", False, dict(lr=0.02, mom=0.9, wd=0.1, beta=0.99), {}),
    "adamw": ("adamw", True, dict(lr=0.02, mom=0.9, wd=0.1, beta=0.999), {}),
    "adam decoupled": ("adam", True, dict(lr=0.02, mom=0.9, wd=0.1, beta=0.999), {}),
    "adamw changed": ("adamw", True, dict(lr=0.02, mom=0.95, wd=0.1, beta=0.999), {10: dict(mom=0.85, lr=0.05), 25: dict(beta=0.95), 40: dict(wd=0.0)}),
    "rmsprop plain": ("rmsprop", False, dict(lr=0.01, mom=0.0, wd=0.0, beta=0.99), {}),
    "rmsprop momentum L2": ("rmsprop", False, dict(lr=0.01, mom=0.9, wd=0.05, beta=0.9), {}),
    "rmsprop decoupled": ("rmsprop", True, dict(lr=0.01, mom=0.9, wd=0.05, beta=0.9), {}),
    # PyTorch's RMSprop allocates its momentum buffer at the first step only, so this one starts above 0.
    "rmsprop changed": ("rmsprop", False, dict(lr=0.01, mom=0.5, wd=0.0, beta=0.99), {10: dict(mom=0.9, beta=0.8), 30: dict(lr=0.002, wd=0.1)}),
    # The second weight has no gradient before step 20: it must not decay, and its bias correction starts there.
    "adamw late": ("adamw", True, dict(lr=0.02, mom=0.9, wd=0.1, beta=0.999), {}),
    "sgd late": ("sgd", True, dict(lr=0.1, mom=0.9, wd=0.05), {}),
}


def initial(index, shape):
    size = math.prod(shape)
    return [math.sin(1.0 + 3 * index + 0.7 * element) for element in range(size)]


def gradient(step, index, element):
    return math.cos(0.3 * step + 1.1 * element + index) / (1 + 0.1 * element)


def set_hyper(optimizer, kind, name, value):
    for group in optimizer.param_groups:
        if kind in ("adam", "adamw") and name in ("mom", "beta"):
            beta1, beta2 = group["betas"]
            group["betas"] = (value, beta2) if name == "mom" else (beta1, value)
        else:
            group[PYTORCH[kind][name]] = value


def run(name, kind, decoupled, hypers, schedule):
    weights = [torch.tensor(initial(i, s), dtype=torch.float64).reshape(s).requires_grad_() for i, s in enumerate(SHAPES)]
    optimizer = CLASSES["adamw" if kind == "adam" and decoupled else kind](weights, lr=1.0)
    current = {}
    trace = []
    by_hand = decoupled and kind not in ("adam", "adamw")
    for step in range(STEPS):
        for key, value in (hypers if step == 0 else schedule.get(step, {})).items():
            current[key] = value
            if not (by_hand and key == "wd"):
                set_hyper(optimizer, kind, key, value)
        for index, weight in enumerate(weights):
            late = name.endswith("late") and index == 1 and step < 20
            values = [gradient(step, index, e) for e in range(weight.numel())]
            weight.grad = None if late else torch.tensor(values, dtype=torch.float64).reshape(weight.shape)
            if by_hand and not late:
                with torch.no_grad():
                    weight.mul_(1 - current["lr"] * current["wd"])
        optimizer.step()
        if (step + 1) % 10 == 0 or step == 0:
            flat = torch.cat([w.detach().flatten() for w in weights])
            trace.append({"after": step + 1, "weights": flat.tolist()})
    return {
        "name": name, "kind": kind, "true-wd": decoupled, "late": name.endswith("late"),
        "hypers": hypers, "schedule": [{"before": k, **v} for k, v in schedule.items()], "trace": trace,
    }


def main():
    assert torch.__version__.startswith("2.11"), torch.__version__
    torch.set_num_threads(1)
    cases = [run(name, *case) for name, case in CASES.items()]
    target = pathlib.Path(__file__).with_suffix(".json")
    lines = ",\n".join(json.dumps(case) for case in cases)
    target.write_text(f'{{"torch": "{torch.__version__.split("+")[0]}", "cases": [\n{lines}\n]}}\n')


main()
