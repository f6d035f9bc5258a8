/** What AssemblyScript calls before it traps: it cannot go on, but it can say why. */

import * as log from "./log";

export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  const place = file === null ? "" : ` at ${file}:${line}:${column}`;
  log.error(`aborted${place}: ${message === null ? "no message" : message}`);
  unreachable();
}
