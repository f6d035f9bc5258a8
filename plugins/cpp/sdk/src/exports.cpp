/// Between the contract's exports and the registered class: one instance of it, for the whole run.
#include "declared.hpp"
#include "owned.hpp"

extern "C" {
#include <powers.h>
}

namespace {

using namespace callbox;

/* Of the run that is going on. A module lives as long as its run, so neither is ever freed. */
Callback *plugin;
cb_run run;

bool refuse(cb_text *err, std::string_view why)
{
    *err = owned::copy(why);
    return false;
}

/* Whether there is a plugin to call; if not, why not. */
bool is_started(cb_text *err)
{
    return plugin != nullptr || refuse(err, "called before `start`, or after it failed");
}

/* Hands over what a hook asked for, or what went wrong. */
bool give(Answer &&answer, cb_signals *ret, cb_text *err)
{
    if (!answer)
        return refuse(err, answer.error());
    *ret = answer->release();
    return true;
}

/* In the order of the contract's hooks. */
using Method = Answer (Callback::*)(const State &);
constexpr Method METHODS[] = {
    &Callback::on_train_begin,    &Callback::on_epoch_begin,  &Callback::on_batch_begin,
    &Callback::on_loss_begin,     &Callback::on_backward_begin, &Callback::on_backward_end,
    &Callback::on_step_end,       &Callback::on_batch_end,    &Callback::on_valid_begin,
    &Callback::on_valid_end,      &Callback::on_epoch_end,
};

} // namespace

void exports_callbox_plugin_callback_describe(exports_callbox_plugin_callback_descriptor_t *ret)
{
    const About &about = registered::about;
    *ret = {
        .name = owned::copy(about.name),
        .version = owned::copy(about.version),
        .summary = owned::copy(about.summary),
        .params = Declared(*registered::make()).list(),
        .needs = {},
        .wants = {},
        .state_version = about.state_version,
    };
    cb_add_powers(&ret->needs, static_cast<cb_power>(about.needs));
    cb_add_powers(&ret->wants, static_cast<cb_power>(about.wants));
}

bool exports_callbox_plugin_callback_start(
    exports_callbox_plugin_callback_run_t *given,
    exports_callbox_plugin_callback_list_setting_t *settings,
    exports_callbox_plugin_callback_plan_t *ret, cb_text *err)
{
    run = *given;
    std::unique_ptr<Callback> made = registered::make();
    Result<> filled = Declared(*made).fill(*settings);
    exports_callbox_plugin_callback_list_setting_free(settings);
    if (!filled)
        return refuse(err, filled.error());
    Result<Plan> plan = made->start(Run(run));
    if (!plan)
        return refuse(err, plan.error());
    *ret = plan->release();
    plugin = made.release();
    return true;
}

bool exports_callbox_plugin_callback_on_event(exports_callbox_plugin_callback_hook_t hook,
                                              exports_callbox_plugin_callback_state_t *state,
                                              cb_signals *ret, cb_text *err)
{
    if (!is_started(err))
        return false;
    bool done = give((plugin->*METHODS[hook])(State(*state)), ret, err);
    callbox_plugin_types_state_free(state);
    return done;
}

bool exports_callbox_plugin_callback_finish(exports_callbox_plugin_callback_state_t *state,
                                            exports_callbox_plugin_callback_outcome_t *outcome,
                                            cb_signals *ret, cb_text *err)
{
    if (!is_started(err))
        return false;
    bool done = give(plugin->on_finish(State(*state), Outcome(*outcome)), ret, err);
    callbox_plugin_types_state_free(state);
    callbox_plugin_types_outcome_free(outcome);
    return done;
}

bool exports_callbox_plugin_callback_save(cb_bytes *ret, cb_text *err)
{
    if (!is_started(err))
        return false;
    Result<Bytes> bytes = plugin->save();
    if (!bytes)
        return refuse(err, bytes.error());
    *ret = {};
    for (std::uint8_t byte : *bytes)
        owned::push(*ret, byte);
    return true;
}

bool exports_callbox_plugin_callback_load(cb_bytes *saved, cb_text *err)
{
    if (!is_started(err))
        return false;
    Result<> done = plugin->load({saved->ptr, saved->len});
    callbox_list_u8_free(saved);
    return done || refuse(err, done.error());
}
