/** The contract's `failure`: why the host could not do what was asked in a call. */

import { fail } from "../failure";
import { getText, take } from "./memory";

const KINDS: string[] = ["stale tensor", "missing", "mismatch", "over budget"];

/** Room for any answer. */
export function room(): usize {
  return take(24);
}

/** Whether an answer is one: what is not is the plugin's failure. `payload` is its offset. */
export function went(answer: usize, payload: usize): bool {
  if (load<u8>(answer) == 0) return true;
  const kind = load<u8>(answer + payload);
  const why =
    kind == 0 ? "its batch is over, or it is not this plugin's" : getText(answer + payload + 4);
  fail(`${KINDS[kind]}: ${why}`);
  return false;
}
