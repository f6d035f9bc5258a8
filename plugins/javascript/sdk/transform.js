/** Change what flows through the loop: the optional export `transform`. Build for the world `transform-plugin`. */

import { within } from "./instance.js";
import { Tensor } from "./tensors.js";

/** @import { Plugin } from "./register.js" */
/** @import { State } from "./types.js" */

/**
 * Methods of a plugin that changes batches, outputs or losses, called where the plan's `transforms`
 * says, after the hook's events were applied. Each gets what the one before it left: in order for
 * inputs, in reverse order for outputs and losses. Nothing as the answer leaves it as it is. In
 * `state` there are no losses, and lists are empty.
 *
 * @typedef {object} Transform
 * @property {(state: State, input: Tensor, target: Tensor) => [input: Tensor, target: Tensor] | null | undefined | void} [transformInput] the
 *   batch before the model sees it: its input, whose first dimension is the batch, and its target
 * @property {(state: State, output: Tensor) => Tensor | null | undefined | void} [transformOutput] the model's output before the
 *   loss is taken
 * @property {(state: State, loss: Tensor) => Tensor | null | undefined | void} [transformLoss] the loss before gradients are
 *   computed, in training only; the answer must be a scalar that has a gradient
 */

/**
 * Makes the registered class transform as well:
 *
 * ```js
 * export const callback = register(Soften);
 * export const transform = registerTransform(Soften);
 * ```
 *
 * @param {Plugin<any> & { new (...args: any[]): Transform }} _Plugin the class that `register` got
 */
export function registerTransform(_Plugin) {
  return {
    /** @param {State} state @param {{ input: number, target: number }} batch */
    onBatchBegin: (state, batch) =>
      within((plugin) => {
        const changed = plugin.transformInput?.(
          state,
          new Tensor(batch.input),
          new Tensor(batch.target),
        );
        return changed ? { input: changed[0].number, target: changed[1].number } : null;
      }),

    /** @param {State} state @param {number} output */
    onLossBegin: (state, output) =>
      within((plugin) => plugin.transformOutput?.(state, new Tensor(output))?.number ?? null),

    /** @param {State} state @param {number} loss */
    onBackwardBegin: (state, loss) =>
      within((plugin) => plugin.transformLoss?.(state, new Tensor(loss))?.number ?? null),
  };
}
