/**
 * Stops training when a metric no longer improves.
 *
 * As in fastai v1, training stops when the number of bad epochs in a row is *greater* than
 * patience: patience 0 stops at the first bad epoch. An epoch is bad when the metric is not better
 * than the best so far by more than min-delta; NaN is never better. An epoch without a whole
 * validation is neither good nor bad.
 */

import { Callback, Failure, log, param, register, saved, signal } from "callbox";

/** @import { About, Answer, Plan, Run, State, Values } from "callbox" */

const params = {
  monitor: param.text(
    "valid-loss",
    "The metric to watch: train-loss, valid-loss or one of the run's metrics.",
  ),
  patience: param.count(0, "Bad epochs in a row to put up with."),
  minDelta: param.number(0, "An improvement is a change by more than this.", { min: 0 }),
  mode: param.text(
    "auto",
    "Whether lower or higher is better; auto: as the run says, else lower for a loss or an error.",
    { choices: ["auto", "min", "max"] },
  ),
};

/** @typedef {typeof params} Params */

/** The best value so far and the epoch that it is of, from 1 as in the epoch table. */
const best = saved.option(saved.tuple(saved.f64, saved.u32));
const memory = saved.record({ best, badEpochs: saved.u32, validated: saved.bool });

/**
 * Watches one metric.
 *
 * @extends {Callback<Params>}
 */
class EarlyStopping extends Callback {
  /** @type {About} */
  static about = {
    name: "early-stopping",
    version: "0.1.0",
    summary: "Stops training when a metric no longer improves",
    needs: ["control"],
    stateVersion: 2,
  };
  static params = params;

  /** @type {[value: number, epoch: number] | null} */
  best = null;
  badEpochs = 0;
  /** Whether a whole validation was done in this epoch. */
  validated = false;

  /** @param {Run} run @param {Values<Params>} params */
  constructor(run, params) {
    super(run, params);
    const { monitor } = params;
    /** Whether the metric is new only after a validation. */
    this.needsValidation = monitor !== "train-loss";
    if (this.needsValidation && run.validBatches === null) {
      throw new Failure(
        `\`${monitor}\` needs a validation, and this run has none: monitor train-loss`,
      );
    }
    this.lowerIsBetter = lowerIsBetter(run, params);
  }

  /** @returns {Plan} */
  plan() {
    return {
      on: ["valid-end", { hook: "epoch-end", reads: ["monitored"] }],
      monitors: [this.params.monitor],
      powers: ["control"],
    };
  }

  /** @param {State} state */
  onValidEnd(state) {
    this.validated ||= !state.partial;
  }

  /** @param {State} state @returns {Answer} */
  onEpochEnd(state) {
    const { validated } = this;
    this.validated = false;
    if (this.needsValidation && (!validated || state.partial)) {
      return;
    }
    const [value] = state.monitored;
    if (this.improves(value)) {
      this.best = [value, state.epoch + 1];
      this.badEpochs = 0;
      return;
    }
    this.badEpochs += 1;
    if (this.badEpochs > this.params.patience) {
      return [signal.stopTraining(this.reason())];
    }
  }

  save() {
    return memory.toBytes(this);
  }

  /** @param {Uint8Array} bytes */
  load(bytes) {
    Object.assign(this, memory.fromBytes(bytes));
  }

  /** @param {number} value */
  improves(value) {
    if (this.best === null) {
      return !Number.isNaN(value);
    }
    const [best] = this.best;
    const { minDelta } = this.params;
    return this.lowerIsBetter ? value + minDelta < best : value - minDelta > best;
  }

  /** Whole numbers only, which every language writes alike; the table has the metric's values. */
  reason() {
    const { monitor } = this.params;
    if (this.best === null) {
      return `${monitor} has been NaN in every epoch`;
    }
    return `${monitor} has not improved since epoch ${this.best[1]}`;
  }
}

/** @param {Run} run @param {Values<Params>} params */
function lowerIsBetter(run, { mode, monitor }) {
  if (mode !== "auto") {
    return mode === "min";
  }
  const higher = run.higherIsBetter(monitor);
  if (higher !== null) {
    return !higher;
  }
  const lower = monitor.includes("loss") || monitor.includes("error");
  const better = lower ? "lower" : "higher";
  log.warn(`\`${monitor}\` does not say which is better: taking ${better}; set mode`);
  return lower;
}

export const callback = register(EarlyStopping);
