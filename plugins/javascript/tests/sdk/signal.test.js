import assert from "node:assert/strict";
import test from "node:test";

import * as signal from "../../sdk/signal.js";

test("a group beyond 2^31 is the same 32 bits", () => {
  const { val } = signal.scale("beta", 1, 4_000_000_000);
  assert.equal(/** @type {any} */ (val).group >>> 0, 4_000_000_000);
});

test("a lone surrogate is replaced, for the binding would end the plugin", () => {
  assert.equal(signal.stopTraining("a\ud800").val, "a\ufffd");
});

test("what is no such value is named", () => {
  const refused = (make, message) => assert.throws(make, { message });
  refused(() => signal.stopTraining(7), "stopTraining's reason must be a text, and is 7");
  refused(
    () => signal.set("lrs", 1),
    `set's hyper-parameter must be one of lr, mom, wd, beta, and is "lrs"`,
  );
  refused(() => signal.table("t", [], [], ["1"]), `table's values[0] must be a number, and is "1"`);
  refused(
    () => signal.setTrainable(-1, true),
    "setTrainable's group must be a whole number from 0 to 4294967295, and is -1",
  );
});
