"""All that an SDK can say and see, in one plugin: every language has this one, and all of them must give the same
journal.

At train-begin it reports schedules and random numbers, at every third batch-end the whole state, at valid-end a table
and a histogram, at epoch-end one of each signal, which the host refuses as one list, and in `on_finish` it logs how
the run ended.
"""

from __future__ import annotations

from math import inf, nan
from typing import Any

import callbox
from callbox import (
    Answer,
    Better,
    Completed,
    Failed,
    Failure,
    Hook,
    HyperName,
    Outcome,
    Phase,
    Plan,
    Power,
    Random,
    Reads,
    Run,
    Signal,
    State,
    Stopped,
    Subscription,
    anneal,
    log,
    param,
    saved,
    signal,
)

MEMORY = saved.tuple(saved.u64, saved.u32)


class Tour(callbox.Callback):
    """Shows them."""

    about = callbox.About(
        name="tour",
        version="0.1.0",
        summary="Shows all that an SDK can say and see",
        needs=[Power.CONTROL],
        wants=[Power.LR, Power.WD],
        state_version=3,
    )

    # One of each type.
    flag = param.flag(True, "A flag.")
    whole = param.whole(-7, "A whole number.", min=-1000, max=1000)
    count = param.count(3, "A count.")
    number = param.number(0.25, "A number.", min=0)
    choice = param.text("größer", "One of three texts.", choices=["größer", "", '"quoted"'])
    numbers = param.numbers([1, 2.5], "Numbers.")
    texts = param.texts(["a", "β"], "Texts.")

    def __init__(self, run: Run, **settings: Any) -> None:
        super().__init__(run, **settings)
        if self.count == 13:
            raise Failure(f"{run.plugin} is superstitious")
        self.random = Random(run.seed)
        self.events = 0

    def plan(self) -> Plan:
        reads = Reads.LOSSES | Reads.HYPERS
        return Plan(
            on=[
                Hook.TRAIN_BEGIN,
                Subscription(Hook.BATCH_END, phase=Phase.TRAIN, every=self.count, reads=reads),
                Subscription(Hook.VALID_END, reads=Reads.MONITORED),
                Hook.EPOCH_END,
            ],
            monitors=["valid-loss", "train-loss"],
            reports={"tour": Better.NEITHER, "seen": Better.HIGHER},
            powers=[Power.CONTROL],
            owns=[HyperName.WD],
        )

    def on_train_begin(self, state: State) -> Answer:
        self.events += 1
        log.debug(self.settings())
        log.info(self.facts())
        values = [
            way(0.1, 4e-7, step / 20)
            for step in range(-1, 22)
            for way in (anneal.linear, anneal.cosine, anneal.exponential)
        ]
        values += [self.random.uniform() for _ in range(10)]
        values += [self.random.below(n * n) for n in range(1, 10)]
        values += [*self.numbers, self.number]
        return [signal.report("tour", value) for value in values]

    def on_batch_end(self, state: State) -> Answer:
        self.events += 1
        if state.losses is None or not state.hypers:
            raise Failure("no losses or no hypers were filled in")
        hyper = state.hypers[0]
        seen = [
            state.epoch,
            state.num_batch,
            state.iteration,
            state.samples,
            int(state.phase is Phase.TRAIN),
            state.batch_size,
            state.losses.raw,
            state.losses.last,
            state.losses.smooth,
            hyper.lr,
            -1 if hyper.mom is None else hyper.mom,
            hyper.wd,
            -1 if hyper.beta is None else hyper.beta,
            len(state.monitored),
        ]
        signals = [signal.report("seen", value, 0.5) for value in seen]
        next_wd = anneal.linear(0.0, 0.01, self.random.uniform())
        return [*signals, signal.set(HyperName.WD, next_wd)]

    def on_valid_end(self, state: State) -> Answer:
        self.events += 1
        if state.epoch == 1:
            raise Failure("an error of epoch 2")
        return [
            signal.table("monitored", ["row"], self.texts, state.monitored),
            signal.histogram("ascending", [-1.5, 0, 1e300], [self.events, 0]),
        ]

    def on_epoch_end(self, state: State) -> Answer:
        self.events += 1
        memory = self.save()
        self.events = 0
        self.load(memory)
        log.warn(f"epoch {state.epoch} is over after {self.events} events")
        return everything()

    def on_finish(self, state: State, outcome: Outcome) -> Answer:
        match outcome:
            case Completed():
                log.info(f"completed after {state.epoch} epochs")
            case Stopped(stops):
                log.info(f"stopped by {', '.join(f'{stop.by} ({stop.reason})' for stop in stops)}")
            case Failed(message):
                log.error(f"failed: {message}")
        return [signal.report("tour", self.events)]

    def save(self) -> bytes:
        return MEMORY.to_bytes((self.random.state, self.events))

    def load(self, saved: bytes) -> None:
        self.random.state, self.events = MEMORY.from_bytes(saved)

    def settings(self) -> str:
        """What the user set."""
        flag = str(self.flag).lower()
        return (
            f"flag {flag}, whole {self.whole}, count {self.count}, choice {self.choice}, texts {'|'.join(self.texts)}"
        )

    def facts(self) -> str:
        """What the run says of itself."""
        run = self.run
        per_epoch = f"{known(run.train_batches)}+{known(run.valid_batches)}"
        samples = f"{known(run.n_samples)}+{known(run.valid_samples)}"
        return (
            f"{run.plugin} in {run.id}: {run.n_epochs} epochs, {known(run.planned_iterations)} batches, "
            f"{per_epoch} per epoch of {samples} samples, {len(run.class_counts)} classes, "
            f"groups {'|'.join(run.groups)}, {run.optimizer}, "
            f"granted {'|'.join(grant.power for grant in run.granted)}, "
            f"metrics {'|'.join(metric.name for metric in run.metrics)}, rank {run.rank} of {run.world_size}"
        )


def known(number: int | None) -> str:
    """A number that the run may not know."""
    return "?" if number is None else str(number)


def everything() -> list[Signal]:
    """One of each signal. The last one is unknown to the host, which refuses all of them together."""
    return [
        signal.stop_training('stop "training"'),
        signal.stop_epoch("stop epoch"),
        signal.stop_validation(""),
        signal.skip_validation(),
        signal.validate_now(),
        signal.skip_batch(),
        signal.skip_backward(),
        signal.skip_step(),
        signal.keep_gradients(),
        signal.set(HyperName.LR, 0.5),
        signal.set(HyperName.MOM, 0.5, 1),
        signal.scale(HyperName.WD, 0.25),
        signal.scale(HyperName.BETA, 7.000000000000001, 4_000_000_000),
        signal.scale_grad(0.125),
        signal.clip_grad_value(1.5),
        signal.clip_grad_norm(2.5),
        signal.clip_grad_adaptive(0.01, 0.001),
        signal.noise_grad(1e-9),
        signal.set_trainable(2, True),
        signal.set_norm_frozen(3, False),
        signal.refresh_norm_statistics(),
        signal.snapshot("a"),
        signal.restore("b"),
        signal.blend("c", 0.75),
        signal.evaluate_with("d"),
        signal.adopt("e"),
        signal.forget("f"),
        signal.sample_weights(2**40 + 1),
        signal.report("tour", nan, 3),
        signal.table("t", ["x", "y"], ["z"], [1, inf]),
        signal.histogram("h", [0, 1], [5]),
        signal.checkpoint("best"),
        signal.other("unheard-of", [1, -0.0]),
    ]


callbox.register(Tour)
