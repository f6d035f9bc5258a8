//! Operations by element.

use tch::{Kind, TchError, Tensor};

use super::call::{Call, Made};
use super::kinds;
use crate::callback::tensors::Dtype;
use crate::train::torch::{add_scalar, clamp, mul_scalar};

/// An operation of libtorch on two tensors.
type Pair = fn(&Tensor, &Tensor) -> Result<Tensor, TchError>;

impl Call<'_> {
    /// Two tensors, broadcast.
    pub(super) fn pair(&self, a: &Tensor, b: &Tensor, operation: Pair) -> Made {
        let kind = self.promoted(a, b);
        self.broadcasts(kind)?;
        self.run(operation(a, b))
    }

    /// a · factor + offset
    pub(super) fn affine(&self, a: &Tensor, factor: f64, offset: f64) -> Made {
        let exact = |x: f64, neutral: f64| x.to_bits() == neutral.to_bits();
        let kind = self.scaled(a);
        if a.kind() == kind && !exact(factor, 1.0) && !exact(offset, 0.0) {
            self.copies(a.numel(), kind);
        }
        self.room(&a.size(), kind)?;
        if exact(factor, 1.0) {
            return self.torch(add_scalar(a, offset));
        }
        let product = self.torch(mul_scalar(a, factor))?;
        if exact(offset, 0.0) { Ok(product) } else { self.torch(add_scalar(&product, offset)) }
    }

    /// Each element limited to [min, max].
    pub(super) fn clamp(&self, a: &Tensor, min: f64, max: f64) -> Made {
        if min.is_nan() || max.is_nan() || min > max {
            return Err(self.mismatch(format!("no number lies in [{min}, {max}]")));
        }
        let kind = self.scaled(a);
        self.room(&a.size(), kind)?;
        self.torch(clamp(a, min, max))
    }

    /// What a number with a fraction makes of this type; whole numbers are converted first.
    fn scaled(&self, a: &Tensor) -> Kind {
        if kinds::is_floating(a.kind()) {
            return a.kind();
        }
        self.copies(a.numel(), Kind::Float);
        Kind::Float
    }

    /// a + weight · (b − a)
    pub(super) fn lerp(&self, [a, b, weight]: [&Tensor; 3]) -> Made {
        if a.kind() != b.kind() || a.kind() != weight.kind() {
            return Err(self.mismatch("expected one type of elements for all three"));
        }
        self.fractions(a)?;
        self.broadcasts(a.kind())?;
        self.run(a.f_lerp_tensor(b, weight))
    }

    /// a where the condition holds, else b.
    pub(super) fn choose(&self, [condition, a, b]: [&Tensor; 3]) -> Made {
        if condition.kind() != Kind::Bool {
            return Err(self.mismatch("expected a boolean condition; `equal` makes one"));
        }
        let kind = self.promoted(a, b);
        self.broadcasts(kind)?;
        self.run(a.f_where_self(condition, b))
    }

    /// Comparison by element; boolean.
    pub(super) fn equal(&self, a: &Tensor, b: &Tensor) -> Made {
        self.promoted(a, b);
        self.broadcasts(Kind::Bool)?;
        self.run(a.f_eq_tensor(b))
    }

    /// a · a; libtorch would make int64 of booleans.
    pub(super) fn square(&self, a: &Tensor) -> Made {
        if a.kind() == Kind::Bool {
            return Err(self.mismatch("expected numbers; `convert` makes them of booleans"));
        }
        self.room(&a.size(), a.kind())?;
        self.run(a.f_square())
    }

    /// Another type of elements.
    pub(super) fn convert(&self, a: &Tensor, to: Dtype) -> Made {
        let kind = kinds::kind(to);
        self.room(&a.size(), kind)?;
        self.run(a.f_to_kind(kind))
    }
}
