/**
 * When a plugin is called and what it will do, as a sentence:
 *
 *     return Plan.on(Hook.TrainBegin)
 *       .andOn(Hook.BatchEnd).phase(Phase.Train).every(10).reads(Reads.Losses)
 *       .owns(HyperName.Lr)
 *       .reports("spread", Better.Lower);
 */

import { Power, nameOf } from "./about";
import { putList, putText, putTexts } from "./abi/memory";
import { Better } from "./run";
import { Hook, Phase } from "./state";

/** A hyper-parameter by its name. */
export enum HyperName {
  /** Learning rate. */
  Lr,
  /** Momentum of SGD and RMSprop, beta1 of Adam. */
  Mom,
  /** Weight decay. */
  Wd,
  /** Beta2 of Adam, alpha of RMSprop. */
  Beta,
}

/** Parts of the state that cost something to fill in; `|` combines them. */
export enum Reads {
  /** `state.losses`; on a GPU this waits for the device. */
  Losses = 1,
  /** `state.hypers`. */
  Hypers = 2,
  /** `state.monitored`. */
  Monitored = 4,
  /** Losses may be those of the batch before, so that the device is not waited for. */
  Late = 8,
}

class Subscription {
  /** -1: every phase. */
  phase: i32 = -1;
  every: u32 = 1;
  reads: i32 = 0;

  constructor(private hook: Hook) {}

  /** The contract's `subscription`, 12 bytes long. */
  put(at: usize): void {
    store<u8>(at, u8(this.hook));
    store<u8>(at, u8(this.phase >= 0), 1);
    store<u8>(at, u8(this.phase), 2);
    store<u32>(at, this.every, 4);
    store<u8>(at, u8(this.reads), 8);
  }
}

/** A plan: never to be called but for `finish`, and no powers, until something is added. */
export class Plan {
  private subscriptions: Subscription[] = [];
  private transforms: StaticArray<bool> = [false, false, false, false];
  private monitored: string[] = [];
  private reported: string[] = [];
  private betters: Better[] = [];
  private used: string[] = [];
  private owned: HyperName[] = [];
  private before: string[] = [];
  private after: string[] = [];

  /** Starts a plan: call me at this hook, every time, in every phase, with nothing to fill in. */
  static on(hook: Hook): Plan {
    return new Plan().andOn(hook);
  }

  /** Call me at this hook too; what follows is about this subscription. */
  andOn(hook: Hook): Plan {
    this.subscriptions.push(new Subscription(hook));
    return this;
  }

  /** Only in this phase. About the last hook named. */
  phase(phase: Phase): Plan {
    this.last().phase = phase;
    return this;
  }

  /** Only at every n-th occurrence, the first included. About the last hook named. */
  every(n: u32): Plan {
    this.last().every = n;
    return this;
  }

  /** Fill in these parts of the state. About the last hook named. */
  reads(parts: Reads): Plan {
    this.last().reads |= parts;
    return this;
  }

  /** Metrics to find in `state.monitored`, in this order, where a subscription reads it. */
  monitors(metrics: string[]): Plan {
    this.monitored = this.monitored.concat(metrics);
    return this;
  }

  /** A metric that this plugin will report, in kebab-case. */
  reports(metric: string, better: Better): Plan {
    this.reported.push(metric);
    this.betters.push(better);
    return this;
  }

  /** Powers that this plugin will use in this run. */
  powers(powers: Power[]): Plan {
    for (let i = 0; i < powers.length; ++i) {
      const name = nameOf(powers[i]);
      if (!this.used.includes(name)) this.used.push(name);
    }
    return this;
  }

  /** A hyper-parameter that this plugin will set, as its one owner; its power comes with it. */
  owns(name: HyperName): Plan {
    this.owned.push(name);
    return this.powers([Power.Lr + name]);
  }

  /**
   * `transformInput` gets every batch of training. The power comes with it, as with the next three.
   */
  transformsInput(): Plan {
    return this.transforming(0);
  }

  /** `transformOutput` gets every output of training. */
  transformsOutput(): Plan {
    return this.transforming(1);
  }

  /** `transformLoss` gets every loss of training. */
  transformsLoss(): Plan {
    return this.transforming(2);
  }

  /** Inputs and outputs are transformed in batches of validation as well. */
  inValidation(): Plan {
    return this.transforming(3);
  }

  /** Plugins whose transforms come later than this one's, by their names in the run. */
  runBefore(plugins: string[]): Plan {
    this.before = this.before.concat(plugins);
    return this;
  }

  /** Plugins whose transforms come earlier than this one's. */
  runAfter(plugins: string[]): Plan {
    this.after = this.after.concat(plugins);
    return this;
  }

  /** The contract's `plan`, 60 bytes long. */
  put(at: usize): void {
    const subscriptions = this.subscriptions;
    const calls = putList(at, subscriptions.length, 12);
    for (let i = 0; i < subscriptions.length; ++i) subscriptions[i].put(calls + usize(i) * 12);
    for (let i = 0; i < 4; ++i) store<bool>(at + i, this.transforms[i], 8);
    putTexts(at + 12, this.monitored);
    const reports = putList(at + 20, this.reported.length, 12);
    for (let i = 0; i < this.reported.length; ++i) {
      const report = reports + usize(i) * 12;
      const better = this.betters[i];
      putText(report, this.reported[i]);
      store<bool>(report, better != Better.Neither, 8);
      store<bool>(report, better == Better.Higher, 9);
    }
    putTexts(at + 28, this.used);
    const owns = putList(at + 36, this.owned.length, 1);
    for (let i = 0; i < this.owned.length; ++i) store<u8>(owns + i, u8(this.owned[i]));
    putTexts(at + 44, this.before);
    putTexts(at + 52, this.after);
  }

  private last(): Subscription {
    return this.subscriptions[this.subscriptions.length - 1];
  }

  private transforming(what: i32): Plan {
    this.transforms[what] = true;
    return this.powers([Power.Transform]);
  }
}
