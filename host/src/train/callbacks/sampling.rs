//! By which weights the next epoch's samples are drawn: the product of everybody's.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::callback::hypers::Author;
use crate::callback::product;
use crate::train::data::{DataError, Loader, SampleWeights};

/// Each author's weights stand until it gives others.
#[derive(Default)]
pub(super) struct Sampling {
    by: BTreeMap<Author, Vec<f64>>,
    product: Option<Arc<SampleWeights>>,
}

impl Sampling {
    /// `None`: every sample once.
    pub(super) fn weights(&self) -> Option<Arc<SampleWeights>> {
        self.product.clone()
    }

    /// An author's weights are taken back; in force from the next epoch on.
    ///
    /// # Errors
    /// A product of the others' that draws nothing.
    pub(super) fn forget(&mut self, author: Author, loader: &Loader) -> Result<(), DataError> {
        if self.by.remove(&author).is_none() {
            return Ok(());
        }
        self.product = None;
        self.put(Vec::new(), loader)
    }

    /// Takes over what authors gave; in force from the next epoch on.
    ///
    /// # Errors
    /// A product that draws nothing; then what was in force stays.
    pub(super) fn put(
        &mut self,
        given: Vec<(Author, Vec<f64>)>,
        loader: &Loader,
    ) -> Result<(), DataError> {
        let mut by = self.by.clone();
        by.extend(given);
        let all: Vec<Vec<f64>> = by.values().map(|weights| scaled(weights)).collect();
        let Some(first) = all.first() else { return Ok(()) };
        let of_sample = |index| all.iter().map(|weights| weights[index]).collect();
        let product: Vec<f64> = (0..first.len()).map(|index| product(of_sample(index))).collect();
        self.product = Some(loader.weights(&product)?);
        self.by = by;
        Ok(())
    }
}

/// Only ratios count: with a greatest weight of 1 no product overflows.
fn scaled(weights: &[f64]) -> Vec<f64> {
    let greatest = weights.iter().copied().fold(0.0, f64::max);
    weights.iter().map(|weight| weight / greatest).collect()
}
