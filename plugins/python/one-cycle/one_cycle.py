"""The 1cycle policy: the learning rate rises once and falls once along cosines, momentum mirrors it.

From lr-max / div up to lr-max over the first pct-start of the run, then down to lr-max / final-div. The value given
after batch k is in effect for batch k+1, so the very last one is never used. Groups keep the ratios with which their
learning rates started: lr-max is the last group's.
"""

from __future__ import annotations

from typing import Any

import callbox
from callbox import (
    Answer,
    Failure,
    Hook,
    HyperName,
    Phase,
    Plan,
    Power,
    Run,
    Signal,
    State,
    Subscription,
    anneal,
    param,
    signal,
)


class OneCycle(callbox.Callback):
    """One cycle over a run of known length."""

    about = callbox.About(
        name="one-cycle",
        version="0.1.0",
        summary="The 1cycle policy: the learning rate rises and falls once, momentum mirrors it",
        needs=[Power.LR],
        wants=[Power.MOM],
    )

    lr_max = param.number(0.01, "Highest learning rate of the last layer group.", min=0)
    div = param.number(25, "The cycle starts at lr-max / div.", min=1)
    final_div = param.number(0, "The cycle ends at lr-max / final-div; 0 means div * 10,000.", min=0)
    pct_start = param.number(0.3, "Part of the run in which the learning rate rises.", min=0, max=1)
    mom_max = param.number(0.95, "Momentum where the learning rate is lowest.", min=0, max=0.9999)
    mom_min = param.number(0.85, "Momentum where the learning rate is highest.", min=0, max=0.9999)

    def __init__(self, run: Run, **settings: Any) -> None:
        super().__init__(run, **settings)
        if run.planned_iterations is None:
            raise Failure("a cycle needs an end: length unknown")
        self.end_div = self.final_div or self.div * 1e4
        # Highest learning rate of each layer group.
        self.peaks = [self.lr_max * ratio for ratio in run.lr_ratios()]
        for peak in self.peaks:
            run.allows(HyperName.LR, peak)
            run.allows(HyperName.LR, peak / self.end_div)
        # Training batches of the rise, and of the fall.
        self.rise = int(run.planned_iterations * self.pct_start)
        self.fall = run.planned_iterations - self.rise
        has_mom = all(hyper.mom is not None for hyper in run.hypers)
        self.drives_mom = run.grants(Power.MOM) and has_mom

    def plan(self) -> Plan:
        return Plan(
            on=[Hook.TRAIN_BEGIN, Subscription(Hook.BATCH_END, phase=Phase.TRAIN)],
            owns=[HyperName.LR, HyperName.MOM] if self.drives_mom else [HyperName.LR],
        )

    def on_train_begin(self, state: State) -> Answer:
        return self.values(state.iteration)

    def on_batch_end(self, state: State) -> Answer:
        return self.values(state.iteration + 1)

    def values(self, batch: int) -> list[Signal]:
        """What the batch of this number trains with. It depends on nothing else, so there is nothing to save."""
        signals = [
            signal.set(HyperName.LR, self.cycle(batch, peak / self.div, peak, peak / self.end_div), group)
            for group, peak in enumerate(self.peaks)
        ]
        if self.drives_mom:
            signals.append(signal.set(HyperName.MOM, self.cycle(batch, self.mom_max, self.mom_min, self.mom_max)))
        return signals

    def cycle(self, batch: int, low: float, high: float, end: float) -> float:
        """From low to high in the rise, from there to end in the fall."""
        if batch < self.rise:
            return anneal.cosine(low, high, batch / self.rise)
        fallen = (batch - self.rise) / max(self.fall, 1)
        return anneal.cosine(high, end, fallen)


callbox.register(OneCycle)
