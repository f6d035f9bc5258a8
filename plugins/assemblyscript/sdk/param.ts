/**
 * Parameters, declared once, in the order in which users see them:
 *
 *     const patience = param.count("patience", 3, "Bad epochs in a row to put up with.");
 *     const lrMax = param.number("lr-max", 0.01, "Highest learning rate.").min(0).max(10);
 *     const mode = param.text("mode", "auto", "Which is better.").choices(["auto", "min", "max"]);
 *
 * `patience.value` is what the user set, or the default: known from the plugin's constructor on. The
 * host checks type and bounds before. A doc is one line, with the unit where there is one.
 */

import {
  getNumbers,
  getText,
  getTexts,
  putList,
  putNumbers,
  putNumberUnlessNaN,
  putText,
  putTexts,
} from "./abi/memory";
import { fail } from "./failure";

const declared: Param[] = [];

/** The types of parameters, as the contract numbers them. */
enum Kind {
  Flag,
  Integer,
  Number,
  Text,
  Numbers,
  Texts,
}

const KINDS: string[] = [
  "a flag",
  "this integer",
  "a number",
  "a text",
  "a list of numbers",
  "a list of texts",
];

/** What all parameters have in common. */
export abstract class Param {
  protected least: f64 = NaN;
  protected greatest: f64 = NaN;
  protected allowed: string[] = [];

  constructor(
    public name: string,
    public doc: string,
    public kind: i32,
  ) {
    declared.push(this);
  }

  /** Back to what is used where the user sets nothing. */
  abstract reset(): void;
  /** Takes the payload of the contract's `value` at this address. */
  abstract get(at: usize): void;
  /** Writes the default as that payload. */
  abstract putDefault(at: usize): void;

  /** The contract's `param`. */
  put(at: usize): void {
    putText(at, this.name);
    putText(at + 8, this.doc);
    store<u8>(at, u8(this.kind), 16);
    this.putDefault(at + 24);
    putNumberUnlessNaN(at + 32, this.least);
    putNumberUnlessNaN(at + 48, this.greatest);
    putTexts(at + 64, this.allowed);
  }
}

/** true or false. */
export class Flag extends Param {
  value: bool;

  constructor(
    name: string,
    private standard: bool,
    doc: string,
  ) {
    super(name, doc, Kind.Flag);
    this.value = standard;
  }

  reset(): void {
    this.value = this.standard;
  }

  get(at: usize): void {
    this.value = load<bool>(at);
  }

  putDefault(at: usize): void {
    store<bool>(at, this.standard);
  }
}

/** A whole number. */
export class Whole extends Param {
  value: i64;

  constructor(
    name: string,
    private standard: i64,
    doc: string,
  ) {
    super(name, doc, Kind.Integer);
    this.value = standard;
  }

  /** With a least value, inclusive. */
  min(least: f64): Whole {
    this.least = least;
    return this;
  }

  /** With a greatest value, inclusive. */
  max(greatest: f64): Whole {
    this.greatest = greatest;
    return this;
  }

  reset(): void {
    this.value = this.standard;
  }

  get(at: usize): void {
    this.value = load<i64>(at);
  }

  putDefault(at: usize): void {
    store<i64>(at, this.standard);
  }
}

/** A whole number from 0 to 2 ** 32 - 1, for what is counted. */
export class Count extends Param {
  value: u32;

  constructor(
    name: string,
    private standard: u32,
    doc: string,
  ) {
    super(name, doc, Kind.Integer);
    this.value = standard;
    this.least = 0;
    this.greatest = f64(u32.MAX_VALUE);
  }

  /** With a least value, inclusive. */
  min(least: f64): Count {
    this.least = least;
    return this;
  }

  /** With a greatest value, inclusive. */
  max(greatest: f64): Count {
    this.greatest = greatest;
    return this;
  }

  reset(): void {
    this.value = this.standard;
  }

  get(at: usize): void {
    const value = load<i64>(at);
    if (value < 0 || value > i64(u32.MAX_VALUE)) {
      fail(`parameter \`${this.name}\` cannot be this integer`);
    }
    this.value = u32(value);
  }

  putDefault(at: usize): void {
    store<i64>(at, i64(this.standard));
  }
}

/** A finite number. */
export class Num extends Param {
  value: f64;

  constructor(
    name: string,
    private standard: f64,
    doc: string,
  ) {
    super(name, doc, Kind.Number);
    this.value = standard;
  }

  /** With a least value, inclusive. */
  min(least: f64): Num {
    this.least = least;
    return this;
  }

  /** With a greatest value, inclusive. */
  max(greatest: f64): Num {
    this.greatest = greatest;
    return this;
  }

  reset(): void {
    this.value = this.standard;
  }

  get(at: usize): void {
    this.value = load<f64>(at);
  }

  putDefault(at: usize): void {
    store<f64>(at, this.standard);
  }
}

/** A text. */
export class Text extends Param {
  value: string;

  constructor(
    name: string,
    private standard: string,
    doc: string,
  ) {
    super(name, doc, Kind.Text);
    this.value = standard;
  }

  /** With these texts only. */
  choices(allowed: string[]): Text {
    this.allowed = allowed;
    return this;
  }

  reset(): void {
    this.value = this.standard;
  }

  get(at: usize): void {
    this.value = getText(at);
  }

  putDefault(at: usize): void {
    putText(at, this.standard);
  }
}

/** Finite numbers, in order. */
export class Numbers extends Param {
  value: f64[];

  constructor(
    name: string,
    private standard: f64[],
    doc: string,
  ) {
    super(name, doc, Kind.Numbers);
    this.value = standard;
  }

  reset(): void {
    this.value = this.standard;
  }

  get(at: usize): void {
    this.value = getNumbers<f64>(load<usize>(at), load<i32>(at, 4));
  }

  putDefault(at: usize): void {
    putNumbers<f64>(at, this.standard);
  }
}

/** Texts, in order. */
export class Texts extends Param {
  value: string[];

  constructor(
    name: string,
    private standard: string[],
    doc: string,
  ) {
    super(name, doc, Kind.Texts);
    this.value = standard;
  }

  reset(): void {
    this.value = this.standard;
  }

  get(at: usize): void {
    this.value = getTexts(at);
  }

  putDefault(at: usize): void {
    putTexts(at, this.standard);
  }
}

/** true or false. */
export function flag(name: string, standard: bool, doc: string): Flag {
  return new Flag(name, standard, doc);
}

/** A whole number. */
export function whole(name: string, standard: i64, doc: string): Whole {
  return new Whole(name, standard, doc);
}

/** A whole number from 0 to 2 ** 32 - 1, for what is counted. */
export function count(name: string, standard: u32, doc: string): Count {
  return new Count(name, standard, doc);
}

/** A finite number. */
export function number(name: string, standard: f64, doc: string): Num {
  return new Num(name, standard, doc);
}

/** A text, or with `choices` one of a few. */
export function text(name: string, standard: string, doc: string): Text {
  return new Text(name, standard, doc);
}

/** Finite numbers, in order. */
export function numbers(name: string, standard: f64[], doc: string): Numbers {
  return new Numbers(name, standard, doc);
}

/** Texts, in order. */
export function texts(name: string, standard: string[], doc: string): Texts {
  return new Texts(name, standard, doc);
}

/** The descriptor's list of parameters. */
export function putParams(at: usize): void {
  const first = putList(at, declared.length, 72);
  for (let i = 0; i < declared.length; ++i) declared[i].put(first + usize(i) * 72);
}

/** The user's settings, and defaults for the rest. */
export function getSettings(at: usize): void {
  for (let i = 0; i < declared.length; ++i) declared[i].reset();
  const first = load<usize>(at);
  const length = load<usize>(at, 4);
  for (let i: usize = 0; i < length; ++i) getSetting(first + i * 24);
}

function getSetting(at: usize): void {
  const name = getText(at);
  const kind = i32(load<u8>(at, 8));
  for (let i = 0; i < declared.length; ++i) {
    const param = declared[i];
    if (param.name != name) continue;
    if (param.kind == kind) {
      param.get(at + 16);
    } else {
      fail(`parameter \`${name}\` cannot be ${KINDS[kind]}`);
    }
    return;
  }
  fail(`there is no parameter \`${name}\``);
}
