/* How the host is asked for something that it may refuse. */
#pragma once

#include "tensor-failure.h"

/* Calls a function of the bindings unless a call has failed: `function` is its name, the rest its
 * arguments before the last two, which are `&answer` and the failure. All payloads of a failure are
 * texts, in the same place. */
#define ASK(failure_type, function, ...)                                                           \
    do {                                                                                           \
        failure_type failure;                                                                      \
        if (!cb_tensor_failed() && !function(__VA_ARGS__ __VA_OPT__(, ) &answer, &failure))        \
            cb_tensor_fail(failure.tag, failure.val.missing);                                      \
    } while (0)
