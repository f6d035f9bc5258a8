/** Words shared by the host and every plugin, as JavaScript has them. Where each holds: `wit/types.wit`. */

import type { Signal } from "./signal.js";

/** A named point of the training loop, listed in the order in which they occur. The end is `onFinish`. */
export type Hook =
  | "train-begin"
  | "epoch-begin"
  | "batch-begin"
  | "loss-begin"
  | "backward-begin"
  | "backward-end"
  | "step-end"
  | "batch-end"
  | "valid-begin"
  | "valid-end"
  | "epoch-end";

/** Which loader feeds the current batch. */
export type Phase = "train" | "valid" | "test";

/** A right to change the loop. The user grants it; a plugin declares it first. */
export type Power =
  | "control"
  | "lr"
  | "mom"
  | "wd"
  | "beta"
  | "gradients"
  | "weights"
  | "sampler"
  | "checkpoint"
  | "transform";

/** A hyper-parameter: learning rate; momentum, or beta1 of Adam; weight decay; beta2 of Adam, or alpha of RMSprop. */
export type HyperName = "lr" | "mom" | "wd" | "beta";

/** Parts of the state that cost something to fill in. */
export type Reads = "losses" | "hypers" | "monitored" | "late";

/** Which direction of a reported metric is an improvement. */
export type Better = "higher" | "lower" | "neither";

/** What a hook gives back: signals for the loop, or nothing. What it throws is journaled as its violation. */
export type Answer = readonly Signal[] | null | undefined | void;

/** What a plugin is and the most that it may ever ask for; the same every time. */
export interface About {
  /** Kebab-case. */
  name: string;
  /** Semantic version. */
  version: string;
  /** One line. */
  summary: string;
  /** Powers without which the plugin refuses to work. */
  needs?: readonly Power[];
  /** Powers that it can do without; `run.grants` says which it got. */
  wants?: readonly Power[];
  /** Version of what `save` writes, 1 unless set: raise it when an older save no longer fits. */
  stateVersion?: number;
}

/** When a hook reaches this plugin; a hook's bare name asks for every occurrence in every phase. */
export interface Subscription {
  hook: Hook;
  /** Only in this phase. */
  phase?: Phase;
  /** Only at occurrences 1, n + 1, 2n + 1, … of the run, counted after the phase; 1 unless set. */
  every?: number;
  /** Parts of the state to fill in. */
  reads?: readonly Reads[];
}

/** What a plugin will do in this run, with these settings. What is left out is empty. */
export interface Plan {
  /** When to be called; `onFinish` needs no mention. */
  on?: readonly (Hook | Subscription)[];
  /** Metrics to find in `state.monitored`, in this order, where a subscription reads it. */
  monitors?: readonly string[];
  /** Metrics that it will report, in kebab-case, and which direction is better. */
  reports?: Readonly<Record<string, Better>>;
  /** Powers that it will use. Those of `owns` and `transforms` come by themselves. */
  powers?: readonly Power[];
  /** Hyper-parameters that it will set, as their one owner. Scaling needs none, only the power. */
  owns?: readonly HyperName[];
  /** Which of `transformInput`, `transformOutput` and `transformLoss` are to be called. */
  transforms?: readonly ("input" | "output" | "loss")[];
  /** Inputs and outputs are transformed in batches of validation as well. */
  inValidation?: boolean;
  /** Plugins whose transforms come later than this one's, by their names in the run. */
  runBefore?: readonly string[];
  /** Plugins whose transforms come earlier. */
  runAfter?: readonly string[];
}

/** The losses known at a hook; NaN where one does not exist yet. */
export interface Losses {
  /** As the model gave it, before any transform. */
  raw: number;
  /** After all transforms: what is back-propagated. */
  last: number;
  /** Exponential average of `raw` over training batches. NaN for good after one that was NaN. */
  smooth: number;
}

/** The hyper-parameters of one layer group; null: this optimizer has no such thing. */
export interface Hyper {
  lr: number;
  mom: number | null;
  wd: number;
  beta: number | null;
}

/** What every callback may know at a hook. What is constant in a run stands in `run`. */
export interface State {
  /** The current epoch, from 0; in `onFinish` the number of epochs completed. */
  epoch: number;
  /** Index of the batch within its phase, from 0. */
  numBatch: number;
  /** Training batches completed before the current one: at batch-end the current one is not yet counted. */
  iteration: number;
  /** Training samples in them. */
  samples: number;
  /** The loader of the current batch; `train` outside a batch, but for valid-begin and valid-end. */
  phase: Phase;
  /** Samples in the current batch; 0 outside a batch. */
  batchSize: number;
  /** Null unless the subscription reads losses. */
  losses: Losses | null;
  /** The last validation was stopped early, or left a batch out. */
  partial: boolean;
  /** In effect, one per layer group. Empty unless the subscription reads hypers. */
  hypers: Hyper[];
  /** The metrics named in the plan's `monitors`, NaN where there is none yet. Empty unless read. */
  monitored: number[];
}

/** Who asked the run to stop, and why. */
export interface Stop {
  /** The asking callback's name in this run. */
  by: string;
  /** In its own words. */
  reason: string;
}

/** How a run ended: all epochs done, stopped by callbacks, or failed with a message. */
export type Outcome =
  { tag: "completed" } | { tag: "stopped"; val: Stop[] } | { tag: "failed"; val: string };

/** A power that the user gave, with inclusive bounds of the value in effect; null: unbounded. */
export interface Grant {
  power: Power;
  /** For `control`: the first training step at which it may stop anything. */
  min: number | null;
  max: number | null;
}

/** A metric of the run; null: neither direction is better. */
export interface MetricSpec {
  name: string;
  higherIsBetter: boolean | null;
}

/** A value of a metric that the plan declares, and how many samples stand behind it. */
export interface Report {
  name: string;
  value: number;
  weight: number;
}
