#include "../include/callbox/random.h"

uint64_t cb_random_next(cb_random *random)
{
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t bits = random->state;
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
    return bits ^ (bits >> 31);
}

double cb_random_uniform(cb_random *random)
{
    return (double)(cb_random_next(random) >> 11) / (double)(UINT64_C(1) << 53);
}

uint64_t cb_random_below(cb_random *random, uint64_t n)
{
    return (uint64_t)(cb_random_uniform(random) * (double)n);
}
