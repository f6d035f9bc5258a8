/// Values and the sentences in their place. There are no exceptions: a hook that fails returns
/// `callbox::fail("why")`.
#pragma once

#include <expected>

#include "format.hpp"

namespace callbox {

/// A value, or a sentence that says why there is none.
template <class Value = void> using Result = std::expected<Value, std::string>;

/// Says why, as `format` does: `return callbox::fail("no losses");`. In a hook the sentence is
/// journaled as this plugin's violation and training goes on; in `start` it refuses the plugin.
template <class... Values>
[[nodiscard]] std::unexpected<std::string> fail(Format<sizeof...(Values)> why,
                                                const Values &...values)
{
    return std::unexpected(format(why, values...));
}

} // namespace callbox
