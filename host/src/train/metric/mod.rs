//! Metrics: numbers over a whole pass, accumulated batch by batch.

mod accuracy;
mod auc;
mod binary_accuracy;
mod f1;
mod kind;
mod mean;
mod mean_loss;
#[cfg(test)]
mod oracle;

use tch::Tensor;

pub use accuracy::{Accuracy, TopK, accuracy};
pub use auc::Auc;
pub use binary_accuracy::BinaryAccuracy;
pub use f1::F1;
pub use kind::{MetricError, MetricKind};
pub use mean_loss::MeanLoss;

use super::model::Output;
use super::torch::TorchError;

/// A metric over one pass, so that those that are no mean of batches (F1, AUC) fit as well.
pub trait Metric {
    /// Its name in records and tables.
    fn name(&self) -> &str;

    /// Whether a greater value is a better one.
    fn higher_is_better(&self) -> bool;

    /// Starts a pass: forgets what was seen.
    fn begin(&mut self);

    /// Takes in a batch. Does not wait for the device.
    ///
    /// # Errors
    /// Shapes that don't fit.
    fn update(&mut self, output: &Output, target: &Tensor) -> Result<(), TorchError>;

    /// The value of the pass; NaN if it saw nothing. Waits for the device.
    ///
    /// # Errors
    /// What the device reports late.
    fn finish(&mut self) -> Result<f64, TorchError>;
}
