/* Random numbers of the plugin's own: the same seed gives the same numbers, in every language's SDK.
 * A sandbox has no entropy, and what `rand` offers is fixed when it is built. */
#pragma once

#include <stdint.h>

/* A stream of random numbers: SplitMix64 (Steele, Lea and Flood, 2014). Begin it with
 * `{run->seed}`, which is different for every plugin of a run, and save `state` to go on later. */
typedef struct {
    uint64_t state;
} cb_random;

/* 64 random bits. */
uint64_t cb_random_next(cb_random *random);

/* Evenly in 0..1: a multiple of 2^-53. */
double cb_random_uniform(cb_random *random);

/* Evenly in 0..n, for n up to 2^53; 0 where n is 0. */
uint64_t cb_random_below(cb_random *random, uint64_t n);
