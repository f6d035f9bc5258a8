/// The C++ library's ways to give up. Its own would write to standard error, which a plugin cannot
/// import; these are found first, and log what is wrong before they trap.
#include <cstdlib>
#include <new>

#include <__verbose_abort>

#include <callbox/c.hpp>

extern "C" {
#include <failure.h>
}

_LIBCPP_BEGIN_NAMESPACE_STD

void __libcpp_verbose_abort(const char *format, ...) noexcept
{
    cb_text message = {};
    std::va_list arguments;
    va_start(arguments, format);
    cb_append_list(&message, format, arguments);
    va_end(arguments);
    /* What a failed call answers is empty, and often that was not looked at. */
    if (cb_tensor_failed()) {
        cb_text cause = cb_take_failure();
        cb_append(&message, "; before, a tensor call failed: %.*s", CB_ARG(cause));
    }
    cb_panic("%.*s", CB_ARG(message));
}

_LIBCPP_END_NAMESPACE_STD

void *operator new(std::size_t size)
{
    void *memory = std::malloc(size > 0 ? size : 1);
    if (memory == nullptr)
        cb_panic("out of memory: %zu bytes; raise memory-mib in its limits", size);
    return memory;
}

void operator delete(void *memory) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
    std::free(memory);
}
