/* The C library's two ways to give up, with last words in the log. The macros of sdk/build.mk have
 * everything that is compiled with it call these. */
#include <assert.h>
#include <stdlib.h>

#include "../include/callbox/log.h"

[[noreturn]] void cb_assert_fail(const char *condition, const char *file, int line,
                                 const char *function)
{
    cb_panic("assertion failed in %s at %s:%d: %s", function, file, line, condition);
}

[[noreturn]] void cb_abort(void)
{
    cb_panic("abort was called");
}
