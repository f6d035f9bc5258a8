/** The model's parameters, to read. */

import { room } from "./abi/failure";
import * as host from "./abi/imports";
import { getList, getNumbers, getText, getTexts, putText, take } from "./abi/memory";
import { Tensor, made, number } from "./tensors";

/** A parameter of the model. */
export class Parameter {
  constructor(
    /** PyTorch's dotted name, such as `layers.0.weight`. */
    public name: string,
    /** Index of its layer group. */
    public group: u32,
    /** Sizes of its dimensions. */
    public shape: u64[],
    /** False while its group is frozen. */
    public trainable: bool,
  ) {}
}

/** All parameters, in the model's order. May be called in the constructor. */
export function parameters(): Parameter[] {
  const answer = room();
  host.model_parameters(answer);
  return getList<Parameter>(answer, 24, getParameter);
}

/** Names that `batch.activation` knows. May be called in the constructor. */
export function activations(): string[] {
  const answer = room();
  host.model_activations(answer);
  return getTexts(answer);
}

/** A parameter's value, detached. */
export function weight(name: string): Tensor {
  const answer = room();
  const text = take(8);
  putText(text, name);
  host.model_weight(load<usize>(text), load<i32>(text, 4), answer);
  return made(answer);
}

/** A parameter's gradient, unscaled; the plugin fails with *missing* where it has none. */
export function gradient(name: string): Tensor {
  const answer = room();
  const text = take(8);
  putText(text, name);
  host.model_gradient(load<usize>(text), load<i32>(text, 4), answer);
  return made(answer);
}

/** L2 norm of all gradients together. */
export function gradientNorm(): f64 {
  const answer = room();
  host.model_gradientNorm(answer);
  return number(answer);
}

function getParameter(at: usize): Parameter {
  return new Parameter(
    getText(at),
    load<u32>(at, 8),
    getNumbers<u64>(load<usize>(at, 12), load<i32>(at, 16)),
    load<bool>(at, 20),
  );
}
