"""Writes schedules.json: what fastai, PyTorch and papers give for each batch, and what the plugins are set to for it.

    python tests/oracle/schedules.py    with PyTorch 2.11, numpy and fastai 2.8 on the path

A curve has the plugin's `params`, the `run` (batches, batches in an epoch) and `values`: the hyper-parameter or, where
`op` is scale, the factor for batch 0, 1, ... or, where `per` is epoch, for each epoch. `near` is how near the reference is
to exact numbers, as a part of its greatest value: fastai 2 computes positions in float32.

PyTorch's and fastai 2's own code runs. Transcribed are fastai v1 (`Scheduler`, `OneCycleScheduler`,
`GeneralScheduler`, `ReduceLROnPlateauCallback`, of 1.0.61), the notebook 004 of 2018 (`Stepper`, `OneCycleScheduler`), Keras'
`PolynomialDecay` and DINO's `cosine_scheduler`.

A plateau has a metric's `values`, epoch by epoch (null is NaN), and the `factors`: the product of all
reductions after each.
"""

import json
import math
import pathlib
import warnings

import fastcore.basics
import fastcore.foundation
import numpy as np
import torch
from fastai_source import definitions, version
from torch.optim import lr_scheduler

LR = 0.1
FASTAI = definitions(
    "callback/schedule.py",
    ["_Annealer", "sched_lin", "sched_cos", "sched_no", "sched_exp", "SchedLin", "SchedCos", "SchedNo", "SchedExp",
     "combine_scheds", "combined_cos"],
    {"store_attr": fastcore.basics.store_attr, "L": fastcore.foundation.L, "torch": torch, "math": math,
     "tensor": lambda numbers: torch.tensor(list(numbers))},
)


# fastai v1 and the notebook: schedules that take one step after each batch

def no(start, end, pct):
    return start


def linear(start, end, pct):
    return start + pct * (end - start)


def exponential(start, end, pct):
    return start * (end / start) ** pct


def cosine(start, end, pct):
    return end + (start - end) / 2 * (np.cos(np.pi * pct) + 1)


class Scheduler:
    def __init__(self, start, end, n_iter, func):
        self.start, self.end, self.n_iter, self.func, self.n = start, end, max(1, n_iter), func, 0

    def step(self):
        self.n += 1
        return self.func(self.start, self.end, self.n / self.n_iter)

    @property
    def is_done(self):
        return self.n >= self.n_iter


def stepped(n, schedulers):
    """What batches 0 to n - 1 train with; after the last scheduler it stays, where fastai stops."""
    values, at = [schedulers[0].start], 0
    while len(values) < n:
        if at == len(schedulers):
            values.append(values[-1])
            continue
        values.append(schedulers[at].step())
        at += schedulers[at].is_done
    return values


def one_cycle_of_the_notebook(n, div=10, pct_end=0.1):
    a, b = int(n * (1 - pct_end) / 2), int(n * pct_end)
    low = LR / div
    lr = [(low, LR, a), (LR, low, a), (low, LR / (div * 100), b)]
    mom = [(0.95, 0.85, a), (0.85, 0.95, a), (0.95, 0.95, b)]
    return {name: stepped(n, [Scheduler(*phase, linear) for phase in phases])
            for name, phases in (("lr", lr), ("mom", mom))}


def one_cycle_of_fastai1(n, div=25, pct_start=0.3, final_div=None):
    a = int(n * pct_start)
    final_div = div * 1e4 if final_div is None else final_div
    lr = [(LR / div, LR, a), (LR, LR / final_div, n - a)]
    mom = [(0.95, 0.85, a), (0.85, 0.95, n - a)]
    return {name: stepped(n, [Scheduler(*phase, cosine) for phase in phases])
            for name, phases in (("lr", lr), ("mom", mom))}


def one_cycle_of_fastai2(n, div=25, pct_start=0.25, final_div=1e5):
    scheds = {"lr": FASTAI["combined_cos"](pct_start, LR / div, LR, LR / final_div),
              "mom": FASTAI["combined_cos"](pct_start, 0.95, 0.85, 0.95)}
    return {name: positions(n, sched) for name, sched in scheds.items()}


def positions(n, sched):
    return [sched(k / n) for k in range(n)]


# PyTorch: a scheduler on one parameter's learning rate, stepped after each batch or epoch

def torchs(n, make, start=LR, step=lambda scheduler, k: scheduler.step()):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=start)
    optimizer.step()
    scheduler = make(optimizer)
    values = []
    for k in range(n):
        values.append(optimizer.param_groups[0]["lr"])
        step(scheduler, k + 1)
    return values


def keras_polynomial(n, end, power, steps):
    return [(LR - end) * (1 - min(k, steps) / steps) ** power + end for k in range(n)]


def dino_cosine(n, base, final):
    iters = np.arange(n)
    return (final + 0.5 * (base - final) * (1 + np.cos(np.pi * iters / len(iters)))).tolist()


def curve(plugin, name, reference, values, near=1e-13, params=(), batches=None, per_epoch=None, **more):
    if not isinstance(values, dict):
        values = {"lr": values}
    values = {key: [float(value) for value in column] for key, column in values.items()}
    batches = batches or len(next(iter(values.values())))
    run = {"batches": batches, "per-epoch": per_epoch or batches}
    return {"plugin": plugin, "name": name, "reference": reference, "params": dict(params), "run": run, "near": near,
            **more, "values": values}


def cycles():
    peak = {"lr-max": LR}
    for n in (100, 37):
        yield curve("one-cycle", f"fastai1, {n} batches", "fastai 1 OneCycleScheduler", one_cycle_of_fastai1(n), params=peak)
        yield curve("one-cycle", f"fastai2, {n} batches", "fastai 2 fit_one_cycle", one_cycle_of_fastai2(n), 1e-6,
                    {"preset": "fastai2", **peak})
        yield curve("one-cycle", f"thread, {n} batches", "notebook 004 OneCycleScheduler", one_cycle_of_the_notebook(n),
                    params={"preset": "thread", **peak})
    yield curve("one-cycle", "fastai1 with other numbers", "fastai 1 OneCycleScheduler",
                one_cycle_of_fastai1(40, 8, 0.5, 100), params={**peak, "div": 8, "pct-start": 0.5, "final-div": 100})
    yield curve("one-cycle", "fastai2 with other numbers", "fastai 2 fit_one_cycle", one_cycle_of_fastai2(40, 8, 0.6, 100),
                1e-6, {"preset": "fastai2", **peak, "div": 8, "pct-start": 0.6, "final-div": 100})
    yield curve("one-cycle", "thread with other numbers", "notebook 004 OneCycleScheduler",
                one_cycle_of_the_notebook(60, 5, 0.25), params={"preset": "thread", **peak, "div": 5, "pct-start": 0.375})


def flats():
    for n, pct in ((100, 0.75), (37, 0.75), (40, 0.3)):
        values = positions(n, FASTAI["combined_cos"](pct, LR, LR, LR / 1e5))
        yield curve("flat-cos", f"flat for {pct:g} of {n} batches", "fastai 2 fit_flat_cos", values, 1e-6,
                    {"lr-max": LR, "pct-start": pct})


def restarts():
    warm = lr_scheduler.CosineAnnealingWarmRestarts
    by_epoch = lambda batches: lambda scheduler, k: scheduler.step(k // batches + k % batches / batches)
    reference = "PyTorch CosineAnnealingWarmRestarts"
    yield curve("cosine-restarts", "cycles of 1, 2 and 4 epochs", reference,
                torchs(70, lambda opt: warm(opt, 1, 2), step=by_epoch(10)), params={"lr-max": LR}, per_epoch=10)
    yield curve("cosine-restarts", "cycles of 2 epochs", reference,
                torchs(40, lambda opt: warm(opt, 2, 1, 0.001), step=by_epoch(7)), per_epoch=7,
                params={"lr-max": LR, "lr-min": 0.001, "cycle-epochs": 2, "cycle-mult": 1})
    yield curve("cosine-restarts", "cycles of 4, 12 and 36 steps", reference, torchs(60, lambda opt: warm(opt, 4, 3, 0.01)),
                params={"lr-max": LR, "lr-min": 0.01, "cycle-steps": 4, "cycle-mult": 3})


def warmups():
    make = lambda start, n: lambda opt: lr_scheduler.LinearLR(opt, start, total_iters=n)
    of = lambda name, start, n: [1.0 if k >= 20 else FASTAI[name](start, 1, k / 20) for k in range(n)]
    yield curve("warmup", "linear over 20 steps", "PyTorch LinearLR", torchs(30, make(0.001, 20), 1.0),
                params={"steps": 20}, op="scale")
    yield curve("warmup", "linear over a twentieth", "PyTorch LinearLR", torchs(100, make(0.001, 5), 1.0), op="scale")
    yield curve("warmup", "linear from a third", "PyTorch LinearLR", torchs(10, make(1 / 3, 5), 1.0), op="scale",
                params={"steps": 5, "start": 1 / 3})
    for name, function in (("exponential", "sched_exp"), ("cosine", "sched_cos")):
        yield curve("warmup", f"{name} over 20 steps", f"fastai 2 {function}", of(function, 0.001, 30), op="scale",
                    params={"steps": 20, "annealing": name})


def polynomials():
    for power in (1, 0.9, 2.5):
        make = lambda opt: lr_scheduler.PolynomialLR(opt, 50, power)
        yield curve("polynomial", f"power {power:g}", "PyTorch PolynomialLR", torchs(50, make), 1e-12,
                    {"lr-max": LR, "power": power})
    yield curve("polynomial", "until six tenths", "PyTorch PolynomialLR",
                torchs(50, lambda opt: lr_scheduler.PolynomialLR(opt, 30, 2)), 1e-12,
                {"lr-max": LR, "power": 2, "until": 0.6})
    yield curve("polynomial", "to a tenth", "Keras PolynomialDecay", keras_polynomial(50, 0.01, 3, 50),
                params={"lr-max": LR, "power": 3, "lr-end": 0.01})


def steps():
    yield curve("step-decay", "every three epochs", "PyTorch StepLR", torchs(12, lambda opt: lr_scheduler.StepLR(opt, 3)),
                params={"lr-max": LR, "every": 3}, per="epoch")
    yield curve("step-decay", "at milestones", "PyTorch MultiStepLR",
                torchs(12, lambda opt: lr_scheduler.MultiStepLR(opt, [2, 5, 5, 9], 0.5)),
                params={"lr-max": LR, "factor": 0.5, "milestones": [2, 5, 5, 9]}, per="epoch")


def phases():
    lists = lambda rows: {key: list(column) for key, column in zip(("lengths", "starts", "ends", "annealings"), zip(*rows))}
    second = {"linear": "SchedLin", "cosine": "SchedCos", "exponential": "SchedExp", "constant": "SchedNo"}
    first = {"linear": linear, "cosine": cosine, "exponential": exponential, "constant": no}

    def fastai2(name, n, hyper, rows):
        scheds = [FASTAI[second[way]](start, end) for _, start, end, way in rows]
        combined = FASTAI["combine_scheds"]([row[0] for row in rows], scheds)
        return curve("phases", name, "fastai 2 combine_scheds", {hyper: positions(n, combined)}, 1e-6,
                     {"hyper": hyper, **lists(rows)})

    def fastai1(name, n, hyper, rows):
        values = stepped(n, [Scheduler(start, end, length, first[way]) for length, start, end, way in rows])
        return curve("phases", name, "fastai 1 GeneralScheduler", {hyper: values},
                     params={"hyper": hyper, "unit": "steps", **lists(rows)})

    jumping = [(0.125, 0.001, 0.1, "linear"), (0.375, 0.05, 0.05, "constant"), (0.25, 0.1, 0.001, "exponential"),
               (0.25, 0.02, 0.0, "cosine")]
    yield fastai2("lr in four that jump", 64, "lr", jumping)
    yield fastai2("lr in four, not in whole batches", 37, "lr", jumping)
    yield fastai2("mom in two", 40, "mom", [(0.5, 0.95, 0.85, "cosine"), (0.5, 0.85, 0.95, "linear")])
    yield fastai1("wd in steps", 40, "wd", [(10, 0.1, 0.01, "exponential"), (5, 0.01, 0.3, "constant"),
                                           (20, 0.01, 0.3, "cosine")])
    yield fastai1("beta in steps", 12, "beta", [(8, 0.9, 0.99, "linear")])


def decays():
    part = lambda name, n, start, end: [FASTAI[name](start, end, min(1, max(0, (k / n - 0.2) / 0.5))) for k in range(n)]
    yield curve("wd-schedule", "as in DINO", "DINO cosine_scheduler", {"wd": dino_cosine(60, 0.04, 0.4)})
    for name, function in (("linear", "sched_lin"), ("exponential", "sched_exp")):
        yield curve("wd-schedule", f"{name} in the middle", f"fastai 2 {function}", {"wd": part(function, 50, 0.1, 0.001)},
                    1e-12, {"wd-start": 0.1, "wd-end": 0.001, "annealing": name, "from": 0.2, "until": 0.7})


# Plateaus

class FirstPlateau:
    """fastai v1's, without its floor."""

    def __init__(self, lower, min_delta, patience, factor):
        self.less, self.lr, self.wait = lower, 1.0, 0
        self.patience, self.factor = patience, factor
        self.min_delta = -min_delta if lower else min_delta
        self.best = math.inf if lower else -math.inf

    def step(self, current):
        compare = np.less if self.less else np.greater
        if compare(current - self.min_delta, self.best):
            self.best, self.wait = current, 0
        else:
            self.wait += 1
            if self.wait > self.patience:
                self.lr *= self.factor
                self.wait = 0


def plateau_of_fastai1(values, lower, **params):
    rule, factors = FirstPlateau(lower, **params), []
    for value in values:
        rule.step(value)
        factors.append(rule.lr)
    return factors


def plateau_of_fastai2(values, lower, min_delta, patience, factor):
    classes = definitions("callback/tracker.py", ["TrackerCallback", "ReduceLROnPlateau"],
                          {"Callback": object, "np": np, "print": lambda *_: None})
    rule = classes["ReduceLROnPlateau"](comp=np.less if lower else np.greater, min_delta=min_delta, patience=patience,
                                        factor=1 / factor)
    some = lambda **fields: type("Some", (), fields)()
    rule.recorder, rule.opt, rule.epoch = some(metric_names=["epoch", "valid_loss"], values=[]), some(hypers=[{"lr": 1.0}]), 0
    rule.before_fit()
    factors = []
    for value in values:
        rule.recorder.values.append([value])
        rule.after_epoch()
        factors.append(rule.opt.hypers[0]["lr"])
    return factors


def plateau_of_pytorch(values, lower, min_delta, patience, factor, cooldown, min_factor):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    rule = lr_scheduler.ReduceLROnPlateau(optimizer, "min" if lower else "max", factor, patience, min_delta,
                                          cooldown=cooldown, min_lr=min_factor, eps=0)
    factors = []
    for value in values:
        rule.step(value)
        factors.append(optimizer.param_groups[0]["lr"])
    return factors


def plateaus():
    draw = np.random.default_rng(5)
    for trial in range(30):
        preset = ("fastai1", "fastai2", "pytorch")[trial % 3]
        lower, n = bool(draw.integers(2)), 40
        walk = 1 + np.cumsum(draw.normal(-0.01 if lower else 0.01, 0.05, n))
        values = [float(value) for value in walk.round(3)]
        for at in draw.integers(0, n, trial % 4):
            values[at] = math.nan
        pick = lambda *choices: choices[draw.integers(len(choices))]
        params = {"patience": pick(0, 1, 2, 3), "factor": pick(0.1, 0.5), "min_delta": pick(0.0, 0.0001, 0.02)}
        if trial < 3:
            params = {"patience": (0, 1, 10)[trial], "factor": (0.2, 0.1, 0.1)[trial], "min_delta": (0.0, 0.0, 1e-4)[trial]}
        if preset == "pytorch":
            params |= {"cooldown": pick(0, 2) if trial > 2 else 0, "min_factor": pick(0.0, 0.02) if trial > 2 else 0.0}
        rule = {"fastai1": plateau_of_fastai1, "fastai2": plateau_of_fastai2, "pytorch": plateau_of_pytorch}[preset]
        factors = rule(values, lower, **params)
        given = {key.replace("_", "-"): value for key, value in params.items()} if trial > 2 else {}
        yield {"params": {"preset": preset, "mode": "min" if lower else "max", **given},
               "values": [None if math.isnan(value) else value for value in values],
               "factors": [float(factor) for factor in factors]}


def main():
    assert torch.__version__.startswith("2.11"), torch.__version__
    warnings.simplefilter("ignore")
    versions = {"torch": torch.__version__.split("+")[0], "fastai": version(), "numpy": np.__version__}
    curves = [*cycles(), *flats(), *restarts(), *warmups(), *polynomials(), *steps(), *phases(), *decays()]
    parts = {name: ",\n".join(json.dumps(entry) for entry in entries)
             for name, entries in (("curves", curves), ("plateaus", plateaus()))}
    lines = ",\n".join(f'"{name}": [\n{text}\n]' for name, text in parts.items())
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(f'{{"versions": {json.dumps(versions)},\n{lines}\n}}\n')


main()
