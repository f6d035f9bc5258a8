#include <callbox/plan.hpp>

#include "owned.hpp"

namespace callbox {

void Plan::monitor(std::string_view metric)
{
    cb_plan_monitors_text(&raw_, owned::lent(metric));
}

void Plan::report(std::string_view metric, Better better)
{
    callbox_plugin_types_metric_spec_t spec = {.name = owned::copy(metric), .higher_is_better = {}};
    if (better != Better::neither)
        spec.higher_is_better = {true, better == Better::higher};
    owned::push(raw_.reports, spec);
}

void Plan::before(std::string_view plugin)
{
    owned::push(raw_.run_before, owned::copy(plugin));
}

void Plan::after(std::string_view plugin)
{
    owned::push(raw_.run_after, owned::copy(plugin));
}

} // namespace callbox
