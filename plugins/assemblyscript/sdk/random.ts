/**
 * Random numbers of the plugin's own: the same seed gives the same numbers, in every language's
 * SDK. `Math.random` needs a seed from outside, which a plugin has not.
 */

/**
 * A stream of random numbers: SplitMix64 (Steele, Lea and Flood, 2014). Seed it with `run.seed`,
 * which is different for every plugin of a run, and save `state` to go on later.
 */
export class Random {
  /** A stream of this seed. `state` is all that it remembers. */
  constructor(public state: u64) {}

  /** 64 random bits. */
  next(): u64 {
    this.state += 0x9e37_79b9_7f4a_7c15;
    let bits = this.state;
    bits = (bits ^ (bits >> 30)) * 0xbf58_476d_1ce4_e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d0_49bb_1331_11eb;
    return bits ^ (bits >> 31);
  }

  /** Evenly in 0..1: a multiple of 2 ** -53. */
  uniform(): f64 {
    return f64(this.next() >> 11) / f64((<u64>1) << 53);
  }

  /** Evenly in 0..n, for n up to 2 ** 53; 0 where n is 0. */
  below(n: u64): u64 {
    return u64(this.uniform() * f64(n));
  }
}
