/* Between the contract's export `metric` and cb_this_metric. */
#include "../include/callbox/metric.h"

#include <stdlib.h>

#include "../include/callbox/list.h"
#include "../include/callbox/text.h"
#include "../src/instance.h"

/* The bindings have the types once more under names of their own, laid out alike. */
#define TEXT(text) ((cb_text *)(text))

/* Why `begin` failed. The contract has no error for it, so the next `update` tells. */
static cb_text begin_failure;

/* Before `start` there is nothing to forget. */
void exports_callbox_plugin_metric_begin(void)
{
    cb_text_free(&begin_failure);
    if (!cb_has_started(&begin_failure))
        return;
    if (cb_this_metric.begin != nullptr)
        cb_this_metric.begin();
    cb_settle(true, &begin_failure);
}

bool exports_callbox_plugin_metric_update(exports_callbox_plugin_metric_tensor_t output,
                                          exports_callbox_plugin_metric_tensor_t target,
                                          uint32_t size, callbox_metric_string_t *err)
{
    if (!cb_has_started(TEXT(err)))
        return false;
    if (begin_failure.len > 0) {
        *TEXT(err) = begin_failure;
        begin_failure = (cb_text){};
        return false;
    }
    bool done = cb_this_metric.update == nullptr || cb_this_metric.update(output, target, size);
    return cb_settle(done, TEXT(err));
}

static void free_reports(cb_reports *reports)
{
    for (size_t i = 0; i < reports->len; i++)
        exports_callbox_plugin_metric_report_free(&reports->ptr[i]);
    free(reports->ptr);
}

bool exports_callbox_plugin_metric_finish(cb_reports *ret, callbox_metric_string_t *err)
{
    if (!cb_has_started(TEXT(err)))
        return false;
    cb_reports reports = {};
    bool done = cb_this_metric.finish == nullptr || cb_this_metric.finish(&reports);
    if (cb_settle(done, TEXT(err))) {
        *ret = reports;
        return true;
    }
    free_reports(&reports);
    return false;
}

void cb_metric_value(cb_reports *reports, const char *metric, double value, double weight)
{
    cb_text name = cb_copy(cb_text_of(metric));
    CB_PUSH(reports, (exports_callbox_plugin_metric_report_t){
                         .name = {name.ptr, name.len}, .value = value, .weight = weight});
}
