/* Stops training when a metric no longer improves.
 *
 * As in fastai v1, training stops when the number of bad epochs in a row is *greater* than patience:
 * patience 0 stops at the first bad epoch. An epoch is bad when the metric is not better than the best
 * so far by more than min-delta; NaN is never better. An epoch without a whole validation is neither
 * good nor bad. */
#include <callbox/sdk.h>
#include <math.h>

static struct {
    cb_text monitor;
    uint32_t patience;
    double min_delta;
    cb_text mode;
} params;

static const cb_param declared[] = {
    {"monitor", "The metric to watch: train-loss, valid-loss or one of the run's metrics.",
     CB_TEXT(&params.monitor, "valid-loss")},
    {"patience", "Bad epochs in a row to put up with.", CB_COUNT(&params.patience, 0)},
    {"min-delta", "An improvement is a change by more than this.",
     CB_NUMBER(&params.min_delta, 0.0), .min = CB_SOME(0.0)},
    {"mode",
     "Whether lower or higher is better; auto: as the run says, else lower for a loss or an error.",
     CB_TEXT(&params.mode, "auto"), .choices = CB_CHOICES("auto", "min", "max")},
};

/* What the run and the parameters settle. */
static bool lower_is_better;
static bool needs_validation; /* whether the metric is new only after a validation */

/* What is seen on the way, and saved. */
static struct {
    bool any; /* whether there is a best value yet */
    double best;
    uint32_t epoch; /* that the best is of, from 1 as in the epoch table */
    uint32_t bad_epochs;
    bool validated; /* whether a whole validation was done in this epoch */
} seen;

static bool finds_lower_better(const cb_run *run)
{
    if (cb_is(params.mode, "min"))
        return true;
    if (cb_is(params.mode, "max"))
        return false;
    cb_better better = cb_better_of(run, params.monitor);
    if (better != CB_NEITHER)
        return better == CB_LOWER;
    bool lower = cb_contains(params.monitor, "loss") || cb_contains(params.monitor, "error");
    cb_log_warn("`%.*s` does not say which is better: taking %s; set mode", CB_ARG(params.monitor),
                lower ? "lower" : "higher");
    return lower;
}

static bool start(const cb_run *run, cb_plan *plan)
{
    needs_validation = !cb_is(params.monitor, "train-loss");
    if (needs_validation && !run->valid_batches.is_some)
        return cb_fail("`%.*s` needs a validation, and this run has none: monitor train-loss",
                       CB_ARG(params.monitor));
    lower_is_better = finds_lower_better(run);

    cb_plan_on(plan, CB_VALID_END);
    cb_plan_on(plan, CB_EPOCH_END);
    cb_plan_reads(plan, CB_READS_MONITORED);
    cb_plan_monitors_text(plan, params.monitor);
    cb_plan_powers(plan, CB_POWER_CONTROL);
    return true;
}

static bool on_valid_end(const cb_state *state, cb_signals *)
{
    seen.validated |= !state->partial;
    return true;
}

static bool improves(double value)
{
    if (!seen.any)
        return !isnan(value);
    return lower_is_better ? value + params.min_delta < seen.best
                           : value - params.min_delta > seen.best;
}

/* Whole numbers only, which every language writes alike; the table has the metric's values. */
static void stop(cb_signals *signals)
{
    if (seen.any)
        cb_stop_training(signals, "%.*s has not improved since epoch %u", CB_ARG(params.monitor),
                         seen.epoch);
    else
        cb_stop_training(signals, "%.*s has been NaN in every epoch", CB_ARG(params.monitor));
}

static bool on_epoch_end(const cb_state *state, cb_signals *signals)
{
    bool validated = seen.validated;
    seen.validated = false;
    if (needs_validation && (!validated || state->partial))
        return true;
    if (state->monitored.len == 0)
        return cb_fail("the monitored metric was not filled in");

    double value = state->monitored.ptr[0];
    if (improves(value)) {
        seen.any = true;
        seen.best = value;
        seen.epoch = state->epoch + 1;
        seen.bad_epochs = 0;
        return true;
    }
    seen.bad_epochs++;
    if (seen.bad_epochs > params.patience)
        stop(signals);
    return true;
}

static bool save(cb_bytes *saved)
{
    cb_write_bool(saved, seen.any);
    if (seen.any) {
        cb_write_f64(saved, seen.best);
        cb_write_u32(saved, seen.epoch);
    }
    cb_write_u32(saved, seen.bad_epochs);
    cb_write_bool(saved, seen.validated);
    return true;
}

static bool load(cb_reader *saved)
{
    typeof(seen) read = {.any = cb_read_bool(saved)};
    if (read.any) {
        read.best = cb_read_f64(saved);
        read.epoch = cb_read_u32(saved);
    }
    read.bad_epochs = cb_read_u32(saved);
    read.validated = cb_read_bool(saved);
    if (!cb_read_end(saved))
        return false;
    seen = read;
    return true;
}

const cb_plugin cb_this = {
    .name = "early-stopping",
    .version = "0.1.0",
    .summary = "Stops training when a metric no longer improves",
    CB_PARAMS(declared),
    .needs = CB_POWER_CONTROL,
    .state_version = 2,
    .start = start,
    .on_valid_end = on_valid_end,
    .on_epoch_end = on_epoch_end,
    .save = save,
    .load = load,
};
