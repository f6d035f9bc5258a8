//! One operation on its way: its name and operands, for checks and for texts.

use tch::{Kind, TchError, Tensor};

use super::budget::Meter;
use super::{kinds, sizes};
use crate::callback::tensors::Failure;
use crate::train::torch::{During, TorchError};

/// What an operation gives.
pub(super) type Made = Result<Tensor, Failure>;

/// An operation with what it was given.
pub(super) struct Call<'a> {
    /// Its name in the contract.
    pub(super) name: &'static str,
    /// The tensors that it was given.
    pub(super) operands: &'a [&'a Tensor],
    /// For what the result will take.
    pub(super) meter: &'a Meter,
}

impl Call<'_> {
    /// What does not fit, after what was given.
    pub(super) fn mismatch(&self, reason: impl AsRef<str>) -> Failure {
        let operands: Vec<String> = self.operands.iter().map(|x| kinds::shown(x)).collect();
        let (name, reason) = (self.name, reason.as_ref());
        Failure::Mismatch(match operands[..] {
            [] => format!("`{name}`: {reason}"),
            _ => format!("`{name}` of {}: {reason}", operands.join(" and ")),
        })
    }

    /// What libtorch answered; its refusal as a mismatch.
    pub(super) fn run(&self, answer: Result<Tensor, TchError>) -> Made {
        self.torch(answer.during(self.name))
    }

    /// The same for the answers of `train/torch`.
    pub(super) fn torch<T>(&self, answer: Result<T, TorchError>) -> Result<T, Failure> {
        answer.map_err(|error| self.mismatch(error.message))
    }

    /// Whether a result of this shape and type may be made.
    pub(super) fn room(&self, shape: &[i64], kind: Kind) -> Result<(), Failure> {
        if shape.len() > sizes::MOST_DIMENSIONS {
            return Err(self.mismatch("a tensor has at most 16 dimensions"));
        }
        let Some(elements) = sizes::elements(shape) else {
            let reason = format!("a result of {shape:?} is too large");
            return Err(self.mismatch(reason));
        };
        self.meter.afford(elements.saturating_mul(kind.elt_size_in_bytes() as u64))
    }

    /// Whether all operands broadcast together, and a result of this type may be made.
    pub(super) fn broadcasts(&self, kind: Kind) -> Result<(), Failure> {
        let shapes: Vec<Vec<i64>> = self.operands.iter().map(|x| x.size()).collect();
        let shape = sizes::broadcast(&shapes)
            .ok_or_else(|| self.mismatch("the shapes do not broadcast to one"))?;
        self.room(&shape, kind)
    }

    /// The operands' type with the largest elements: a promotion gives nothing larger.
    pub(super) fn widest(&self) -> Kind {
        let kinds = self.operands.iter().map(|x| x.kind());
        kinds.max_by_key(|kind| kind.elt_size_in_bytes()).unwrap_or(Kind::Float)
    }

    /// A dimension of the tensor, as an index.
    pub(super) fn dimension(&self, tensor: &Tensor, dim: i64) -> Result<usize, Failure> {
        let dimensions = tensor.dim();
        sizes::dimension(dim, dimensions)
            .ok_or_else(|| self.mismatch(format!("there is no dimension {dim} among {dimensions}")))
    }

    /// Refuses what has no fractions.
    pub(super) fn fractions(&self, tensor: &Tensor) -> Result<(), Failure> {
        if kinds::is_floating(tensor.kind()) {
            return Ok(());
        }
        Err(self.mismatch("expected a type with fractions; `convert` makes one"))
    }
}
