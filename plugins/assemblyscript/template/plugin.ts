/** Stops training as soon as the loss is good enough. */

import * as callbox from "./sdk";

/** What the user may set. */
const below = callbox.param
  .number("below", 0.05, "Training stops when the smoothed loss is below this.")
  .min(0);

/** A plugin: made when a run begins, called at the hooks that its plan names. */
class MyPlugin extends callbox.Callback {
  plan(): callbox.Plan {
    const plan = new callbox.Plan().powers([callbox.Power.Control]);
    // [hook train-begin]
    plan.andOn(callbox.Hook.TrainBegin);
    // [/hook]
    // [hook epoch-begin]
    plan.andOn(callbox.Hook.EpochBegin);
    // [/hook]
    // [hook batch-begin]
    plan.andOn(callbox.Hook.BatchBegin);
    // [/hook]
    // [hook loss-begin]
    plan.andOn(callbox.Hook.LossBegin);
    // [/hook]
    // [hook backward-begin]
    plan.andOn(callbox.Hook.BackwardBegin);
    // [/hook]
    // [hook backward-end]
    plan.andOn(callbox.Hook.BackwardEnd);
    // [/hook]
    // [hook step-end]
    plan.andOn(callbox.Hook.StepEnd);
    // [/hook]
    // [hook batch-end]
    plan.andOn(callbox.Hook.BatchEnd).phase(callbox.Phase.Train).reads(callbox.Reads.Losses);
    // [/hook]
    // [hook valid-begin]
    plan.andOn(callbox.Hook.ValidBegin);
    // [/hook]
    // [hook valid-end]
    plan.andOn(callbox.Hook.ValidEnd);
    // [/hook]
    // [hook epoch-end]
    plan.andOn(callbox.Hook.EpochEnd);
    // [/hook]
    return plan;
  }
  // [hook train-begin]

  /** Once, after every plugin was made. */
  override onTrainBegin(state: callbox.State): callbox.Answer {
    callbox.log.debug(`train-begin of epoch ${state.epoch}, iteration ${state.iteration}`);
    return null;
  }
  // [/hook]
  // [hook epoch-begin]

  /** Before the first batch of an epoch. */
  override onEpochBegin(state: callbox.State): callbox.Answer {
    callbox.log.debug(`epoch-begin of epoch ${state.epoch}, iteration ${state.iteration}`);
    return null;
  }
  // [/hook]
  // [hook batch-begin]

  /** A batch is on the device, the model has not seen it. */
  override onBatchBegin(state: callbox.State): callbox.Answer {
    callbox.log.debug(`batch-begin of epoch ${state.epoch}, iteration ${state.iteration}`);
    return null;
  }
  // [/hook]
  // [hook loss-begin]

  /** The model's output exists, the loss does not. */
  override onLossBegin(state: callbox.State): callbox.Answer {
    callbox.log.debug(`loss-begin of epoch ${state.epoch}, iteration ${state.iteration}`);
    return null;
  }
  // [/hook]
  // [hook backward-begin]

  /** The loss exists, gradients do not. */
  override onBackwardBegin(state: callbox.State): callbox.Answer {
    callbox.log.debug(`backward-begin of epoch ${state.epoch}, iteration ${state.iteration}`);
    return null;
  }
  // [/hook]
  // [hook backward-end]

  /** Gradients exist, the optimizer has not stepped. */
  override onBackwardEnd(state: callbox.State): callbox.Answer {
    callbox.log.debug(`backward-end of epoch ${state.epoch}, iteration ${state.iteration}`);
    return null;
  }
  // [/hook]
  // [hook step-end]

  /** The optimizer has stepped, or its step was skipped. */
  override onStepEnd(state: callbox.State): callbox.Answer {
    callbox.log.debug(`step-end of epoch ${state.epoch}, iteration ${state.iteration}`);
    return null;
  }
  // [/hook]
  // [hook batch-end]

  /** The batch is done. */
  override onBatchEnd(state: callbox.State): callbox.Answer {
    const losses = state.losses;
    if (losses === null || !(losses.smooth < below.value)) return null;
    return [callbox.signal.stopTraining("the loss is good enough")];
  }
  // [/hook]
  // [hook valid-begin]

  /** Before the first validation batch. */
  override onValidBegin(state: callbox.State): callbox.Answer {
    callbox.log.debug(`valid-begin of epoch ${state.epoch}, iteration ${state.iteration}`);
    return null;
  }
  // [/hook]
  // [hook valid-end]

  /** Validation loss and metrics are final, or marked partial. */
  override onValidEnd(state: callbox.State): callbox.Answer {
    callbox.log.debug(`valid-end of epoch ${state.epoch}, iteration ${state.iteration}`);
    return null;
  }
  // [/hook]
  // [hook epoch-end]

  /** The epoch, its validation included, is done. */
  override onEpochEnd(state: callbox.State): callbox.Answer {
    callbox.log.debug(`epoch-end of epoch ${state.epoch}, iteration ${state.iteration}`);
    return null;
  }
  // [/hook]
  // [hook finish]

  /** The end of training. */
  override onFinish(state: callbox.State, _outcome: callbox.Outcome): callbox.Answer {
    callbox.log.debug(`finished after ${state.epoch} epochs`);
    return null;
  }
  // [/hook]
}

callbox.register(
  new callbox.About(
    "my-plugin",
    "0.1.0",
    "Stops training as soon as the loss is good enough",
  ).needs([callbox.Power.Control]),
  (_run: callbox.Run): callbox.Callback => new MyPlugin(),
);
