/* Lists that grow, for the contract's list types: `ptr` and `len` are all that they hold. */
#pragma once

#include <stddef.h>

/* Memory for `more` items after the `len` ones of `size` bytes at `ptr`, which may move. A list has
 * room up to the next power of two, so it needs no field for its capacity: hence grow only what
 * began empty, and has been grown in this way ever since. Stops the plugin where memory is over. */
void *cb_grow(void *ptr, size_t len, size_t more, size_t size);

/* Appends a value to a list: `CB_PUSH(&values, 0.5)`. What the list holds is freed with `free`. */
#define CB_PUSH(list, ...)                                                                         \
    ((void)((list)->ptr = cb_grow((list)->ptr, (list)->len, 1, sizeof *(list)->ptr),               \
            (list)->ptr[(list)->len++] = (__VA_ARGS__)))
