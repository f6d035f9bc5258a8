/**
 * Write callbox plugins in AssemblyScript: one class with one method per hook of the training loop.
 *
 * A plugin sees the loop's state and answers with signals; it can do nothing else. Tensors,
 * transforms and metrics are modules of their own: `tensors.ts`, `batch.ts`, `model.ts`,
 * `transform.ts`, `metric.ts`.
 */

import * as anneal from "./anneal";
import * as log from "./log";
import * as param from "./param";
import * as saved from "./saved";
import * as signal from "./signal";

export { anneal, log, param, saved, signal };

export { About, Power } from "./about";
export { Answer, Callback, register } from "./callback";
export { fail, failed, recover } from "./failure";
export { HyperName, Plan, Reads } from "./plan";
export { Random } from "./random";
export { Better, Grant, MetricSpec, Run } from "./run";
export { Signal } from "./signal";
export { Ending, Hook, Hyper, Losses, Outcome, Phase, State, Stop } from "./state";
