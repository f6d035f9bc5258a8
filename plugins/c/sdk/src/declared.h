/* Between declared parameters and the contract's. */
#pragma once

#include "../include/callbox/params.h"

/* A parameter as the descriptor lists it; the host frees it. */
callbox_plugin_types_param_t cb_declare(const cb_param *param);

/* Fills the places of all parameters: what the user set, and defaults for the rest. Texts and lists
 * stay in `settings`. Fails at a setting of another name or type; the host checks both before. */
bool cb_fill_params(const cb_param *params, size_t n_params,
                    const exports_callbox_plugin_callback_list_setting_t *settings);
