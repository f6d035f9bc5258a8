/**
 * Write callbox plugins in JavaScript or TypeScript: one class with one method per hook of the
 * training loop.
 *
 * A plugin sees the loop's state and answers with signals; it can do nothing else. This is a whole
 * one:
 *
 * ```js
 * import { Callback, param, register, signal } from "callbox";
 *
 * const params = { below: param.number(0.01, "Training stops when the loss is below this.", { min: 0 }) };
 *
 * class GoodEnough extends Callback {
 *   static about = { name: "good-enough", version: "0.1.0", summary: "Stops early", needs: ["control"] };
 *   static params = params;
 *
 *   plan() {
 *     return { on: [{ hook: "batch-end", phase: "train", reads: ["losses"] }], powers: ["control"] };
 *   }
 *
 *   onBatchEnd(state) {
 *     if (state.losses && state.losses.smooth < this.params.below) {
 *       return [signal.stopTraining("the loss is good enough")];
 *     }
 *   }
 * }
 *
 * export const callback = register(GoodEnough);
 * ```
 *
 * Tensors, transforms and metrics are modules of their own, for what is imported here must be there
 * in every host: `callbox/tensors`, `callbox/batch`, `callbox/model`, `callbox/transform`,
 * `callbox/metric`.
 */

export * as anneal from "./anneal.js";
export { Callback } from "./callback.js";
export { Failure } from "./failure.js";
export * as log from "./log.js";
export * as param from "./param.js";
export { Random } from "./random.js";
export { register } from "./register.js";
export { Run } from "./run.js";
export * as saved from "./saved.js";
export * as signal from "./signal.js";

/** @typedef {import("./types.js").About} About */
/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Better} Better */
/** @typedef {import("./types.js").Grant} Grant */
/** @typedef {import("./types.js").Hook} Hook */
/** @typedef {import("./types.js").Hyper} Hyper */
/** @typedef {import("./types.js").HyperName} HyperName */
/** @typedef {import("./types.js").Losses} Losses */
/** @typedef {import("./types.js").Outcome} Outcome */
/** @typedef {import("./types.js").Phase} Phase */
/** @typedef {import("./types.js").Plan} Plan */
/** @typedef {import("./types.js").Power} Power */
/** @typedef {import("./types.js").Reads} Reads */
/** @typedef {import("./types.js").Report} Report */
/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Stop} Stop */
/** @typedef {import("./types.js").Subscription} Subscription */
/** @typedef {import("./signal.js").Signal} Signal */
/**
 * @template {import("./param.js").Params} P
 * @typedef {import("./param.js").Values<P>} Values
 */
