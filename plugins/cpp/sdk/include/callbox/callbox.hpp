/// Write callbox plugins in C++: one class, one method per hook.
#pragma once

#include "anneal.hpp"
#include "batch.hpp"
#include "callback.hpp"
#include "format.hpp"
#include "log.hpp"
#include "model.hpp"
#include "params.hpp"
#include "plan.hpp"
#include "random.hpp"
#include "result.hpp"
#include "run.hpp"
#include "saved.hpp"
#include "signal.hpp"
#include "state.hpp"
#include "tensors.hpp"
#include "types.hpp"
