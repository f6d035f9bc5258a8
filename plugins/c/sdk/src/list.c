#include "../include/callbox/list.h"

#include <stdlib.h>

#include "../include/callbox/log.h"

/* The next power of two. */
static size_t room(size_t len)
{
    if (len <= 1)
        return len;
    return (size_t)1 << (32 - __builtin_clz(len - 1));
}

void *cb_grow(void *ptr, size_t len, size_t more, size_t size)
{
    size_t wanted = room(len + more);
    if (wanted == room(len))
        return ptr;
    void *grown = realloc(ptr, wanted * size);
    if (grown == nullptr)
        cb_panic("out of memory: a list of %zu items of %zu bytes; raise memory-mib in its limits",
                 len + more, size);
    return grown;
}
