/// What all exports share: one instance of the registered class, for the whole run.
#pragma once

#include <callbox/callback.hpp>

namespace callbox::instance {

/// The plugin, from `start` on; else nothing, and `err` says so.
Callback *get(cb_text *err);

/// Answers a sentence.
bool refuse(cb_text *err, std::string_view why);

/// Whether a tensor call has failed; if so, `err` says how, and it is forgotten. Asked after every
/// hook: a failure that the hook has put up with must not be the next hook's.
bool take_tensor_failure(cb_text *err);

/// What an export answers after its hook: whether it was done and no tensor call has failed.
template <class Value> bool settle(const Result<Value> &result, cb_text *err)
{
    if (take_tensor_failure(err))
        return false;
    return result.has_value() || refuse(err, result.error());
}

} // namespace callbox::instance
