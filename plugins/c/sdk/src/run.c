#include "../include/callbox/run.h"

#include "../include/callbox/log.h"
#include "../include/callbox/text.h"
#include "powers.h"

static const cb_grant *find(const cb_run *run, cb_power power)
{
    for (size_t i = 0; i < run->granted.len; i++) {
        if (cb_is(run->granted.ptr[i].power, cb_power_name(power)))
            return &run->granted.ptr[i];
    }
    return nullptr;
}

bool cb_grants(const cb_run *run, cb_power power)
{
    return find(run, power) != nullptr;
}

bool cb_allows(const cb_run *run, cb_power power, double value)
{
    const char *name = cb_power_name(power);
    const cb_grant *grant = find(run, power);
    if (grant == nullptr)
        return cb_fail("this run does not grant `%s`", name);
    if (grant->min.is_some && value < grant->min.val)
        return cb_fail("%s %g is below %g, the least that this run grants", name, value,
                       grant->min.val);
    if (grant->max.is_some && value > grant->max.val)
        return cb_fail("%s %g is above %g, the most that this run grants", name, value,
                       grant->max.val);
    return true;
}

cb_better cb_better_of(const cb_run *run, cb_text metric)
{
    for (size_t i = 0; i < run->metrics.len; i++) {
        const callbox_plugin_types_metric_spec_t *spec = &run->metrics.ptr[i];
        if (!cb_same(spec->name, metric))
            continue;
        if (!spec->higher_is_better.is_some)
            return CB_NEITHER;
        return spec->higher_is_better.val ? CB_HIGHER : CB_LOWER;
    }
    return CB_NEITHER;
}

double cb_lr_ratio(const cb_run *run, size_t group)
{
    double last = run->hypers.ptr[run->hypers.len - 1].lr;
    return last > 0.0 ? run->hypers.ptr[group].lr / last : 1.0;
}
