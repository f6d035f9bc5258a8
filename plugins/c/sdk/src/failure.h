/* The sentence of the last cb_fail, for the exports. */
#pragma once

#include "../include/callbox/types.h"

/* Takes the sentence; the caller owns it. */
cb_text cb_take_failure(void);
