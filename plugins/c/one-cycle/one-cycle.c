/* The 1cycle policy: the learning rate rises once and falls once along cosines, momentum mirrors it.
 *
 * From lr-max / div up to lr-max over the first pct-start of the run, then down to
 * lr-max / final-div. The value given after batch k is in effect for batch k+1, so the very last one
 * is never used. Groups keep the ratios with which their learning rates started: lr-max is the last
 * group's. */
#include <callbox/sdk.h>

static struct {
    double lr_max, div, final_div, pct_start, mom_max, mom_min;
} params;

static const cb_param declared[] = {
    {"lr-max", "Highest learning rate of the last layer group.", CB_NUMBER(&params.lr_max, 0.01),
     .min = CB_SOME(0.0)},
    {"div", "The cycle starts at lr-max / div.", CB_NUMBER(&params.div, 25.0), .min = CB_SOME(1.0)},
    {"final-div", "The cycle ends at lr-max / final-div; 0 means div * 10,000.",
     CB_NUMBER(&params.final_div, 0.0), .min = CB_SOME(0.0)},
    {"pct-start", "Part of the run in which the learning rate rises.",
     CB_NUMBER(&params.pct_start, 0.3), .min = CB_SOME(0.0), .max = CB_SOME(1.0)},
    {"mom-max", "Momentum where the learning rate is lowest.", CB_NUMBER(&params.mom_max, 0.95),
     .min = CB_SOME(0.0), .max = CB_SOME(0.9999)},
    {"mom-min", "Momentum where the learning rate is highest.", CB_NUMBER(&params.mom_min, 0.85),
     .min = CB_SOME(0.0), .max = CB_SOME(0.9999)},
};

/* What the run and the parameters settle. */
static cb_numbers peaks;    /* highest learning rate of each layer group */
static uint64_t rise, fall; /* training batches of each */
static bool drives_mom;

static bool all_have_momentum(const cb_run *run)
{
    for (size_t group = 0; group < run->hypers.len; group++) {
        if (!run->hypers.ptr[group].mom.is_some)
            return false;
    }
    return true;
}

/* Fails where the run does not grant the cycle's ends. */
static bool find_peaks(const cb_run *run)
{
    for (size_t group = 0; group < run->hypers.len; group++) {
        double peak = params.lr_max * cb_lr_ratio(run, group);
        if (!cb_allows(run, CB_POWER_LR, peak)
            || !cb_allows(run, CB_POWER_LR, peak / params.final_div))
            return false;
        CB_PUSH(&peaks, peak);
    }
    return true;
}

static bool start(const cb_run *run, cb_plan *plan)
{
    if (!run->planned_iterations.is_some)
        return cb_fail("a cycle needs an end: length unknown");
    if (params.final_div == 0.0)
        params.final_div = params.div * 1e4;
    if (!find_peaks(run))
        return false;
    uint64_t planned = run->planned_iterations.val;
    rise = (uint64_t)((double)planned * params.pct_start);
    fall = planned - rise;
    drives_mom = cb_grants(run, CB_POWER_MOM) && all_have_momentum(run);

    cb_plan_on(plan, CB_TRAIN_BEGIN);
    cb_plan_on(plan, CB_BATCH_END);
    cb_plan_phase(plan, CB_TRAIN);
    cb_plan_owns(plan, CB_LR);
    if (drives_mom)
        cb_plan_owns(plan, CB_MOM);
    return true;
}

static double cycle(uint64_t batch, double low, double high, double end)
{
    if (batch < rise)
        return cb_cosine(low, high, (double)batch / (double)rise);
    double fallen = (double)(batch - rise) / (double)(fall > 0 ? fall : 1);
    return cb_cosine(high, end, fallen);
}

/* What the batch of this number trains with. It depends on nothing else, so there is nothing to
 * save. */
static void set_values(cb_signals *signals, uint64_t batch)
{
    for (uint32_t group = 0; group < peaks.len; group++) {
        double peak = peaks.ptr[group];
        double lr = cycle(batch, peak / params.div, peak, peak / params.final_div);
        cb_set_group(signals, CB_LR, group, lr);
    }
    if (drives_mom)
        cb_set(signals, CB_MOM, cycle(batch, params.mom_max, params.mom_min, params.mom_max));
}

static bool on_train_begin(const cb_state *state, cb_signals *signals)
{
    set_values(signals, state->iteration);
    return true;
}

static bool on_batch_end(const cb_state *state, cb_signals *signals)
{
    set_values(signals, state->iteration + 1);
    return true;
}

const cb_plugin cb_this = {
    .name = "one-cycle",
    .version = "0.1.0",
    .summary = "The 1cycle policy: the learning rate rises and falls once, momentum mirrors it",
    CB_PARAMS(declared),
    .needs = CB_POWER_LR,
    .wants = CB_POWER_MOM,
    .start = start,
    .on_train_begin = on_train_begin,
    .on_batch_end = on_batch_end,
};
