/* What the last tensor call failed with, for the calls and the exports. */
#pragma once

#include "../include/callbox/tensors.h"

/* Notes a failure as its hook's; what it is about, the host's own text, is freed. */
void cb_tensor_fail(cb_tensor_failure failure, cb_text about);

/* Whether a call has failed; if so, it is forgotten, but for the sentence of cb_fail. */
bool cb_tensor_take_failed(void);
