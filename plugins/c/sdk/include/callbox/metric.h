/* Compute a metric over a pass of validation or test: the optional export `metric`. A plugin that
 * defines `cb_this_metric` beside `cb_this` is built with EXPORTS `metric`. */
#pragma once

#include "../../bindings/callbox_metric.h"
#include "tensors.h"

/* Values of a pass, for the host. */
typedef exports_callbox_plugin_metric_list_report_t cb_reports;

/* Called for every pass if the plan reports anything. */
typedef struct {
    /* A pass begins: forget the last one. */
    void (*begin)(void);
    /* One batch: the model's output, its target, and how many samples they hold. Answers true, or
     * `cb_fail("why")`. */
    bool (*update)(cb_tensor output, cb_tensor target, uint32_t size);
    /* The pass is over: cb_metric_value for each metric of the plan. */
    bool (*finish)(cb_reports *reports);
} cb_metric;

/* Appends the value of a metric that the plan declares, and the samples behind it. */
void cb_metric_value(cb_reports *reports, const char *metric, double value, double weight);

/* This plugin's. */
extern const cb_metric cb_this_metric;
