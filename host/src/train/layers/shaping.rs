//! What has no weights: activations, pooling, other shapes.

use tch::Tensor;

use crate::train::torch::{During, TorchError};

/// `max(x, 0)`.
///
/// # Errors
/// What libtorch refuses.
pub fn relu(input: &Tensor) -> Result<Tensor, TorchError> {
    input.f_relu().during("relu")
}

/// The greatest of every 2×2 square: halves height and width, rounding down.
///
/// # Errors
/// An image of less than 2×2.
pub fn max_pool_2(input: &Tensor) -> Result<Tensor, TorchError> {
    input.f_max_pool2d([2, 2], [2, 2], [0, 0], [1, 1], false).during("max-pool")
}

/// `[batch, …]` to `[batch, features]`.
///
/// # Errors
/// An input without dimensions.
pub fn flatten(input: &Tensor) -> Result<Tensor, TorchError> {
    input.f_flatten(1, -1).during("flatten")
}

/// The greatest of every 3×3 square at every second place, of an image with a margin of one: halves
/// height and width, rounding up.
///
/// # Errors
/// What is no image.
pub fn max_pool_3(input: &Tensor) -> Result<Tensor, TorchError> {
    input.f_max_pool2d([3, 3], [2, 2], [1, 1], [1, 1], false).during("max-pool")
}

/// `[batch, channels, h, w]` to `[batch, channels]`: the mean over each image.
///
/// # Errors
/// What is no image.
pub fn global_average(input: &Tensor) -> Result<Tensor, TorchError> {
    flatten(&input.f_adaptive_avg_pool2d([1, 1]).during("average-pool")?)
}

/// `x·Φ(x)` in the approximation that GPT-2 was trained with:
/// `x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))`.
///
/// # Errors
/// What libtorch refuses.
pub fn gelu_tanh(input: &Tensor) -> Result<Tensor, TorchError> {
    input.f_gelu("tanh").during("gelu")
}
