/**
 * What crosses into the contract, checked: the binding ends the plugin without a word where a value
 * has another type than the contract's. Here it becomes an error with a sentence.
 */

/**
 * A text without lone surrogates, which UTF-8 cannot hold.
 *
 * @param {string} value
 * @param {string} what its name in the sentence
 * @returns {string}
 */
export function text(value, what) {
  if (typeof value !== "string") {
    throw new TypeError(`${what} must be a text, and is ${shown(value)}`);
  }
  return value.toWellFormed();
}

/**
 * @param {number} value
 * @param {string} what
 * @returns {number}
 */
export function number(value, what) {
  if (typeof value !== "number") {
    throw new TypeError(`${what} must be a number, and is ${shown(value)}`);
  }
  return value;
}

/**
 * @param {boolean} value
 * @param {string} what
 * @returns {boolean}
 */
export function flag(value, what) {
  if (typeof value !== "boolean") {
    throw new TypeError(`${what} must be true or false, and is ${shown(value)}`);
  }
  return value;
}

/**
 * A whole number of 0 to 2 ** 32 - 1. The binding takes the same 32 bits as a signed number only.
 *
 * @param {number} value
 * @param {string} what
 * @returns {number}
 */
export function count(value, what) {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
    throw new RangeError(
      `${what} must be a whole number from 0 to 4294967295, and is ${shown(value)}`,
    );
  }
  return value | 0;
}

/**
 * One of a few words.
 *
 * @template {string} T
 * @param {T} value
 * @param {readonly T[]} words
 * @param {string} what
 * @returns {T}
 */
export function word(value, words, what) {
  if (!words.includes(value)) {
    throw new TypeError(`${what} must be one of ${words.join(", ")}, and is ${shown(value)}`);
  }
  return value;
}

/**
 * A list, each element checked. What comes back is a copy.
 *
 * @template T, U
 * @param {Iterable<T>} values
 * @param {(value: T, what: string) => U} check
 * @param {string} what
 * @returns {U[]}
 */
export function list(values, check, what) {
  if (typeof values !== "object" || values === null || !(Symbol.iterator in values)) {
    throw new TypeError(`${what} must be a list, and is ${shown(values)}`);
  }
  return Array.from(values, (value, index) => check(value, `${what}[${index}]`));
}

/** @param {unknown} value */
function shown(value) {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
