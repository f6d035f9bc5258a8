/**
 * Tensors by number: the data stays on the run's device, and every operation runs on the host.
 *
 * ```js
 * // Root of the mean square.
 * const rms = (tensor) => Math.sqrt(tensor.square().mean().item());
 * ```
 *
 * A tensor lives until the current batch is over; outside a batch, until the answer to the event
 * was applied. There is nothing to free. Every call can throw a `TensorFailure`: for an old number,
 * for another shape or type than it needs, or because a budget of operations, bytes or host time is
 * spent. Reading waits for the device.
 */

import * as host from "callbox:tensors/tensors@0.1.0";

import { ask } from "./tensor-failure.js";

export { TensorFailure } from "./tensor-failure.js";

/**
 * Type of a tensor's elements.
 *
 * @typedef {"float32" | "float64" | "float16" | "bfloat16" | "int64" | "int32" | "uint8" | "boolean"} Dtype
 */

/**
 * All in one pass and one wait for the device.
 *
 * @typedef {object} Summary
 * @property {number} mean arithmetic mean
 * @property {number} std standard deviation, unbiased; NaN for one element
 * @property {number} min least element
 * @property {number} max greatest element
 * @property {number} l2Norm square root of the sum of squares
 * @property {number} nonFinite how many elements are NaN or infinite
 */

/** A tensor on the run's device. */
export class Tensor {
  /** @param {number} number what the host calls it */
  constructor(number) {
    this.number = number;
  }

  /**
   * From values in row-major order; float32.
   *
   * @param {number[]} shape
   * @param {Iterable<number>} values
   */
  static create(shape, values) {
    return made(() => host.create(shape, Array.from(values)));
  }

  /**
   * Sizes of the dimensions; empty for a scalar.
   *
   * @returns {number[]}
   */
  shape() {
    return ask(() => host.shape(this.number));
  }

  /**
   * Type of the elements.
   *
   * @returns {Dtype}
   */
  kind() {
    return ask(() => host.kind(this.number));
  }

  /**
   * Mean, standard deviation, extremes and more in one pass; for several tensors at once, see
   * `summaries`.
   *
   * @returns {Summary}
   */
  summary() {
    return summaries([this])[0];
  }

  /**
   * The only element. Waits for the device.
   *
   * @returns {number}
   */
  item() {
    return ask(() => host.item(this.number));
  }

  /**
   * Elements in row-major order, converted to float32: all, or `len` from `offset`. Copies them.
   *
   * @param {number} [offset]
   * @param {number} [len]
   * @returns {number[]}
   */
  read(offset = 0, len = this.#len() - offset) {
    return ask(() => host.read(this.number, offset, len));
  }

  /**
   * The same for integers and booleans, unconverted; exact up to 2 ** 53.
   *
   * @param {number} [offset]
   * @param {number} [len]
   * @returns {number[]}
   */
  readIntegers(offset = 0, len = this.#len() - offset) {
    return ask(() => host.readIntegers(this.number, offset, len));
  }

  /** this + other, broadcast. @param {Tensor} other */
  add(other) {
    return made(() => host.add(this.number, other.number));
  }

  /** this - other, broadcast. @param {Tensor} other */
  sub(other) {
    return made(() => host.sub(this.number, other.number));
  }

  /** this * other by element, broadcast. @param {Tensor} other */
  mul(other) {
    return made(() => host.mul(this.number, other.number));
  }

  /** this * factor + offset. @param {number} factor @param {number} offset */
  affine(factor, offset) {
    return made(() => host.affine(this.number, factor, offset));
  }

  /** this + weight * (other - this), weight broadcast. @param {Tensor} other @param {Tensor} weight */
  lerp(other, weight) {
    return made(() => host.lerp(this.number, other.number, weight.number));
  }

  /** `a` where this condition holds, else `b`, broadcast. @param {Tensor} a @param {Tensor} b */
  choose(a, b) {
    return made(() => host.choose(this.number, a.number, b.number));
  }

  /** Each element limited to [min, max]. @param {number} min @param {number} max */
  clamp(min, max) {
    return made(() => host.clamp(this.number, min, max));
  }

  /** this * this by element. */
  square() {
    return made(() => host.square(this.number));
  }

  /** Logarithm of the softmax along a dimension; negative ones count from the end. @param {number} dim */
  logSoftmax(dim) {
    return made(() => host.logSoftmax(this.number, dim));
  }

  /** Sum over one dimension, or all. @param {number} [dim] */
  sum(dim) {
    return made(() => host.sum(this.number, dim ?? null));
  }

  /** Mean over one dimension, or all. @param {number} [dim] */
  mean(dim) {
    return made(() => host.mean(this.number, dim ?? null));
  }

  /** Index of the greatest element along a dimension; int64. @param {number} dim */
  argmax(dim) {
    return made(() => host.argmax(this.number, dim));
  }

  /** Whether elements are equal, broadcast; boolean. @param {Tensor} other */
  equal(other) {
    return made(() => host.equal(this.number, other.number));
  }

  /** A last dimension of `count` is added, 1 at the class and 0 elsewhere; float32. @param {number} count */
  oneHot(count) {
    return made(() => host.oneHot(this.number, count));
  }

  /** A dimension of size 1 is inserted. @param {number} dim */
  unsqueeze(dim) {
    return made(() => host.unsqueeze(this.number, dim));
  }

  /** Elements start to end (exclusive) of a dimension. @param {number} dim @param {number} start @param {number} end */
  narrow(dim, start, end) {
    return made(() => host.narrow(this.number, dim, start, end));
  }

  /** A copy with `part` put at `start` of a dimension. @param {number} dim @param {number} start @param {Tensor} part */
  put(dim, start, part) {
    return made(() => host.put(this.number, dim, start, part.number));
  }

  /** Rows by index along a dimension. @param {number} dim @param {Tensor} index */
  pick(dim, index) {
    return made(() => host.pick(this.number, dim, index.number));
  }

  /** Bilinear resize of the last two dimensions. @param {number} height @param {number} width */
  resize(height, width) {
    return made(() => host.resize(this.number, height, width));
  }

  /** Another type of elements. @param {Dtype} to */
  convert(to) {
    return made(() => host.convert(this.number, to));
  }

  #len() {
    return this.shape().reduce((len, size) => len * size, 1);
  }
}

/**
 * One summary per tensor, in order, in one wait for the device.
 *
 * @param {Tensor[]} of
 * @returns {Summary[]}
 */
export function summaries(of) {
  return ask(() => host.summaries(of.map(({ number }) => number)));
}

/** 0 to n-1 in random order; int64. From this plugin's own stream, as all that is random. @param {number} n */
export function randomPermutation(n) {
  return made(() => host.randomPermutation(n));
}

/** Uniform in [0, 1); float32. @param {number[]} shape */
export function randomUniform(shape) {
  return made(() => host.randomUniform(shape));
}

/** Beta(a, b); float32. @param {number[]} shape @param {number} a @param {number} b */
export function randomBeta(shape, a, b) {
  return made(() => host.randomBeta(shape, a, b));
}

/**
 * Asks the host for a tensor.
 *
 * @param {() => number} question
 */
export function made(question) {
  return new Tensor(ask(question));
}
