//! Operations along a dimension, or over all.

use tch::{Kind, Tensor};

use super::call::{Call, Made};
use super::kinds;
use crate::callback::tensors::Failure;

impl Call<'_> {
    /// Logarithm of the softmax.
    pub(super) fn log_softmax(&self, a: &Tensor, dim: i64) -> Made {
        self.fractions(a)?;
        self.dimension(a, dim)?;
        self.in_order(a);
        self.room(&a.size(), a.kind())?;
        self.run(a.f_log_softmax(dim, None))
    }

    /// Sum; of whole numbers and booleans an int64.
    pub(super) fn sum(&self, a: &Tensor, dim: Option<i64>) -> Made {
        let kind = if kinds::is_floating(a.kind()) { a.kind() } else { Kind::Int64 };
        if a.kind() != kind {
            self.copies(a.numel(), kind);
        }
        let Some(dim) = dim else {
            self.room(&[], kind)?;
            return self.run(a.f_sum(None));
        };
        self.reduces(a, dim, kind)?;
        self.run(a.f_sum_dim_intlist(dim, false, None))
    }

    /// Arithmetic mean; NaN of nothing.
    pub(super) fn mean(&self, a: &Tensor, dim: Option<i64>) -> Made {
        self.fractions(a)?;
        if kinds::is_half(a.kind()) {
            self.copies(a.numel(), Kind::Float);
        }
        let Some(dim) = dim else {
            self.room(&[], a.kind())?;
            return self.run(a.f_mean(None));
        };
        self.reduces(a, dim, a.kind())?;
        self.run(a.f_mean_dim(dim, false, None))
    }

    /// Index of the greatest element; int64.
    pub(super) fn argmax(&self, a: &Tensor, dim: i64) -> Made {
        self.reduces(a, dim, Kind::Int64)?;
        if a.numel() == 0 {
            return Err(self.mismatch("nothing is the greatest of nothing"));
        }
        self.run(a.f_argmax(dim, false))
    }

    /// Whether the result without that dimension may be made.
    fn reduces(&self, a: &Tensor, dim: i64, kind: Kind) -> Result<(), Failure> {
        let index = self.dimension(a, dim)?;
        let mut shape = a.size();
        if index < shape.len() {
            shape.remove(index);
        }
        self.room(&shape, kind)
    }
}
