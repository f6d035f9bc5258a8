//! The model's parameters, to read.

use crate::bindings::tensors::callbox::plugin::model as host;
pub use crate::bindings::tensors::callbox::plugin::model::Parameter;
use crate::failure::{Failure, ask};
use crate::tensors::{Tensor, made};

/// All parameters, in the model's order. May be called in `start`. Natively there are none.
#[must_use]
pub fn parameters() -> Vec<Parameter> {
    listed(host::parameters)
}

/// Names that [`batch::activation`](crate::batch::activation) knows. May be called in `start`.
/// Natively there are none.
#[must_use]
pub fn activations() -> Vec<String> {
    listed(host::activations)
}

/// A parameter's value, detached.
///
/// # Errors
/// Where there is none of that name.
pub fn weight(name: &str) -> Result<Tensor, Failure> {
    made(|| host::weight(name))
}

/// A parameter's gradient, unscaled.
///
/// # Errors
/// Where there is no such parameter, or it has no gradient now.
pub fn gradient(name: &str) -> Result<Tensor, Failure> {
    made(|| host::gradient(name))
}

/// L2 norm of all gradients together.
///
/// # Errors
/// Where there are no gradients now.
pub fn gradient_norm() -> Result<f64, Failure> {
    ask(host::gradient_norm)
}

fn listed<T>(question: impl FnOnce() -> Vec<T>) -> Vec<T> {
    ask(|| Ok(question())).unwrap_or_default()
}
