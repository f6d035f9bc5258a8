//! Tensors as oracles' files list them.

use serde::Deserialize;
use tch::{Kind, Tensor};

/// Sizes, and values in row-major order.
#[derive(Deserialize)]
pub(super) struct Listed {
    shape: Vec<i64>,
    values: Vec<f64>,
}

impl Listed {
    /// In this kind.
    pub(super) fn tensor(&self, kind: Kind) -> Tensor {
        Tensor::from_slice(&self.values).view(self.shape.as_slice()).to_kind(kind)
    }

    /// As a target: class numbers, or numbers of this kind.
    pub(super) fn target(&self, classes: bool, kind: Kind) -> Tensor {
        self.tensor(if classes { Kind::Int64 } else { kind })
    }
}
