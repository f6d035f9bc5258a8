/** Stops training as soon as the loss is good enough. */

import * as callbox from "callbox";

/** What the user may set. */
const params = {
  below: callbox.param.number(0.05, "Training stops when the smoothed loss is below this.", {
    min: 0,
  }),
};

type Params = typeof params;

/** A plugin: made when a run begins, called at the hooks that its plan names. */
class MyPlugin extends callbox.Callback<Params> {
  static override readonly about: callbox.About = {
    name: "my-plugin",
    version: "0.1.0",
    summary: "Stops training as soon as the loss is good enough",
    needs: ["control"],
  };
  static override readonly params = params;

  override plan(): callbox.Plan {
    return {
      on: [
        // [hook train-begin]
        "train-begin",
        // [/hook]
        // [hook epoch-begin]
        "epoch-begin",
        // [/hook]
        // [hook batch-begin]
        "batch-begin",
        // [/hook]
        // [hook loss-begin]
        "loss-begin",
        // [/hook]
        // [hook backward-begin]
        "backward-begin",
        // [/hook]
        // [hook backward-end]
        "backward-end",
        // [/hook]
        // [hook step-end]
        "step-end",
        // [/hook]
        // [hook batch-end]
        { hook: "batch-end", phase: "train", reads: ["losses"] },
        // [/hook]
        // [hook valid-begin]
        "valid-begin",
        // [/hook]
        // [hook valid-end]
        "valid-end",
        // [/hook]
        // [hook epoch-end]
        "epoch-end",
        // [/hook]
      ],
      powers: ["control"],
    };
  }
  // [hook train-begin]

  /** Once, after every plugin was made. */
  override onTrainBegin({ epoch, iteration }: callbox.State): callbox.Answer {
    callbox.log.debug(`train-begin of epoch ${epoch}, iteration ${iteration}`);
  }
  // [/hook]
  // [hook epoch-begin]

  /** Before the first batch of an epoch. */
  override onEpochBegin({ epoch, iteration }: callbox.State): callbox.Answer {
    callbox.log.debug(`epoch-begin of epoch ${epoch}, iteration ${iteration}`);
  }
  // [/hook]
  // [hook batch-begin]

  /** A batch is on the device, the model has not seen it. */
  override onBatchBegin({ epoch, iteration }: callbox.State): callbox.Answer {
    callbox.log.debug(`batch-begin of epoch ${epoch}, iteration ${iteration}`);
  }
  // [/hook]
  // [hook loss-begin]

  /** The model's output exists, the loss does not. */
  override onLossBegin({ epoch, iteration }: callbox.State): callbox.Answer {
    callbox.log.debug(`loss-begin of epoch ${epoch}, iteration ${iteration}`);
  }
  // [/hook]
  // [hook backward-begin]

  /** The loss exists, gradients do not. */
  override onBackwardBegin({ epoch, iteration }: callbox.State): callbox.Answer {
    callbox.log.debug(`backward-begin of epoch ${epoch}, iteration ${iteration}`);
  }
  // [/hook]
  // [hook backward-end]

  /** Gradients exist, the optimizer has not stepped. */
  override onBackwardEnd({ epoch, iteration }: callbox.State): callbox.Answer {
    callbox.log.debug(`backward-end of epoch ${epoch}, iteration ${iteration}`);
  }
  // [/hook]
  // [hook step-end]

  /** The optimizer has stepped, or its step was skipped. */
  override onStepEnd({ epoch, iteration }: callbox.State): callbox.Answer {
    callbox.log.debug(`step-end of epoch ${epoch}, iteration ${iteration}`);
  }
  // [/hook]
  // [hook batch-end]

  /** The batch is done. */
  override onBatchEnd({ losses }: callbox.State): callbox.Answer {
    if (losses && losses.smooth < this.params.below) {
      return [callbox.signal.stopTraining("the loss is good enough")];
    }
  }
  // [/hook]
  // [hook valid-begin]

  /** Before the first validation batch. */
  override onValidBegin({ epoch, iteration }: callbox.State): callbox.Answer {
    callbox.log.debug(`valid-begin of epoch ${epoch}, iteration ${iteration}`);
  }
  // [/hook]
  // [hook valid-end]

  /** Validation loss and metrics are final, or marked partial. */
  override onValidEnd({ epoch, iteration }: callbox.State): callbox.Answer {
    callbox.log.debug(`valid-end of epoch ${epoch}, iteration ${iteration}`);
  }
  // [/hook]
  // [hook epoch-end]

  /** The epoch, its validation included, is done. */
  override onEpochEnd({ epoch, iteration }: callbox.State): callbox.Answer {
    callbox.log.debug(`epoch-end of epoch ${epoch}, iteration ${iteration}`);
  }
  // [/hook]
  // [hook finish]

  /** The end of training. */
  override onFinish({ epoch }: callbox.State, outcome: callbox.Outcome): callbox.Answer {
    callbox.log.debug(`${outcome.tag} after ${epoch} epochs`);
  }
  // [/hook]
}

export const callback = callbox.register(MyPlugin);
