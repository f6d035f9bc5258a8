/* Between the contract's export `transform` and cb_this_transform. */
#include "../include/callbox/transform.h"

#include "../bindings/callbox_transform.h"
#include "../include/callbox/log.h"
#include "../src/instance.h"

/* The bindings have the types once more under names of their own, laid out alike. */
#define TEXT(text) ((cb_text *)(text))
#define STATE(state) ((const cb_state *)(state))

static bool is_missing(const char *name)
{
    return cb_fail("the plan names a transform that cb_this_transform has no %s for", name);
}

bool exports_callbox_plugin_transform_on_batch_begin(
    exports_callbox_plugin_transform_state_t *state, exports_callbox_plugin_transform_pair_t *batch,
    exports_callbox_plugin_transform_option_pair_t *ret, callbox_transform_string_t *err)
{
    if (!cb_has_started(TEXT(err)))
        return false;
    exports_callbox_plugin_transform_pair_t left = *batch;
    bool done = cb_this_transform.on_batch_begin == nullptr
                    ? is_missing("on_batch_begin")
                    : cb_this_transform.on_batch_begin(STATE(state), &left.input, &left.target);
    callbox_transform_types_state_free(state);
    ret->is_some = left.input != batch->input || left.target != batch->target;
    ret->val = left;
    return cb_settle(done, TEXT(err));
}

/* The two that change one tensor. */
static bool change(bool (*hook)(const cb_state *state, cb_tensor *tensor), const char *name,
                   exports_callbox_plugin_transform_state_t *state, cb_tensor given,
                   exports_callbox_plugin_transform_option_tensor_t *ret, cb_text *err)
{
    if (!cb_has_started(err))
        return false;
    cb_tensor left = given;
    bool done = hook == nullptr ? is_missing(name) : hook(STATE(state), &left);
    callbox_transform_types_state_free(state);
    ret->is_some = left != given;
    ret->val = left;
    return cb_settle(done, err);
}

bool exports_callbox_plugin_transform_on_loss_begin(
    exports_callbox_plugin_transform_state_t *state, exports_callbox_plugin_transform_tensor_t output,
    exports_callbox_plugin_transform_option_tensor_t *ret, callbox_transform_string_t *err)
{
    return change(cb_this_transform.on_loss_begin, "on_loss_begin", state, output, ret, TEXT(err));
}

bool exports_callbox_plugin_transform_on_backward_begin(
    exports_callbox_plugin_transform_state_t *state, exports_callbox_plugin_transform_tensor_t loss,
    exports_callbox_plugin_transform_option_tensor_t *ret, callbox_transform_string_t *err)
{
    return change(cb_this_transform.on_backward_begin, "on_backward_begin", state, loss, ret,
                  TEXT(err));
}
