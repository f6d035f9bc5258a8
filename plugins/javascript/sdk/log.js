/** The plugin's log, shown with its name. One call is one line; control characters are removed. */

import * as host from "callbox:plugin/log@0.1.0";

import { text } from "./checked.js";

/**
 * Shown when the user asks for it.
 *
 * @param {string} message
 */
export function debug(message) {
  host.write("debug", text(message, "a log line"));
}

/**
 * Worth a line in the run's log.
 *
 * @param {string} message
 */
export function info(message) {
  host.write("info", text(message, "a log line"));
}

/**
 * The user should look at it.
 *
 * @param {string} message
 */
export function warn(message) {
  host.write("warn", text(message, "a log line"));
}

/**
 * The plugin could not do its work.
 *
 * @param {string} message
 */
export function error(message) {
  host.write("error", text(message, "a log line"));
}
