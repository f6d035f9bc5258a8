/**
 * Parameters, declared once: a plugin's `static params` has one property for each.
 *
 * ```js
 * const params = {
 *   patience: param.count(3, "Epochs without improvement to put up with."),
 *   lrMax: param.number(0.01, "Highest learning rate.", { min: 0, max: 10 }),
 *   mode: param.text("auto", "Which direction is better.", { choices: ["auto", "min", "max"] }),
 * };
 * ```
 *
 * In the run file they are called `patience`, `lr-max` and `mode`. The host checks type and bounds
 * before the plugin sees a value. A doc is one line, with the unit where there is one.
 */

import { Failure } from "./failure.js";

/** @typedef {{ tag: "flag", val: boolean } | { tag: "integer" | "number", val: number } | { tag: "text", val: string } | { tag: "numbers", val: number[] } | { tag: "texts", val: string[] }} Value */
/** @typedef {{ name: string, value: Value }} Setting */

/** @typedef {Record<string, Param<any>>} Params */

/**
 * What a plugin's parameters hold: `{ patience: number, lrMax: number, mode: "auto" | "min" | "max"
 * }`.
 *
 * @template {Params} P
 * @typedef {{ readonly [K in keyof P]: P[K] extends Param<infer T> ? T : never }} Values
 */

/**
 * @typedef {object} Bounds inclusive
 * @property {number} [min]
 * @property {number} [max]
 */

/**
 * One parameter. The functions of this module make it.
 *
 * @template T
 */
export class Param {
  /**
   * @param {Value["tag"]} tag the contract's type
   * @param {T} standard used where the user sets nothing
   * @param {string} doc
   * @param {Bounds & { choices?: readonly string[] }} [limits]
   */
  constructor(tag, standard, doc, limits = {}) {
    this.tag = tag;
    this.standard = standard;
    this.doc = doc;
    this.limits = limits;
  }

  /**
   * As the descriptor lists it.
   *
   * @param {string} name
   */
  declared(name) {
    const { min = null, max = null, choices = [] } = this.limits;
    const standard = { tag: this.tag, val: this.standard };
    return { name, doc: this.doc, default: standard, min, max, choices: [...choices] };
  }

  /**
   * A setting as this parameter's type. The host has checked it; what is not so would be a
   * stranger's host.
   *
   * @param {Setting} setting
   * @returns {T}
   */
  read({ name, value: { tag, val } }) {
    if (tag !== this.tag) {
      throw new Failure(`parameter \`${name}\` cannot be ${KINDS[tag]}`);
    }
    const { min = -Infinity, max = Infinity } = this.limits;
    if (tag === "integer" && (val < min || val > max)) {
      throw new Failure(`parameter \`${name}\` cannot be this integer`);
    }
    if (tag === "integer" && !Number.isSafeInteger(val)) {
      throw new Failure(
        `parameter \`${name}\` is beyond 2^53, where JavaScript's numbers have gaps`,
      );
    }
    return /** @type {T} */ (val);
  }
}

/** @type {Record<Value["tag"], string>} */
const KINDS = {
  flag: "a flag",
  integer: "this integer",
  number: "a number",
  text: "a text",
  numbers: "a list of numbers",
  texts: "a list of texts",
};

/**
 * true or false.
 *
 * @param {boolean} standard used where the user sets nothing
 * @param {string} doc
 * @returns {Param<boolean>}
 */
export function flag(standard, doc) {
  return new Param("flag", standard, doc);
}

/**
 * A whole number, up to 2 ** 53 either way.
 *
 * @param {number} standard used where the user sets nothing
 * @param {string} doc
 * @param {Bounds} [bounds]
 * @returns {Param<number>}
 */
export function whole(standard, doc, bounds) {
  return new Param("integer", standard, doc, bounds);
}

/**
 * A whole number from 0 to 2 ** 32 - 1, for what is counted.
 *
 * @param {number} standard used where the user sets nothing
 * @param {string} doc
 * @param {Bounds} [bounds] narrower ones
 * @returns {Param<number>}
 */
export function count(standard, doc, bounds) {
  return new Param("integer", standard, doc, { min: 0, max: 2 ** 32 - 1, ...bounds });
}

/**
 * A finite number.
 *
 * @param {number} standard used where the user sets nothing
 * @param {string} doc
 * @param {Bounds} [bounds]
 * @returns {Param<number>}
 */
export function number(standard, doc, bounds) {
  return new Param("number", standard, doc, bounds);
}

/**
 * A text, or one of a few.
 *
 * @template {string} [const C=string]
 * @param {NoInfer<C>} standard used where the user sets nothing
 * @param {string} doc
 * @param {{ choices?: readonly C[] }} [limits]
 * @returns {Param<C>}
 */
export function text(standard, doc, limits) {
  return new Param("text", standard, doc, limits);
}

/**
 * Finite numbers, in order.
 *
 * @param {readonly number[]} standard used where the user sets nothing
 * @param {string} doc
 * @returns {Param<readonly number[]>}
 */
export function numbers(standard, doc) {
  return new Param("numbers", standard, doc);
}

/**
 * Texts, in order.
 *
 * @param {readonly string[]} standard used where the user sets nothing
 * @param {string} doc
 * @returns {Param<readonly string[]>}
 */
export function texts(standard, doc) {
  return new Param("texts", standard, doc);
}

/**
 * The descriptor's list of parameters.
 *
 * @param {Params} params
 */
export function declared(params) {
  return Object.entries(params).map(([key, param]) => param.declared(kebab(key)));
}

/**
 * The user's settings, and defaults for the rest.
 *
 * @param {Params} params
 * @param {Setting[]} settings
 * @returns {Record<string, any>}
 */
export function values(params, settings) {
  const keys = new Map(Object.keys(params).map((key) => [kebab(key), key]));
  const read = Object.fromEntries(
    Object.entries(params).map(([key, { standard }]) => [key, standard]),
  );
  for (const setting of settings) {
    const key = keys.get(setting.name);
    if (key === undefined) {
      throw new Failure(`there is no parameter \`${setting.name}\``);
    }
    read[key] = params[key].read(setting);
  }
  return read;
}

/** @param {string} key */
function kebab(key) {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
