//! The one error of the torch module, and how `tch`'s errors become it.

use tch::TchError;

/// libtorch refused an operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation}: {message}")]
pub struct TorchError {
    /// What was attempted: an operation's name, or a layer's.
    pub operation: String,
    /// libtorch's own words, without its C++ stack trace.
    pub message: String,
}

impl TorchError {
    /// Keeps the part of `message` that is meant for people: its first line.
    pub(crate) fn new(operation: &str, message: &str) -> Self {
        let line = message.lines().map(str::trim).find(|line| !line.is_empty());
        let message = line.unwrap_or("libtorch gave no reason").to_owned();
        Self { operation: operation.to_owned(), message }
    }
}

/// Says during what an error happened: `x.f_relu().during("relu")?`.
pub trait During<T> {
    /// Names the operation.
    ///
    /// # Errors
    /// Those of the operation itself.
    fn during(self, operation: &str) -> Result<T, TorchError>;
}

impl<T> During<T> for Result<T, TchError> {
    fn during(self, operation: &str) -> Result<T, TorchError> {
        self.map_err(|error| match error {
            TchError::Torch(message) => TorchError::new(operation, &message),
            other => TorchError::new(operation, &other.to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind, Tensor};

    #[test]
    fn a_shape_mismatch_reads_as_one_sentence() {
        let left = Tensor::zeros([2, 3], (Kind::Float, Device::Cpu));
        let right = Tensor::zeros([4, 5], (Kind::Float, Device::Cpu));
        let error = left.f_matmul(&right).during("matmul").unwrap_err();
        assert_eq!(
            error.to_string(),
            "matmul: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"
        );
    }

    #[test]
    fn a_silent_failure_still_says_something() {
        let error = TorchError::new("step", "\n\n");
        assert_eq!(error.to_string(), "step: libtorch gave no reason");
    }
}
