import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { asWhole, inHalves } from "../../sdk/exact-seed.mjs";

test("the contract's seed is found once", async () => {
  const wit = await readFile(new URL("../../../../wit/types.wit", import.meta.url), "utf8");
  const halves = inHalves(wit);
  assert.equal(halves.match(/seed: tuple<u32, u32>,/g)?.length, 1);
  assert.throws(() => inHalves(halves), /exact-seed/);
});

test("only the type of a run's seed changes, and no length", () => {
  const component = Buffer.from("\x04seedXother\x06plugin\x73\x04seed\x28\x07granted", "latin1");
  const patched = asWhole(component);
  assert.equal(patched.toString("latin1"), "\x04seedXother\x06plugin\x73\x04seed\x77\x07granted");
  assert.throws(() => asWhole(patched), /exact-seed|in another way/);
  assert.throws(() => asWhole(Buffer.from("nothing")), /no record with a seed/);
});
