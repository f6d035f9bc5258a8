/// What the SDK's own tests are written with. They run on this machine; the host is played by
/// host.cpp.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

/// What the plugin has logged so far.
extern std::vector<std::string> logged;

/// Stops at a statement that does not hold.
#define CHECK(...)                                                                                 \
    ((__VA_ARGS__) ? (void)0                                                                       \
                   : (std::printf("%s:%d: %s\n", __FILE__, __LINE__, #__VA_ARGS__), std::exit(1)))
