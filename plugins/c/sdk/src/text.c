#include "../include/callbox/text.h"

#include <stdlib.h>
#include <string.h>

#include "../include/callbox/list.h"
#include "../include/callbox/log.h"
#include "../include/callbox/number.h"

cb_text cb_text_of(const char *string)
{
    return (cb_text){(uint8_t *)string, strlen(string)};
}

bool cb_same(cb_text a, cb_text b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool cb_is(cb_text text, const char *string)
{
    return cb_same(text, cb_text_of(string));
}

bool cb_contains(cb_text text, const char *word)
{
    size_t len = strlen(word);
    for (size_t at = 0; at + len <= text.len; at++) {
        if (memcmp(text.ptr + at, word, len) == 0)
            return true;
    }
    return false;
}

void cb_text_free(cb_text *text)
{
    callbox_string_free(text);
}

static void append(cb_text *text, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    text->ptr = cb_grow(text->ptr, text->len, len, 1);
    memcpy(text->ptr + text->len, bytes, len);
    text->len += len;
}

cb_text cb_copy(cb_text text)
{
    cb_text copy = {};
    append(&copy, text.ptr, text.len);
    return copy;
}

static void append_unsigned(cb_text *text, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    append(text, digits + at, sizeof digits - at);
}

static void append_signed(cb_text *text, int64_t value)
{
    if (value < 0)
        append(text, "-", 1);
    append_unsigned(text, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static void append_number(cb_text *text, double value)
{
    char digits[CB_NUMBER_ROOM];
    append(text, digits, cb_write_number(digits, value));
}

/* The length modifiers that the contract's numbers have; int and long are of 32 bits here. */
static bool is_long_long(const char **format)
{
    bool is = (*format)[0] == 'l' && (*format)[1] == 'l';
    if (is)
        *format += 2;
    else if (**format == 'l' || **format == 'z')
        *format += 1;
    return is;
}

static void append_bytes(cb_text *text, const char *string, int len)
{
    append(text, string, len < 0 ? strlen(string) : (size_t)len);
}

/* One directive, after its `%`; gives what follows it. */
static const char *append_argument(cb_text *text, const char *format, va_list *arguments)
{
    int len = -1;
    if (format[0] == '.' && format[1] == '*') {
        len = va_arg(*arguments, int);
        format += 2;
    }
    bool wide = is_long_long(&format);
    switch (*format) {
    case 's':
        append_bytes(text, va_arg(*arguments, const char *), len);
        break;
    case 'c':
        append(text, &(char){(char)va_arg(*arguments, int)}, 1);
        break;
    case 'd':
        append_signed(text, wide ? va_arg(*arguments, int64_t) : va_arg(*arguments, int32_t));
        break;
    case 'u':
        append_unsigned(text, wide ? va_arg(*arguments, uint64_t) : va_arg(*arguments, uint32_t));
        break;
    case 'g':
        append_number(text, va_arg(*arguments, double));
        break;
    case '%':
        append(text, "%", 1);
        break;
    default:
        /* The type of its argument is unknown, and with it all that follow. */
        cb_panic("cb_append has no %%%c; it has %%s, %%.*s, %%c, %%d, %%u and %%g", *format);
    }
    return format + 1;
}

void cb_append_list(cb_text *text, const char *format, va_list arguments)
{
    va_list rest;
    va_copy(rest, arguments);
    while (*format != '\0') {
        size_t plain = strcspn(format, "%");
        append(text, format, plain);
        format += plain;
        if (*format == '%')
            format = append_argument(text, format + 1, &rest);
    }
    va_end(rest);
}

void cb_append(cb_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    cb_append_list(text, format, arguments);
    va_end(arguments);
}

cb_text cb_format(const char *format, ...)
{
    cb_text text = {};
    va_list arguments;
    va_start(arguments, format);
    cb_append_list(&text, format, arguments);
    va_end(arguments);
    return text;
}
