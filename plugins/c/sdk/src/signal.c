#include "../include/callbox/signal.h"

#include "../include/callbox/list.h"
#include "../include/callbox/text.h"

/* Appends a signal: its tag by name, then its payload. */
#define TAG(name) CALLBOX_PLUGIN_TYPES_SIGNAL_##name
#define SLOT(name) CALLBOX_PLUGIN_TYPES_SLOT_OP_##name

static void plain(cb_signals *signals, uint8_t tag)
{
    CB_PUSH(signals, (cb_signal){.tag = tag});
}

static cb_text owned(const char *string)
{
    return cb_copy(cb_text_of(string));
}

static cb_numbers owned_numbers(cb_numbers from)
{
    cb_numbers copy = {};
    for (size_t i = 0; i < from.len; i++)
        CB_PUSH(&copy, from.ptr[i]);
    return copy;
}

static cb_texts owned_texts(cb_texts from)
{
    cb_texts copy = {};
    for (size_t i = 0; i < from.len; i++)
        CB_PUSH(&copy, cb_copy(from.ptr[i]));
    return copy;
}

/* A signal whose payload is the formatted reason. */
#define REASON(signal_tag, field)                                                                  \
    cb_signal signal = {.tag = TAG(signal_tag)};                                                   \
    va_list arguments;                                                                             \
    va_start(arguments, reason);                                                                   \
    cb_append_list(&signal.val.field, reason, arguments);                                          \
    va_end(arguments);                                                                             \
    CB_PUSH(signals, signal)

void cb_stop_training(cb_signals *signals, const char *reason, ...)
{
    REASON(STOP_TRAINING, stop_training);
}

void cb_stop_epoch(cb_signals *signals, const char *reason, ...)
{
    REASON(STOP_EPOCH, stop_epoch);
}

void cb_stop_validation(cb_signals *signals, const char *reason, ...)
{
    REASON(STOP_VALIDATION, stop_validation);
}

void cb_skip_validation(cb_signals *signals)
{
    plain(signals, TAG(SKIP_VALIDATION));
}

void cb_validate_now(cb_signals *signals)
{
    plain(signals, TAG(VALIDATE_NOW));
}

void cb_skip_batch(cb_signals *signals)
{
    plain(signals, TAG(SKIP_BATCH));
}

void cb_skip_backward(cb_signals *signals)
{
    plain(signals, TAG(SKIP_BACKWARD));
}

void cb_skip_step(cb_signals *signals)
{
    plain(signals, TAG(SKIP_STEP));
}

void cb_keep_gradients(cb_signals *signals)
{
    plain(signals, TAG(KEEP_GRADIENTS));
}

static void change(cb_signals *signals, callbox_plugin_types_hyper_update_t update)
{
    CB_PUSH(signals, (cb_signal){.tag = TAG(SET_HYPER), .val.set_hyper = update});
}

void cb_set(cb_signals *signals, cb_hyper_name name, double value)
{
    change(signals, (callbox_plugin_types_hyper_update_t){
                        .name = name, .op = CALLBOX_PLUGIN_TYPES_HYPER_OP_SET, .value = value});
}

void cb_set_group(cb_signals *signals, cb_hyper_name name, uint32_t group, double value)
{
    change(signals, (callbox_plugin_types_hyper_update_t){
                        .name = name,
                        .group = {true, group},
                        .op = CALLBOX_PLUGIN_TYPES_HYPER_OP_SET,
                        .value = value});
}

void cb_scale(cb_signals *signals, cb_hyper_name name, double factor)
{
    change(signals, (callbox_plugin_types_hyper_update_t){
                        .name = name, .op = CALLBOX_PLUGIN_TYPES_HYPER_OP_SCALE, .value = factor});
}

void cb_scale_group(cb_signals *signals, cb_hyper_name name, uint32_t group, double factor)
{
    change(signals, (callbox_plugin_types_hyper_update_t){
                        .name = name,
                        .group = {true, group},
                        .op = CALLBOX_PLUGIN_TYPES_HYPER_OP_SCALE,
                        .value = factor});
}

void cb_scale_grad(cb_signals *signals, double factor)
{
    CB_PUSH(signals, (cb_signal){.tag = TAG(SCALE_GRAD), .val.scale_grad = factor});
}

void cb_clip_grad_value(cb_signals *signals, double limit)
{
    CB_PUSH(signals, (cb_signal){.tag = TAG(CLIP_GRAD_VALUE), .val.clip_grad_value = limit});
}

void cb_clip_grad_norm(cb_signals *signals, double limit)
{
    CB_PUSH(signals, (cb_signal){.tag = TAG(CLIP_GRAD_NORM), .val.clip_grad_norm = limit});
}

void cb_clip_grad_adaptive(cb_signals *signals, double factor, double floor)
{
    CB_PUSH(signals, (cb_signal){.tag = TAG(CLIP_GRAD_ADAPTIVE),
                                 .val.clip_grad_adaptive = {factor, floor}});
}

void cb_noise_grad(cb_signals *signals, double std)
{
    CB_PUSH(signals, (cb_signal){.tag = TAG(NOISE_GRAD), .val.noise_grad = std});
}

void cb_set_trainable(cb_signals *signals, uint32_t group, bool trainable)
{
    CB_PUSH(signals,
            (cb_signal){.tag = TAG(SET_TRAINABLE), .val.set_trainable = {group, trainable}});
}

void cb_set_norm_frozen(cb_signals *signals, uint32_t group, bool frozen)
{
    CB_PUSH(signals,
            (cb_signal){.tag = TAG(SET_NORM_FROZEN), .val.set_norm_frozen = {group, frozen}});
}

void cb_refresh_norm_statistics(cb_signals *signals)
{
    plain(signals, TAG(REFRESH_NORM_STATISTICS));
}

static void use_slot(cb_signals *signals, callbox_plugin_types_slot_op_t op)
{
    CB_PUSH(signals, (cb_signal){.tag = TAG(SLOT), .val.slot = op});
}

void cb_snapshot(cb_signals *signals, const char *slot)
{
    use_slot(signals, (callbox_plugin_types_slot_op_t){.tag = SLOT(SNAPSHOT),
                                                       .val.snapshot = owned(slot)});
}

void cb_restore(cb_signals *signals, const char *slot)
{
    use_slot(signals,
             (callbox_plugin_types_slot_op_t){.tag = SLOT(RESTORE), .val.restore = owned(slot)});
}

void cb_blend(cb_signals *signals, const char *slot, double weight)
{
    use_slot(signals, (callbox_plugin_types_slot_op_t){.tag = SLOT(BLEND),
                                                       .val.blend = {owned(slot), weight}});
}

void cb_evaluate_with(cb_signals *signals, const char *slot)
{
    use_slot(signals, (callbox_plugin_types_slot_op_t){.tag = SLOT(EVALUATE_WITH),
                                                       .val.evaluate_with = owned(slot)});
}

void cb_adopt(cb_signals *signals, const char *slot)
{
    use_slot(signals,
             (callbox_plugin_types_slot_op_t){.tag = SLOT(ADOPT), .val.adopt = owned(slot)});
}

void cb_forget(cb_signals *signals, const char *slot)
{
    use_slot(signals,
             (callbox_plugin_types_slot_op_t){.tag = SLOT(FORGET), .val.forget = owned(slot)});
}

void cb_sample_weights(cb_signals *signals, cb_tensor weights)
{
    CB_PUSH(signals, (cb_signal){.tag = TAG(SAMPLE_WEIGHTS), .val.sample_weights = weights});
}

void cb_report(cb_signals *signals, const char *metric, double value)
{
    cb_report_weighted(signals, metric, value, 1.0);
}

void cb_report_weighted(cb_signals *signals, const char *metric, double value, double weight)
{
    CB_PUSH(signals,
            (cb_signal){.tag = TAG(REPORT), .val.report = {owned(metric), value, weight}});
}

void cb_table(cb_signals *signals, const char *name, cb_texts rows, cb_texts columns,
              cb_numbers values)
{
    CB_PUSH(signals, (cb_signal){.tag = TAG(TABLE),
                                 .val.table = {owned(name), owned_texts(rows),
                                               owned_texts(columns), owned_numbers(values)}});
}

void cb_histogram(cb_signals *signals, const char *name, cb_numbers edges, cb_numbers counts)
{
    CB_PUSH(signals,
            (cb_signal){.tag = TAG(HISTOGRAM),
                        .val.histogram = {owned(name), owned_numbers(edges),
                                          owned_numbers(counts)}});
}

void cb_checkpoint(cb_signals *signals, const char *name)
{
    CB_PUSH(signals, (cb_signal){.tag = TAG(CHECKPOINT), .val.checkpoint = owned(name)});
}

void cb_other(cb_signals *signals, const char *name, cb_numbers numbers)
{
    CB_PUSH(signals,
            (cb_signal){.tag = TAG(OTHER), .val.other = {owned(name), owned_numbers(numbers)}});
}
