#include "../include/callbox/batch.h"

#include "ask.h"

#define ASK_BATCH(function, ...)                                                                   \
    ASK(callbox_plugin_batch_failure_t, callbox_plugin_batch_##function, __VA_ARGS__)

/* The whole of a function that answers a tensor. */
#define MADE(function, ...)                                                                        \
    cb_tensor answer = 0;                                                                          \
    ASK_BATCH(function, __VA_ARGS__);                                                              \
    return answer

cb_tensor cb_batch_input(void)
{
    MADE(input);
}

cb_tensor cb_batch_target(void)
{
    MADE(target);
}

cb_tensor cb_batch_output(void)
{
    MADE(output);
}

cb_tensor cb_batch_loss(void)
{
    MADE(loss);
}

cb_tensor cb_batch_loss_of(cb_tensor output, cb_tensor target)
{
    MADE(loss_of, output, target);
}

cb_sample_losses cb_batch_sample_losses(void)
{
    callbox_plugin_batch_tuple2_tensor_tensor_t answer = {};
    ASK_BATCH(sample_losses);
    return (cb_sample_losses){answer.f0, answer.f1};
}

cb_tensor cb_batch_labels(void)
{
    MADE(labels);
}

cb_tensor cb_batch_activation(cb_text name)
{
    MADE(activation, &name);
}
