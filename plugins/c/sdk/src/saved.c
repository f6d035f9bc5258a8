#include "../include/callbox/saved.h"

#include <stdlib.h>
#include <string.h>

#include "../include/callbox/list.h"
#include "../include/callbox/log.h"
#include "../include/callbox/text.h"

static void write(cb_bytes *saved, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    saved->ptr = cb_grow(saved->ptr, saved->len, len, 1);
    memcpy(saved->ptr + saved->len, bytes, len);
    saved->len += len;
}

void cb_write_bool(cb_bytes *saved, bool value)
{
    cb_write_u8(saved, value);
}

void cb_write_u8(cb_bytes *saved, uint8_t value)
{
    write(saved, &value, sizeof value);
}

/* WebAssembly is little-endian, as the bytes are to be. */
void cb_write_u32(cb_bytes *saved, uint32_t value)
{
    write(saved, &value, sizeof value);
}

void cb_write_u64(cb_bytes *saved, uint64_t value)
{
    write(saved, &value, sizeof value);
}

void cb_write_i64(cb_bytes *saved, int64_t value)
{
    write(saved, &value, sizeof value);
}

void cb_write_f64(cb_bytes *saved, double value)
{
    write(saved, &value, sizeof value);
}

void cb_write_text(cb_bytes *saved, cb_text value)
{
    cb_write_u64(saved, value.len);
    write(saved, value.ptr, value.len);
}

void cb_write_numbers(cb_bytes *saved, cb_numbers values)
{
    cb_write_u64(saved, values.len);
    write(saved, values.ptr, values.len * sizeof(double));
}

void cb_write_texts(cb_bytes *saved, cb_texts values)
{
    cb_write_u64(saved, values.len);
    for (size_t i = 0; i < values.len; i++)
        cb_write_text(saved, values.ptr[i]);
}

cb_reader cb_reader_of(cb_bytes saved)
{
    return (cb_reader){.next = saved.ptr, .left = saved.len, .len = saved.len};
}

/* Moves `len` bytes to `to`, which is left alone where they are not there. */
static void read(cb_reader *saved, void *to, size_t len)
{
    if (saved->broken || saved->left < len) {
        saved->broken = true;
        return;
    }
    if (len == 0)
        return;
    memcpy(to, saved->next, len);
    saved->next += len;
    saved->left -= len;
}

bool cb_read_bool(cb_reader *saved)
{
    uint8_t value = cb_read_u8(saved);
    if (value > 1)
        saved->broken = true;
    return value == 1;
}

uint8_t cb_read_u8(cb_reader *saved)
{
    uint8_t value = 0;
    read(saved, &value, sizeof value);
    return value;
}

uint32_t cb_read_u32(cb_reader *saved)
{
    uint32_t value = 0;
    read(saved, &value, sizeof value);
    return value;
}

uint64_t cb_read_u64(cb_reader *saved)
{
    uint64_t value = 0;
    read(saved, &value, sizeof value);
    return value;
}

int64_t cb_read_i64(cb_reader *saved)
{
    int64_t value = 0;
    read(saved, &value, sizeof value);
    return value;
}

double cb_read_f64(cb_reader *saved)
{
    double value = 0.0;
    read(saved, &value, sizeof value);
    return value;
}

/* A list's length. A wrong one must not reserve what is not there. */
static size_t read_len(cb_reader *saved, size_t least_size)
{
    uint64_t len = cb_read_u64(saved);
    if (!saved->broken && len <= saved->left / least_size)
        return (size_t)len;
    saved->broken = true;
    return 0;
}

cb_text cb_read_text(cb_reader *saved)
{
    size_t len = read_len(saved, 1);
    cb_text value = {cb_grow(nullptr, 0, len, 1), len};
    read(saved, value.ptr, len);
    return value;
}

cb_numbers cb_read_numbers(cb_reader *saved)
{
    size_t len = read_len(saved, sizeof(double));
    cb_numbers values = {cb_grow(nullptr, 0, len, sizeof(double)), len};
    read(saved, values.ptr, len * sizeof(double));
    return values;
}

cb_texts cb_read_texts(cb_reader *saved)
{
    cb_texts values = {};
    for (size_t left = read_len(saved, sizeof(uint64_t)); left > 0; left--)
        CB_PUSH(&values, cb_read_text(saved));
    return values;
}

bool cb_read_end(const cb_reader *saved)
{
    if (!saved->broken && saved->left == 0)
        return true;
    return cb_fail("these %zu saved bytes are not what this plugin writes", saved->len);
}

void cb_bytes_free(cb_bytes *bytes)
{
    callbox_list_u8_free(bytes);
    *bytes = (cb_bytes){};
}

void cb_numbers_free(cb_numbers *numbers)
{
    callbox_list_f64_free(numbers);
    *numbers = (cb_numbers){};
}

void cb_texts_free(cb_texts *texts)
{
    callbox_list_string_free(texts);
    *texts = (cb_texts){};
}
