/* Stops training as soon as the loss is good enough. */
#include <callbox/sdk.h>

/* What the user may set. */
static struct {
    double below;
} params;

static const cb_param declared[] = {
    {"below", "Training stops when the smoothed loss is below this.",
     CB_NUMBER(&params.below, 0.05), .min = CB_SOME(0.0)},
};

/* A run begins: says when to be called, and what for. */
static bool start(const cb_run *, cb_plan *plan)
{
    // [hook train-begin]
    cb_plan_on(plan, CB_TRAIN_BEGIN);
    // [/hook]
    // [hook epoch-begin]
    cb_plan_on(plan, CB_EPOCH_BEGIN);
    // [/hook]
    // [hook batch-begin]
    cb_plan_on(plan, CB_BATCH_BEGIN);
    // [/hook]
    // [hook loss-begin]
    cb_plan_on(plan, CB_LOSS_BEGIN);
    // [/hook]
    // [hook backward-begin]
    cb_plan_on(plan, CB_BACKWARD_BEGIN);
    // [/hook]
    // [hook backward-end]
    cb_plan_on(plan, CB_BACKWARD_END);
    // [/hook]
    // [hook step-end]
    cb_plan_on(plan, CB_STEP_END);
    // [/hook]
    // [hook batch-end]
    cb_plan_on(plan, CB_BATCH_END);
    cb_plan_phase(plan, CB_TRAIN);
    cb_plan_reads(plan, CB_READS_LOSSES);
    // [/hook]
    // [hook valid-begin]
    cb_plan_on(plan, CB_VALID_BEGIN);
    // [/hook]
    // [hook valid-end]
    cb_plan_on(plan, CB_VALID_END);
    // [/hook]
    // [hook epoch-end]
    cb_plan_on(plan, CB_EPOCH_END);
    // [/hook]
    cb_plan_powers(plan, CB_POWER_CONTROL);
    return true;
}
// [hook train-begin]

/* Once, after every plugin's `start`. */
static bool on_train_begin(const cb_state *state, cb_signals *)
{
    cb_log_debug("train-begin of epoch %u, iteration %llu", state->epoch, state->iteration);
    return true;
}
// [/hook]
// [hook epoch-begin]

/* Before the first batch of an epoch. */
static bool on_epoch_begin(const cb_state *state, cb_signals *)
{
    cb_log_debug("epoch-begin of epoch %u, iteration %llu", state->epoch, state->iteration);
    return true;
}
// [/hook]
// [hook batch-begin]

/* A batch is on the device, the model has not seen it. */
static bool on_batch_begin(const cb_state *state, cb_signals *)
{
    cb_log_debug("batch-begin of epoch %u, iteration %llu", state->epoch, state->iteration);
    return true;
}
// [/hook]
// [hook loss-begin]

/* The model's output exists, the loss does not. */
static bool on_loss_begin(const cb_state *state, cb_signals *)
{
    cb_log_debug("loss-begin of epoch %u, iteration %llu", state->epoch, state->iteration);
    return true;
}
// [/hook]
// [hook backward-begin]

/* The loss exists, gradients do not. */
static bool on_backward_begin(const cb_state *state, cb_signals *)
{
    cb_log_debug("backward-begin of epoch %u, iteration %llu", state->epoch, state->iteration);
    return true;
}
// [/hook]
// [hook backward-end]

/* Gradients exist, the optimizer has not stepped. */
static bool on_backward_end(const cb_state *state, cb_signals *)
{
    cb_log_debug("backward-end of epoch %u, iteration %llu", state->epoch, state->iteration);
    return true;
}
// [/hook]
// [hook step-end]

/* The optimizer has stepped, or its step was skipped. */
static bool on_step_end(const cb_state *state, cb_signals *)
{
    cb_log_debug("step-end of epoch %u, iteration %llu", state->epoch, state->iteration);
    return true;
}
// [/hook]
// [hook batch-end]

/* The batch is done. */
static bool on_batch_end(const cb_state *state, cb_signals *signals)
{
    if (state->losses.is_some && state->losses.val.smooth < params.below)
        cb_stop_training(signals, "the loss is good enough");
    return true;
}
// [/hook]
// [hook valid-begin]

/* Before the first validation batch. */
static bool on_valid_begin(const cb_state *state, cb_signals *)
{
    cb_log_debug("valid-begin of epoch %u, iteration %llu", state->epoch, state->iteration);
    return true;
}
// [/hook]
// [hook valid-end]

/* Validation loss and metrics are final, or marked partial. */
static bool on_valid_end(const cb_state *state, cb_signals *)
{
    cb_log_debug("valid-end of epoch %u, iteration %llu", state->epoch, state->iteration);
    return true;
}
// [/hook]
// [hook epoch-end]

/* The epoch, its validation included, is done. */
static bool on_epoch_end(const cb_state *state, cb_signals *)
{
    cb_log_debug("epoch-end of epoch %u, iteration %llu", state->epoch, state->iteration);
    return true;
}
// [/hook]
// [hook finish]

/* The end of training. */
static bool on_finish(const cb_state *state, const cb_outcome *outcome, cb_signals *)
{
    static const char *const tags[] = {"completed", "stopped", "failed"};
    cb_log_debug("%s after %u epochs", tags[outcome->tag], state->epoch);
    return true;
}
// [/hook]

const cb_plugin cb_this = {
    .name = "my-plugin",
    .version = "0.1.0",
    .summary = "Stops training as soon as the loss is good enough",
    CB_PARAMS(declared),
    .needs = CB_POWER_CONTROL,
    .start = start,
    // [hook train-begin]
    .on_train_begin = on_train_begin,
    // [/hook]
    // [hook epoch-begin]
    .on_epoch_begin = on_epoch_begin,
    // [/hook]
    // [hook batch-begin]
    .on_batch_begin = on_batch_begin,
    // [/hook]
    // [hook loss-begin]
    .on_loss_begin = on_loss_begin,
    // [/hook]
    // [hook backward-begin]
    .on_backward_begin = on_backward_begin,
    // [/hook]
    // [hook backward-end]
    .on_backward_end = on_backward_end,
    // [/hook]
    // [hook step-end]
    .on_step_end = on_step_end,
    // [/hook]
    // [hook batch-end]
    .on_batch_end = on_batch_end,
    // [/hook]
    // [hook valid-begin]
    .on_valid_begin = on_valid_begin,
    // [/hook]
    // [hook valid-end]
    .on_valid_end = on_valid_end,
    // [/hook]
    // [hook epoch-end]
    .on_epoch_end = on_epoch_end,
    // [/hook]
    // [hook finish]
    .on_finish = on_finish,
    // [/hook]
};
