/** The model's parameters, to read. */

import * as host from "callbox:plugin/model@0.1.0";

import { ask } from "./tensor-failure.js";
import { made } from "./tensors.js";

/**
 * A parameter of the model.
 *
 * @typedef {object} Parameter
 * @property {string} name PyTorch's dotted name, such as `layers.0.weight`
 * @property {number} group index of its layer group
 * @property {number[]} shape sizes of its dimensions
 * @property {boolean} trainable false while its group is frozen
 */

/**
 * All parameters, in the model's order. May be called in the constructor.
 *
 * @returns {Parameter[]}
 */
export function parameters() {
  return host.parameters();
}

/**
 * Names that `batch.activation` knows. May be called in the constructor.
 *
 * @returns {string[]}
 */
export function activations() {
  return host.activations();
}

/** A parameter's value, detached. @param {string} name */
export function weight(name) {
  return made(() => host.weight(name));
}

/** A parameter's gradient, unscaled; a `TensorFailure` of kind `missing` where it has none. @param {string} name */
export function gradient(name) {
  return made(() => host.gradient(name));
}

/** L2 norm of all gradients together. @returns {number} */
export function gradientNorm() {
  return ask(() => host.gradientNorm());
}
