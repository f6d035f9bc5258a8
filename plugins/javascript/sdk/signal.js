/**
 * What a callback asks the loop to do. The table beside `on-event` in `wit/callback.wit` says where
 * each is legal, which power it takes and how two of a kind merge.
 */

import * as checked from "./checked.js";

/** @import { HyperName } from "./types.js" */

/** One thing asked of the loop. The functions of this module make it. */
export class Signal {
  /**
   * @param {string} tag the contract's case
   * @param {unknown} [val] its payload
   */
  constructor(tag, val) {
    this.tag = tag;
    this.val = val;
  }
}

/**
 * Stop after the current batch; the reason goes into the record.
 *
 * @param {string} reason
 */
export function stopTraining(reason) {
  return new Signal("stop-training", checked.text(reason, "stopTraining's reason"));
}

/**
 * End this epoch's training after the current batch.
 *
 * @param {string} reason
 */
export function stopEpoch(reason) {
  return new Signal("stop-epoch", checked.text(reason, "stopEpoch's reason"));
}

/**
 * End this validation after the current batch; its result is marked partial.
 *
 * @param {string} reason
 */
export function stopValidation(reason) {
  return new Signal("stop-validation", checked.text(reason, "stopValidation's reason"));
}

/** No validation in this epoch. */
export function skipValidation() {
  return new Signal("skip-validation");
}

/** Validate after this batch. */
export function validateNow() {
  return new Signal("validate-now");
}

/** Leave this batch out: straight to its batch-end. */
export function skipBatch() {
  return new Signal("skip-batch");
}

/** No gradients from this batch, and no step. */
export function skipBackward() {
  return new Signal("skip-backward");
}

/** The optimizer does not step on this batch; its gradients are dropped. */
export function skipStep() {
  return new Signal("skip-step");
}

/** Keep gradients for the next batch: accumulation. */
export function keepGradients() {
  return new Signal("keep-gradients");
}

/**
 * Set a hyper-parameter, as its owner.
 *
 * @param {HyperName} name
 * @param {number} value finite
 * @param {number | null} [group] a layer group; all unless given
 */
export function set(name, value, group = null) {
  return hyper("set", name, value, group);
}

/**
 * This plugin's factor on a hyper-parameter, until it gives another; 1 takes it back.
 *
 * @param {HyperName} name
 * @param {number} factor finite, at least 0
 * @param {number | null} [group] a layer group; all unless given
 */
export function scale(name, factor, group = null) {
  return hyper("scale", name, factor, group);
}

/**
 * Multiply all gradients.
 *
 * @param {number} factor
 */
export function scaleGrad(factor) {
  return new Signal("scale-grad", checked.number(factor, "scaleGrad's factor"));
}

/**
 * Clamp each element of the gradients to [-limit, limit].
 *
 * @param {number} limit
 */
export function clipGradValue(limit) {
  return new Signal("clip-grad-value", checked.number(limit, "clipGradValue's limit"));
}

/**
 * Scale all gradients so that their global L2 norm is at most this.
 *
 * @param {number} limit
 */
export function clipGradNorm(limit) {
  return new Signal("clip-grad-norm", checked.number(limit, "clipGradNorm's limit"));
}

/**
 * Per output unit: the gradient's norm is at most factor * max(the weight's norm, floor).
 *
 * @param {number} factor
 * @param {number} floor
 */
export function clipGradAdaptive(factor, floor) {
  return new Signal("clip-grad-adaptive", [
    checked.number(factor, "clipGradAdaptive's factor"),
    checked.number(floor, "clipGradAdaptive's floor"),
  ]);
}

/**
 * Add Gaussian noise of this standard deviation to the gradients.
 *
 * @param {number} std
 */
export function noiseGrad(std) {
  return new Signal("noise-grad", checked.number(std, "noiseGrad's std"));
}

/**
 * Freeze or unfreeze a layer group.
 *
 * @param {number} group
 * @param {boolean} trainable
 */
export function setTrainable(group, trainable) {
  return new Signal("set-trainable", [
    checked.count(group, "setTrainable's group"),
    checked.flag(trainable, "setTrainable's trainable"),
  ]);
}

/**
 * Keep a group's normalisation layers in evaluation mode, or no longer.
 *
 * @param {number} group
 * @param {boolean} frozen
 */
export function setNormFrozen(group, frozen) {
  return new Signal("set-norm-frozen", [
    checked.count(group, "setNormFrozen's group"),
    checked.flag(frozen, "setNormFrozen's frozen"),
  ]);
}

/** One pass over the training data, without gradients, that recomputes running statistics. */
export function refreshNormStatistics() {
  return new Signal("refresh-norm-statistics");
}

/**
 * Copy weights, optimizer and model state into this plugin's slot of that name.
 *
 * @param {string} slot
 */
export function snapshot(slot) {
  return slotOp("snapshot", slot);
}

/**
 * Put a slot back; the data goes on.
 *
 * @param {string} slot
 */
export function restore(slot) {
  return slotOp("restore", slot);
}

/**
 * slot = slot + weight * (current - slot); creates the slot at first use.
 *
 * @param {string} slot
 * @param {number} weight
 */
export function blend(slot, weight) {
  const val = [checked.text(slot, "blend's slot"), checked.number(weight, "blend's weight")];
  return new Signal("slot", { tag: "blend", val });
}

/**
 * Validate with the slot's weights; the host puts the current ones back.
 *
 * @param {string} slot
 */
export function evaluateWith(slot) {
  return slotOp("evaluate-with", slot);
}

/**
 * Make the slot's weights the current ones.
 *
 * @param {string} slot
 */
export function adopt(slot) {
  return slotOp("adopt", slot);
}

/**
 * Free a slot.
 *
 * @param {string} slot
 */
export function forget(slot) {
  return slotOp("forget", slot);
}

/**
 * Relative probability of drawing each training sample, in dataset order; from the next epoch on.
 *
 * @param {number | import("./tensors.js").Tensor} weights a tensor, or its number
 */
export function sampleWeights(weights) {
  const number = typeof weights === "object" ? weights.number : weights;
  return new Signal("sample-weights", checked.number(number, "sampleWeights's tensor"));
}

/**
 * A value of a metric that the plan declares.
 *
 * @param {string} name
 * @param {number} value NaN: there is none
 * @param {number} [weight] samples behind it; 1 unless given
 */
export function report(name, value, weight = 1) {
  return new Signal("report", {
    name: checked.text(name, "report's name"),
    value: checked.number(value, "report's value"),
    weight: checked.number(weight, "report's weight"),
  });
}

/**
 * A small matrix to show.
 *
 * @param {string} name its title
 * @param {Iterable<string>} rows a label per row
 * @param {Iterable<string>} columns a label per column
 * @param {Iterable<number>} values rows × columns of them, row by row
 */
export function table(name, rows, columns, values) {
  return new Signal("table", {
    name: checked.text(name, "table's name"),
    rows: checked.list(rows, checked.text, "table's rows"),
    columns: checked.list(columns, checked.text, "table's columns"),
    values: checked.list(values, checked.number, "table's values"),
  });
}

/**
 * Counts between ascending edges: one edge more than counts.
 *
 * @param {string} name its title
 * @param {Iterable<number>} edges
 * @param {Iterable<number>} counts
 */
export function histogram(name, edges, counts) {
  return new Signal("histogram", {
    name: checked.text(name, "histogram's name"),
    edges: checked.list(edges, checked.number, "histogram's edges"),
    counts: checked.list(counts, checked.number, "histogram's counts"),
  });
}

/**
 * Write a checkpoint under this name.
 *
 * @param {string} name
 */
export function checkpoint(name) {
  return new Signal("checkpoint", checked.text(name, "checkpoint's name"));
}

/**
 * For experiments: a name that the host may know, and numbers. An unknown name is refused.
 *
 * @param {string} name
 * @param {Iterable<number>} numbers
 */
export function other(name, numbers) {
  return new Signal("other", [
    checked.text(name, "other's name"),
    checked.list(numbers, checked.number, "other's numbers"),
  ]);
}

/** @type {readonly HyperName[]} */
const HYPERS = ["lr", "mom", "wd", "beta"];

/**
 * @param {"set" | "scale"} op
 * @param {HyperName} name
 * @param {number} value
 * @param {number | null} group
 */
function hyper(op, name, value, group) {
  return new Signal("set-hyper", {
    name: checked.word(name, HYPERS, `${op}'s hyper-parameter`),
    group: group === null ? null : checked.count(group, `${op}'s group`),
    op,
    value: checked.number(value, `${op}'s value`),
  });
}

/**
 * @param {string} tag
 * @param {string} slot
 */
function slotOp(tag, slot) {
  return new Signal("slot", { tag, val: checked.text(slot, "a slot's name") });
}
