/** The contract's export `transform`. */

import { recover } from "../failure";
import { getState, stateOf } from "../state";
import { Tensor } from "../tensors";
import { Pair, Transform } from "../transform";
import { called, finished } from "./instance";
import { take } from "./memory";

/** Its parameters are too long for the stack: they lie where the pointer says. */
export function transform_onBatchBegin(parameters: usize): usize {
  const answer = take(32);
  const plugin = called();
  if (plugin !== null) {
    const input = new Tensor(load<u64>(parameters, 88));
    const target = new Tensor(load<u64>(parameters, 96));
    const batch = new Pair(input, target);
    const changed = (plugin as Transform).transformInput(getState(parameters), batch);
    store<bool>(answer, changed !== null, 8);
    if (changed !== null) {
      store<u64>(answer, changed.input.number, 16);
      store<u64>(answer, changed.target.number, 24);
    }
  }
  return finished(answer, 8, recover());
}

export function transform_onLossBegin(
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
  output: u64,
): usize {
  const answer = take(24);
  const plugin = called();
  if (plugin !== null) {
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
    putTensor(answer, (plugin as Transform).transformOutput(state, new Tensor(output)));
  }
  return finished(answer, 8, recover());
}

export function transform_onBackwardBegin(
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
  loss: u64,
): usize {
  const answer = take(24);
  const plugin = called();
  if (plugin !== null) {
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
    putTensor(answer, (plugin as Transform).transformLoss(state, new Tensor(loss)));
  }
  return finished(answer, 8, recover());
}

/** An `option<tensor>`, as the ok of a result. */
function putTensor(answer: usize, changed: Tensor | null): void {
  store<bool>(answer, changed !== null, 8);
  if (changed !== null) store<u64>(answer, changed.number, 16);
}
