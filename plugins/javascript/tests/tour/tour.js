/**
 * All that an SDK can say and see, in one plugin: every language has this one, and all of them must
 * give the same journal.
 *
 * At train-begin it reports schedules and random numbers, at every third batch-end the whole state,
 * at valid-end a table and a histogram, at epoch-end one of each signal, which the host refuses as
 * one list, and in `onFinish` it logs how the run ended.
 */

import { Callback, Failure, Random, anneal, log, param, register, saved, signal } from "callbox";

/** @import { About, Outcome, Plan, Run, State, Values } from "callbox" */

/** One of each type. */
const params = {
  flag: param.flag(true, "A flag."),
  whole: param.whole(-7, "A whole number.", { min: -1000, max: 1000 }),
  count: param.count(3, "A count."),
  number: param.number(0.25, "A number.", { min: 0 }),
  choice: param.text("größer", "One of three texts.", { choices: ["größer", "", '"quoted"'] }),
  numbers: param.numbers([1, 2.5], "Numbers."),
  texts: param.texts(["a", "β"], "Texts."),
};

/** @typedef {typeof params} Params */

const memory = saved.tuple(saved.u64, saved.u32);

/**
 * Shows them.
 *
 * @extends {Callback<Params>}
 */
class Tour extends Callback {
  /** @type {About} */
  static about = {
    name: "tour",
    version: "0.1.0",
    summary: "Shows all that an SDK can say and see",
    needs: ["control"],
    wants: ["lr", "wd"],
    stateVersion: 3,
  };
  static params = params;

  events = 0;

  /** @param {Run} run @param {Values<Params>} params */
  constructor(run, params) {
    super(run, params);
    if (params.count === 13) {
      throw new Failure(`${run.plugin} is superstitious`);
    }
    this.random = new Random(run.seed);
  }

  /** @returns {Plan} */
  plan() {
    const { count } = this.params;
    return {
      on: [
        "train-begin",
        { hook: "batch-end", phase: "train", every: count, reads: ["losses", "hypers"] },
        { hook: "valid-end", reads: ["monitored"] },
        "epoch-end",
      ],
      monitors: ["valid-loss", "train-loss"],
      reports: { tour: "neither", seen: "higher" },
      powers: ["control"],
      owns: ["wd"],
    };
  }

  onTrainBegin() {
    this.events += 1;
    log.debug(this.settings());
    log.info(this.facts());
    const values = [];
    for (let step = -1; step <= 21; step += 1) {
      for (const way of [anneal.linear, anneal.cosine, anneal.exponential]) {
        values.push(way(0.1, 4e-7, step / 20));
      }
    }
    for (let draw = 0; draw < 10; draw += 1) {
      values.push(this.random.uniform());
    }
    for (let n = 1; n < 10; n += 1) {
      values.push(this.random.below(n * n));
    }
    values.push(...this.params.numbers, this.params.number);
    return values.map((value) => signal.report("tour", value));
  }

  /** @param {State} state */
  onBatchEnd(state) {
    this.events += 1;
    const { losses, hypers } = state;
    if (losses === null || hypers.length === 0) {
      throw new Failure("no losses or no hypers were filled in");
    }
    const [{ lr, mom, wd, beta }] = hypers;
    const seen = [
      state.epoch,
      state.numBatch,
      state.iteration,
      state.samples,
      Number(state.phase === "train"),
      state.batchSize,
      losses.raw,
      losses.last,
      losses.smooth,
      lr,
      mom ?? -1,
      wd,
      beta ?? -1,
      state.monitored.length,
    ];
    const next = anneal.linear(0, 0.01, this.random.uniform());
    return [...seen.map((value) => signal.report("seen", value, 0.5)), signal.set("wd", next)];
  }

  /** @param {State} state */
  onValidEnd(state) {
    this.events += 1;
    if (state.epoch === 1) {
      throw new Failure("an error of epoch 2");
    }
    return [
      signal.table("monitored", ["row"], this.params.texts, state.monitored),
      signal.histogram("ascending", [-1.5, 0, 1e300], [this.events, 0]),
    ];
  }

  /** @param {State} state */
  onEpochEnd(state) {
    this.events += 1;
    const bytes = this.save();
    this.events = 0;
    this.load(bytes);
    log.warn(`epoch ${state.epoch} is over after ${this.events} events`);
    return everything();
  }

  /** @param {State} state @param {Outcome} outcome */
  onFinish(state, outcome) {
    switch (outcome.tag) {
      case "completed":
        log.info(`completed after ${state.epoch} epochs`);
        break;
      case "stopped":
        log.info(
          `stopped by ${outcome.val.map(({ by, reason }) => `${by} (${reason})`).join(", ")}`,
        );
        break;
      case "failed":
        log.error(`failed: ${outcome.val}`);
        break;
    }
    return [signal.report("tour", this.events)];
  }

  save() {
    return memory.toBytes([this.random.state, this.events]);
  }

  /** @param {Uint8Array} bytes */
  load(bytes) {
    [this.random.state, this.events] = memory.fromBytes(bytes);
  }

  settings() {
    const { flag, whole, count, choice, texts } = this.params;
    return `flag ${flag}, whole ${whole}, count ${count}, choice ${choice}, texts ${texts.join("|")}`;
  }

  facts() {
    const { run } = this;
    const perEpoch = `${run.trainBatches ?? "?"}+${run.validBatches ?? "?"}`;
    const samples = `${run.nSamples ?? "?"}+${run.validSamples ?? "?"}`;
    return (
      `${run.plugin} in ${run.id}: ${run.nEpochs} epochs, ${run.plannedIterations ?? "?"} batches, ` +
      `${perEpoch} per epoch of ${samples} samples, ${run.classCounts.length} classes, ` +
      `groups ${run.groups.join("|")}, ${run.optimizer}, ` +
      `granted ${run.granted.map(({ power }) => power).join("|")}, ` +
      `metrics ${run.metrics.map(({ name }) => name).join("|")}, rank ${run.rank} of ${run.worldSize}`
    );
  }
}

/** One of each signal. The last one is unknown to the host, which refuses all of them together. */
function everything() {
  return [
    signal.stopTraining('stop "training"'),
    signal.stopEpoch("stop epoch"),
    signal.stopValidation(""),
    signal.skipValidation(),
    signal.validateNow(),
    signal.skipBatch(),
    signal.skipBackward(),
    signal.skipStep(),
    signal.keepGradients(),
    signal.set("lr", 0.5),
    signal.set("mom", 0.5, 1),
    signal.scale("wd", 0.25),
    signal.scale("beta", 7.000000000000001, 4_000_000_000),
    signal.scaleGrad(0.125),
    signal.clipGradValue(1.5),
    signal.clipGradNorm(2.5),
    signal.clipGradAdaptive(0.01, 0.001),
    signal.noiseGrad(1e-9),
    signal.setTrainable(2, true),
    signal.setNormFrozen(3, false),
    signal.refreshNormStatistics(),
    signal.snapshot("a"),
    signal.restore("b"),
    signal.blend("c", 0.75),
    signal.evaluateWith("d"),
    signal.adopt("e"),
    signal.forget("f"),
    signal.sampleWeights(2 ** 40 + 1),
    signal.report("tour", NaN, 3),
    signal.table("t", ["x", "y"], ["z"], [1, Infinity]),
    signal.histogram("h", [0, 1], [5]),
    signal.checkpoint("best"),
    signal.other("unheard-of", [1, -0]),
  ];
}

export const callback = register(Tour);
