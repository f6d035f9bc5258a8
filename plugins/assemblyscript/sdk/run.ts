/** What is fixed for a whole run. */

import { Power, nameOf } from "./about";
import { getCount, getList, getNumberOr, getNumbers, getText, getTexts } from "./abi/memory";
import { fail } from "./failure";
import { Hyper, getHyper } from "./state";

/** Which direction of a metric is an improvement. */
export enum Better {
  /** As for a loss. */
  Lower,
  /** As for accuracy. */
  Higher,
  /** As for the norm of the gradients; and where a run does not know. */
  Neither,
}

/** A power that the user gave, with inclusive bounds of the value in effect; infinite: unbounded. */
export class Grant {
  constructor(
    /** The power's name. */
    public power: string,
    /** For `control`: the first training step at which it may stop anything. */
    public min: f64,
    public max: f64,
  ) {}
}

/** A metric of the run. */
export class MetricSpec {
  constructor(
    public name: string,
    public better: Better,
  ) {}
}

/** What is fixed for a whole run. To a plugin a stage of a run is a run. */
export class Run {
  constructor(
    /** The run's name. */
    public id: string,
    /** The name under which the user knows this plugin in this run. */
    public plugin: string,
    /** Seed of this plugin's own random stream. */
    public seed: u64,
    /** What this plugin may do in this run. */
    public granted: Grant[],
    /** Epochs planned. */
    public nEpochs: u32,
    /** Training batches planned in all; -1: unknown. */
    public plannedIterations: i64,
    /** Training batches per epoch; -1 for an endless loader. */
    public trainBatches: i64,
    /** Validation batches per pass; -1 without validation. */
    public validBatches: i64,
    /** Training samples per epoch; -1 for an endless loader. */
    public nSamples: i64,
    /** Validation samples per pass; -1 without validation. */
    public validSamples: i64,
    /** What may be monitored: train-loss, valid-loss, and the run file's metrics. */
    public metrics: MetricSpec[],
    /** Training samples per class; empty if there are no classes. */
    public classCounts: u64[],
    /** Names of the optimizer's layer groups, in order. */
    public groups: string[],
    /** Their hyper-parameters at the start, in the same order. */
    public hypers: Hyper[],
    /** sgd, adam, adamw or rmsprop. */
    public optimizer: string,
    /** Weight decay is decoupled (true) or L2 (false). */
    public trueWd: bool,
    /** Process rank in a distributed run; 0 otherwise. */
    public rank: u32,
    /** Processes in a distributed run; 1 otherwise. */
    public worldSize: u32,
  ) {}

  /** Whether the user gave this power to this plugin. */
  grants(power: Power): bool {
    return this.grantOf(power) !== null;
  }

  /**
   * Whether a hyper-parameter may take this value in this run. Where not, the plugin fails with a
   * sentence for the user.
   */
  allows(power: Power, value: f64): bool {
    const name = nameOf(power);
    const grant = this.grantOf(power);
    if (grant === null) {
      fail(`this run does not grant \`${name}\``);
      return false;
    }
    if (value < grant.min) {
      const least = decimal(grant.min);
      fail(`${name} ${decimal(value)} is below ${least}, the least that this run grants`);
      return false;
    }
    if (value > grant.max) {
      const most = decimal(grant.max);
      fail(`${name} ${decimal(value)} is above ${most}, the most that this run grants`);
      return false;
    }
    return true;
  }

  /** Which direction of a metric is better; neither where the run does not know it. */
  better(metric: string): Better {
    for (let i = 0; i < this.metrics.length; ++i) {
      if (this.metrics[i].name == metric) return this.metrics[i].better;
    }
    return Better.Neither;
  }

  /**
   * Learning rate of each layer group at the start, as a part of the last group's: a schedule that
   * is given for the last group keeps these ratios. All 1 where the last one's is 0.
   */
  lrRatios(): f64[] {
    const ratios = new Array<f64>(this.hypers.length);
    const last = ratios.length == 0 ? 0 : this.hypers[ratios.length - 1].lr;
    for (let i = 0; i < ratios.length; ++i) ratios[i] = last > 0 ? this.hypers[i].lr / last : 1;
    return ratios;
  }

  private grantOf(power: Power): Grant | null {
    const name = nameOf(power);
    for (let i = 0; i < this.granted.length; ++i) {
      if (this.granted[i].power == name) return this.granted[i];
    }
    return null;
  }
}

/** The contract's `run`, 176 bytes long. */
export function getRun(at: usize): Run {
  return new Run(
    getText(at),
    getText(at + 8),
    load<u64>(at, 16),
    getList<Grant>(at + 24, 40, getGrant),
    load<u32>(at, 32),
    getCount(at + 40),
    getCount(at + 56),
    getCount(at + 72),
    getCount(at + 88),
    getCount(at + 104),
    getList<MetricSpec>(at + 120, 12, getMetric),
    getNumbers<u64>(load<usize>(at, 128), load<i32>(at, 132)),
    getTexts(at + 136),
    getList<Hyper>(at + 144, 48, getHyper),
    getText(at + 152),
    load<bool>(at, 160),
    load<u32>(at, 164),
    load<u32>(at, 168),
  );
}

function getGrant(at: usize): Grant {
  return new Grant(getText(at), getNumberOr(at + 8, -Infinity), getNumberOr(at + 24, Infinity));
}

function getMetric(at: usize): MetricSpec {
  const better = load<u8>(at, 8) == 0 ? Better.Neither : i32(load<u8>(at, 9));
  return new MetricSpec(getText(at), better);
}

/** A number as every language's SDK writes it into these sentences: without an exponent. */
function decimal(value: f64): string {
  const text = value.toString();
  const mark = text.indexOf("e");
  if (mark < 0) return text.endsWith(".0") ? text.slice(0, -2) : text;
  const exponent = i32.parse(text.slice(mark + 1));
  const sign = value < 0 ? "-" : "";
  const digits = text.slice(sign.length, mark).replace(".", "");
  return exponent < 0
    ? `${sign}0.${"0".repeat(-exponent - 1)}${digits}`
    : `${sign}${digits}${"0".repeat(exponent + 1 - digits.length)}`;
}
