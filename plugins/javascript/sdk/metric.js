/** Compute a metric over a pass of validation or test: the optional export `metric`. Build for the world `metric-plugin`. */

import * as checked from "./checked.js";
import { within } from "./instance.js";
import { Tensor } from "./tensors.js";

/** @import { Plugin } from "./register.js" */
/** @import { Report } from "./types.js" */

/**
 * Methods of a plugin that computes a metric, called for every pass if the plan reports anything.
 *
 * @typedef {object} Metric
 * @property {() => void} beginPass a pass begins: forget the last one
 * @property {(output: Tensor, target: Tensor, size: number) => void} update one batch: the model's output, its target, and
 *   how many samples they hold
 * @property {() => Report[]} finishPass the pass is over: a value for each metric of the plan, weighted by what stands
 *   behind it
 */

/**
 * Makes the registered class compute its metrics as well:
 *
 * ```js
 * export const callback = register(Share);
 * export const metric = registerMetric(Share);
 * ```
 *
 * @param {Plugin<any> & { new (...args: any[]): Metric }} _Plugin the class that `register` got
 */
export function registerMetric(_Plugin) {
  return {
    // It has no error in the contract: what it throws is in the log, and `update` will tell.
    begin: () => {
      try {
        within((plugin) => plugin.beginPass());
      } catch {
        return;
      }
    },

    /** @param {number} output @param {number} target @param {number} size */
    update: (output, target, size) =>
      within((plugin) => plugin.update(new Tensor(output), new Tensor(target), size)),

    finish: () => within((plugin) => plugin.finishPass().map(report)),
  };
}

/** @param {Report} report @returns {Report} */
function report({ name, value, weight }) {
  return {
    name: checked.text(name, "a report's name"),
    value: checked.number(value, "a report's value"),
    weight: checked.number(weight, "a report's weight"),
  };
}
