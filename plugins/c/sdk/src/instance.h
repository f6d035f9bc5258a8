/* What all exports share: one instance of the module, for the whole run. */
#pragma once

#include "../include/callbox/types.h"

/* Whether a run has begun; where not, the sentence for it. */
bool cb_has_started(cb_text *err);

/* What an export answers after its hook: whether it was done and no tensor call has failed; where
 * not, the sentence for it. */
bool cb_settle(bool done, cb_text *err);
