/**
 * Random numbers of the plugin's own: the same seed gives the same numbers, in every language's
 * SDK. `Math.random` is fixed when the plugin is built.
 */

const STEP = 0x9e37_79b9_7f4a_7c15n;

/**
 * A stream of random numbers: SplitMix64 (Steele, Lea and Flood, 2014). Seed it with `run.seed`,
 * which is different for every plugin of a run, and save `state` to go on later.
 */
export class Random {
  /**
   * A stream of this seed.
   *
   * @param {bigint} seed 64 bits
   */
  constructor(seed) {
    /** All that it remembers: `new Random(state)` goes on where this one is. */
    this.state = bits64(seed);
  }

  /**
   * 64 random bits.
   *
   * @returns {bigint}
   */
  next() {
    this.state = bits64(this.state + STEP);
    let bits = this.state;
    bits = bits64((bits ^ (bits >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
    bits = bits64((bits ^ (bits >> 27n)) * 0x94d0_49bb_1331_11ebn);
    return bits ^ (bits >> 31n);
  }

  /**
   * Evenly in 0..1: a multiple of 2 ** -53.
   *
   * @returns {number}
   */
  uniform() {
    return Number(this.next() >> 11n) / 2 ** 53;
  }

  /**
   * Evenly in 0..n, for n up to 2 ** 53; 0 where n is 0.
   *
   * @param {number} n
   * @returns {number}
   */
  below(n) {
    return Math.floor(this.uniform() * n);
  }
}

/** @param {bigint} value */
function bits64(value) {
  return BigInt.asUintN(64, value);
}
