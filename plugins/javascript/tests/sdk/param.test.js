import assert from "node:assert/strict";
import test from "node:test";

import * as param from "../../sdk/param.js";

const params = {
  on: param.flag(true, "On or off."),
  patience: param.count(3, "A count."),
  lrMax: param.number(0.01, "A number.", { min: 0 }),
  mode: param.text("auto", "A choice.", { choices: ["auto", "min"] }),
};

/** A setting as the host gives it. */
const set = (name, tag, val) => [{ name, value: { tag, val } }];

test("a declaration says it all", () => {
  const [on, patience, lrMax, mode] = param.declared(params);
  assert.deepEqual(on.default, { tag: "flag", val: true });
  assert.deepEqual([patience.min, patience.max], [0, 4294967295]);
  assert.deepEqual([lrMax.name, lrMax.min, lrMax.max], ["lr-max", 0, null]);
  assert.deepEqual(mode.choices, ["auto", "min"]);
});

test("what is set replaces the default", () => {
  const values = param.values(params, set("lr-max", "number", 0.5));
  assert.deepEqual(values, { on: true, patience: 3, lrMax: 0.5, mode: "auto" });
});

test("what does not fit is named", () => {
  const refused = (setting, message) =>
    assert.throws(() => param.values(params, setting), { message });
  refused(set("lrMax", "number", 0.5), "there is no parameter `lrMax`");
  refused(set("patience", "integer", -1), "parameter `patience` cannot be this integer");
  refused(set("mode", "flag", true), "parameter `mode` cannot be a flag");
});

test("a whole number with gaps around it is refused", () => {
  const [setting] = set("any", "integer", 2 ** 53);
  assert.throws(() => param.whole(0, "Any.").read(setting), /beyond 2\^53/);
});
