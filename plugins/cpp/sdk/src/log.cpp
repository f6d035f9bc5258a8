#include <callbox/log.hpp>

#include "owned.hpp"

void callbox::log::write(Level level, std::string_view line)
{
    cb_text lent = owned::lent(line);
    callbox_plugin_log_write(static_cast<callbox_plugin_log_level_t>(level), &lent);
}
