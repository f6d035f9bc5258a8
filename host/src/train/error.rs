//! Why a fit failed.

use super::torch::TorchError;
use crate::callback::FatalFault;

/// What `fit` and its parts return.
pub type Result<T = (), E = FitError> = std::result::Result<T, E>;

/// Why a fit failed.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// libtorch refused one of the loop's lines.
    #[error("{line} failed: {source}")]
    Line {
        /// Of the loop: forward, loss, backward, step, zero-grad.
        line: &'static str,
        /// What it said.
        source: TorchError,
    },
    /// A batch could not be made.
    #[error("the next batch could not be made: {0}")]
    Data(super::data::DataError),
    /// Running statistics are of all training data, and these have no end.
    #[error(
        "running statistics cannot be recomputed: {0}; train on data that ends, or take out what \
         asks for refresh-norm-statistics"
    )]
    NotWhole(super::data::DataError),
    /// The optimizer refused.
    #[error("the optimizer failed: {0}")]
    Optim(#[from] super::optim::OptimError),
    /// A callback that must take part cannot.
    #[error(transparent)]
    Start(#[from] crate::callback::StartError),
    /// A panic in libtorch's bindings or in a native callback; the run is over, the process is not.
    #[error("panicked: {0}")]
    Panic(String),
    /// A callback that must not be lost has been.
    #[error("plugin `{}` was lost: {}", .0.author, .0.message)]
    Fault(FatalFault),
}

impl FitError {
    /// For `map_err`: what one of the loop's lines refused.
    pub fn line(line: &'static str) -> impl Fn(TorchError) -> FitError {
        move |source| FitError::Line { line, source }
    }

    /// For `map_err`: what the loader refused.
    #[must_use]
    pub fn data(source: super::data::DataError) -> FitError {
        FitError::Data(source)
    }
}

/// Runs it, and makes an error of a panic: nothing may pass the loop without `finish`.
///
/// # Errors
/// Its own error, or [`FitError::Panic`].
pub fn caught<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    crate::callback::caught(body).unwrap_or_else(|message| Err(FitError::Panic(message)))
}
