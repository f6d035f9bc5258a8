//! Samples that are read where they lie, when they are asked for.

use std::sync::Arc;

use tch::Tensor;

use super::array::{Rows, columns};
use crate::train::data::{
    DataError, DataSpec, Dataset, LazyTable, Samples, Targets, count_classes,
};
use crate::train::torch::During;

/// All samples of a file.
pub(super) enum Whole {
    InMemory(Dataset),
    InPlace(InPlace),
}

/// Samples in a file.
pub(super) struct InPlace {
    spec: DataSpec,
    inputs: Arc<Rows>,
    told: Told,
}

/// Targets.
pub(super) enum Told {
    /// The class of each sample.
    Classes(Vec<i64>),
    /// Numbers, or a class for each token.
    Rows(Arc<Rows>),
}

impl Whole {
    /// The samples with these numbers, in this order.
    ///
    /// # Errors
    /// A number out of range; no memory.
    pub(super) fn select(&self, numbers: &[i64]) -> Result<Samples, DataError> {
        match self {
            Self::InMemory(table) => Ok(table.select(numbers)?.into()),
            Self::InPlace(whole) => Ok(whole.select(numbers.to_vec())?.into()),
        }
    }

    /// All, in their order.
    ///
    /// # Errors
    /// No memory.
    pub(super) fn all(self) -> Result<Samples, DataError> {
        match self {
            Self::InMemory(table) => Ok(table.into()),
            Self::InPlace(whole) => {
                let samples = whole.inputs.header().shape.first().copied().unwrap_or(0);
                Ok(whole.select((0..samples).collect())?.into())
            }
        }
    }
}

impl InPlace {
    pub(super) fn new(spec: DataSpec, inputs: Rows, told: Told) -> Self {
        Self { spec, inputs: Arc::new(inputs), told }
    }

    fn select(&self, numbers: Vec<i64>) -> Result<LazyTable, DataError> {
        let (inputs, spec, samples) = (Arc::clone(&self.inputs), self.spec.clone(), numbers.len());
        match &self.told {
            Told::Rows(targets) => {
                let targets = Arc::clone(targets);
                Ok(LazyTable::new(spec, samples, move |asked| {
                    let rows = picked(&numbers, asked)?;
                    Ok((inputs.select(&rows)?, columns(targets.select(&rows)?)?))
                }))
            }
            Told::Classes(all) => {
                let classes = picked(all, &numbers)?;
                let labels = tensor(&classes)?;
                let counts = match spec.targets {
                    Targets::Classes(bound) => count_classes(&labels, bound)?,
                    Targets::Numbers(_) => Vec::new(),
                };
                let table = LazyTable::new(spec, samples, move |asked| {
                    let targets = tensor(&picked(&classes, asked)?)?;
                    Ok((inputs.select(&picked(&numbers, asked)?)?, targets))
                });
                Ok(table.with_labels(labels, counts))
            }
        }
    }
}

/// What a list has at these places.
fn picked(from: &[i64], places: &[i64]) -> Result<Vec<i64>, DataError> {
    let one = |place: &i64| usize::try_from(*place).ok().and_then(|place| from.get(place)).copied();
    places.iter().map(one).collect::<Option<_>>().ok_or_else(|| {
        let message = format!("there are {} samples, and others were asked for", from.len());
        DataError::Settings(message)
    })
}

fn tensor(classes: &[i64]) -> Result<Tensor, DataError> {
    Ok(Tensor::f_from_slice(classes).during("reading tensors")?)
}
