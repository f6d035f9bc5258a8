/* The plugin's log, shown with its name, and the two ways to fail. All take what cb_append takes. */
#pragma once

#include "types.h"

/* Shown when the user asks for it. */
CB_FORMAT(1, 2) void cb_log_debug(const char *format, ...);
/* Worth a line in the run's log. */
CB_FORMAT(1, 2) void cb_log_info(const char *format, ...);
/* The user should look at it. */
CB_FORMAT(1, 2) void cb_log_warn(const char *format, ...);
/* The plugin could not do its work. */
CB_FORMAT(1, 2) void cb_log_error(const char *format, ...);

/* Says why a hook fails, and answers false: `return cb_fail("no losses");`. In a hook the sentence is
 * journaled as this plugin's violation and training goes on; in `start` it refuses the plugin. */
CB_FORMAT(1, 2) bool cb_fail(const char *format, ...);

/* Logs a sentence at error and traps: for what must not happen. The host makes the plugin anew.
 * `assert` and `abort` do the same. */
CB_FORMAT(1, 2) [[noreturn]] void cb_panic(const char *format, ...);
