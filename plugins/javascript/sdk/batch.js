/**
 * What the current batch holds. Reading it needs no power; at a hook where there is no such thing
 * yet, a `TensorFailure` of kind `missing` is thrown.
 */

import * as host from "callbox:plugin/batch@0.1.0";

import { ask } from "./tensor-failure.js";
import { Tensor, made } from "./tensors.js";

/** The model's input, after transforms. */
export function input() {
  return made(() => host.input());
}

/** The loss's target, after transforms. */
export function target() {
  return made(() => host.target());
}

/** The model's output, after transforms. */
export function output() {
  return made(() => host.output());
}

/** The loss, after transforms. With its graph inside `transformLoss`, without elsewhere. */
export function loss() {
  return made(() => host.loss());
}

/**
 * The run's own loss of an output against another target, mean over the batch. With a graph inside
 * transforms.
 *
 * @param {Tensor} output
 * @param {Tensor} target
 */
export function lossOf(output, target) {
  return made(() => host.lossOf(output.number, target.number));
}

/**
 * Loss per sample of the untransformed output and target, and each sample's index in the dataset.
 *
 * @returns {[losses: Tensor, indices: Tensor]}
 */
export function sampleLosses() {
  const [losses, indices] = ask(() => host.sampleLosses());
  return [new Tensor(losses), new Tensor(indices)];
}

/** Class of every training sample, in dataset order. At any hook. */
export function labels() {
  return made(() => host.labels());
}

/**
 * A named intermediate result that the model exposes; `model.activations` lists the names. With a
 * graph inside transforms.
 *
 * @param {string} name
 */
export function activation(name) {
  return made(() => host.activation(name));
}
