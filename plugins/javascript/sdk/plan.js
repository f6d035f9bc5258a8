/** A plugin's plan as the contract has it. */

import * as checked from "./checked.js";
import { Callback } from "./callback.js";

/** @import { Better, Hook, HyperName, Phase, Reads, Subscription } from "./types.js" */

/**
 * The method of each hook.
 *
 * @type {Record<Hook, HookMethod>}
 */
export const METHODS = {
  "train-begin": "onTrainBegin",
  "epoch-begin": "onEpochBegin",
  "batch-begin": "onBatchBegin",
  "loss-begin": "onLossBegin",
  "backward-begin": "onBackwardBegin",
  "backward-end": "onBackwardEnd",
  "step-end": "onStepEnd",
  "batch-end": "onBatchEnd",
  "valid-begin": "onValidBegin",
  "valid-end": "onValidEnd",
  "epoch-end": "onEpochEnd",
};

/**
 * @typedef {"onTrainBegin" | "onEpochBegin" | "onBatchBegin" | "onLossBegin" | "onBackwardBegin" | "onBackwardEnd" | "onStepEnd" | "onBatchEnd" | "onValidBegin" | "onValidEnd" | "onEpochEnd"} HookMethod
 */

const HOOKS = /** @type {Hook[]} */ (Object.keys(METHODS));
/** @type {Phase[]} */
const PHASES = ["train", "valid", "test"];
/** @type {Reads[]} */
const READS = ["losses", "hypers", "monitored", "late"];
/** @type {HyperName[]} */
const HYPERS = ["lr", "mom", "wd", "beta"];
/** @type {Record<Better, boolean | null>} */
const BETTER = { higher: true, lower: false, neither: null };
/** @type {Record<"input" | "output" | "loss", string>} */
const TRANSFORMS = { input: "transformInput", output: "transformOutput", loss: "transformLoss" };

/**
 * The plan of a plugin, checked and completed.
 *
 * @param {Callback} plugin
 */
export function planOf(plugin) {
  const plan = plugin.plan();
  const transforms = checked.list(plan.transforms ?? [], transform(plugin), "plan.transforms");
  const owns = checked.list(plan.owns ?? [], oneOf(HYPERS), "plan.owns");
  const powers = checked.list(plan.powers ?? [], checked.text, "plan.powers");
  return {
    subscriptions: checked.list(plan.on ?? [], subscription(plugin), "plan.on"),
    transforms: {
      input: transforms.includes("input"),
      output: transforms.includes("output"),
      loss: transforms.includes("loss"),
      inValidation: plan.inValidation ?? false,
    },
    monitors: checked.list(plan.monitors ?? [], checked.text, "plan.monitors"),
    reports: Object.entries(plan.reports ?? {}).map(metric),
    powers: [...new Set([...powers, ...owns, ...(transforms.length > 0 ? ["transform"] : [])])],
    owns,
    runBefore: checked.list(plan.runBefore ?? [], checked.text, "plan.runBefore"),
    runAfter: checked.list(plan.runAfter ?? [], checked.text, "plan.runAfter"),
  };
}

/** @param {Callback} plugin */
function subscription(plugin) {
  return (/** @type {Hook | Subscription} */ wanted, /** @type {string} */ what) => {
    const {
      hook,
      phase,
      every = 1,
      reads = [],
    } = typeof wanted === "string" ? { hook: wanted } : wanted;
    const method = METHODS[checked.word(hook, HOOKS, what)];
    if (plugin[method] === Callback.prototype[method]) {
      throw new TypeError(`the plan asks for ${hook}, but there is no method ${method}`);
    }
    const read = checked.list(reads, oneOf(READS), `${what}.reads`);
    return {
      hook,
      phase: phase === undefined ? null : checked.word(phase, PHASES, `${what}.phase`),
      every: checked.count(every, `${what}.every`),
      reads: Object.fromEntries(READS.map((part) => [part, read.includes(part)])),
    };
  };
}

/** @param {Callback} plugin */
function transform(plugin) {
  return (/** @type {"input" | "output" | "loss"} */ wanted, /** @type {string} */ what) => {
    const method =
      TRANSFORMS[checked.word(wanted, /** @type {any} */ (Object.keys(TRANSFORMS)), what)];
    if (!(method in plugin)) {
      throw new TypeError(`the plan transforms the ${wanted}, but there is no method ${method}`);
    }
    return wanted;
  };
}

/**
 * @template {string} T
 * @param {readonly T[]} words
 */
function oneOf(words) {
  return (/** @type {T} */ value, /** @type {string} */ what) => checked.word(value, words, what);
}

/** @param {[string, Better]} report */
function metric([name, better]) {
  checked.word(better, /** @type {Better[]} */ (Object.keys(BETTER)), `plan.reports["${name}"]`);
  return { name: checked.text(name, "a metric's name"), higherIsBetter: BETTER[better] };
}
