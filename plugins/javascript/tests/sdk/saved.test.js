import assert from "node:assert/strict";
import test from "node:test";

import * as saved from "../../sdk/saved.js";

test("everything comes back", () => {
  const memory = saved.tuple(
    saved.f64,
    saved.u32,
    saved.text,
    saved.option(saved.bool),
    saved.list(saved.tuple(saved.u64, saved.i64)),
    saved.option(saved.f64),
  );
  const value = [
    0.1,
    7,
    "größer 🙂 100 %",
    true,
    [
      [2n ** 64n - 1n, -1n],
      [2n, -(2n ** 63n)],
    ],
    null,
  ];
  assert.deepEqual(memory.fromBytes(memory.toBytes(value)), value);
});

test("the bytes are those of every SDK", () => {
  const memory = saved.record({ best: saved.option(saved.u8), name: saved.text, on: saved.bool });
  const bytes = memory.toBytes({ on: true, name: "ä", best: 5, other: "left out" });
  assert.deepEqual([...bytes], [1, 5, 2, 0, 0, 0, 0, 0, 0, 0, 0xc3, 0xa4, 1]);
});

test("other bytes are refused", () => {
  const pair = saved.tuple(saved.u32, saved.u32);
  const bytes = pair.toBytes([1, 2]);
  const refusal = /^Error: these \d+ saved bytes are not what this plugin writes$/;

  assert.throws(() => pair.fromBytes(bytes.subarray(0, 7)), refusal);
  assert.throws(() => saved.u32.fromBytes(bytes), refusal);
  assert.throws(() => saved.bool.fromBytes(Uint8Array.of(2)), refusal);
  assert.throws(() => saved.list(saved.u64).fromBytes(new Uint8Array(8).fill(255)), refusal);
  assert.throws(() => saved.text.fromBytes(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0xff)), refusal);
});
