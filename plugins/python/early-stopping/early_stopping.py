"""Stops training when a metric no longer improves.

As in fastai v1, training stops when the number of bad epochs in a row is *greater* than patience: patience 0 stops at
the first bad epoch. An epoch is bad when the metric is not better than the best so far by more than min-delta; NaN is
never better. An epoch without a whole validation is neither good nor bad.
"""

from __future__ import annotations

from math import isnan
from typing import Any

import callbox
from callbox import Answer, Failure, Hook, Plan, Power, Reads, Run, State, Subscription, log, param, saved, signal

MEMORY = saved.record(
    best=saved.option(saved.tuple(saved.f64, saved.u32)),
    bad_epochs=saved.u32,
    validated=saved.bool,
)


class EarlyStopping(callbox.Callback):
    """Watches one metric."""

    about = callbox.About(
        name="early-stopping",
        version="0.1.0",
        summary="Stops training when a metric no longer improves",
        needs=[Power.CONTROL],
        state_version=2,
    )

    monitor = param.text("valid-loss", "The metric to watch: train-loss, valid-loss or one of the run's metrics.")
    patience = param.count(0, "Bad epochs in a row to put up with.")
    min_delta = param.number(0, "An improvement is a change by more than this.", min=0)
    mode = param.text(
        "auto",
        "Whether lower or higher is better; auto: as the run says, else lower for a loss or an error.",
        choices=["auto", "min", "max"],
    )

    def __init__(self, run: Run, **settings: Any) -> None:
        super().__init__(run, **settings)
        # The metric is new only after a validation.
        self.needs_validation = self.monitor != "train-loss"
        if self.needs_validation and run.valid_batches is None:
            raise Failure(f"`{self.monitor}` needs a validation, and this run has none: monitor train-loss")
        self.lower_is_better = self._lower_is_better()
        # The best value so far and the epoch that it is of, from 1 as in the epoch table.
        self.best: tuple[float, int] | None = None
        self.bad_epochs = 0
        # Whether a whole validation was done in this epoch.
        self.validated = False

    def plan(self) -> Plan:
        return Plan(
            on=[Hook.VALID_END, Subscription(Hook.EPOCH_END, reads=Reads.MONITORED)],
            monitors=[self.monitor],
            powers=[Power.CONTROL],
        )

    def on_valid_end(self, state: State) -> Answer:
        self.validated |= not state.partial
        return None

    def on_epoch_end(self, state: State) -> Answer:
        validated, self.validated = self.validated, False
        if self.needs_validation and (not validated or state.partial):
            return None
        [value] = state.monitored
        if self.improves(value):
            self.best, self.bad_epochs = (value, state.epoch + 1), 0
            return None
        self.bad_epochs += 1
        if self.bad_epochs <= self.patience:
            return None
        return [signal.stop_training(self.reason())]

    def save(self) -> bytes:
        return MEMORY.to_bytes(self)

    def load(self, saved: bytes) -> None:
        MEMORY.load_into(self, saved)

    def improves(self, value: float) -> bool:
        """Whether a value is better than the best so far, by more than min-delta."""
        if self.best is None:
            return not isnan(value)
        best, _ = self.best
        return value + self.min_delta < best if self.lower_is_better else value - self.min_delta > best

    def reason(self) -> str:
        """Whole numbers only, which every language writes alike; the table has the metric's values."""
        if self.best is None:
            return f"{self.monitor} has been NaN in every epoch"
        return f"{self.monitor} has not improved since epoch {self.best[1]}"

    def _lower_is_better(self) -> bool:
        if self.mode != "auto":
            return self.mode == "min"
        higher = self.run.higher_is_better(self.monitor)
        if higher is not None:
            return not higher
        lower = "loss" in self.monitor or "error" in self.monitor
        better = "lower" if lower else "higher"
        log.warn(f"`{self.monitor}` does not say which is better: taking {better}; set mode")
        return lower


callbox.register(EarlyStopping)
