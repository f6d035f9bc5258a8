/** What every exported function begins and ends with. */

import { Callback, living } from "../callback";
import { fail } from "../failure";
import { putText } from "./memory";

/** The plugin, for a call that needs one. */
export function called(): Callback | null {
  const plugin = living();
  if (plugin === null) fail("called before `start`, or after it failed");
  return plugin;
}

/** A result whose payload, at this offset, is there, unless there is an error for it to be. */
export function finished(answer: usize, payload: usize, why: string | null): usize {
  store<bool>(answer, why !== null);
  if (why !== null) putText(answer + payload, why);
  return answer;
}
