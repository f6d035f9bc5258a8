/* Write callbox plugins in C: one constant that names the hooks of the training loop.
 *
 * This is what nearly every plugin uses. Three more headers are included where they are needed:
 * callbox/tensors.h (with the batch and the model), callbox/transform.h and callbox/metric.h. */
#pragma once

#include "anneal.h"
#include "list.h"
#include "log.h"
#include "params.h"
#include "plan.h"
#include "plugin.h"
#include "random.h"
#include "run.h"
#include "saved.h"
#include "signal.h"
#include "text.h"
#include "types.h"
