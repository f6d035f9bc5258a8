/// Between the contract's export `callback` and the registered class.
#include "declared.hpp"
#include "instance.hpp"
#include "owned.hpp"

extern "C" {
#include <powers.h>
}

namespace {

using namespace callbox;

/* Of the run that is going on. A module lives as long as its run, so neither is ever freed. */
Callback *plugin;
cb_run run;

/* In the order of the contract's hooks. */
using Method = Answer (Callback::*)(const State &);
constexpr Method METHODS[] = {
    &Callback::on_train_begin,    &Callback::on_epoch_begin,  &Callback::on_batch_begin,
    &Callback::on_loss_begin,     &Callback::on_backward_begin, &Callback::on_backward_end,
    &Callback::on_step_end,       &Callback::on_batch_end,    &Callback::on_valid_begin,
    &Callback::on_valid_end,      &Callback::on_epoch_end,
};

/* Hands over what a hook asked for, or what went wrong. */
bool give(Answer &&answer, cb_signals *ret, cb_text *err)
{
    bool done = instance::settle(answer, err);
    if (done)
        *ret = answer->release();
    return done;
}

} // namespace

Callback *instance::get(cb_text *err)
{
    if (plugin == nullptr)
        refuse(err, "called before `start`, or after it failed");
    return plugin;
}

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
    if (!instance::settle(filled, err))
        return false;
    Result<Plan> plan = made->start(Run(run));
    if (!instance::settle(plan, err))
        return false;
    *ret = plan->release();
    plugin = made.release();
    return true;
}

bool exports_callbox_plugin_callback_on_event(exports_callbox_plugin_callback_hook_t hook,
                                              exports_callbox_plugin_callback_state_t *state,
                                              cb_signals *ret, cb_text *err)
{
    if (instance::get(err) == nullptr)
        return false;
    bool done = give((plugin->*METHODS[hook])(State(*state)), ret, err);
    callbox_plugin_types_state_free(state);
    return done;
}

bool exports_callbox_plugin_callback_finish(exports_callbox_plugin_callback_state_t *state,
                                            exports_callbox_plugin_callback_outcome_t *outcome,
                                            cb_signals *ret, cb_text *err)
{
    if (instance::get(err) == nullptr)
        return false;
    bool done = give(plugin->on_finish(State(*state), Outcome(*outcome)), ret, err);
    callbox_plugin_types_state_free(state);
    callbox_plugin_types_outcome_free(outcome);
    return done;
}

bool exports_callbox_plugin_callback_save(cb_bytes *ret, cb_text *err)
{
    if (instance::get(err) == nullptr)
        return false;
    Result<Bytes> bytes = plugin->save();
    if (!instance::settle(bytes, err))
        return false;
    *ret = owned::copy_all<cb_bytes>(std::span<const std::uint8_t>(*bytes));
    return true;
}

bool exports_callbox_plugin_callback_load(cb_bytes *saved, cb_text *err)
{
    if (instance::get(err) == nullptr)
        return false;
    Result<> done = plugin->load({saved->ptr, saved->len});
    callbox_list_u8_free(saved);
    return instance::settle(done, err);
}
