/** What a plugin is and the most that it may ask for. */

import { putText, putTexts } from "./abi/memory";
import { putParams } from "./param";

/** A right to change the loop. The user grants it; a plugin declares it first. */
export enum Power {
  /** Stop, skip, validate. */
  Control,
  /** Set or scale the learning rate. */
  Lr,
  /** Set or scale momentum, beta1 of Adam. */
  Mom,
  /** Set or scale weight decay. */
  Wd,
  /** Set or scale beta2 of Adam, alpha of RMSprop. */
  Beta,
  /** Scale, clip or disturb gradients. */
  Gradients,
  /** Freeze groups, keep and restore copies of the weights. */
  Weights,
  /** Change how samples are drawn. */
  Sampler,
  /** Write checkpoints. */
  Checkpoint,
  /** Change batches, outputs and losses. */
  Transform,
}

const NAMES: string[] = [
  "control",
  "lr",
  "mom",
  "wd",
  "beta",
  "gradients",
  "weights",
  "sampler",
  "checkpoint",
  "transform",
];

/** The contract's name of a power. */
export function nameOf(power: Power): string {
  return NAMES[power];
}

/** A plugin of this kebab-case name, semantic version and one-line summary, without powers. */
export class About {
  private needed: string[] = [];
  private wanted: string[] = [];
  private stateVersion_: u32 = 1;

  constructor(
    private name: string,
    private version: string,
    private summary: string,
  ) {}

  /** Powers without which the plugin refuses to work. */
  needs(powers: Power[]): About {
    for (let i = 0; i < powers.length; ++i) this.needed.push(nameOf(powers[i]));
    return this;
  }

  /** Powers that it can do without; `run.grants` says which it got. */
  wants(powers: Power[]): About {
    for (let i = 0; i < powers.length; ++i) this.wanted.push(nameOf(powers[i]));
    return this;
  }

  /** Version of what `save` writes, 1 unless set: raise it when an older save no longer fits. */
  stateVersion(version: u32): About {
    this.stateVersion_ = version;
    return this;
  }

  /** The contract's `descriptor`. */
  put(at: usize): void {
    putText(at, this.name);
    putText(at + 8, this.version);
    putText(at + 16, this.summary);
    putParams(at + 24);
    putTexts(at + 32, this.needed);
    putTexts(at + 40, this.wanted);
    store<u32>(at, this.stateVersion_, 48);
  }
}
