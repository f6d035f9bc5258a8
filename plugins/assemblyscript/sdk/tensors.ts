/**
 * Tensors by number: the data stays on the run's device, and every operation runs on the host.
 *
 *     // Root of the mean square.
 *     const rms = Math.sqrt(tensor.square().mean().item());
 *
 * A tensor lives until the current batch is over; outside a batch, until the answer to the event was
 * applied. There is nothing to free. A call that fails makes the plugin fail, as `fail` does: for an
 * old number (*stale tensor*), no such thing now (*missing*), another shape or type than it needs
 * (*mismatch*), or a spent budget of operations, bytes or host time (*over budget*). What it gives
 * back then is NaN, nothing, or a tensor that is stale, so that a formula is written as one;
 * `failed` and `recover` tell. Reading waits for the device.
 */

import { room, went } from "./abi/failure";
import * as host from "./abi/imports";
import { getNumbers } from "./abi/memory";

/** Type of a tensor's elements. */
export enum Dtype {
  /** IEEE 754 single. */
  Float32,
  /** IEEE 754 double. */
  Float64,
  /** IEEE 754 half. */
  Float16,
  /** Brain float: float32's exponent, 7 bits of fraction. */
  Bfloat16,
  /** Signed, 64 bits. */
  Int64,
  /** Signed, 32 bits. */
  Int32,
  /** Unsigned, 8 bits. */
  Uint8,
  /** true or false. */
  Boolean,
}

/** All in one pass and one wait for the device. */
export class Summary {
  constructor(
    /** Arithmetic mean. */
    public mean: f64,
    /** Standard deviation, unbiased; NaN for one element. */
    public std: f64,
    /** Least element. */
    public min: f64,
    /** Greatest element. */
    public max: f64,
    /** Square root of the sum of squares. */
    public l2Norm: f64,
    /** How many elements are NaN or infinite. */
    public nonFinite: u64,
  ) {}
}

/** A tensor on the run's device. */
export class Tensor {
  constructor(
    /** What the host calls it. */
    public number: u64,
  ) {}

  /** From values in row-major order; float32. */
  static create(shape: u64[], values: f32[]): Tensor {
    const answer = room();
    host.tensors_create(shape.dataStart, shape.length, values.dataStart, values.length, answer);
    return made(answer);
  }

  /** Sizes of the dimensions; empty for a scalar. */
  shape(): u64[] {
    const answer = room();
    host.tensors_shape(this.number, answer);
    return list<u64>(answer);
  }

  /** Type of the elements. */
  kind(): Dtype {
    const answer = room();
    host.tensors_kind(this.number, answer);
    return went(answer, 4) ? load<u8>(answer, 4) : Dtype.Float32;
  }

  /** Mean, standard deviation, extremes and more in one pass; for several see `summaries`. */
  summary(): Summary {
    const all = summaries([this]);
    return all.length > 0 ? all[0] : new Summary(NaN, NaN, NaN, NaN, NaN, 0);
  }

  /** The only element. Waits for the device. */
  item(): f64 {
    const answer = room();
    host.tensors_item(this.number, answer);
    return number(answer);
  }

  /** All elements in row-major order, converted to f32. Copies them. */
  read(): f32[] {
    return this.readPart(0, this.len());
  }

  /** `len` elements from `offset`, in row-major order, converted to f32. */
  readPart(offset: u64, len: u64): f32[] {
    const answer = room();
    host.tensors_read(this.number, offset, len, answer);
    return list<f32>(answer);
  }

  /** All elements of a tensor of integers or booleans, in row-major order. */
  readIntegers(): i64[] {
    return this.readIntegersPart(0, this.len());
  }

  /** `len` integers or booleans from `offset`, in row-major order. */
  readIntegersPart(offset: u64, len: u64): i64[] {
    const answer = room();
    host.tensors_readIntegers(this.number, offset, len, answer);
    return list<i64>(answer);
  }

  /** this + other, broadcast. */
  add(other: Tensor): Tensor {
    const answer = room();
    host.tensors_add(this.number, other.number, answer);
    return made(answer);
  }

  /** this - other, broadcast. */
  sub(other: Tensor): Tensor {
    const answer = room();
    host.tensors_sub(this.number, other.number, answer);
    return made(answer);
  }

  /** this * other by element, broadcast. */
  mul(other: Tensor): Tensor {
    const answer = room();
    host.tensors_mul(this.number, other.number, answer);
    return made(answer);
  }

  /** this * factor + offset. */
  affine(factor: f64, offset: f64): Tensor {
    const answer = room();
    host.tensors_affine(this.number, factor, offset, answer);
    return made(answer);
  }

  /** this + weight * (other - this), weight broadcast. */
  lerp(other: Tensor, weight: Tensor): Tensor {
    const answer = room();
    host.tensors_lerp(this.number, other.number, weight.number, answer);
    return made(answer);
  }

  /** `a` where this condition holds, else `b`, broadcast. */
  choose(a: Tensor, b: Tensor): Tensor {
    const answer = room();
    host.tensors_choose(this.number, a.number, b.number, answer);
    return made(answer);
  }

  /** Each element limited to [min, max]. */
  clamp(min: f64, max: f64): Tensor {
    const answer = room();
    host.tensors_clamp(this.number, min, max, answer);
    return made(answer);
  }

  /** this * this by element. */
  square(): Tensor {
    const answer = room();
    host.tensors_square(this.number, answer);
    return made(answer);
  }

  /** Logarithm of the softmax along a dimension; negative dimensions count from the end. */
  logSoftmax(dim: i64): Tensor {
    const answer = room();
    host.tensors_logSoftmax(this.number, dim, answer);
    return made(answer);
  }

  /** Sum over all dimensions. */
  sum(): Tensor {
    const answer = room();
    host.tensors_sum(this.number, false, 0, answer);
    return made(answer);
  }

  /** Sum over one dimension. */
  sumOver(dim: i64): Tensor {
    const answer = room();
    host.tensors_sum(this.number, true, dim, answer);
    return made(answer);
  }

  /** Mean over all dimensions. */
  mean(): Tensor {
    const answer = room();
    host.tensors_mean(this.number, false, 0, answer);
    return made(answer);
  }

  /** Mean over one dimension. */
  meanOver(dim: i64): Tensor {
    const answer = room();
    host.tensors_mean(this.number, true, dim, answer);
    return made(answer);
  }

  /** Index of the greatest element along a dimension; int64. */
  argmax(dim: i64): Tensor {
    const answer = room();
    host.tensors_argmax(this.number, dim, answer);
    return made(answer);
  }

  /** Whether elements are equal, broadcast; boolean. */
  equal(other: Tensor): Tensor {
    const answer = room();
    host.tensors_equal(this.number, other.number, answer);
    return made(answer);
  }

  /** A last dimension of `count` is added, 1 at the class and 0 elsewhere; float32. */
  oneHot(count: u64): Tensor {
    const answer = room();
    host.tensors_oneHot(this.number, count, answer);
    return made(answer);
  }

  /** A dimension of size 1 is inserted. */
  unsqueeze(dim: i64): Tensor {
    const answer = room();
    host.tensors_unsqueeze(this.number, dim, answer);
    return made(answer);
  }

  /** Elements start to end (exclusive) of a dimension. */
  narrow(dim: i64, start: u64, end: u64): Tensor {
    const answer = room();
    host.tensors_narrow(this.number, dim, start, end, answer);
    return made(answer);
  }

  /** A copy with `part` put at `start` of a dimension. */
  put(dim: i64, start: u64, part: Tensor): Tensor {
    const answer = room();
    host.tensors_put(this.number, dim, start, part.number, answer);
    return made(answer);
  }

  /** Rows by index along a dimension. */
  pick(dim: i64, index: Tensor): Tensor {
    const answer = room();
    host.tensors_pick(this.number, dim, index.number, answer);
    return made(answer);
  }

  /** Bilinear resize of the last two dimensions. */
  resize(height: u64, width: u64): Tensor {
    const answer = room();
    host.tensors_resize(this.number, height, width, answer);
    return made(answer);
  }

  /** Another type of elements. */
  convert(to: Dtype): Tensor {
    const answer = room();
    host.tensors_convert(this.number, to, answer);
    return made(answer);
  }

  private len(): u64 {
    const shape = this.shape();
    let len: u64 = 1;
    for (let i = 0; i < shape.length; ++i) len *= shape[i];
    return len;
  }
}

/** One summary per tensor, in order, in one wait for the device. */
export function summaries(tensors: Tensor[]): Summary[] {
  const numbers = tensors.map<u64>((tensor) => tensor.number);
  const answer = room();
  host.tensors_summaries(numbers.dataStart, numbers.length, answer);
  const all: Summary[] = [];
  if (!went(answer, 4)) return all;
  const first = load<usize>(answer, 4);
  for (let i = 0; i < load<i32>(answer, 8); ++i) all.push(getSummary(first + usize(i) * 48));
  return all;
}

/** 0 to n-1 in random order; int64. From this plugin's own random stream, as all that is random. */
export function randomPermutation(n: u64): Tensor {
  const answer = room();
  host.tensors_randomPermutation(n, answer);
  return made(answer);
}

/** Uniform in [0, 1); float32. */
export function randomUniform(shape: u64[]): Tensor {
  const answer = room();
  host.tensors_randomUniform(shape.dataStart, shape.length, answer);
  return made(answer);
}

/** Beta(a, b); float32. */
export function randomBeta(shape: u64[], a: f64, b: f64): Tensor {
  const answer = room();
  host.tensors_randomBeta(shape.dataStart, shape.length, a, b, answer);
  return made(answer);
}

/** A `result<tensor, failure>`. */
export function made(answer: usize): Tensor {
  return new Tensor(went(answer, 8) ? load<u64>(answer, 8) : 0);
}

/** A `result<f64, failure>`. */
export function number(answer: usize): f64 {
  return went(answer, 8) ? load<f64>(answer, 8) : NaN;
}

/** A `result<list<T>, failure>` of numbers. */
function list<T>(answer: usize): T[] {
  if (!went(answer, 4)) return [];
  return getNumbers<T>(load<usize>(answer, 4), load<i32>(answer, 8));
}

function getSummary(at: usize): Summary {
  return new Summary(
    load<f64>(at),
    load<f64>(at, 8),
    load<f64>(at, 16),
    load<f64>(at, 24),
    load<f64>(at, 32),
    load<u64>(at, 40),
  );
}
