/* The model, to read. All but the two lists fail as callbox/tensors.h says. */
#pragma once

#include "types.h"

/* A parameter of the model: PyTorch's dotted name, the index of its layer group, the sizes of its
 * dimensions, and whether it is trainable now. */
typedef callbox_plugin_model_parameter_t cb_parameter;
typedef callbox_plugin_model_list_parameter_t cb_parameters;

/* All parameters, in the model's order. May be called in `start`. Free them. */
cb_parameters cb_model_parameters(void);
void cb_parameters_free(cb_parameters *parameters);
/* Names that cb_batch_activation knows. May be called in `start`. Free them with cb_texts_free. */
cb_texts cb_model_activations(void);
/* A parameter's value, detached: cb_model_weight(cb_text_of("layers.0.weight")). */
cb_tensor cb_model_weight(cb_text name);
/* A parameter's gradient, unscaled; CB_MISSING where it has none now. */
cb_tensor cb_model_gradient(cb_text name);
/* L2 norm of all gradients together. */
double cb_model_gradient_norm(void);
