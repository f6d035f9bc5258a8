/// The plugin's log, shown with its name. All take what `format` takes.
#pragma once

#include "format.hpp"

namespace callbox {

namespace log {

enum class Level : std::uint8_t { debug, info, warn, error };

/// Writes one line; the four below read better.
void write(Level level, std::string_view line);

/// Shown when the user asks for it.
template <class... Values>
void debug(Format<sizeof...(Values)> line, const Values &...values)
{
    write(Level::debug, format(line, values...));
}

/// Worth a line in the run's log.
template <class... Values>
void info(Format<sizeof...(Values)> line, const Values &...values)
{
    write(Level::info, format(line, values...));
}

/// The user should look at it.
template <class... Values>
void warn(Format<sizeof...(Values)> line, const Values &...values)
{
    write(Level::warn, format(line, values...));
}

/// The plugin could not do its work.
template <class... Values>
void error(Format<sizeof...(Values)> line, const Values &...values)
{
    write(Level::error, format(line, values...));
}

} // namespace log

/// Logs a sentence at error and traps: for what must not happen. The host makes the plugin anew.
template <class... Values>
[[noreturn]] void panic(Format<sizeof...(Values)> why, const Values &...values)
{
    log::write(log::Level::error, format(why, values...));
    __builtin_trap();
}

} // namespace callbox
