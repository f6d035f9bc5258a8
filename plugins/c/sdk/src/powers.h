/* Powers by the contract's names. */
#pragma once

#include "../include/callbox/types.h"

/* The contract's name of one power. */
const char *cb_power_name(cb_power power);

/* Appends the names of these powers that are not in the list yet, in the contract's order. */
void cb_add_powers(cb_texts *names, cb_power powers);
