//! Compute a metric over a pass of validation or test: the optional export `metric`.

use crate::callback::Callback;
use crate::tensors::Tensor;
pub use crate::types::Report;

/// What a plugin that computes a metric implements beside [`Callback`], and registers with
/// `register!(Plugin, metric)`. Called for every pass if the plan reports anything.
pub trait Metric: Callback {
    /// A pass begins: forget the last one.
    fn begin(&mut self);

    /// One batch: the model's output, its target, and how many samples they hold.
    ///
    /// # Errors
    /// A sentence for the journal, as this plugin's violation.
    fn update(&mut self, output: Tensor, target: Tensor, size: u32) -> Result<(), String>;

    /// The pass is over: a value for each metric of the plan, weighted by what stands behind it.
    ///
    /// # Errors
    /// A sentence for the journal.
    fn finish(&mut self) -> Result<Vec<Report>, String>;
}

impl Report {
    /// A value of a metric that the plan declares, and how many samples stand behind it.
    #[must_use]
    pub fn new(name: impl Into<String>, value: f64, weight: f64) -> Self {
        Self { name: name.into(), value, weight }
    }
}
