#include "instance.hpp"

#include "owned.hpp"

extern "C" {
#include <failure.h>
#include <tensor-failure.h>
}

bool callbox::instance::refuse(cb_text *err, std::string_view why)
{
    *err = owned::copy(why);
    return false;
}

bool callbox::instance::take_tensor_failure(cb_text *err)
{
    if (!cb_tensor_take_failed())
        return false;
    *err = cb_take_failure();
    return true;
}
