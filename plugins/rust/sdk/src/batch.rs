//! What the current batch holds. Reading it needs no power; at a hook where there is no such thing
//! yet, the answer is [`Failure::Missing`].

use crate::bindings::tensors::callbox::plugin::batch as host;
use crate::failure::{Failure, ask};
use crate::tensors::{Tensor, made};

/// The model's input, after transforms.
///
/// # Errors
/// Outside a batch.
pub fn input() -> Result<Tensor, Failure> {
    made(host::input)
}

/// The loss's target, after transforms.
///
/// # Errors
/// Outside a batch.
pub fn target() -> Result<Tensor, Failure> {
    made(host::target)
}

/// The model's output, after transforms.
///
/// # Errors
/// Before there is one.
pub fn output() -> Result<Tensor, Failure> {
    made(host::output)
}

/// The loss, after transforms. With its graph inside `Transform::on_backward_begin`, without
/// elsewhere.
///
/// # Errors
/// Before there is one.
pub fn loss() -> Result<Tensor, Failure> {
    made(host::loss)
}

/// The run's own loss of an output against another target, mean over the batch. With a graph inside
/// transforms.
///
/// # Errors
/// Where the two do not fit, and where the budget is spent.
pub fn loss_of(output: Tensor, target: Tensor) -> Result<Tensor, Failure> {
    made(|| host::loss_of(output.into(), target.into()))
}

/// Loss per sample of the untransformed output and target, and each sample's index in the dataset.
///
/// # Errors
/// Before there is an output.
pub fn sample_losses() -> Result<(Tensor, Tensor), Failure> {
    ask(host::sample_losses).map(|(losses, indices)| (losses.into(), indices.into()))
}

/// Class of every training sample, in dataset order. At any hook.
///
/// # Errors
/// Where there are no classes.
pub fn labels() -> Result<Tensor, Failure> {
    made(host::labels)
}

/// A named intermediate result that the model exposes; [`model::activations`] lists the names. With
/// a graph inside transforms.
///
/// # Errors
/// Where there is none of that name, or not yet.
///
/// [`model::activations`]: crate::model::activations
pub fn activation(name: &str) -> Result<Tensor, Failure> {
    made(|| host::activation(name))
}
