//! Samples that are read where they lie, when they are asked for.

use tch::Tensor;

use super::array::{Rows, columns};
use crate::train::data::lazy::picked;
use crate::train::data::{DataSpec, LazyTable, Targets, count_classes};
use crate::train::torch::{During, TorchError};

/// Targets.
pub(super) enum Told {
    /// The class of each sample.
    Classes(Vec<i64>),
    /// Numbers, or a class for each token.
    Rows(Rows),
}

/// The samples of a file, each read when it is asked for.
///
/// # Errors
/// A class out of range; no memory.
pub(super) fn table(spec: DataSpec, inputs: Rows, told: Told) -> Result<LazyTable, TorchError> {
    let samples = inputs.header().shape.first().copied().unwrap_or(0);
    let samples = usize::try_from(samples).unwrap_or(0);
    match told {
        Told::Rows(targets) => Ok(LazyTable::new(spec, samples, move |asked| {
            Ok((inputs.select(asked)?, columns(targets.select(asked)?)?))
        })),
        Told::Classes(classes) => {
            let labels = tensor(&classes)?;
            let counts = match spec.targets {
                Targets::Classes(bound) => count_classes(&labels, bound)?,
                Targets::Numbers(_) => Vec::new(),
            };
            let table = LazyTable::new(spec, samples, move |asked| {
                Ok((inputs.select(asked)?, tensor(&picked(&classes, asked)?)?))
            });
            Ok(table.with_labels(labels, counts))
        }
    }
}

fn tensor(classes: &[i64]) -> Result<Tensor, TorchError> {
    Tensor::f_from_slice(classes).during("reading tensors")
}
