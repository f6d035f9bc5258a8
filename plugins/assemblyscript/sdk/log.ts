/** The plugin's log, shown with its name. One call is one line; control characters are removed. */

import { log_write } from "./abi/imports";
import { putText, take } from "./abi/memory";

/** Shown when the user asks for it. */
export function debug(message: string): void {
  line(0, message);
}

/** Worth a line in the run's log. */
export function info(message: string): void {
  line(1, message);
}

/** The user should look at it. */
export function warn(message: string): void {
  line(2, message);
}

/** The plugin could not do its work. */
export function error(message: string): void {
  line(3, message);
}

function line(level: i32, message: string): void {
  const text = take(8);
  putText(text, message);
  log_write(level, load<usize>(text), load<usize>(text, 4));
}
