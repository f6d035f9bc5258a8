/* When a plugin is called and what it will do: `start` gets an empty plan and fills it.
 *
 *     cb_plan_on(plan, CB_TRAIN_BEGIN);
 *     cb_plan_on(plan, CB_BATCH_END);
 *     cb_plan_phase(plan, CB_TRAIN);
 *     cb_plan_every(plan, 10);
 *     cb_plan_owns(plan, CB_LR);
 */
#pragma once

#include "types.h"

/* Call me at this hook: every time, in every phase, with nothing that costs to fill in. */
void cb_plan_on(cb_plan *plan, cb_hook hook);
/* Only in this phase. About the last hook named, as the next two. */
void cb_plan_phase(cb_plan *plan, cb_phase phase);
/* Only at every n-th occurrence, the first included; 0 is refused. */
void cb_plan_every(cb_plan *plan, uint32_t n);
/* Fill in these parts of the state: CB_READS_LOSSES | CB_READS_HYPERS. */
void cb_plan_reads(cb_plan *plan, cb_reads reads);

/* A metric to find in `state->monitored`, in the order of these calls, where a hook reads it. */
void cb_plan_monitors(cb_plan *plan, const char *metric);
/* The same for a name that is not a C string, such as a parameter's. */
void cb_plan_monitors_text(cb_plan *plan, cb_text metric);
/* A metric that this plugin will report, in kebab-case. */
void cb_plan_reports(cb_plan *plan, const char *metric, cb_better better);
/* Powers that this plugin will use in this run: CB_POWER_CONTROL | CB_POWER_LR. */
void cb_plan_powers(cb_plan *plan, cb_power powers);
/* A hyper-parameter that this plugin will set, as its one owner; its power comes with it. */
void cb_plan_owns(cb_plan *plan, cb_hyper_name name);

/* Call `on_batch_begin`, `on_loss_begin` or `on_backward_begin` of cb_this_transform (see
 * callbox/transform.h) in training. The power comes with it. */
void cb_plan_transforms_input(cb_plan *plan);
void cb_plan_transforms_output(cb_plan *plan);
void cb_plan_transforms_loss(cb_plan *plan);
/* Inputs and outputs are transformed in batches of validation as well. */
void cb_plan_in_validation(cb_plan *plan);
/* A plugin whose transforms come later than this one's, or earlier, by its name in the run. */
void cb_plan_run_before(cb_plan *plan, const char *plugin);
void cb_plan_run_after(cb_plan *plan, const char *plugin);
