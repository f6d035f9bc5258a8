#include "powers.h"

#include "../include/callbox/list.h"
#include "../include/callbox/text.h"

/* In the order of cb_power's bits, which is the contract's. */
static const char *const NAMES[] = {
    "control", "lr",      "mom",     "wd",         "beta",
    "gradients", "weights", "sampler", "checkpoint", "transform",
};
enum { COUNT = sizeof NAMES / sizeof *NAMES };

const char *cb_power_name(cb_power power)
{
    return NAMES[__builtin_ctz(power)];
}

static bool has(const cb_texts *names, const char *name)
{
    for (size_t i = 0; i < names->len; i++) {
        if (cb_is(names->ptr[i], name))
            return true;
    }
    return false;
}

void cb_add_powers(cb_texts *names, cb_power powers)
{
    for (size_t i = 0; i < COUNT; i++) {
        if ((powers >> i & 1) != 0 && !has(names, NAMES[i]))
            CB_PUSH(names, cb_copy(cb_text_of(NAMES[i])));
    }
}
