/** Between the contract's export `callback` and a class that extends `Callback`. */

import * as checked from "./checked.js";
import { begin, saying, within } from "./instance.js";
import { declared, values } from "./param.js";
import { METHODS, planOf } from "./plan.js";
import { Run } from "./run.js";
import { Signal } from "./signal.js";

/** @import { Callback } from "./callback.js" */
/** @import { Params, Setting, Values } from "./param.js" */
/** @import { Bound } from "./run.js" */
/** @import { About, Answer, Hook, Outcome, State } from "./types.js" */

/**
 * A plugin's class.
 *
 * @template {Params} P
 * @typedef {{ about: About, params: P, new (run: Run, params: Values<P>): Callback<P> }} Plugin
 */

/**
 * Makes a class the plugin of this file. Export what comes back under the contract's name:
 *
 * ```js
 * export const callback = register(EarlyStopping);
 * ```
 *
 * @template {Params} P
 * @param {Plugin<P>} Plugin
 */
export function register(Plugin) {
  return {
    describe: () => describe(Plugin),

    /** @param {Bound} run @param {Setting[]} settings */
    start: (run, settings) =>
      saying(() => {
        const params = /** @type {Values<P>} */ (values(Plugin.params, settings));
        const plugin = new Plugin(new Run(run), params);
        const plan = planOf(plugin);
        begin(plugin);
        return plan;
      }),

    /** @param {Hook} hook @param {State} state */
    onEvent: (hook, state) =>
      within((plugin) => signals(plugin[METHODS[hook]](state), METHODS[hook])),

    /** @param {State} state @param {Outcome} outcome */
    finish: (state, outcome) =>
      within((plugin) => signals(plugin.onFinish(state, outcome), "onFinish")),

    save: () => within((plugin) => Uint8Array.from(plugin.save())),

    /** @param {Iterable<number>} saved */
    load: (saved) => within((plugin) => plugin.load(Uint8Array.from(saved))),
  };
}

/** @param {Plugin<any>} Plugin */
function describe({ about, params }) {
  const { name, version, summary, needs = [], wants = [], stateVersion = 1 } = about;
  return {
    name,
    version,
    summary,
    params: declared(params),
    needs: [...needs],
    wants: [...wants],
    stateVersion: checked.count(stateVersion, "stateVersion"),
  };
}

/**
 * @param {Answer} answer
 * @param {string} method
 * @returns {readonly Signal[]}
 */
function signals(answer, method) {
  if (answer === undefined || answer === null) {
    return [];
  }
  if (!Array.isArray(answer) || !answer.every((signal) => signal instanceof Signal)) {
    throw new TypeError(
      `${method} must answer with an array of what \`signal\`'s functions make, or with nothing`,
    );
  }
  return answer;
}
