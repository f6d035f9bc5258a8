/**
 * Errors. AssemblyScript has no exceptions that could be caught, so a failure is remembered until
 * the plugin answers, and is the answer then.
 */

import { Answer } from "./callback";

let failure: string | null = null;

/**
 * Makes this sentence the answer: in the constructor it refuses the plugin, in a hook it is
 * journaled as the plugin's violation. The first one counts. `return fail("why")` ends a hook.
 */
export function fail(why: string): Answer {
  if (failure === null) failure = why;
  return null;
}

/** What failed since the answer before, be it by `fail` or in a call for tensors; null: nothing. */
export function failed(): string | null {
  return failure;
}

/** Forgets what failed, and says what it was: the plugin goes on without it. */
export function recover(): string | null {
  const why = failure;
  failure = null;
  return why;
}
