/**
 * Keeps `run.seed` exact.
 *
 * componentize-qjs 0.4.5 hands every u64 to JavaScript as a number, which holds 53 bits; a seed has
 * 64, and with other bits `Random` would give other numbers than it gives in other languages. So
 * the plugin is built against a contract that says `tuple<u32, u32>` there: in memory, where a
 * record of this size crosses, that is the same eight bytes in the same place, low half first. In
 * the finished component the type is put back to what the contract says.
 */

const FIELD = "    seed: u64,\n";
const HALVES = "    seed: tuple<u32, u32>,\n";

/**
 * The contract's `types.wit` with a seed of two halves.
 *
 * @param {string} wit
 * @returns {string}
 */
export function inHalves(wit) {
  if (wit.split(FIELD).length !== 2) {
    throw new Error(
      "types.wit has no field `seed: u64` any more, or several: exact-seed.mjs needs to be looked at",
    );
  }
  return wit.replace(FIELD, HALVES);
}

/** As a component spells `u64`. */
const U64 = 0x77;
/** Indices of types below this are one byte, as `u64` is: the component's lengths stay what they are. */
const ONE_BYTE = 0x40;
/** Before the field's type stand the length of its name and the name, after it those of the next field. */
const BEFORE = "\x04seed";
const AFTER = "\x07granted";

/**
 * A component that was built against halves, with the contract's own type of the seed.
 *
 * @param {Buffer} component
 * @returns {Buffer}
 */
export function asWhole(component) {
  const patched = Buffer.from(component);
  let found = 0;
  for (let at = patched.indexOf(BEFORE); at >= 0; at = patched.indexOf(BEFORE, at + 1)) {
    const type = at + BEFORE.length;
    if (patched.indexOf(AFTER, type, "latin1") !== type + 1) {
      continue;
    }
    if (patched[type] >= ONE_BYTE) {
      throw new Error("the component numbers its types in another way than exact-seed.mjs knows");
    }
    patched[type] = U64;
    found += 1;
  }
  if (found === 0) {
    throw new Error(
      "the component has no record with a seed: exact-seed.mjs needs to be looked at",
    );
  }
  return patched;
}
