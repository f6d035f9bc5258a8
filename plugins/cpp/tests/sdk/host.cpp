#include "test.hpp"

#include <cstdint>

std::vector<std::string> logged;

extern "C" void __wasm_import_callbox_plugin_log_write(std::int32_t, std::uint8_t *text,
                                                       std::size_t size)
{
    logged.emplace_back(reinterpret_cast<char *>(text), size);
}
