/** What a callback may know at a hook. */

import { getListOf, getNumberOr, getNumbers, getText } from "./abi/memory";

/** A named point of the training loop, in the order in which they occur. */
export enum Hook {
  TrainBegin,
  EpochBegin,
  BatchBegin,
  LossBegin,
  BackwardBegin,
  BackwardEnd,
  StepEnd,
  BatchEnd,
  ValidBegin,
  ValidEnd,
  EpochEnd,
}

/** Which loader feeds the current batch. */
export enum Phase {
  Train,
  Valid,
  Test,
}

/** The losses known at a hook; NaN where one does not exist yet. */
export class Losses {
  constructor(
    /** As the model gave it, before any transform. */
    public raw: f64,
    /** After all transforms: what is back-propagated. */
    public last: f64,
    /** Exponential average of `raw` over training batches. NaN for good after one that was NaN. */
    public smooth: f64,
  ) {}
}

/** The hyper-parameters of one layer group; NaN: this optimizer has no such thing. */
export class Hyper {
  constructor(
    /** Learning rate. */
    public lr: f64,
    /** Momentum of SGD and RMSprop, beta1 of Adam; or NaN. */
    public mom: f64,
    /** Weight decay. */
    public wd: f64,
    /** Beta2 of Adam, alpha of RMSprop; or NaN. */
    public beta: f64,
  ) {}
}

/** The state dict: the same keys at every hook. What is constant in a run stands in `Run`. */
export class State {
  constructor(
    /** The current epoch, from 0; in `onFinish` the number of epochs completed. */
    public epoch: u32,
    /** Index of the batch within its phase, from 0. */
    public numBatch: u32,
    /** Training batches completed before the current one, which is not counted at batch-end yet. */
    public iteration: u64,
    /** Training samples in them. */
    public samples: u64,
    /** The loader of the current batch; training's outside a batch, but for valid-begin and -end. */
    public phase: Phase,
    /** Samples in the current batch; 0 outside a batch. */
    public batchSize: u32,
    /** Null unless the subscription reads losses. */
    public losses: Losses | null,
    /** The last validation was stopped early, or left a batch out. */
    public partial: bool,
    /** In effect, one per layer group. Empty unless the subscription reads hypers. */
    public hypers: Hyper[],
    /** The metrics named in the plan, NaN where there is none yet. Empty unless read. */
    public monitored: f64[],
  ) {}
}

/** Who asked the run to stop, and why. */
export class Stop {
  constructor(
    /** The asking callback's name in this run. */
    public by: string,
    /** In its own words. */
    public reason: string,
  ) {}
}

/** How a run can end. */
export enum Ending {
  /** All epochs done. */
  Completed,
  /** Callbacks asked for it: `outcome.stops`. */
  Stopped,
  /** The host failed: `outcome.message`. */
  Failed,
}

/** How a run ended. */
export class Outcome {
  /** Who asked for it, if it was stopped. */
  stops: Stop[] = [];
  /** What went wrong, if it failed. */
  message: string = "";

  constructor(public ending: Ending) {}
}

/** The contract's `hyper`, 48 bytes long. */
export function getHyper(at: usize): Hyper {
  const mom = getNumberOr(at + 8, NaN);
  const beta = getNumberOr(at + 32, NaN);
  return new Hyper(load<f64>(at), mom, load<f64>(at, 24), beta);
}

/** The contract's `state`, 88 bytes long. */
export function getState(at: usize): State {
  return stateOf(
    load<u32>(at),
    load<u32>(at, 4),
    load<u64>(at, 8),
    load<u64>(at, 16),
    load<u8>(at, 24),
    load<u32>(at, 28),
    load<u8>(at, 32),
    load<f64>(at, 40),
    load<f64>(at, 48),
    load<f64>(at, 56),
    load<bool>(at, 64),
    load<usize>(at, 68),
    load<i32>(at, 72),
    load<usize>(at, 76),
    load<i32>(at, 80),
  );
}

/** The same where it came as fifteen parameters. */
export function stateOf(
  epoch: u32,
  numBatch: u32,
  iteration: u64,
  samples: u64,
  phase: i32,
  batchSize: u32,
  hasLosses: i32,
  raw: f64,
  last: f64,
  smooth: f64,
  partial: bool,
  hypers: usize,
  hypersLength: i32,
  monitored: usize,
  monitoredLength: i32,
): State {
  return new State(
    epoch,
    numBatch,
    iteration,
    samples,
    phase,
    batchSize,
    hasLosses == 0 ? null : new Losses(raw, last, smooth),
    partial,
    getListOf<Hyper>(hypers, hypersLength, 48, getHyper),
    getNumbers<f64>(monitored, monitoredLength),
  );
}

/** The contract's `outcome`. */
export function getOutcome(at: usize): Outcome {
  const outcome = new Outcome(load<u8>(at));
  if (outcome.ending == Ending.Stopped) {
    outcome.stops = getListOf<Stop>(load<usize>(at, 4), load<i32>(at, 8), 16, getStop);
  }
  if (outcome.ending == Ending.Failed) outcome.message = getText(at + 4);
  return outcome;
}

function getStop(at: usize): Stop {
  return new Stop(getText(at), getText(at + 8));
}
