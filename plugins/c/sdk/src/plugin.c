/* Between the contract's exports and cb_this: one instance of the module, for the whole run. */
#include "../include/callbox/plugin.h"

#include "../include/callbox/list.h"
#include "../include/callbox/log.h"
#include "../include/callbox/text.h"
#include "declared.h"
#include "failure.h"
#include "instance.h"
#include "powers.h"
#include "tensor-failure.h"

static bool started;
/* Of the run that is going on. Parameters point into the settings, and plugins into the run. */
static cb_run run;
static exports_callbox_plugin_callback_list_setting_t settings;

bool cb_settle(bool done, cb_text *err)
{
    bool failed = cb_tensor_take_failed() || !done;
    /* One that a hook has put up with must not be the next hook's. */
    cb_text sentence = cb_take_failure();
    if (!failed) {
        cb_text_free(&sentence);
        return true;
    }
    if (sentence.len == 0)
        sentence = cb_format("it failed without a reason: answer `cb_fail(\"why\")` instead of false");
    *err = sentence;
    return false;
}

bool cb_has_started(cb_text *err)
{
    if (!started)
        *err = cb_format("called before `start`, or after it failed");
    return started;
}

void exports_callbox_plugin_callback_describe(exports_callbox_plugin_callback_descriptor_t *ret)
{
    *ret = (exports_callbox_plugin_callback_descriptor_t){
        .name = cb_copy(cb_text_of(cb_this.name)),
        .version = cb_copy(cb_text_of(cb_this.version)),
        .summary = cb_copy(cb_text_of(cb_this.summary)),
        .state_version = cb_this.state_version > 0 ? cb_this.state_version : 1,
    };
    for (size_t i = 0; i < cb_this.n_params; i++)
        CB_PUSH(&ret->params, cb_declare(&cb_this.params[i]));
    cb_add_powers(&ret->needs, cb_this.needs);
    cb_add_powers(&ret->wants, cb_this.wants);
}

static cb_handler *handler_of(cb_hook hook)
{
    switch (hook) {
    case CB_TRAIN_BEGIN:
        return cb_this.on_train_begin;
    case CB_EPOCH_BEGIN:
        return cb_this.on_epoch_begin;
    case CB_BATCH_BEGIN:
        return cb_this.on_batch_begin;
    case CB_LOSS_BEGIN:
        return cb_this.on_loss_begin;
    case CB_BACKWARD_BEGIN:
        return cb_this.on_backward_begin;
    case CB_BACKWARD_END:
        return cb_this.on_backward_end;
    case CB_STEP_END:
        return cb_this.on_step_end;
    case CB_BATCH_END:
        return cb_this.on_batch_end;
    case CB_VALID_BEGIN:
        return cb_this.on_valid_begin;
    case CB_VALID_END:
        return cb_this.on_valid_end;
    case CB_EPOCH_END:
        return cb_this.on_epoch_end;
    }
    return nullptr;
}

/* A hook that is subscribed to and not there would be called for nothing, silently. */
static bool has_handlers(const cb_plan *plan)
{
    static const char *const names[] = {
        "train_begin", "epoch_begin", "batch_begin", "loss_begin", "backward_begin", "backward_end",
        "step_end",    "batch_end",   "valid_begin", "valid_end",  "epoch_end",
    };
    for (size_t i = 0; i < plan->subscriptions.len; i++) {
        cb_hook hook = plan->subscriptions.ptr[i].hook;
        if (handler_of(hook) == nullptr)
            return cb_fail("the plan names a hook that cb_this has no on_%s for", names[hook]);
    }
    return true;
}

static bool start(cb_plan *plan)
{
    if (!cb_fill_params(cb_this.params, cb_this.n_params, &settings))
        return false;
    if (cb_this.start != nullptr && !cb_this.start(&run, plan))
        return false;
    return has_handlers(plan);
}

bool exports_callbox_plugin_callback_start(
    exports_callbox_plugin_callback_run_t *given,
    exports_callbox_plugin_callback_list_setting_t *given_settings,
    exports_callbox_plugin_callback_plan_t *ret, cb_text *err)
{
    run = *given;
    settings = *given_settings;
    cb_plan plan = {};
    started = cb_settle(start(&plan), err);
    if (started)
        *ret = plan;
    else
        callbox_plugin_types_plan_free(&plan);
    return started;
}

/* Hands over what a hook asked for, or what went wrong. */
static bool answer(bool done, cb_signals *signals, cb_signals *ret, cb_text *err)
{
    if (cb_settle(done, err)) {
        *ret = *signals;
        return true;
    }
    exports_callbox_plugin_callback_list_signal_free(signals);
    return false;
}

bool exports_callbox_plugin_callback_on_event(exports_callbox_plugin_callback_hook_t hook,
                                              exports_callbox_plugin_callback_state_t *state,
                                              cb_signals *ret, cb_text *err)
{
    if (!cb_has_started(err))
        return false;
    cb_handler *handler = handler_of(hook);
    cb_signals signals = {};
    bool done = handler == nullptr || handler(state, &signals);
    callbox_plugin_types_state_free(state);
    return answer(done, &signals, ret, err);
}

bool exports_callbox_plugin_callback_finish(exports_callbox_plugin_callback_state_t *state,
                                            exports_callbox_plugin_callback_outcome_t *outcome,
                                            cb_signals *ret, cb_text *err)
{
    if (!cb_has_started(err))
        return false;
    cb_signals signals = {};
    bool done = cb_this.on_finish == nullptr || cb_this.on_finish(state, outcome, &signals);
    callbox_plugin_types_state_free(state);
    callbox_plugin_types_outcome_free(outcome);
    return answer(done, &signals, ret, err);
}

bool exports_callbox_plugin_callback_save(cb_bytes *ret, cb_text *err)
{
    if (!cb_has_started(err))
        return false;
    *ret = (cb_bytes){};
    if (cb_settle(cb_this.save == nullptr || cb_this.save(ret), err))
        return true;
    cb_bytes_free(ret);
    return false;
}

bool exports_callbox_plugin_callback_load(cb_bytes *saved, cb_text *err)
{
    if (!cb_has_started(err))
        return false;
    cb_reader reader = cb_reader_of(*saved);
    bool done = cb_this.load == nullptr || cb_this.load(&reader);
    cb_bytes_free(saved);
    return cb_settle(done, err);
}
