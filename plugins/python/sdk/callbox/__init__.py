"""Write callbox plugins in Python: one class with one method per hook of the training loop.

A plugin sees the loop's state and answers with signals; it can do nothing else. This is a whole one:

    import callbox
    from callbox import Hook, Phase, Plan, Power, Reads, Subscription, param, signal


    class GoodEnough(callbox.Callback):
        about = callbox.About("good-enough", "0.1.0", "Stops early", needs=[Power.CONTROL])
        below = param.number(0.01, "Training stops when the loss is below this.", min=0)

        def plan(self):
            when = Subscription(Hook.BATCH_END, phase=Phase.TRAIN, reads=Reads.LOSSES)
            return Plan(on=[when], powers=[Power.CONTROL])

        def on_batch_end(self, state):
            if state.losses and state.losses.smooth < self.below:
                return [signal.stop_training("the loss is good enough")]


    callbox.register(GoodEnough)

Tensors, transforms and metrics are modules of their own, for what is imported here must be there in every host:
`callbox.tensors`, `callbox.batch`, `callbox.model`, `callbox.transform`, `callbox.metric`.
"""

from . import anneal, log, param, saved, signal
from .about import About
from .callback import Callback
from .failure import Failure
from .plan import Better, Plan, Subscription
from .random import Random
from .register import register
from .run import Run
from .types import (
    Answer,
    Completed,
    Failed,
    Grant,
    Hook,
    Hyper,
    HyperName,
    Losses,
    MetricSpec,
    Outcome,
    Phase,
    Power,
    Reads,
    Report,
    Signal,
    State,
    Stop,
    Stopped,
)

__all__ = [
    "About",
    "Answer",
    "Better",
    "Callback",
    "Completed",
    "Failed",
    "Failure",
    "Grant",
    "Hook",
    "Hyper",
    "HyperName",
    "Losses",
    "MetricSpec",
    "Outcome",
    "Phase",
    "Plan",
    "Power",
    "Random",
    "Reads",
    "Report",
    "Run",
    "Signal",
    "State",
    "Stop",
    "Stopped",
    "Subscription",
    "anneal",
    "log",
    "param",
    "register",
    "saved",
    "signal",
]
