//! Metrics that are the mean of a loss over the samples or tokens of a pass.

use tch::Tensor;

use super::Metric;
use super::mean::SampleMean;
use crate::train::loss::Loss;
use crate::train::model::Output;
use crate::train::torch::{TorchError, no_grad};

/// The mean of a loss over all that has one, in the end put into the unit that people read.
#[derive(Debug)]
pub struct MeanLoss {
    name: &'static str,
    loss: Loss,
    in_unit: fn(f64) -> f64,
    mean: SampleMean,
}

impl MeanLoss {
    fn new(name: &'static str, loss: Loss, in_unit: fn(f64) -> f64) -> Self {
        MeanLoss { name, loss, in_unit, mean: SampleMean::default() }
    }

    /// `mse`: the squared difference, a mean over samples and their elements. Targets as in
    /// [`Loss::Mse`].
    #[must_use]
    pub fn mse() -> Self {
        Self::new("mse", Loss::Mse, |mean| mean)
    }

    /// `mae`: the absolute difference, otherwise as [`MeanLoss::mse`].
    #[must_use]
    pub fn mae() -> Self {
        Self::new("mae", Loss::Mae, |mean| mean)
    }

    /// `perplexity`: e to the mean cross-entropy in nats of samples, or of tokens, without label
    /// smoothing; from 1, where every class is certain and right, over the number of classes, where
    /// all seem equally likely, to infinity.
    #[must_use]
    pub fn perplexity() -> Self {
        Self::new("perplexity", Loss::cross_entropy(), f64::exp)
    }
}

impl Metric for MeanLoss {
    fn name(&self) -> &str {
        self.name
    }

    fn higher_is_better(&self) -> bool {
        false
    }

    fn begin(&mut self) {
        self.mean = SampleMean::default();
    }

    fn update(&mut self, output: &Output, target: &Tensor) -> Result<(), TorchError> {
        let _guard = no_grad();
        self.mean.add(&self.loss.each(output, target)?, self.name)
    }

    fn finish(&mut self) -> Result<f64, TorchError> {
        Ok((self.in_unit)(self.mean.finish(self.name)?))
    }
}
