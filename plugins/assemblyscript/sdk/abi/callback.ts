/**
 * The contract's export `callback`. `component.mjs` gives these functions the contract's names, for
 * an identifier has no hyphens.
 */

import "../abort";
import { Answer, Callback, begin, keep, registered } from "../callback";
import { recover } from "../failure";
import { getSettings } from "../param";
import { getRun } from "../run";
import { putSignals } from "../signal";
import { Hook, State, getOutcome, getState, stateOf } from "../state";
import { called, finished } from "./instance";
import { putList, take } from "./memory";

export { cabi_post, cabi_realloc } from "./memory";

export function callback_describe(): usize {
  const answer = take(56);
  registered().put(answer);
  return answer;
}

/** Its two parameters are too long for the stack: they lie where the pointer says. */
export function callback_start(parameters: usize): usize {
  const answer = take(64);
  const run = getRun(parameters);
  getSettings(parameters + 176);
  let why = recover();
  if (why === null) {
    const plugin = begin(run);
    why = recover();
    if (why === null) {
      plugin.plan().put(answer + 4);
      keep(plugin);
    }
  }
  return finished(answer, 4, why);
}

export function callback_onEvent(
  hook: i32,
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
): usize {
  const plugin = called();
  if (plugin === null) return answered(null);
  const state = stateOf(
    epoch,
    numBatch,
    iteration,
    samples,
    phase,
    batchSize,
    hasLosses,
    raw,
    last,
    smooth,
    partial,
    hypers,
    hypersLength,
    monitored,
    monitoredLength,
  );
  return answered(call(plugin, hook, state));
}

/** As with `start`, its parameters lie in memory. */
export function callback_finish(parameters: usize): usize {
  const plugin = called();
  if (plugin === null) return answered(null);
  return answered(plugin.onFinish(getState(parameters), getOutcome(parameters + 88)));
}

export function callback_save(): usize {
  const answer = take(12);
  const plugin = called();
  if (plugin !== null) {
    const bytes = plugin.save();
    const first = putList(answer + 4, bytes.length, 1);
    memory.copy(first, bytes.dataStart, bytes.length);
  }
  return finished(answer, 4, recover());
}

export function callback_load(bytes: usize, length: i32): usize {
  const plugin = called();
  if (plugin !== null) {
    const saved = new Uint8Array(length);
    memory.copy(saved.dataStart, bytes, length);
    plugin.load(saved);
  }
  return finished(take(12), 4, recover());
}

function call(plugin: Callback, hook: Hook, state: State): Answer {
  switch (hook) {
    case Hook.TrainBegin:
      return plugin.onTrainBegin(state);
    case Hook.EpochBegin:
      return plugin.onEpochBegin(state);
    case Hook.BatchBegin:
      return plugin.onBatchBegin(state);
    case Hook.LossBegin:
      return plugin.onLossBegin(state);
    case Hook.BackwardBegin:
      return plugin.onBackwardBegin(state);
    case Hook.BackwardEnd:
      return plugin.onBackwardEnd(state);
    case Hook.StepEnd:
      return plugin.onStepEnd(state);
    case Hook.BatchEnd:
      return plugin.onBatchEnd(state);
    case Hook.ValidBegin:
      return plugin.onValidBegin(state);
    case Hook.ValidEnd:
      return plugin.onValidEnd(state);
    default:
      return plugin.onEpochEnd(state);
  }
}

/** A `result<list<signal>, string>`: the answer, or what failed. */
function answered(signals: Answer): usize {
  const answer = take(12);
  putSignals(answer + 4, signals);
  return finished(answer, 4, recover());
}
