/**
 * Change what flows through the loop: the optional export `transform`. Build for the world
 * `transform-plugin`.
 */

import { Callback } from "./callback";
import { State } from "./state";
import { Tensor } from "./tensors";

/** A batch, and what to replace it with. */
export class Pair {
  constructor(
    /** What the model is called on; its first dimension is the batch. */
    public input: Tensor,
    /** What the loss compares with. */
    public target: Tensor,
  ) {}
}

/**
 * What a plugin that changes batches, outputs or losses extends. Its methods are called where the
 * plan says, after the hook's events were applied; each gets what the one before it left. Null
 * leaves it as it is. In `state` there are no losses, and lists are empty.
 */
export abstract class Transform extends Callback {
  /** The batch before the model sees it. What replaces the input has the shape of it. */
  transformInput(_state: State, _batch: Pair): Pair | null {
    return null;
  }

  /** The model's output before the loss is taken. */
  transformOutput(_state: State, _output: Tensor): Tensor | null {
    return null;
  }

  /** The loss before gradients are computed, in training only: a scalar that has a gradient. */
  transformLoss(_state: State, _loss: Tensor): Tensor | null {
    return null;
  }
}
