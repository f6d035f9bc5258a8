import assert from "node:assert/strict";
import test from "node:test";

import { Run } from "../../sdk/run.js";

/** What the tests need of a run, as the binding gives it. */
const run = (facts) => new Run({ seed: [0, 0], granted: [], metrics: [], hypers: [], ...facts });

test("a seed is put together of what the binding gives", () => {
  assert.equal(run({ seed: [-1, -1] }).seed, 2n ** 64n - 1n);
  assert.equal(run({ seed: [1, -0x8000_0000] }).seed, 2n ** 63n + 1n);
});

test("a value is held against its grant", () => {
  const granted = [{ power: "lr", min: 1e-7, max: 0.1 }];
  const it = run({ granted });
  it.allows("lr", 0.1);
  const refused = (name, value, message) =>
    assert.throws(() => it.allows(name, value), { message });
  refused("lr", 0.2, "lr 0.2 is above 0.1, the most that this run grants");
  refused("lr", 1.25e-9, "lr 0.00000000125 is below 0.0000001, the least that this run grants");
  refused("lr", 1.5e21, "lr 1500000000000000000000 is above 0.1, the most that this run grants");
  refused("mom", 0.9, "this run does not grant `mom`");
  assert.ok(it.grants("lr") && !it.grants("control"));
});

test("ratios are to the last group", () => {
  const hyper = (lr) => ({ lr, mom: null, wd: 0, beta: null });
  assert.deepEqual(run({ hypers: [hyper(0.001), hyper(0.01)] }).lrRatios(), [0.1, 1]);
  assert.deepEqual(run({ hypers: [hyper(0.001), hyper(0)] }).lrRatios(), [1, 1]);
});
