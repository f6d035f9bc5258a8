/** The one instance of the plugin that lives in a component, and the way into it. */

import { Failure } from "./failure.js";
import * as log from "./log.js";

/** @import { Callback } from "./callback.js" */

/** @type {Callback<any> | undefined} */
let instance;

/** @param {Callback<any>} plugin */
export function begin(plugin) {
  instance = plugin;
}

/**
 * Calls the plugin. What it throws becomes the contract's error, which the binding takes as a
 * thrown text.
 *
 * @template T
 * @param {(plugin: any) => T} call
 * @returns {T}
 */
export function within(call) {
  return saying(() => {
    if (instance === undefined) {
      throw new Failure("called before `start`, or after it failed");
    }
    return call(instance);
  });
}

/**
 * @template T
 * @param {() => T} call
 * @returns {T}
 */
export function saying(call) {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof Failure)) {
      log.error(trace(error));
    }
    throw sentence(error).toWellFormed();
  }
}

/** @param {unknown} error */
function sentence(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The error and where it was thrown, in one line.
 *
 * @param {unknown} error
 */
function trace(error) {
  if (!(error instanceof Error)) {
    return `threw ${String(error)}`;
  }
  const frames = (error.stack ?? "").split("\n").map((frame) => frame.trim());
  return [`${error.name}: ${error.message}`, ...frames.filter((frame) => frame !== "")].join(", ");
}
