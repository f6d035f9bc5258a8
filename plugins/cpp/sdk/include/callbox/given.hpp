/// Numbers that a function is given, to look at or to copy.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

namespace callbox {

/// Written on the spot, in a vector or in a span: `{1.0, 2.5}`. It must not be kept.
template <class Value> class Given {
public:
    Given(std::initializer_list<Value> values) : values_(values.begin(), values.size()) {}
    Given(const std::vector<Value> &values) : values_(values) {}
    Given(std::span<const Value> values) : values_(values) {}

    [[nodiscard]] std::span<const Value> values() const { return values_; }

private:
    std::span<const Value> values_;
};

using Numbers = Given<double>;
/// Sizes of dimensions.
using Sizes = Given<std::uint64_t>;
using Floats = Given<float>;

} // namespace callbox
