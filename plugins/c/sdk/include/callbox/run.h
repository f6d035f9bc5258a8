/* Questions to a run. */
#pragma once

#include "types.h"

/* Whether the user gave this power to this plugin. */
bool cb_grants(const cb_run *run, cb_power power);

/* Whether a hyper-parameter may take this value in this run; where not, the sentence that cb_fail
 * would have: `if (!cb_allows(run, CB_POWER_LR, lr)) return false;`. */
[[nodiscard]] bool cb_allows(const cb_run *run, cb_power power, double value);

/* Which direction of a metric is better; CB_NEITHER also where the run does not know it. */
cb_better cb_better_of(const cb_run *run, cb_text metric);

/* Learning rate of a layer group at the start, as a part of the last group's: a schedule that is
 * given for the last group keeps these ratios. 1 where the last one's is 0. */
double cb_lr_ratio(const cb_run *run, size_t group);
