"""Stops training as soon as the loss is good enough."""

import callbox


class MyPlugin(callbox.Callback):
    """A plugin: made when a run begins, called at the hooks that its plan names."""

    about = callbox.About(
        name="my-plugin",
        version="0.1.0",
        summary="Stops training as soon as the loss is good enough",
        needs=[callbox.Power.CONTROL],
    )

    # What the user may set.
    below = callbox.param.number(0.05, "Training stops when the smoothed loss is below this.", min=0)

    def plan(self) -> callbox.Plan:
        return callbox.Plan(
            on=[
                # [hook train-begin]
                callbox.Hook.TRAIN_BEGIN,
                # [/hook]
                # [hook epoch-begin]
                callbox.Hook.EPOCH_BEGIN,
                # [/hook]
                # [hook batch-begin]
                callbox.Hook.BATCH_BEGIN,
                # [/hook]
                # [hook loss-begin]
                callbox.Hook.LOSS_BEGIN,
                # [/hook]
                # [hook backward-begin]
                callbox.Hook.BACKWARD_BEGIN,
                # [/hook]
                # [hook backward-end]
                callbox.Hook.BACKWARD_END,
                # [/hook]
                # [hook step-end]
                callbox.Hook.STEP_END,
                # [/hook]
                # [hook batch-end]
                callbox.Subscription(callbox.Hook.BATCH_END, phase=callbox.Phase.TRAIN, reads=callbox.Reads.LOSSES),
                # [/hook]
                # [hook valid-begin]
                callbox.Hook.VALID_BEGIN,
                # [/hook]
                # [hook valid-end]
                callbox.Hook.VALID_END,
                # [/hook]
                # [hook epoch-end]
                callbox.Hook.EPOCH_END,
                # [/hook]
            ],
            powers=[callbox.Power.CONTROL],
        )

    # [hook train-begin]
    def on_train_begin(self, state: callbox.State) -> callbox.Answer:
        """Once, after every plugin was made."""
        callbox.log.debug(f"train-begin of epoch {state.epoch}, iteration {state.iteration}")
        return None

    # [/hook]
    # [hook epoch-begin]
    def on_epoch_begin(self, state: callbox.State) -> callbox.Answer:
        """Before the first batch of an epoch."""
        callbox.log.debug(f"epoch-begin of epoch {state.epoch}, iteration {state.iteration}")
        return None

    # [/hook]
    # [hook batch-begin]
    def on_batch_begin(self, state: callbox.State) -> callbox.Answer:
        """A batch is on the device, the model has not seen it."""
        callbox.log.debug(f"batch-begin of epoch {state.epoch}, iteration {state.iteration}")
        return None

    # [/hook]
    # [hook loss-begin]
    def on_loss_begin(self, state: callbox.State) -> callbox.Answer:
        """The model's output exists, the loss does not."""
        callbox.log.debug(f"loss-begin of epoch {state.epoch}, iteration {state.iteration}")
        return None

    # [/hook]
    # [hook backward-begin]
    def on_backward_begin(self, state: callbox.State) -> callbox.Answer:
        """The loss exists, gradients do not."""
        callbox.log.debug(f"backward-begin of epoch {state.epoch}, iteration {state.iteration}")
        return None

    # [/hook]
    # [hook backward-end]
    def on_backward_end(self, state: callbox.State) -> callbox.Answer:
        """Gradients exist, the optimizer has not stepped."""
        callbox.log.debug(f"backward-end of epoch {state.epoch}, iteration {state.iteration}")
        return None

    # [/hook]
    # [hook step-end]
    def on_step_end(self, state: callbox.State) -> callbox.Answer:
        """The optimizer has stepped, or its step was skipped."""
        callbox.log.debug(f"step-end of epoch {state.epoch}, iteration {state.iteration}")
        return None

    # [/hook]
    # [hook batch-end]
    def on_batch_end(self, state: callbox.State) -> callbox.Answer:
        """The batch is done."""
        if state.losses and state.losses.smooth < self.below:
            return [callbox.signal.stop_training("the loss is good enough")]
        return None

    # [/hook]
    # [hook valid-begin]
    def on_valid_begin(self, state: callbox.State) -> callbox.Answer:
        """Before the first validation batch."""
        callbox.log.debug(f"valid-begin of epoch {state.epoch}, iteration {state.iteration}")
        return None

    # [/hook]
    # [hook valid-end]
    def on_valid_end(self, state: callbox.State) -> callbox.Answer:
        """Validation loss and metrics are final, or marked partial."""
        callbox.log.debug(f"valid-end of epoch {state.epoch}, iteration {state.iteration}")
        return None

    # [/hook]
    # [hook epoch-end]
    def on_epoch_end(self, state: callbox.State) -> callbox.Answer:
        """The epoch, its validation included, is done."""
        callbox.log.debug(f"epoch-end of epoch {state.epoch}, iteration {state.iteration}")
        return None

    # [/hook]
    # [hook finish]
    def on_finish(self, state: callbox.State, outcome: callbox.Outcome) -> callbox.Answer:
        """The end of training."""
        ending = type(outcome).__name__.removeprefix("Outcome_").lower()
        callbox.log.debug(f"{ending} after {state.epoch} epochs")
        return None

    # [/hook]


callbox.register(MyPlugin)
