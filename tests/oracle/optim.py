"""Writes optim.json: what PyTorch's optimizers make of fixed weights and gradients.

    python tests/oracle/optim.py    with PyTorch 2.11 on the path

Every case takes 50 steps in float64. Gradients are a formula of step and element, so that they need no file. `config`
is an `[optimizer]` table; `schedule` names the hyper-parameters that change, and before which step. Decoupled decay,
which PyTorch has only for Adam, is p *= 1 - lr * wd before the step. The weights are a weight, a bias and the scale of
a norm; in a grouped case each is a layer group of its own.
"""

import json
import math
import pathlib

import torch

STEPS = 50
TRACED = [1, 10, 25, 40, 50]
SHAPES = [[2, 3], [3], [2, 2]]
DECAYS = [True, False, False]

CLASSES = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
}
DEFAULTS = {
    "sgd": dict(lr=1e-3, mom=0.0, wd=0.0),
    "adam": dict(lr=1e-3, mom=0.9, wd=0.0, beta=0.999),
    "adamw": dict(lr=1e-3, mom=0.9, wd=0.01, beta=0.999),
    "rmsprop": dict(lr=1e-2, mom=0.0, wd=0.0, beta=0.99),
}
HYPERS = ("lr", "mom", "wd", "beta")

SGD = dict(kind="sgd", lr=0.1)
NESTEROV = dict(SGD, mom=0.9, nesterov=True)
ADAM = dict(kind="adam", lr=0.02)
AMSGRAD = dict(ADAM, beta=0.9, amsgrad=True)
ADAMW = dict(kind="adamw", lr=0.02, wd=0.1)
RMSPROP = dict(kind="rmsprop", lr=0.01)
CENTERED = dict(RMSPROP, beta=0.9, centered=True)
L2 = {"wd": 0.05, "true-wd": False}
DECOUPLED = {"wd": 0.05, "true-wd": True}
SOME_DECAY = {"decay-norm-bias": False}

# A third entry `(first, last)`: the second weight has no gradient in the steps first to last - 1. It must not decay, its
# momentum must stand still, and its bias correction must count the steps that it took.
LATE = (0, 20)
FROZEN = (20, 35)

CASES = {
    "sgd plain": (dict(SGD), {}),
    "sgd momentum": (dict(SGD, mom=0.9), {}),
    "sgd L2": (dict(SGD, mom=0.9, **L2), {}),
    "sgd decoupled": (dict(SGD, mom=0.9, **DECOUPLED), {}),
    "sgd momentum raised": (dict(SGD, wd=0.01), {10: dict(mom=0.9), 30: dict(lr=0.02, mom=0.5)}),
    "sgd nesterov": (dict(NESTEROV), {}),
    "sgd nesterov L2": (dict(NESTEROV, **L2), {}),
    "sgd nesterov decoupled": (dict(NESTEROV, **DECOUPLED), {}),
    "sgd nesterov raised": (dict(NESTEROV, mom=0.0), {10: dict(mom=0.9), 20: dict(mom=0.0), 30: dict(mom=0.5)}),
    "sgd some decay": (dict(NESTEROV, **L2, **SOME_DECAY), {}),
    "sgd some decay decoupled": (dict(SGD, mom=0.9, **DECOUPLED, **SOME_DECAY), {30: dict(wd=0.0)}),
    "sgd lr list": (dict(SGD, mom=0.9, lr=[0.1, 0.0, 0.02]), {20: dict(lr=[0.0, 0.05, 0.1]), 30: dict(lr=0.01)}),
    "sgd late": (dict(SGD, mom=0.9, **DECOUPLED), {}, LATE),
    "sgd nesterov late": (dict(NESTEROV, **L2), {}, LATE),
    "sgd frozen": (dict(NESTEROV, **L2, lr=[0.1, 0.05, 0.01]), {}, FROZEN),
    "adam plain": (dict(ADAM), {}),
    "adam L2": (dict(ADAM, wd=0.1, beta=0.99), {}),
    "adam eps": (dict(ADAM, eps=1e-3), {}),
    "adam decoupled": (dict(ADAM, **DECOUPLED), {}),
    "adam amsgrad": (dict(AMSGRAD), {}),
    "adam amsgrad L2": (dict(AMSGRAD, **L2), {}),
    "adam some decay": (dict(ADAM, **L2, **SOME_DECAY), {}),
    "adam lr and wd lists": (dict(ADAM, lr=[0.01, 0.02, 0.03], wd=[0.0, 0.1, 0.2]), {25: dict(beta=[0.9, 0.99, 0.95])}),
    "adamw": (dict(ADAMW), {}),
    "adamw changed": (dict(ADAMW, mom=0.95), {10: dict(mom=0.85, lr=0.05), 25: dict(beta=0.95), 40: dict(wd=0.0)}),
    "adamw amsgrad": (dict(AMSGRAD, kind="adamw", wd=0.1), {}),
    "adamw amsgrad late": (dict(AMSGRAD, kind="adamw", wd=0.1), {}, LATE),
    "adamw some decay": (dict(ADAMW, **SOME_DECAY), {}),
    "adamw lr spread": (dict(ADAMW, lr={"from": 0.001, "to": 0.1}), {}),
    "adamw late": (dict(ADAMW), {}, LATE),
    "adamw frozen": (dict(ADAMW, lr={"to": 0.05}, amsgrad=True), {}, FROZEN),
    "rmsprop plain": (dict(RMSPROP), {}),
    "rmsprop momentum L2": (dict(RMSPROP, mom=0.9, beta=0.9, **L2), {}),
    "rmsprop decoupled": (dict(RMSPROP, mom=0.9, beta=0.9, **DECOUPLED), {}),
    "rmsprop changed": (dict(RMSPROP, mom=0.5), {10: dict(mom=0.9, beta=0.8), 30: dict(lr=0.002, wd=0.1)}),
    "rmsprop momentum raised": (dict(RMSPROP), {10: dict(mom=0.9), 30: dict(mom=0.0), 40: dict(mom=0.5)}),
    "rmsprop centered": (dict(CENTERED), {}),
    "rmsprop centered momentum L2": (dict(CENTERED, mom=0.9, **L2), {}),
    "rmsprop centered decoupled": (dict(CENTERED, eps=1e-6, **DECOUPLED), {}),
    "rmsprop some decay": (dict(CENTERED, mom=0.9, **L2, **SOME_DECAY), {}),
    "rmsprop some decay decoupled": (dict(RMSPROP, mom=0.9, **DECOUPLED, **SOME_DECAY), {}),
    "rmsprop late": (dict(CENTERED, mom=0.5, **DECOUPLED), {}, LATE),
    "rmsprop frozen": (dict(CENTERED, mom=0.5, lr={"from": 0.01, "to": 0.001}), {}, FROZEN),
}


def initial(index, shape):
    size = math.prod(shape)
    return [math.sin(1.0 + 3 * index + 0.7 * element) for element in range(size)]


def gradient(step, index, element):
    return math.cos(0.3 * step + 1.1 * element + index) / (1 + 0.1 * element)


def per_group(value):
    """What a run file says, for each of the three groups."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return [value] * 3
    if "from" not in value:
        return [value["to"] / 10, value["to"] / 10, value["to"]]
    return [value["from"], math.sqrt(value["from"] * value["to"]), value["to"]]


def is_grouped(config, schedule):
    values = list(config.values()) + [value for change in schedule.values() for value in change.values()]
    return any(isinstance(value, (list, dict)) for value in values)


class Run:
    """One of PyTorch's optimizers with a parameter group for each weight, set by our names."""

    def __init__(self, config):
        self.kind = config["kind"]
        self.decoupled = config.get("true-wd", self.kind == "adamw")
        self.by_hand = self.decoupled and self.kind not in ("adam", "adamw")
        self.some = not config.get("decay-norm-bias", True)
        self.weights = [
            torch.tensor(initial(i, s), dtype=torch.float64).reshape(s).requires_grad_() for i, s in enumerate(SHAPES)
        ]
        options = {key: config[key] for key in ("nesterov", "centered", "amsgrad", "eps") if key in config}
        if config.get("nesterov"):
            options["momentum"] = 0.5  # Demanded here; replaced before the first step.
        name = "adamw" if self.kind == "adam" and self.decoupled else self.kind
        self.optimizer = CLASSES[name]([{"params": [w]} for w in self.weights], lr=1.0, **options)
        self.hypers = [{} for _ in self.weights]
        self.put(DEFAULTS[self.kind])
        self.put({key: config[key] for key in HYPERS if key in config})

    def put(self, values):
        for name, value in values.items():
            for index, single in enumerate(per_group(value)):
                self.put_one(index, name, single)

    def put_one(self, index, name, value):
        if name == "wd" and self.some and not DECAYS[index]:
            value = 0.0
        self.hypers[index][name] = value
        group = self.optimizer.param_groups[index]
        if name == "lr":
            group["lr"] = value
        elif name == "wd":
            group["weight_decay"] = 0.0 if self.by_hand else value
        elif "betas" in group:
            beta1, beta2 = group["betas"]
            group["betas"] = (value, beta2) if name == "mom" else (beta1, value)
        elif name == "beta":
            group["alpha"] = value
        else:
            group["momentum"] = value
            self.allocate(index)

    def allocate(self, index):
        """PyTorch's RMSprop has a momentum buffer only if the momentum was above 0 at the first step."""
        state = self.optimizer.state[self.weights[index]]
        if self.kind == "rmsprop" and state and "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(self.weights[index])

    def step(self, step, gap):
        for index, weight in enumerate(self.weights):
            absent = index == 1 and gap[0] <= step < gap[1]
            values = [gradient(step, index, e) for e in range(weight.numel())]
            weight.grad = None if absent else torch.tensor(values, dtype=torch.float64).reshape(weight.shape)
            if self.by_hand and not absent:
                with torch.no_grad():
                    weight.mul_(1 - self.hypers[index]["lr"] * self.hypers[index]["wd"])
        self.optimizer.step()


def trace(name, config, schedule, gap=(0, 0)):
    run = Run(config)
    points = []
    for step in range(STEPS):
        run.put(schedule.get(step, {}))
        run.step(step, gap)
        if step + 1 in TRACED:
            flat = torch.cat([w.detach().flatten() for w in run.weights])
            points.append({"after": step + 1, "weights": flat.tolist()})
    return {
        "name": name, "config": config, "grouped": is_grouped(config, schedule), "gap": gap,
        "schedule": [{"before": k, **v} for k, v in schedule.items()], "trace": points,
    }


def main():
    assert torch.__version__.startswith("2.11"), torch.__version__
    torch.set_num_threads(1)
    cases = [trace(name, *case) for name, case in CASES.items()]
    target = pathlib.Path(__file__).with_suffix(".json")
    lines = ",\n".join(json.dumps(case) for case in cases)
    target.write_text(f'{{"torch": "{torch.__version__.split("+")[0]}", "cases": [\n{lines}\n]}}\n')


main()
