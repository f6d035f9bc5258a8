/// The model, to read. All but the two lists fail as tensors.hpp says.
#pragma once

#include <string>
#include <string_view>

#include "tensors.hpp"

namespace callbox::model {

/// A parameter of the model.
struct Parameter {
    std::string name; ///< PyTorch's dotted name, such as layers.0.weight
    std::uint32_t group; ///< index of its layer group
    std::vector<std::uint64_t> shape;
    bool trainable; ///< false while its group is frozen
};

/// All parameters, in the model's order. May be called in `start`.
[[nodiscard]] std::vector<Parameter> parameters();
/// Names that `batch::activation` knows. May be called in `start`.
[[nodiscard]] std::vector<std::string> activations();
/// A parameter's value, detached.
[[nodiscard]] Tensor weight(std::string_view name);
/// A parameter's gradient, unscaled; `TensorFailure::missing` where it has none now.
[[nodiscard]] Tensor gradient(std::string_view name);
/// L2 norm of all gradients together.
[[nodiscard]] inline double gradient_norm()
{
    return cb_model_gradient_norm();
}

} // namespace callbox::model
