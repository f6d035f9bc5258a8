/// Between the contract's export `transform` and the registered class.
#include "../src/instance.hpp"

extern "C" {
#include "callbox_transform.h"
}

using namespace callbox;

namespace {

/* The bindings have the types once more under names of their own, laid out alike. */
cb_text *text(callbox_transform_string_t *text)
{
    return reinterpret_cast<cb_text *>(text);
}

State state_of(const exports_callbox_plugin_transform_state_t *state)
{
    return State(*reinterpret_cast<const cb_state *>(state));
}

using Changed = Result<std::optional<Tensor>>;

/* Hands over what replaces one tensor. */
bool give(const Changed &changed, exports_callbox_plugin_transform_option_tensor_t *ret,
          cb_text *err)
{
    if (!instance::settle(changed, err))
        return false;
    ret->is_some = changed->has_value();
    if (*changed)
        ret->val = (*changed)->number();
    return true;
}

} // namespace

bool exports_callbox_plugin_transform_on_batch_begin(
    exports_callbox_plugin_transform_state_t *state, exports_callbox_plugin_transform_pair_t *batch,
    exports_callbox_plugin_transform_option_pair_t *ret, callbox_transform_string_t *err)
{
    Callback *plugin = instance::get(text(err));
    if (plugin == nullptr)
        return false;
    Pair pair = {Tensor(batch->input), Tensor(batch->target)};
    Result<std::optional<Pair>> changed = plugin->transform_input(state_of(state), pair);
    callbox_transform_types_state_free(state);
    if (!instance::settle(changed, text(err)))
        return false;
    ret->is_some = changed->has_value();
    if (*changed)
        ret->val = {(*changed)->input.number(), (*changed)->target.number()};
    return true;
}

bool exports_callbox_plugin_transform_on_loss_begin(
    exports_callbox_plugin_transform_state_t *state,
    exports_callbox_plugin_transform_tensor_t output,
    exports_callbox_plugin_transform_option_tensor_t *ret, callbox_transform_string_t *err)
{
    Callback *plugin = instance::get(text(err));
    if (plugin == nullptr)
        return false;
    Changed changed = plugin->transform_output(state_of(state), Tensor(output));
    callbox_transform_types_state_free(state);
    return give(changed, ret, text(err));
}

bool exports_callbox_plugin_transform_on_backward_begin(
    exports_callbox_plugin_transform_state_t *state, exports_callbox_plugin_transform_tensor_t loss,
    exports_callbox_plugin_transform_option_tensor_t *ret, callbox_transform_string_t *err)
{
    Callback *plugin = instance::get(text(err));
    if (plugin == nullptr)
        return false;
    Changed changed = plugin->transform_loss(state_of(state), Tensor(loss));
    callbox_transform_types_state_free(state);
    return give(changed, ret, text(err));
}
