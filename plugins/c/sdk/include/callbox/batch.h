/* What the current batch holds. Reading it needs no power; at a hook where there is no such thing
 * yet, the call fails as CB_MISSING. All fail as callbox/tensors.h says. */
#pragma once

#include "types.h"

/* The model's input, after transforms. */
cb_tensor cb_batch_input(void);
/* The loss's target, after transforms. */
cb_tensor cb_batch_target(void);
/* The model's output, after transforms. */
cb_tensor cb_batch_output(void);
/* The loss, after transforms. With its graph inside `on_backward_begin` of a transform, without
 * elsewhere. */
cb_tensor cb_batch_loss(void);
/* The run's own loss of an output against another target, mean over the batch. With a graph inside
 * transforms. */
cb_tensor cb_batch_loss_of(cb_tensor output, cb_tensor target);

/* One entry per sample of the batch. */
typedef struct {
    cb_tensor losses;  /* of the untransformed output and target */
    cb_tensor indices; /* of the samples in the dataset */
} cb_sample_losses;

/* Loss per sample, and which samples they are. */
cb_sample_losses cb_batch_sample_losses(void);
/* Class of every training sample, in dataset order. At any hook. */
cb_tensor cb_batch_labels(void);
/* A named intermediate result that the model exposes; cb_model_activations lists the names. With a
 * graph inside transforms. */
cb_tensor cb_batch_activation(cb_text name);
