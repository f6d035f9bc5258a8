/* Change what flows through the loop: the optional export `transform`. A plugin that defines
 * `cb_this_transform` beside `cb_this` is built with EXPORTS `transform`. */
#pragma once

#include "tensors.h"

/* Each is called where the plan says cb_plan_transforms_input, _output or _loss, after the hook's
 * events were applied, and gets what the one before it left: in order for inputs, in reverse order
 * for outputs and losses. It puts another tensor in the place of what it got, or leaves it; and
 * answers true, or `cb_fail("why")`, with which all stays as it is. Tensors that the host made live
 * on the run's device, where they must be. In `state` there are no losses, and lists are empty. */
typedef struct {
    /* The batch before the model sees it: its input, whose first dimension is the batch, and its
     * target. What is put there has the same number of samples. */
    bool (*on_batch_begin)(const cb_state *state, cb_tensor *input, cb_tensor *target);
    /* The model's output before the loss is taken. */
    bool (*on_loss_begin)(const cb_state *state, cb_tensor *output);
    /* The loss before gradients are computed, in training only. What is put there is a scalar that
     * has a gradient: computed from this one, or from the tensors of callbox/batch.h. */
    bool (*on_backward_begin)(const cb_state *state, cb_tensor *loss);
} cb_transform;

/* This plugin's. */
extern const cb_transform cb_this_transform;
