/**
 * What the current batch holds. Reading it needs no power; at a hook where there is no such thing
 * yet, the plugin fails with *missing*. See `tensors.ts`.
 */

import { room, went } from "./abi/failure";
import * as host from "./abi/imports";
import { putText, take } from "./abi/memory";
import { Tensor, made } from "./tensors";

/** The model's input, after transforms. */
export function input(): Tensor {
  const answer = room();
  host.batch_input(answer);
  return made(answer);
}

/** The loss's target, after transforms. */
export function target(): Tensor {
  const answer = room();
  host.batch_target(answer);
  return made(answer);
}

/** The model's output, after transforms. */
export function output(): Tensor {
  const answer = room();
  host.batch_output(answer);
  return made(answer);
}

/** The loss, after transforms. With its graph inside `transformLoss`, without elsewhere. */
export function loss(): Tensor {
  const answer = room();
  host.batch_loss(answer);
  return made(answer);
}

/**
 * The run's own loss of an output against another target, mean over the batch. With a graph inside
 * transforms.
 */
export function lossOf(output: Tensor, target: Tensor): Tensor {
  const answer = room();
  host.batch_lossOf(output.number, target.number, answer);
  return made(answer);
}

/** Loss of each sample, and where it stands in the dataset. */
export class SampleLosses {
  constructor(
    public losses: Tensor,
    public indices: Tensor,
  ) {}
}

/** Loss per sample of the untransformed output and target, and each sample's index. */
export function sampleLosses(): SampleLosses {
  const answer = room();
  host.batch_sampleLosses(answer);
  const there = went(answer, 8);
  const losses = there ? load<u64>(answer, 8) : 0;
  const indices = there ? load<u64>(answer, 16) : 0;
  return new SampleLosses(new Tensor(losses), new Tensor(indices));
}

/** Class of every training sample, in dataset order. At any hook. */
export function labels(): Tensor {
  const answer = room();
  host.batch_labels(answer);
  return made(answer);
}

/** A named intermediate result that the model exposes; `model.activations` lists the names. */
export function activation(name: string): Tensor {
  const answer = room();
  const text = take(8);
  putText(text, name);
  host.batch_activation(load<usize>(text), load<i32>(text, 4), answer);
  return made(answer);
}
