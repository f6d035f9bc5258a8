#include "../include/callbox/log.h"

#include "../include/callbox/text.h"
#include "failure.h"

static cb_text failure;

static void write(callbox_plugin_log_level_t level, const char *format, va_list arguments)
{
    cb_text line = {};
    cb_append_list(&line, format, arguments);
    callbox_plugin_log_write(level, &line);
    cb_text_free(&line);
}

#define WRITE(level)                                                                               \
    va_list arguments;                                                                             \
    va_start(arguments, format);                                                                   \
    write(CALLBOX_PLUGIN_LOG_LEVEL_##level, format, arguments);                                    \
    va_end(arguments)

void cb_log_debug(const char *format, ...)
{
    WRITE(DEBUG);
}

void cb_log_info(const char *format, ...)
{
    WRITE(INFO);
}

void cb_log_warn(const char *format, ...)
{
    WRITE(WARN);
}

void cb_log_error(const char *format, ...)
{
    WRITE(ERROR);
}

bool cb_fail(const char *format, ...)
{
    cb_text_free(&failure);
    va_list arguments;
    va_start(arguments, format);
    cb_append_list(&failure, format, arguments);
    va_end(arguments);
    return false;
}

cb_text cb_take_failure(void)
{
    cb_text taken = failure;
    failure = (cb_text){};
    return taken;
}

void cb_panic(const char *format, ...)
{
    WRITE(ERROR);
    __builtin_trap();
}
