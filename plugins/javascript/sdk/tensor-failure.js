/** Why the host could not do what a plugin asked in a call. */

import { Failure } from "./failure.js";

/**
 * What a call for tensors, the batch or the model throws:
 *
 * - `stale`: the tensor's batch is over, or the number is not this plugin's;
 * - `missing`: no such thing now, or under that name;
 * - `mismatch`: shapes, types or ranges don't fit;
 * - `over-budget`: a budget of this event, or of its batch, is spent.
 */
export class TensorFailure extends Failure {
  /** @param {Payload} payload */
  constructor({ tag, val }) {
    const what = tag === "stale" ? "its batch is over, or it is not this plugin's" : val;
    super(`${WORDS[tag]}: ${what}`);
    this.kind = tag;
  }
}

/** @typedef {{ tag: "stale" | "missing" | "mismatch" | "over-budget", val?: string }} Payload */

/** @type {Record<Payload["tag"], string>} */
const WORDS = {
  stale: "stale tensor",
  missing: "missing",
  mismatch: "mismatch",
  "over-budget": "over budget",
};

/**
 * Asks the host. The binding throws an error that carries the contract's variant.
 *
 * @template T
 * @param {() => T} question
 * @returns {T}
 */
export function ask(question) {
  try {
    return question();
  } catch (error) {
    const payload = error instanceof Error && "payload" in error ? error.payload : undefined;
    if (payload === undefined) {
      throw error;
    }
    throw new TensorFailure(/** @type {Payload} */ (payload));
  }
}
