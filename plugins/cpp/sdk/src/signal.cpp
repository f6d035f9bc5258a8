#include <callbox/signal.hpp>

#include "owned.hpp"

#define TAG(name) CALLBOX_PLUGIN_TYPES_SIGNAL_##name
#define SLOT(name) CALLBOX_PLUGIN_TYPES_SLOT_OP_##name

namespace callbox {

cb_signal Signal::release()
{
    /* What stays has nothing to free. */
    return std::exchange(raw_, {.tag = TAG(SKIP_BATCH), .val = {}});
}

void Signals::push_back(Signal signal)
{
    owned::push(raw_, signal.release());
}

namespace signal {

namespace {

Signal plain(std::uint8_t tag)
{
    return Signal({.tag = tag, .val = {}});
}

Signal change(HyperName name, callbox_option_u32_t group, std::uint8_t op, double value)
{
    callbox_plugin_types_hyper_update_t update = {static_cast<std::uint8_t>(name), group, op,
                                                  value};
    return Signal({.tag = TAG(SET_HYPER), .val = {.set_hyper = update}});
}

constexpr std::uint8_t SET = CALLBOX_PLUGIN_TYPES_HYPER_OP_SET;
constexpr std::uint8_t SCALE = CALLBOX_PLUGIN_TYPES_HYPER_OP_SCALE;

Signal use(const callbox_plugin_types_slot_op_t &op)
{
    return Signal({.tag = TAG(SLOT), .val = {.slot = op}});
}

} // namespace

Signal stop(Stopped what, std::string_view reason)
{
    /* The three tags follow one another, and their payloads are laid out alike. */
    auto tag = static_cast<std::uint8_t>(TAG(STOP_TRAINING) + static_cast<std::uint8_t>(what));
    return Signal({.tag = tag, .val = {.stop_training = owned::copy(reason)}});
}

Signal skip_validation()
{
    return plain(TAG(SKIP_VALIDATION));
}

Signal validate_now()
{
    return plain(TAG(VALIDATE_NOW));
}

Signal skip_batch()
{
    return plain(TAG(SKIP_BATCH));
}

Signal skip_backward()
{
    return plain(TAG(SKIP_BACKWARD));
}

Signal skip_step()
{
    return plain(TAG(SKIP_STEP));
}

Signal keep_gradients()
{
    return plain(TAG(KEEP_GRADIENTS));
}

Signal set(HyperName name, double value)
{
    return change(name, {}, SET, value);
}

Signal set_group(HyperName name, std::uint32_t group, double value)
{
    return change(name, {true, group}, SET, value);
}

Signal scale(HyperName name, double factor)
{
    return change(name, {}, SCALE, factor);
}

Signal scale_group(HyperName name, std::uint32_t group, double factor)
{
    return change(name, {true, group}, SCALE, factor);
}

Signal scale_grad(double factor)
{
    return Signal({.tag = TAG(SCALE_GRAD), .val = {.scale_grad = factor}});
}

Signal clip_grad_value(double limit)
{
    return Signal({.tag = TAG(CLIP_GRAD_VALUE), .val = {.clip_grad_value = limit}});
}

Signal clip_grad_norm(double limit)
{
    return Signal({.tag = TAG(CLIP_GRAD_NORM), .val = {.clip_grad_norm = limit}});
}

Signal clip_grad_adaptive(double factor, double floor)
{
    return Signal({.tag = TAG(CLIP_GRAD_ADAPTIVE), .val = {.clip_grad_adaptive = {factor, floor}}});
}

Signal noise_grad(double std)
{
    return Signal({.tag = TAG(NOISE_GRAD), .val = {.noise_grad = std}});
}

Signal set_trainable(std::uint32_t group, bool trainable)
{
    return Signal({.tag = TAG(SET_TRAINABLE), .val = {.set_trainable = {group, trainable}}});
}

Signal set_norm_frozen(std::uint32_t group, bool frozen)
{
    return Signal({.tag = TAG(SET_NORM_FROZEN), .val = {.set_norm_frozen = {group, frozen}}});
}

Signal refresh_norm_statistics()
{
    return plain(TAG(REFRESH_NORM_STATISTICS));
}

Signal snapshot(std::string_view slot)
{
    return use({.tag = SLOT(SNAPSHOT), .val = {.snapshot = owned::copy(slot)}});
}

Signal restore(std::string_view slot)
{
    return use({.tag = SLOT(RESTORE), .val = {.restore = owned::copy(slot)}});
}

Signal blend(std::string_view slot, double weight)
{
    return use({.tag = SLOT(BLEND), .val = {.blend = {owned::copy(slot), weight}}});
}

Signal evaluate_with(std::string_view slot)
{
    return use({.tag = SLOT(EVALUATE_WITH), .val = {.evaluate_with = owned::copy(slot)}});
}

Signal adopt(std::string_view slot)
{
    return use({.tag = SLOT(ADOPT), .val = {.adopt = owned::copy(slot)}});
}

Signal forget(std::string_view slot)
{
    return use({.tag = SLOT(FORGET), .val = {.forget = owned::copy(slot)}});
}

Signal sample_weights(Tensor weights)
{
    return Signal({.tag = TAG(SAMPLE_WEIGHTS), .val = {.sample_weights = weights.number()}});
}

Signal report(std::string_view metric, double value, double weight)
{
    return Signal({.tag = TAG(REPORT), .val = {.report = {owned::copy(metric), value, weight}}});
}

Signal table(std::string_view name, const std::vector<std::string> &rows,
             const std::vector<std::string> &columns, Numbers values)
{
    callbox_plugin_types_table_t table = {owned::copy(name), owned::copy_texts(rows),
                                          owned::copy_texts(columns), owned::copy(values.values())};
    return Signal({.tag = TAG(TABLE), .val = {.table = table}});
}

Signal histogram(std::string_view name, Numbers edges, Numbers counts)
{
    callbox_plugin_types_histogram_t histogram = {owned::copy(name), owned::copy(edges.values()),
                                                  owned::copy(counts.values())};
    return Signal({.tag = TAG(HISTOGRAM), .val = {.histogram = histogram}});
}

Signal checkpoint(std::string_view name)
{
    return Signal({.tag = TAG(CHECKPOINT), .val = {.checkpoint = owned::copy(name)}});
}

Signal other(std::string_view name, Numbers numbers)
{
    return Signal(
        {.tag = TAG(OTHER), .val = {.other = {owned::copy(name), owned::copy(numbers.values())}}});
}

} // namespace signal

} // namespace callbox
