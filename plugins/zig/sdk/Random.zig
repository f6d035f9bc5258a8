//! A stream of random numbers, the same in every language: SplitMix64 (Steele, Lea and Flood, 2014).
//! Seed it with `run.seed`, which is different for every plugin of a run, and save `state` to go on
//! later. A sandbox has no entropy.

const std = @import("std");

const Random = @This();

/// All that it remembers: `.init(random.state)` goes on where this one is.
state: u64,

/// A stream of this seed.
pub fn init(seed: u64) Random {
    return .{ .state = seed };
}

/// 64 random bits.
pub fn next(self: *Random) u64 {
    self.state +%= 0x9e37_79b9_7f4a_7c15;
    var bits = self.state;
    bits = (bits ^ (bits >> 30)) *% 0xbf58_476d_1ce4_e5b9;
    bits = (bits ^ (bits >> 27)) *% 0x94d0_49bb_1331_11eb;
    return bits ^ (bits >> 31);
}

/// Evenly in 0..1: a multiple of 2^-53.
pub fn uniform(self: *Random) f64 {
    const bits: f64 = @floatFromInt(self.next() >> 11);
    return bits / (1 << 53);
}

/// Evenly in 0..n, for n up to 2^53; 0 where n is 0.
pub fn below(self: *Random, n: u64) u64 {
    const limit: f64 = @floatFromInt(n);
    return std.math.lossyCast(u64, self.uniform() * limit);
}

test "the numbers are the paper's" {
    var random: Random = .init(1_234_567);
    for ([_]u64{
        6_457_827_717_110_365_317,
        3_203_168_211_198_807_973,
        9_817_491_932_198_370_423,
        4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
    }) |expected| try std.testing.expectEqual(expected, random.next());
}

test "a stream goes on from its state" {
    var random: Random = .init(7);
    _ = random.next();
    var copy: Random = .init(random.state);
    try std.testing.expectEqual(random.uniform(), copy.uniform());
    for (0..100) |_| try std.testing.expect(copy.below(3) < 3);
    try std.testing.expectEqual(0, copy.below(0));
}
