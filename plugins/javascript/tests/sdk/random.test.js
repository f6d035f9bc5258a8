import assert from "node:assert/strict";
import test from "node:test";

import { Random } from "../../sdk/random.js";

test("the numbers are the paper's", () => {
  const random = new Random(1_234_567n);
  const first = Array.from({ length: 5 }, () => random.next());
  assert.deepEqual(first, [
    6457827717110365317n,
    3203168211198807973n,
    9817491932198370423n,
    4593380528125082431n,
    16408922859458223821n,
  ]);
});

test("a stream goes on from its state", () => {
  const random = new Random(7n);
  random.next();
  const copy = new Random(random.state);
  assert.equal(copy.uniform(), random.uniform());
  for (let draw = 0; draw < 100; draw += 1) {
    assert.ok(copy.below(3) < 3);
  }
  assert.equal(copy.below(0), 0);
});
