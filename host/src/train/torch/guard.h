// What every function of the shim begins with: an exception must never cross into Rust, so it becomes a text.

#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <cstring>
#include <exception>

namespace callbox {

// A failure whose text finds no memory must still be told from success: null.
inline char no_memory[] = "out of memory";

inline char *text(const char *message) {
  char *copy = strdup(message);
  return copy ? copy : no_memory;
}

// Runs `body` and turns whatever it throws into a text.
template <typename Body> char *guarded(Body body) {
  try {
    body();
    return nullptr;
  } catch (const std::exception &error) {
    return text(error.what());
  } catch (...) {
    return text("unknown C++ exception");
  }
}

inline at::Device device_of(int64_t cuda_index) {
  return cuda_index < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(cuda_index));
}

} // namespace callbox
