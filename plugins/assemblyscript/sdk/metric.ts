/**
 * Compute a metric over a pass of validation or test: the optional export `metric`. Build for the
 * world `metric-plugin`.
 */

import { Callback } from "./callback";
import { Tensor } from "./tensors";

/** A value of a metric that the plan declares, and how many samples stand behind it. */
export class Report {
  constructor(
    public name: string,
    public value: f64,
    public weight: f64,
  ) {}
}

/** What a plugin that computes a metric extends. Called for every pass if the plan reports anything. */
export abstract class Metric extends Callback {
  /** A pass begins: forget the last one. */
  abstract beginPass(): void;

  /** One batch: the model's output, its target, and how many samples they hold. */
  abstract update(output: Tensor, target: Tensor, size: u32): void;

  /** The pass is over: a value for each metric of the plan, weighted by what stands behind it. */
  abstract finishPass(): Report[];
}
