/* The C library's two ways to give up. Its own would write to standard error, which a plugin cannot
 * import; these are found first. */
#include <stdlib.h>

#include "../include/callbox/log.h"

[[noreturn, gnu::weak]] void __assert_fail(const char *condition, const char *file, int line,
                                const char *function)
{
    cb_panic("assertion failed in %s at %s:%d: %s", function, file, line, condition);
}

[[gnu::weak]] void abort(void)
{
    cb_panic("abort was called");
}
