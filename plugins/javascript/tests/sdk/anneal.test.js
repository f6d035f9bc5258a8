import assert from "node:assert/strict";
import test from "node:test";

import { cosine, exponential, linear } from "../../sdk/anneal.js";

const WAYS = [linear, cosine, exponential];

test("every way starts and ends where it says", () => {
  for (const way of WAYS) {
    const ends = [-1, 0, 1, 7].map((pct) => way(0.004, 0.1, pct));
    assert.deepEqual(ends, [0.004, 0.004, 0.1, 0.1]);
  }
});

test("no way leaves its ends", () => {
  for (const way of WAYS) {
    for (let step = 0; step <= 1000; step += 1) {
      const value = way(0.1, 4e-7, step / 1e9);
      assert.ok(value >= 4e-7 && value <= 0.1, `${value}`);
    }
  }
});

test("the middles are the three means", () => {
  assert.equal(linear(1, 9, 0.5), 5);
  assert.ok(Math.abs(cosine(1, 9, 0.5) - 5) < 1e-12);
  assert.ok(Math.abs(exponential(1, 9, 0.5) - 3) < 1e-12);
  assert.ok(Math.abs(cosine(0, 1, 0.25) - 0.14644660940672624) < 1e-12);
});

test("the engine's own functions agree but for the last bits", () => {
  for (let step = 0; step <= 10_000; step += 1) {
    const pct = step / 10_000;
    assert.ok(Math.abs(cosine(1, 0, pct) - (0.5 + 0.5 * Math.cos(Math.PI * pct))) < 3e-16);
    assert.ok(Math.abs(exponential(1e-7, 10, pct) / (1e-7 * 1e8 ** pct) - 1) < 4e-15);
  }
});

test("NaN on the way is the lesser end, as in Rust", () => {
  for (const way of WAYS) {
    assert.equal(way(2, 1, NaN), way === exponential ? 2 : 1);
  }
});
