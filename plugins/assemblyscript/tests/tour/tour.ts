/**
 * All that an SDK can say and see, in one plugin: every language has this one, and all of them must
 * give the same journal.
 *
 * At train-begin it reports schedules and random numbers, at every third batch-end the whole state,
 * at valid-end a table and a histogram, at epoch-end one of each signal, which the host refuses as
 * one list, and in `onFinish` it logs how the run ended.
 */

import {
  About,
  Answer,
  Better,
  Callback,
  Ending,
  Hook,
  HyperName,
  Outcome,
  Phase,
  Plan,
  Power,
  Random,
  Reads,
  Run,
  Signal,
  State,
  anneal,
  fail,
  log,
  param,
  register,
  saved,
  signal,
} from "../../sdk";

/** One of each type. */
const flag = param.flag("flag", true, "A flag.");
const whole = param.whole("whole", -7, "A whole number.").min(-1000).max(1000);
const count = param.count("count", 3, "A count.");
const number = param.number("number", 0.25, "A number.").min(0);
const choice = param
  .text("choice", "größer", "One of three texts.")
  .choices(["größer", "", '"quoted"']);
const numbers = param.numbers("numbers", [1, 2.5], "Numbers.");
const texts = param.texts("texts", ["a", "β"], "Texts.");

/** Shows them. */
class Tour extends Callback {
  private random: Random;
  private events: u32 = 0;

  constructor(private run: Run) {
    super();
    if (count.value == 13) fail(`${run.plugin} is superstitious`);
    this.random = new Random(run.seed);
  }

  plan(): Plan {
    return Plan.on(Hook.TrainBegin)
      .andOn(Hook.BatchEnd)
      .phase(Phase.Train)
      .every(count.value)
      .reads(Reads.Losses | Reads.Hypers)
      .andOn(Hook.ValidEnd)
      .reads(Reads.Monitored)
      .andOn(Hook.EpochEnd)
      .monitors(["valid-loss", "train-loss"])
      .reports("tour", Better.Neither)
      .reports("seen", Better.Higher)
      .powers([Power.Control])
      .owns(HyperName.Wd);
  }

  override onTrainBegin(_state: State): Answer {
    this.events += 1;
    log.debug(settings());
    log.info(this.facts());
    const values: f64[] = [];
    for (let step = -1; step <= 21; ++step) {
      const pct = f64(step) / 20;
      values.push(anneal.linear(0.1, 4e-7, pct));
      values.push(anneal.cosine(0.1, 4e-7, pct));
      values.push(anneal.exponential(0.1, 4e-7, pct));
    }
    for (let draw = 0; draw < 10; ++draw) values.push(this.random.uniform());
    for (let n = 1; n < 10; ++n) values.push(f64(this.random.below(n * n)));
    for (let i = 0; i < numbers.value.length; ++i) values.push(numbers.value[i]);
    values.push(number.value);
    return reports("tour", values, 1);
  }

  override onBatchEnd(state: State): Answer {
    this.events += 1;
    const losses = state.losses;
    if (losses === null || state.hypers.length == 0) {
      return fail("no losses or no hypers were filled in");
    }
    const hyper = state.hypers[0];
    const seen: f64[] = [
      f64(state.epoch),
      f64(state.numBatch),
      f64(state.iteration),
      f64(state.samples),
      f64(state.phase == Phase.Train),
      f64(state.batchSize),
      losses.raw,
      losses.last,
      losses.smooth,
      hyper.lr,
      isNaN(hyper.mom) ? -1 : hyper.mom,
      hyper.wd,
      isNaN(hyper.beta) ? -1 : hyper.beta,
      f64(state.monitored.length),
    ];
    const signals = reports("seen", seen, 0.5);
    const next = anneal.linear(0, 0.01, this.random.uniform());
    signals.push(signal.set(HyperName.Wd, next));
    return signals;
  }

  override onValidEnd(state: State): Answer {
    this.events += 1;
    if (state.epoch == 1) return fail("an error of epoch 2");
    return [
      signal.table("monitored", ["row"], texts.value, state.monitored),
      signal.histogram("ascending", [-1.5, 0, 1e300], [f64(this.events), 0]),
    ];
  }

  override onEpochEnd(state: State): Answer {
    this.events += 1;
    const bytes = this.save();
    this.events = 0;
    this.load(bytes);
    log.warn(`epoch ${state.epoch} is over after ${this.events} events`);
    return everything();
  }

  override onFinish(state: State, outcome: Outcome): Answer {
    switch (outcome.ending) {
      case Ending.Completed:
        log.info(`completed after ${state.epoch} epochs`);
        break;
      case Ending.Stopped:
        log.info(`stopped by ${stops(outcome)}`);
        break;
      default:
        log.error(`failed: ${outcome.message}`);
    }
    return [signal.report("tour", f64(this.events))];
  }

  override save(): Uint8Array {
    return new saved.Writer().u64(this.random.state).u32(this.events).bytes();
  }

  override load(bytes: Uint8Array): void {
    const reader = new saved.Reader(bytes);
    const state = reader.u64();
    const events = reader.u32();
    if (!reader.end()) return;
    this.random.state = state;
    this.events = events;
  }

  private facts(): string {
    const run = this.run;
    const perEpoch = `${known(run.trainBatches)}+${known(run.validBatches)}`;
    const samples = `${known(run.nSamples)}+${known(run.validSamples)}`;
    const granted = run.granted.map<string>((grant) => grant.power).join("|");
    const metrics = run.metrics.map<string>((metric) => metric.name).join("|");
    return (
      `${run.plugin} in ${run.id}: ${run.nEpochs} epochs, ${known(run.plannedIterations)} batches, ` +
      `${perEpoch} per epoch of ${samples} samples, ${run.classCounts.length} classes, ` +
      `groups ${run.groups.join("|")}, ${run.optimizer}, granted ${granted}, metrics ${metrics}, ` +
      `rank ${run.rank} of ${run.worldSize}`
    );
  }
}

function settings(): string {
  return (
    `flag ${flag.value}, whole ${whole.value}, count ${count.value}, choice ${choice.value}, ` +
    `texts ${texts.value.join("|")}`
  );
}

function known(number: i64): string {
  return number < 0 ? "?" : number.toString();
}

function stops(outcome: Outcome): string {
  return outcome.stops.map<string>((stop) => `${stop.by} (${stop.reason})`).join(", ");
}

function reports(name: string, values: f64[], weight: f64): Signal[] {
  const signals: Signal[] = [];
  for (let i = 0; i < values.length; ++i) signals.push(signal.report(name, values[i], weight));
  return signals;
}

/** One of each signal. The last one is unknown to the host, which refuses all of them together. */
function everything(): Signal[] {
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
    signal.set(HyperName.Lr, 0.5),
    signal.setGroup(HyperName.Mom, 1, 0.5),
    signal.scale(HyperName.Wd, 0.25),
    signal.scaleGroup(HyperName.Beta, 4_000_000_000, 7.000000000000001),
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
    signal.sampleWeights(((<u64>1) << 40) + 1),
    signal.report("tour", NaN, 3),
    signal.table("t", ["x", "y"], ["z"], [1, Infinity]),
    signal.histogram("h", [0, 1], [5]),
    signal.checkpoint("best"),
    signal.other("unheard-of", [1, -0.0]),
  ];
}

register(
  new About("tour", "0.1.0", "Shows all that an SDK can say and see")
    .needs([Power.Control])
    .wants([Power.Lr, Power.Wd])
    .stateVersion(3),
  (run: Run): Callback => new Tour(run),
);
