/** What is fixed for a whole run. */

import { Failure } from "./failure.js";

/** @import { Grant, Hyper, HyperName, MetricSpec, Power } from "./types.js" */

/**
 * A run as the binding gives it; there the seed is two halves, see `exact-seed.mjs`.
 *
 * @typedef {Omit<Run, "seed" | "grants" | "allows" | "higherIsBetter" | "lrRatios"> & { seed: [number, number] }} Bound
 */

/** What is fixed for a whole run. To a plugin a stage of a run is a run. */
export class Run {
  /** @param {Bound} bound */
  constructor(bound) {
    /**
     * The run's name.
     *
     * @type {string}
     */
    this.id = bound.id;
    /**
     * The name under which the user knows this plugin in this run.
     *
     * @type {string}
     */
    this.plugin = bound.plugin;
    /**
     * Seed of this plugin's own random stream, 64 bits.
     *
     * @type {bigint}
     */
    this.seed = whole(bound.seed);
    /**
     * What this plugin may do in this run.
     *
     * @type {Grant[]}
     */
    this.granted = bound.granted;
    /**
     * Epochs planned.
     *
     * @type {number}
     */
    this.nEpochs = bound.nEpochs;
    /**
     * Training batches planned in all; null: unknown.
     *
     * @type {number | null}
     */
    this.plannedIterations = bound.plannedIterations;
    /**
     * Training batches per epoch; null for an endless loader.
     *
     * @type {number | null}
     */
    this.trainBatches = bound.trainBatches;
    /**
     * Validation batches per pass; null without validation.
     *
     * @type {number | null}
     */
    this.validBatches = bound.validBatches;
    /**
     * Training samples per epoch; null for an endless loader.
     *
     * @type {number | null}
     */
    this.nSamples = bound.nSamples;
    /**
     * Validation samples per pass; null without validation.
     *
     * @type {number | null}
     */
    this.validSamples = bound.validSamples;
    /**
     * What may be monitored: train-loss, valid-loss, and the run file's metrics.
     *
     * @type {MetricSpec[]}
     */
    this.metrics = bound.metrics;
    /**
     * Training samples per class; empty if there are no classes.
     *
     * @type {number[]}
     */
    this.classCounts = bound.classCounts;
    /**
     * Names of the optimizer's layer groups, in order.
     *
     * @type {string[]}
     */
    this.groups = bound.groups;
    /**
     * Their hyper-parameters at the start, in the same order.
     *
     * @type {Hyper[]}
     */
    this.hypers = bound.hypers;
    /**
     * sgd, adam, adamw or rmsprop.
     *
     * @type {string}
     */
    this.optimizer = bound.optimizer;
    /**
     * Weight decay is decoupled (true) or L2 (false).
     *
     * @type {boolean}
     */
    this.trueWd = bound.trueWd;
    /**
     * Process rank in a distributed run; 0 otherwise.
     *
     * @type {number}
     */
    this.rank = bound.rank;
    /**
     * Processes in a distributed run; 1 otherwise.
     *
     * @type {number}
     */
    this.worldSize = bound.worldSize;
  }

  /**
   * Whether the user gave this power to this plugin.
   *
   * @param {Power} power
   * @returns {boolean}
   */
  grants(power) {
    return this.granted.some((grant) => grant.power === power);
  }

  /**
   * Throws a sentence for the user unless a hyper-parameter may take this value in this run.
   *
   * @param {HyperName} name
   * @param {number} value
   */
  allows(name, value) {
    const grant = this.granted.find(({ power }) => power === name);
    if (!grant) {
      throw new Failure(`this run does not grant \`${name}\``);
    }
    if (grant.min !== null && value < grant.min) {
      throw new Failure(
        `${name} ${decimal(value)} is below ${decimal(grant.min)}, the least that this run grants`,
      );
    }
    if (grant.max !== null && value > grant.max) {
      throw new Failure(
        `${name} ${decimal(value)} is above ${decimal(grant.max)}, the most that this run grants`,
      );
    }
  }

  /**
   * Which direction of a metric is better; null where the run does not know it or neither is.
   *
   * @param {string} metric
   * @returns {boolean | null}
   */
  higherIsBetter(metric) {
    return this.metrics.find(({ name }) => name === metric)?.higherIsBetter ?? null;
  }

  /**
   * Learning rate of each layer group at the start, as a part of the last group's: a schedule that
   * is given for the last group keeps these ratios. All 1 where the last one's is 0.
   *
   * @returns {number[]}
   */
  lrRatios() {
    const last = this.hypers.at(-1)?.lr ?? 0;
    return this.hypers.map(({ lr }) => (last > 0 ? lr / last : 1));
  }
}

/** @param {[number, number]} halves low and high; the binding gives 32 bits as a signed number */
function whole([low, high]) {
  return (BigInt.asUintN(32, BigInt(high)) << 32n) | BigInt.asUintN(32, BigInt(low));
}

/**
 * A number as every language's SDK writes it into these sentences: the shortest digits, without an
 * exponent.
 *
 * @param {number} value
 */
function decimal(value) {
  const [digits, exponent] = String(value).split("e");
  if (exponent === undefined) {
    return digits;
  }
  const [, sign, whole, fraction = ""] = /** @type {string[]} */ (
    /^(-?)(\d)\.?(\d*)$/.exec(digits)
  );
  const zeros = "0".repeat(Math.abs(Number(exponent)));
  return Number(exponent) < 0
    ? `${sign}0.${zeros.slice(1)}${whole}${fraction}`
    : `${sign}${whole}${fraction}${zeros.slice(fraction.length)}`;
}
