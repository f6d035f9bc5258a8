/**
 * The 1cycle policy: the learning rate rises once and falls once along cosines, momentum mirrors
 * it.
 *
 * From lr-max / div up to lr-max over the first pct-start of the run, then down to lr-max /
 * final-div. The value given after batch k is in effect for batch k+1, so the very last one is
 * never used. Groups keep the ratios with which their learning rates started: lr-max is the last
 * group's.
 */

import {
  About,
  Answer,
  Callback,
  Hook,
  HyperName,
  Phase,
  Plan,
  Power,
  Run,
  Signal,
  State,
  anneal,
  fail,
  param,
  register,
  signal,
} from "../sdk";

const lrMax = param.number("lr-max", 0.01, "Highest learning rate of the last layer group.").min(0);
const div = param.number("div", 25, "The cycle starts at lr-max / div.").min(1);
const finalDiv = param
  .number("final-div", 0, "The cycle ends at lr-max / final-div; 0 means div * 10,000.")
  .min(0);
const pctStart = param
  .number("pct-start", 0.3, "Part of the run in which the learning rate rises.")
  .min(0)
  .max(1);
const momMax = param
  .number("mom-max", 0.95, "Momentum where the learning rate is lowest.")
  .min(0)
  .max(0.9999);
const momMin = param
  .number("mom-min", 0.85, "Momentum where the learning rate is highest.")
  .min(0)
  .max(0.9999);

/** One cycle over a run of known length. */
class OneCycle extends Callback {
  private finalDiv: f64;
  /** Highest learning rate of each layer group. */
  private peaks: f64[];
  /** Training batches of the rise, and of the fall. */
  private rise: u64;
  private fall: u64;
  private drivesMom: bool;

  constructor(run: Run) {
    super();
    const planned = run.plannedIterations;
    if (planned < 0) fail("a cycle needs an end: length unknown");
    this.finalDiv = finalDiv.value == 0 ? div.value * 1e4 : finalDiv.value;
    this.peaks = run.lrRatios();
    for (let group = 0; group < this.peaks.length; ++group) {
      const peak = lrMax.value * this.peaks[group];
      this.peaks[group] = peak;
      run.allows(Power.Lr, peak);
      run.allows(Power.Lr, peak / this.finalDiv);
    }
    this.rise = u64(f64(planned) * pctStart.value);
    this.fall = planned - this.rise;
    this.drivesMom = run.grants(Power.Mom) && haveMom(run);
  }

  plan(): Plan {
    const plan = Plan.on(Hook.TrainBegin)
      .andOn(Hook.BatchEnd)
      .phase(Phase.Train)
      .owns(HyperName.Lr);
    return this.drivesMom ? plan.owns(HyperName.Mom) : plan;
  }

  override onTrainBegin(state: State): Answer {
    return this.values(state.iteration);
  }

  override onBatchEnd(state: State): Answer {
    return this.values(state.iteration + 1);
  }

  /**
   * What the batch of this number trains with. It depends on nothing else, so there is nothing to
   * save.
   */
  private values(batch: u64): Answer {
    const signals: Signal[] = [];
    for (let group = 0; group < this.peaks.length; ++group) {
      const peak = this.peaks[group];
      const lr = this.cycle(batch, peak / div.value, peak, peak / this.finalDiv);
      signals.push(signal.setGroup(HyperName.Lr, group, lr));
    }
    if (this.drivesMom) {
      const mom = this.cycle(batch, momMax.value, momMin.value, momMax.value);
      signals.push(signal.set(HyperName.Mom, mom));
    }
    return signals;
  }

  private cycle(batch: u64, low: f64, high: f64, end: f64): f64 {
    if (batch < this.rise) return anneal.cosine(low, high, f64(batch) / f64(this.rise));
    const fallen = f64(batch - this.rise) / f64(max(this.fall, 1));
    return anneal.cosine(high, end, fallen);
  }
}

/** Whether this optimizer has momentum in every layer group. */
function haveMom(run: Run): bool {
  for (let group = 0; group < run.hypers.length; ++group) {
    if (isNaN(run.hypers[group].mom)) return false;
  }
  return true;
}

register(
  new About(
    "one-cycle",
    "0.1.0",
    "The 1cycle policy: the learning rate rises and falls once, momentum mirrors it",
  )
    .needs([Power.Lr])
    .wants([Power.Mom]),
  (run: Run): Callback => new OneCycle(run),
);
