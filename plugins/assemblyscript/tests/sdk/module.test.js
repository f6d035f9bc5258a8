import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { plugin, typesIn } from "../../sdk/module.mjs";

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** One type, and functions of it, each exported under one of these names. */
const module = (names) => {
  const exported = names.flatMap((name, index) => [name.length, ...Buffer.from(name), 0, index]);
  return Uint8Array.from([
    ...HEADER,
    ...[1, 4, 1, 0x60, 0, 0],
    ...[3, 1 + names.length, names.length, ...names.map(() => 0)],
    ...[7, 1 + exported.length, names.length, ...exported],
    ...[10, 1 + 3 * names.length, names.length, ...names.flatMap(() => [2, 0, 0x0b])],
  ]);
};
const TYPES = Uint8Array.from([5, ...Buffer.from("types"), 1, 2, 3]);

test("exports get the contract's names, and one that frees what they answer", () => {
  const names = ["callback_onEvent", "metric_begin", "helper", "cabi_post"];
  const made = new WebAssembly.Module(plugin(module(names), TYPES));

  assert.deepEqual(
    WebAssembly.Module.exports(made).map(({ name }) => name),
    [
      "callbox:plugin/callback@0.1.0#on-event",
      "cabi_post_callbox:plugin/callback@0.1.0#on-event",
      "callbox:plugin/metric@0.1.0#begin",
      "helper",
    ],
  );
  assert.deepEqual(
    [...new Uint8Array(WebAssembly.Module.customSections(made, "types")[0])],
    [1, 2, 3],
  );
});

test("a section may be longer than 127 bytes", () => {
  const names = [0, 1, 2, 3, 4].map((index) => `callback_n${index}`).concat("cabi_post");
  const made = new WebAssembly.Module(plugin(module(names), TYPES));
  assert.equal(WebAssembly.Module.exports(made).length, 10);
});

test("a module without a way to free is refused", () => {
  assert.throws(() => plugin(module(["callback_save"]), TYPES), /no export cabi_post/);
});

test("the types of every world are there, in sections of their own", () => {
  for (const world of ["callback", "tensor", "transform", "metric"]) {
    const types = readFileSync(new URL(`../../sdk/worlds/${world}-plugin.bin`, import.meta.url));
    const object = Uint8Array.from([
      ...HEADER,
      0,
      (types.length % 128) | 128,
      types.length >> 7,
      ...types,
    ]);
    assert.deepEqual(Buffer.from(typesIn(object)), types);
  }
  assert.throws(() => typesIn(Uint8Array.from(HEADER)), /no component types/);
});
