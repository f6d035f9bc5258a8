#include "../include/callbox/model.h"

#include <math.h>

#include "ask.h"

#define ASK_MODEL(function, ...)                                                                   \
    ASK(callbox_plugin_model_failure_t, callbox_plugin_model_##function, __VA_ARGS__)

cb_parameters cb_model_parameters(void)
{
    cb_parameters parameters = {};
    callbox_plugin_model_parameters(&parameters);
    return parameters;
}

void cb_parameters_free(cb_parameters *parameters)
{
    callbox_plugin_model_list_parameter_free(parameters);
    *parameters = (cb_parameters){};
}

cb_texts cb_model_activations(void)
{
    cb_texts names = {};
    callbox_plugin_model_activations(&names);
    return names;
}

cb_tensor cb_model_weight(cb_text name)
{
    cb_tensor answer = 0;
    ASK_MODEL(weight, &name);
    return answer;
}

cb_tensor cb_model_gradient(cb_text name)
{
    cb_tensor answer = 0;
    ASK_MODEL(gradient, &name);
    return answer;
}

double cb_model_gradient_norm(void)
{
    double answer = NAN;
    ASK_MODEL(gradient_norm);
    return answer;
}
