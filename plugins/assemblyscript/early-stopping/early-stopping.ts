/**
 * Stops training when a metric no longer improves.
 *
 * As in fastai v1, training stops when the number of bad epochs in a row is *greater* than
 * patience: patience 0 stops at the first bad epoch. An epoch is bad when the metric is not better
 * than the best so far by more than min-delta; NaN is never better. An epoch without a whole
 * validation is neither good nor bad.
 */

import {
  About,
  Answer,
  Better,
  Callback,
  Hook,
  Plan,
  Power,
  Reads,
  Run,
  State,
  fail,
  log,
  param,
  register,
  saved,
  signal,
} from "../sdk";

const monitor = param.text(
  "monitor",
  "valid-loss",
  "The metric to watch: train-loss, valid-loss or one of the run's metrics.",
);
const patience = param.count("patience", 0, "Bad epochs in a row to put up with.");
const minDelta = param
  .number("min-delta", 0, "An improvement is a change by more than this.")
  .min(0);
const mode = param
  .text(
    "mode",
    "auto",
    "Whether lower or higher is better; auto: as the run says, else lower for a loss or an error.",
  )
  .choices(["auto", "min", "max"]);

/** Watches one metric. */
class EarlyStopping extends Callback {
  private lowerIsBetter: bool;
  /** Whether the metric is new only after a validation. */
  private needsValidation: bool;
  /** Whether a whole validation was done in this epoch. */
  private validated: bool = false;
  /** The best value so far and the epoch that it is of, from 1 as in the epoch table; 0: none. */
  private best: f64 = NaN;
  private bestEpoch: u32 = 0;
  private badEpochs: u32 = 0;

  constructor(run: Run) {
    super();
    this.needsValidation = monitor.value != "train-loss";
    if (this.needsValidation && run.validBatches < 0) {
      fail(`\`${monitor.value}\` needs a validation, and this run has none: monitor train-loss`);
    }
    this.lowerIsBetter = lowerIsBetter(run);
  }

  plan(): Plan {
    return Plan.on(Hook.ValidEnd)
      .andOn(Hook.EpochEnd)
      .reads(Reads.Monitored)
      .monitors([monitor.value])
      .powers([Power.Control]);
  }

  override onValidEnd(state: State): Answer {
    if (!state.partial) this.validated = true;
    return null;
  }

  override onEpochEnd(state: State): Answer {
    const validated = this.validated;
    this.validated = false;
    if (this.needsValidation && (!validated || state.partial)) return null;
    const value = state.monitored[0];
    if (this.improves(value)) {
      this.best = value;
      this.bestEpoch = state.epoch + 1;
      this.badEpochs = 0;
      return null;
    }
    this.badEpochs += 1;
    if (this.badEpochs <= patience.value) return null;
    return [signal.stopTraining(this.reason())];
  }

  override save(): Uint8Array {
    const writer = new saved.Writer().bool(this.bestEpoch > 0);
    if (this.bestEpoch > 0) writer.f64(this.best).u32(this.bestEpoch);
    return writer.u32(this.badEpochs).bool(this.validated).bytes();
  }

  override load(bytes: Uint8Array): void {
    const reader = new saved.Reader(bytes);
    const hasBest = reader.bool();
    const best = hasBest ? reader.f64() : NaN;
    const bestEpoch = hasBest ? reader.u32() : 0;
    const badEpochs = reader.u32();
    const validated = reader.bool();
    if (!reader.end()) return;
    this.best = best;
    this.bestEpoch = bestEpoch;
    this.badEpochs = badEpochs;
    this.validated = validated;
  }

  private improves(value: f64): bool {
    if (this.bestEpoch == 0) return !isNaN(value);
    const delta = minDelta.value;
    return this.lowerIsBetter ? value + delta < this.best : value - delta > this.best;
  }

  /** Whole numbers only, which every language writes alike; the table has the metric's values. */
  private reason(): string {
    if (this.bestEpoch == 0) return `${monitor.value} has been NaN in every epoch`;
    return `${monitor.value} has not improved since epoch ${this.bestEpoch}`;
  }
}

function lowerIsBetter(run: Run): bool {
  if (mode.value != "auto") return mode.value == "min";
  const metric = monitor.value;
  const better = run.better(metric);
  if (better != Better.Neither) return better == Better.Lower;
  const lower = metric.includes("loss") || metric.includes("error");
  const taken = lower ? "lower" : "higher";
  log.warn(`\`${metric}\` does not say which is better: taking ${taken}; set mode`);
  return lower;
}

register(
  new About("early-stopping", "0.1.0", "Stops training when a metric no longer improves")
    .needs([Power.Control])
    .stateVersion(2),
  (run: Run): Callback => new EarlyStopping(run),
);
