/**
 * The 1cycle policy: the learning rate rises once and falls once along cosines, momentum mirrors
 * it.
 *
 * From lr-max / div up to lr-max over the first pct-start of the run, then down to lr-max /
 * final-div. The value given after batch k is in effect for batch k+1, so the very last one is
 * never used. Groups keep the ratios with which their learning rates started: lr-max is the last
 * group's.
 */

import { Callback, Failure, anneal, param, register, signal } from "callbox";
import type { About, Plan, Run, Signal, State, Values } from "callbox";

const params = {
  lrMax: param.number(0.01, "Highest learning rate of the last layer group.", { min: 0 }),
  div: param.number(25, "The cycle starts at lr-max / div.", { min: 1 }),
  finalDiv: param.number(0, "The cycle ends at lr-max / final-div; 0 means div * 10,000.", {
    min: 0,
  }),
  pctStart: param.number(0.3, "Part of the run in which the learning rate rises.", {
    min: 0,
    max: 1,
  }),
  momMax: param.number(0.95, "Momentum where the learning rate is lowest.", {
    min: 0,
    max: 0.9999,
  }),
  momMin: param.number(0.85, "Momentum where the learning rate is highest.", {
    min: 0,
    max: 0.9999,
  }),
};

type Params = typeof params;

/** One cycle over a run of known length. */
class OneCycle extends Callback<Params> {
  static override readonly about: About = {
    name: "one-cycle",
    version: "0.1.0",
    summary: "The 1cycle policy: the learning rate rises and falls once, momentum mirrors it",
    needs: ["lr"],
    wants: ["mom"],
  };
  static override readonly params = params;

  private readonly finalDiv: number;
  /** Highest learning rate of each layer group. */
  private readonly peaks: number[];
  /** Training batches of the rise, and of the fall. */
  private readonly rise: number;
  private readonly fall: number;
  private readonly drivesMom: boolean;

  constructor(run: Run, params: Values<Params>) {
    super(run, params);
    if (run.plannedIterations === null) {
      throw new Failure("a cycle needs an end: length unknown");
    }
    this.finalDiv = params.finalDiv === 0 ? params.div * 1e4 : params.finalDiv;
    this.peaks = run.lrRatios().map((ratio) => params.lrMax * ratio);
    for (const peak of this.peaks) {
      run.allows("lr", peak);
      run.allows("lr", peak / this.finalDiv);
    }
    this.rise = Math.floor(run.plannedIterations * params.pctStart);
    this.fall = run.plannedIterations - this.rise;
    this.drivesMom = run.grants("mom") && run.hypers.every(({ mom }) => mom !== null);
  }

  override plan(): Plan {
    return {
      on: ["train-begin", { hook: "batch-end", phase: "train" }],
      owns: this.drivesMom ? ["lr", "mom"] : ["lr"],
    };
  }

  override onTrainBegin({ iteration }: State): Signal[] {
    return this.values(iteration);
  }

  override onBatchEnd({ iteration }: State): Signal[] {
    return this.values(iteration + 1);
  }

  /**
   * What the batch of this number trains with. It depends on nothing else, so there is nothing to
   * save.
   */
  private values(batch: number): Signal[] {
    const { div, momMax, momMin } = this.params;
    const signals = this.peaks.map((peak, group) =>
      signal.set("lr", this.cycle(batch, peak / div, peak, peak / this.finalDiv), group),
    );
    if (this.drivesMom) {
      signals.push(signal.set("mom", this.cycle(batch, momMax, momMin, momMax)));
    }
    return signals;
  }

  private cycle(batch: number, low: number, high: number, end: number): number {
    if (batch < this.rise) {
      return anneal.cosine(low, high, batch / this.rise);
    }
    const fallen = (batch - this.rise) / Math.max(this.fall, 1);
    return anneal.cosine(high, end, fallen);
  }
}

export const callback = register(OneCycle);
