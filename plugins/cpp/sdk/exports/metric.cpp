/// Between the contract's export `metric` and the registered class.
#include "../src/instance.hpp"
#include "../src/owned.hpp"

extern "C" {
#include "callbox_metric.h"
}

using namespace callbox;

namespace {

/* The bindings have the types once more under names of their own, laid out alike. */
cb_text *text(callbox_metric_string_t *text)
{
    return reinterpret_cast<cb_text *>(text);
}

/* Why `begin_pass` failed. The contract has no error for it, so the next `update` tells. */
cb_text begin_failure;

} // namespace

void exports_callbox_plugin_metric_begin(void)
{
    cb_text_free(&begin_failure);
    if (Callback *plugin = instance::get(&begin_failure); plugin != nullptr)
        instance::settle(plugin->begin_pass(), &begin_failure);
}

bool exports_callbox_plugin_metric_update(exports_callbox_plugin_metric_tensor_t output,
                                          exports_callbox_plugin_metric_tensor_t target,
                                          std::uint32_t size, callbox_metric_string_t *err)
{
    Callback *plugin = instance::get(text(err));
    if (plugin == nullptr)
        return false;
    if (begin_failure.len > 0) {
        *text(err) = std::exchange(begin_failure, {});
        return false;
    }
    return instance::settle(plugin->update(Tensor(output), Tensor(target), size), text(err));
}

bool exports_callbox_plugin_metric_finish(exports_callbox_plugin_metric_list_report_t *ret,
                                          callbox_metric_string_t *err)
{
    Callback *plugin = instance::get(text(err));
    if (plugin == nullptr)
        return false;
    Result<std::vector<Report>> reports = plugin->finish_pass();
    if (!instance::settle(reports, text(err)))
        return false;
    *ret = {};
    for (const Report &report : *reports) {
        cb_text name = owned::copy(report.name);
        owned::push(*ret, exports_callbox_plugin_metric_report_t{
                              .name = {name.ptr, name.len},
                              .value = report.value,
                              .weight = report.weight,
                          });
    }
    return true;
}
