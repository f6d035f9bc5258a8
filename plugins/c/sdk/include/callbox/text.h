/* Texts: comparing, copying and formatting. There is no printf in a plugin, for it would import a
 * file system; cb_append is what there is instead. */
#pragma once

#include "types.h"

/* For `%.*s`: cb_log_info("%.*s", CB_ARG(run->id)). */
#define CB_ARG(text) (int)(text).len, (const char *)(text).ptr

/* The text of a C string, which must live as long as the text is used. */
cb_text cb_text_of(const char *string);

/* Whether a text reads so. */
bool cb_is(cb_text text, const char *string);

/* Whether two texts are the same. */
bool cb_same(cb_text a, cb_text b);

/* Whether a text has this word, or any other piece, in it. */
bool cb_contains(cb_text text, const char *word);

/* A copy, for the host or for later; free it with cb_text_free unless the host gets it. */
cb_text cb_copy(cb_text text);

/* A new text, formatted as cb_append does. Free it with cb_text_free. */
CB_FORMAT(1, 2) cb_text cb_format(const char *format, ...);

/* Appends to a text that began empty, as `cb_text line = {};`. The format is printf's, without widths
 * and flags: `%s` and `%.*s`, `%c`, `%d` and `%u` with `l`, `ll` or `z`, and `%g`, which writes the
 * shortest number that reads back as the same: 0.1, 0.0000004, 12, NaN, inf. */
CB_FORMAT(2, 3) void cb_append(cb_text *text, const char *format, ...);

/* Frees a text of cb_copy, cb_format or cb_append, and leaves it empty. */
void cb_text_free(cb_text *text);

/* What CB_FORMAT functions of the SDK are made of. */
#include <stdarg.h>
CB_FORMAT(2, 0) void cb_append_list(cb_text *text, const char *format, va_list arguments);
