"""The class that a plugin extends."""

from __future__ import annotations

import copy
from typing import Any, ClassVar

from . import param
from .about import About
from .plan import Plan
from .run import Run
from .types import Answer, Outcome, State


class Callback:
    """A plugin: made when a run begins, called at the hooks that its plan names, gone when the run ends.

    Every hook answers nothing unless it is overridden, so that a plugin holds only what it is about. What is raised in
    a hook is journaled as the plugin's violation, and the loop goes on; see `Failure`.
    """

    about: ClassVar[About]
    """What the plugin is and the most that it may ask for."""

    def __init__(self, run: Run, **settings: Any) -> None:
        """A run is about to begin or to go on. What is raised here refuses the plugin, with this text.

        Whoever overrides this calls `super().__init__(run, **settings)` first: then `self.run` and the parameters are
        there. `settings` holds those that the user set, by their attributes' names; so it does in a test,
        `MyPlugin(run, patience=2)`.
        """
        self.run = run
        """What is fixed for the whole run."""
        params = param.of_class(type(self))
        unknown = settings.keys() - params.keys()
        if unknown:
            raise TypeError(f"{type(self).__name__} has no parameter {', '.join(sorted(unknown))}")
        for key, declared in params.items():
            value = settings[key] if key in settings else copy.copy(declared.standard)
            setattr(self, key, value)

    def plan(self) -> Plan:
        """When to call this plugin and what it will do. Asked once, after `__init__`."""
        return Plan()

    def on_train_begin(self, state: State) -> Answer:
        """Once, after every plugin was made."""

    def on_epoch_begin(self, state: State) -> Answer:
        """Before the first batch of an epoch."""

    def on_batch_begin(self, state: State) -> Answer:
        """A batch is on the device, the model has not seen it."""

    def on_loss_begin(self, state: State) -> Answer:
        """The model's output exists, the loss does not."""

    def on_backward_begin(self, state: State) -> Answer:
        """The loss exists, gradients do not. This and the next two occur in training only."""

    def on_backward_end(self, state: State) -> Answer:
        """Gradients exist, the optimizer has not stepped."""

    def on_step_end(self, state: State) -> Answer:
        """The optimizer has stepped, or its step was skipped."""

    def on_batch_end(self, state: State) -> Answer:
        """The batch is done."""

    def on_valid_begin(self, state: State) -> Answer:
        """Before the first validation batch."""

    def on_valid_end(self, state: State) -> Answer:
        """Validation loss and metrics are final, or marked partial."""

    def on_epoch_end(self, state: State) -> Answer:
        """The epoch, its validation included, is done."""

    def on_finish(self, state: State, outcome: Outcome) -> Answer:
        """The end of training: once, also after an error or a stop. Needs no subscription."""

    def save(self) -> bytes:
        """Everything needed to go on later; the codecs of `saved` write it."""
        return b""

    def load(self, saved: bytes) -> None:
        """Goes on from what `save` wrote. Raises where the bytes are not what `save` writes."""
