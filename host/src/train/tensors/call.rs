//! One operation on its way: its name and operands, for checks and for texts.

use std::cell::Cell;

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
    /// Bytes of the copies that libtorch makes on its way to the result.
    copies: Cell<u64>,
    /// Bytes of the gradients that backward will make for the operands.
    gradients: u64,
}

impl<'a> Call<'a> {
    /// Nothing is asked for yet.
    pub(super) fn new(name: &'static str, operands: &'a [&'a Tensor], meter: &'a Meter) -> Self {
        Self { name, operands, meter, copies: Cell::new(0), gradients: 0 }
    }

    /// What is computed becomes part of the graph: each operand in it will have a gradient of its size,
    /// and copies may be kept for backward.
    pub(super) fn in_graph(mut self) -> Self {
        let within = self.operands.iter().filter(|operand| operand.requires_grad());
        self.gradients = within.map(|operand| kinds::bytes(operand)).fold(0, u64::saturating_add);
        self
    }

    /// Bytes that stay taken beside the result.
    pub(super) fn kept(&self) -> u64 {
        match self.gradients {
            0 => 0,
            gradients => gradients.saturating_add(self.copies.get()),
        }
    }

    /// A copy that libtorch will make on its way: [`Call::room`] asks for it with the result.
    pub(super) fn copies(&self, elements: usize, kind: Kind) {
        let bytes = (elements as u64).saturating_mul(kind.elt_size_in_bytes() as u64);
        self.copies.set(self.copies.get().saturating_add(bytes));
    }

    /// The type in which libtorch computes with both; what is of another is copied first.
    pub(super) fn promoted(&self, a: &Tensor, b: &Tensor) -> Kind {
        let kind = kinds::promoted(a, b);
        for operand in [a, b].into_iter().filter(|operand| operand.kind() != kind) {
            self.copies(operand.numel(), kind);
        }
        kind
    }

    /// Some kernels want their operand in row-major order.
    pub(super) fn in_order(&self, a: &Tensor) {
        if !a.is_contiguous() {
            self.copies(a.numel(), a.kind());
        }
    }

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

    /// Whether a result of this shape and type may be made, with the copies on the way to it and
    /// the gradients in backward.
    pub(super) fn room(&self, shape: &[i64], kind: Kind) -> Result<(), Failure> {
        if shape.len() > sizes::MOST_DIMENSIONS {
            return Err(self.mismatch("a tensor has at most 16 dimensions"));
        }
        let Some(elements) = sizes::elements(shape) else {
            let reason = format!("a result of {shape:?} is too large");
            return Err(self.mismatch(reason));
        };
        let result = elements.saturating_mul(kind.elt_size_in_bytes() as u64);
        let more = self.copies.get().saturating_add(self.gradients);
        self.meter.afford(result.saturating_add(more))
    }

    /// Whether all operands broadcast together, and a result of this type may be made.
    pub(super) fn broadcasts(&self, kind: Kind) -> Result<(), Failure> {
        let shapes: Vec<Vec<i64>> = self.operands.iter().map(|x| x.size()).collect();
        let shape = sizes::broadcast(&shapes)
            .ok_or_else(|| self.mismatch("the shapes do not broadcast to one"))?;
        self.room(&shape, kind)
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
