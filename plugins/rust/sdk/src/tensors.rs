//! Tensors by number: the data stays on the run's device, and every operation runs on the host.
//!
//! A plugin that reports how long a step the gradients ask for, in lengths of the weights:
//!
//! ```
//! use callbox_sdk::prelude::*;
//!
//! /// Reports how long a step the gradients ask for, in lengths of the weights.
//! pub struct Stride;
//!
//! impl Callback for Stride {
//!     type Params = ();
//!
//!     fn about() -> Descriptor {
//!         about!()
//!     }
//!
//!     fn start(_run: &Run, _params: ()) -> Result<Self, String> {
//!         Ok(Self)
//!     }
//!
//!     fn plan(&self) -> Plan {
//!         Plan::on(Hook::BackwardEnd).every(50).reports("stride", Better::Neither)
//!     }
//!
//!     fn on_backward_end(&mut self, _state: &State) -> Answer {
//!         let mut squares = 0.0;
//!         for parameter in model::parameters() {
//!             squares += model::weight(&parameter.name)?.square()?.sum(None)?.item()?;
//!         }
//!         let stride = model::gradient_norm()? / squares.sqrt();
//!         Ok(vec![signal::report("stride", stride)])
//!     }
//! }
//!
//! register!(Stride);
//! ```
//!
//! A tensor lives until the current batch is over; outside a batch, until the answer to the event
//! was applied. There is nothing to free, and an old number is [`Failure::Stale`]. Every call can
//! fail: with another shape or type than it needs ([`Failure::Mismatch`]), or because a budget of
//! operations, bytes or host time is spent ([`Failure::OverBudget`]). Reading waits for the device.
//!
//! Natively, in tests, there are no tensors: every call here answers [`Failure::Missing`].

use std::ops::Range;

use crate::bindings::tensors::callbox::tensors::tensors as host;
pub use crate::bindings::tensors::callbox::tensors::tensors::{Dtype, Summary};
pub use crate::failure::Failure;
use crate::failure::ask;
use crate::types;

/// A tensor on the run's device, by the number that the host gave it. Copying copies the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tensor(types::Tensor);

impl From<types::Tensor> for Tensor {
    fn from(number: types::Tensor) -> Self {
        Self(number)
    }
}

impl From<Tensor> for types::Tensor {
    fn from(tensor: Tensor) -> Self {
        tensor.0
    }
}

/// The functions of one tensor; all fail as the [module](self) says.
#[allow(clippy::missing_errors_doc, reason = "all fail alike, as the module says")]
#[allow(clippy::should_implement_trait, reason = "operators cannot fail, these can")]
impl Tensor {
    /// From values in row-major order; float32.
    pub fn create(shape: &[u64], values: &[f32]) -> Result<Self, Failure> {
        made(|| host::create(shape, values))
    }

    /// Sizes of the dimensions; empty for a scalar.
    pub fn shape(self) -> Result<Vec<u64>, Failure> {
        ask(|| host::shape(self.0))
    }

    /// Type of the elements.
    pub fn kind(self) -> Result<Dtype, Failure> {
        ask(|| host::kind(self.0))
    }

    /// Mean, standard deviation, extremes and more in one pass; for several tensors at once, see
    /// [`summaries`].
    pub fn summary(self) -> Result<Summary, Failure> {
        let summaries = summaries(&[self])?;
        summaries.into_iter().next().ok_or_else(|| Failure::Missing("its summary".to_owned()))
    }

    /// The only element. Waits for the device.
    pub fn item(self) -> Result<f64, Failure> {
        ask(|| host::item(self.0))
    }

    /// All elements in row-major order, converted to f32. Copies them; takes the shape first.
    pub fn read(self) -> Result<Vec<f32>, Failure> {
        self.read_part(0, self.len()?)
    }

    /// `len` elements from `offset`, in row-major order, converted to f32.
    pub fn read_part(self, offset: u64, len: u64) -> Result<Vec<f32>, Failure> {
        ask(|| host::read(self.0, offset, len))
    }

    /// All elements of a tensor of integers or booleans, in row-major order.
    pub fn read_integers(self) -> Result<Vec<i64>, Failure> {
        self.read_integers_part(0, self.len()?)
    }

    /// `len` integers or booleans from `offset`, in row-major order.
    pub fn read_integers_part(self, offset: u64, len: u64) -> Result<Vec<i64>, Failure> {
        ask(|| host::read_integers(self.0, offset, len))
    }

    /// Number of elements.
    fn len(self) -> Result<u64, Failure> {
        Ok(self.shape()?.iter().fold(1, |len, size| len.saturating_mul(*size)))
    }

    /// self + other, broadcast.
    pub fn add(self, other: Self) -> Result<Self, Failure> {
        made(|| host::add(self.0, other.0))
    }

    /// self - other, broadcast.
    pub fn sub(self, other: Self) -> Result<Self, Failure> {
        made(|| host::sub(self.0, other.0))
    }

    /// self * other by element, broadcast.
    pub fn mul(self, other: Self) -> Result<Self, Failure> {
        made(|| host::mul(self.0, other.0))
    }

    /// self * factor + offset.
    pub fn affine(self, factor: f64, offset: f64) -> Result<Self, Failure> {
        made(|| host::affine(self.0, factor, offset))
    }

    /// self + weight * (other - self), weight broadcast.
    pub fn lerp(self, other: Self, weight: Self) -> Result<Self, Failure> {
        made(|| host::lerp(self.0, other.0, weight.0))
    }

    /// `a` where this condition holds, else `b`, broadcast.
    pub fn choose(self, a: Self, b: Self) -> Result<Self, Failure> {
        made(|| host::choose(self.0, a.0, b.0))
    }

    /// Each element limited to [min, max].
    pub fn clamp(self, min: f64, max: f64) -> Result<Self, Failure> {
        made(|| host::clamp(self.0, min, max))
    }

    /// self * self by element.
    pub fn square(self) -> Result<Self, Failure> {
        made(|| host::square(self.0))
    }

    /// Logarithm of the softmax along a dimension; negative dimensions count from the end.
    pub fn log_softmax(self, dim: i64) -> Result<Self, Failure> {
        made(|| host::log_softmax(self.0, dim))
    }

    /// Sum over one dimension, or all.
    pub fn sum(self, dim: Option<i64>) -> Result<Self, Failure> {
        made(|| host::sum(self.0, dim))
    }

    /// Mean over one dimension, or all.
    pub fn mean(self, dim: Option<i64>) -> Result<Self, Failure> {
        made(|| host::mean(self.0, dim))
    }

    /// Index of the greatest element along a dimension; int64.
    pub fn argmax(self, dim: i64) -> Result<Self, Failure> {
        made(|| host::argmax(self.0, dim))
    }

    /// Whether elements are equal, broadcast; boolean.
    pub fn equal(self, other: Self) -> Result<Self, Failure> {
        made(|| host::equal(self.0, other.0))
    }

    /// A last dimension of `count` is added, 1 at the class and 0 elsewhere; float32.
    pub fn one_hot(self, count: u64) -> Result<Self, Failure> {
        made(|| host::one_hot(self.0, count))
    }

    /// A target whose rows can be mixed: class numbers become one-hot rows, and what has fractions
    /// (class probabilities, numbers) stays. `classes` are the run's; 0 where it counts none.
    ///
    /// # Errors
    /// A sentence for whole numbers that are not one class for each sample.
    pub fn class_rows(self, classes: u64) -> Result<Self, String> {
        match self.kind()? {
            Dtype::Float32 | Dtype::Float64 | Dtype::Float16 | Dtype::Bfloat16 => Ok(self),
            _ if classes == 0 => Err("these targets are whole numbers without classes".into()),
            _ if self.shape()?.len() != 1 => Err("it takes one class for each sample".into()),
            _ => Ok(self.one_hot(classes)?),
        }
    }

    /// A dimension of size 1 is inserted.
    pub fn unsqueeze(self, dim: i64) -> Result<Self, Failure> {
        made(|| host::unsqueeze(self.0, dim))
    }

    /// A range of a dimension.
    pub fn narrow(self, dim: i64, range: Range<u64>) -> Result<Self, Failure> {
        made(|| host::narrow(self.0, dim, range.start, range.end))
    }

    /// A copy with `part` put at `start` of a dimension.
    pub fn put(self, dim: i64, start: u64, part: Self) -> Result<Self, Failure> {
        made(|| host::put(self.0, dim, start, part.0))
    }

    /// Rows by index along a dimension.
    pub fn pick(self, dim: i64, index: Self) -> Result<Self, Failure> {
        made(|| host::pick(self.0, dim, index.0))
    }

    /// Bilinear resize of the last two dimensions.
    pub fn resize(self, height: u64, width: u64) -> Result<Self, Failure> {
        made(|| host::resize(self.0, height, width))
    }

    /// Another type of elements.
    pub fn convert(self, to: Dtype) -> Result<Self, Failure> {
        made(|| host::convert(self.0, to))
    }
}

/// One summary per tensor, in order, in one wait for the device.
///
/// # Errors
/// As the [module](self) says.
pub fn summaries(of: &[Tensor]) -> Result<Vec<Summary>, Failure> {
    let numbers: Vec<types::Tensor> = of.iter().map(|tensor| tensor.0).collect();
    ask(|| host::summaries(&numbers))
}

/// 0 to n-1 in random order; int64. From this plugin's own random stream, as all that is random.
///
/// # Errors
/// As the [module](self) says.
pub fn random_permutation(n: u64) -> Result<Tensor, Failure> {
    made(|| host::random_permutation(n))
}

/// Uniform in [0, 1); float32.
///
/// # Errors
/// As the [module](self) says.
pub fn random_uniform(shape: &[u64]) -> Result<Tensor, Failure> {
    made(|| host::random_uniform(shape))
}

/// Beta(a, b); float32.
///
/// # Errors
/// As the [module](self) says.
pub fn random_beta(shape: &[u64], a: f64, b: f64) -> Result<Tensor, Failure> {
    made(|| host::random_beta(shape, a, b))
}

/// Asks the host for a tensor.
pub(crate) fn made(
    question: impl FnOnce() -> Result<types::Tensor, Failure>,
) -> Result<Tensor, Failure> {
    ask(question).map(Tensor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{batch, model, testing};

    #[test]
    fn without_a_host_every_call_is_an_error_value() {
        let tensor = testing::tensor(7);

        let missing = "missing: a host: tensors live in a run only";
        assert_eq!(tensor.read().map_err(String::from), Err(missing.to_owned()));
        assert!(tensor.lerp(tensor, tensor).is_err() && tensor.narrow(0, 0..2).is_err());
        assert!(tensor.class_rows(10).is_err());
        assert!(tensor.summary().is_err() && random_beta(&[2], 0.4, 0.4).is_err());
        assert!(batch::input().is_err() && batch::sample_losses().is_err());
        assert!(model::gradient_norm().is_err() && model::parameters().is_empty());
    }

    #[test]
    fn a_failure_is_a_sentence() {
        let failures = [
            Failure::Stale,
            Failure::Mismatch("[2, 3] and [3]".to_owned()),
            Failure::OverBudget("operations".to_owned()),
        ];
        let sentences = [
            "stale tensor: its batch is over, or it is not this plugin's",
            "mismatch: [2, 3] and [3]",
            "over budget: operations",
        ];
        assert_eq!(failures.map(|failure| failure.to_string()), sentences);
    }
}
