/// Random numbers of the plugin's own: the same seed gives the same numbers, in every language's
/// SDK. A sandbox has no entropy: std::random_device would not be one.
#pragma once

#include <cstdint>

#include "c.hpp"

namespace callbox {

/// A stream of random numbers: SplitMix64 (Steele, Lea and Flood, 2014). Seed it with `run.seed()`,
/// which is different for every plugin of a run, and save `state` to go on later.
///
/// It is a std::uniform_random_bit_generator; what std::shuffle and the distributions make of it is
/// the library's choice and not the same in other languages.
struct Random : cb_random {
    explicit Random(std::uint64_t seed = 0) : cb_random{seed} {}

    /// 64 random bits.
    std::uint64_t next() { return cb_random_next(this); }
    /// Evenly in 0..1: a multiple of 2^-53.
    double uniform() { return cb_random_uniform(this); }
    /// Evenly in 0..n, for n up to 2^53; 0 where n is 0.
    std::uint64_t below(std::uint64_t n) { return cb_random_below(this, n); }

    using result_type = std::uint64_t;
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return UINT64_MAX; }
    result_type operator()() { return next(); }
};

} // namespace callbox
