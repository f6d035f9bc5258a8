/// What the current batch holds. Reading it needs no power; at a hook where there is no such thing
/// yet, the call fails as `TensorFailure::missing`. All fail as tensors.hpp says.
#pragma once

#include <string_view>

#include "tensors.hpp"

namespace callbox::batch {

/// The model's input, after transforms.
[[nodiscard]] inline Tensor input()
{
    return Tensor(cb_batch_input());
}

/// The loss's target, after transforms.
[[nodiscard]] inline Tensor target()
{
    return Tensor(cb_batch_target());
}

/// The model's output, after transforms.
[[nodiscard]] inline Tensor output()
{
    return Tensor(cb_batch_output());
}

/// The loss, after transforms. With its graph inside `transform_loss`, without elsewhere.
[[nodiscard]] inline Tensor loss()
{
    return Tensor(cb_batch_loss());
}

/// The run's own loss of an output against another target, mean over the batch. With a graph inside
/// transforms.
[[nodiscard]] inline Tensor loss_of(Tensor output, Tensor target)
{
    return Tensor(cb_batch_loss_of(output.number(), target.number()));
}

/// One entry per sample of the batch.
struct SampleLosses {
    Tensor losses;  ///< of the untransformed output and target
    Tensor indices; ///< of the samples in the dataset
};

/// Loss per sample, and which samples they are.
[[nodiscard]] inline SampleLosses sample_losses()
{
    cb_sample_losses raw = cb_batch_sample_losses();
    return {Tensor(raw.losses), Tensor(raw.indices)};
}

/// Class of every training sample, in dataset order. At any hook.
[[nodiscard]] inline Tensor labels()
{
    return Tensor(cb_batch_labels());
}

/// A named intermediate result that the model exposes; `model::activations` lists the names. With a
/// graph inside transforms.
[[nodiscard]] Tensor activation(std::string_view name);

} // namespace callbox::batch
