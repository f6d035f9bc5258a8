#include "../include/callbox/plan.h"

#include "../include/callbox/list.h"
#include "../include/callbox/log.h"
#include "../include/callbox/text.h"
#include "powers.h"

void cb_plan_on(cb_plan *plan, cb_hook hook)
{
    CB_PUSH(&plan->subscriptions, (callbox_plugin_types_subscription_t){.hook = hook, .every = 1});
}

static callbox_plugin_types_subscription_t *last(cb_plan *plan)
{
    if (plan->subscriptions.len == 0)
        cb_panic("a plan names a hook with cb_plan_on before it refines it");
    return &plan->subscriptions.ptr[plan->subscriptions.len - 1];
}

void cb_plan_phase(cb_plan *plan, cb_phase phase)
{
    last(plan)->phase = (callbox_plugin_types_option_phase_t){true, phase};
}

void cb_plan_every(cb_plan *plan, uint32_t n)
{
    last(plan)->every = n;
}

void cb_plan_reads(cb_plan *plan, cb_reads reads)
{
    last(plan)->reads |= reads;
}

void cb_plan_monitors(cb_plan *plan, const char *metric)
{
    cb_plan_monitors_text(plan, cb_text_of(metric));
}

void cb_plan_monitors_text(cb_plan *plan, cb_text metric)
{
    CB_PUSH(&plan->monitors, cb_copy(metric));
}

void cb_plan_reports(cb_plan *plan, const char *metric, cb_better better)
{
    callbox_plugin_types_metric_spec_t spec = {.name = cb_copy(cb_text_of(metric))};
    if (better != CB_NEITHER)
        spec.higher_is_better = (callbox_option_bool_t){true, better == CB_HIGHER};
    CB_PUSH(&plan->reports, spec);
}

void cb_plan_powers(cb_plan *plan, cb_power powers)
{
    cb_add_powers(&plan->powers, powers);
}

void cb_plan_owns(cb_plan *plan, cb_hyper_name name)
{
    static const cb_power powers[] = {CB_POWER_LR, CB_POWER_MOM, CB_POWER_WD, CB_POWER_BETA};
    CB_PUSH(&plan->owns, name);
    cb_plan_powers(plan, powers[name]);
}

void cb_plan_transforms_input(cb_plan *plan)
{
    plan->transforms.input = true;
    cb_plan_powers(plan, CB_POWER_TRANSFORM);
}

void cb_plan_transforms_output(cb_plan *plan)
{
    plan->transforms.output = true;
    cb_plan_powers(plan, CB_POWER_TRANSFORM);
}

void cb_plan_transforms_loss(cb_plan *plan)
{
    plan->transforms.loss = true;
    cb_plan_powers(plan, CB_POWER_TRANSFORM);
}

void cb_plan_in_validation(cb_plan *plan)
{
    plan->transforms.in_validation = true;
    cb_plan_powers(plan, CB_POWER_TRANSFORM);
}

void cb_plan_run_before(cb_plan *plan, const char *plugin)
{
    CB_PUSH(&plan->run_before, cb_copy(cb_text_of(plugin)));
}

void cb_plan_run_after(cb_plan *plan, const char *plugin)
{
    CB_PUSH(&plan->run_after, cb_copy(cb_text_of(plugin)));
}
