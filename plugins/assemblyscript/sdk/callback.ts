/** The class that a plugin extends. */

import { About } from "./about";
import { Plan } from "./plan";
import { Run } from "./run";
import { Signal } from "./signal";
import { Outcome, State } from "./state";

/** What a hook gives back: signals for the loop, or null for nothing. `fail` makes it an error. */
export type Answer = Signal[] | null;

/**
 * A plugin: made when a run begins, called at the hooks that its plan names, gone when the run ends.
 *
 * Every hook answers nothing unless it is overridden, so that a plugin holds only what it is about.
 */
export abstract class Callback {
  /** When to call this plugin and what it will do. Asked once, after the constructor. */
  abstract plan(): Plan;

  /** Once, after every plugin was made. */
  onTrainBegin(_state: State): Answer {
    return null;
  }

  /** Before the first batch of an epoch. */
  onEpochBegin(_state: State): Answer {
    return null;
  }

  /** A batch is on the device, the model has not seen it. */
  onBatchBegin(_state: State): Answer {
    return null;
  }

  /** The model's output exists, the loss does not. */
  onLossBegin(_state: State): Answer {
    return null;
  }

  /** The loss exists, gradients do not. This and the next two occur in training only. */
  onBackwardBegin(_state: State): Answer {
    return null;
  }

  /** Gradients exist, the optimizer has not stepped. */
  onBackwardEnd(_state: State): Answer {
    return null;
  }

  /** The optimizer has stepped, or its step was skipped. */
  onStepEnd(_state: State): Answer {
    return null;
  }

  /** The batch is done. */
  onBatchEnd(_state: State): Answer {
    return null;
  }

  /** Before the first validation batch. */
  onValidBegin(_state: State): Answer {
    return null;
  }

  /** Validation loss and metrics are final, or marked partial. */
  onValidEnd(_state: State): Answer {
    return null;
  }

  /** The epoch, its validation included, is done. */
  onEpochEnd(_state: State): Answer {
    return null;
  }

  /** The end of training: once, also after an error or a stop. Needs no subscription. */
  onFinish(_state: State, _outcome: Outcome): Answer {
    return null;
  }

  /** Everything needed to go on later; `saved.Writer` writes it. */
  save(): Uint8Array {
    return new Uint8Array(0);
  }

  /** Goes on from what `save` wrote; `saved.Reader` reads it. */
  load(_bytes: Uint8Array): void {}
}

let about: About | null = null;
let make: ((run: Run) => Callback) | null = null;
let instance: Callback | null = null;

/** Says what the plugin of this file is, and how one is made for a run. */
export function register(what: About, how: (run: Run) => Callback): void {
  about = what;
  make = how;
}

/** What was registered. */
export function registered(): About {
  return about!;
}

/** A run begins: makes the plugin, whose settings are known. */
export function begin(run: Run): Callback {
  return make!(run);
}

/** It has begun without a failure: this is the one that lives through the run. */
export function keep(plugin: Callback): void {
  instance = plugin;
}

/** The one that lives, or null before it was made. */
export function living(): Callback | null {
  return instance;
}
