//! Compute a metric over a pass of validation or test: the optional export `metric`.
//!
//! It takes no power. `register!(Plugin, transform, metric)` makes one plugin both; all of it is
//! one instance. Natively there are no tensors: keep the arithmetic that you want to test in
//! functions of its own.
//!
//! ```
//! use callbox_sdk::prelude::*;
//! use callbox_sdk::tensors::Dtype;
//!
//! /// Share of samples whose class was answered.
//! #[derive(Default)]
//! pub struct Share {
//!     right: f64,
//!     samples: f64,
//! }
//!
//! impl Callback for Share {
//!     type Params = ();
//!
//!     fn about() -> Descriptor {
//!         about!()
//!     }
//!
//!     fn start(_run: &Run, _params: ()) -> Result<Self, String> {
//!         Ok(Self::default())
//!     }
//!
//!     fn plan(&self) -> Plan {
//!         Plan::default().reports("share", Better::Higher)
//!     }
//! }
//!
//! impl Metric for Share {
//!     fn begin(&mut self) {
//!         *self = Self::default();
//!     }
//!
//!     fn update(&mut self, output: Tensor, target: Tensor, size: u32) -> Result<(), String> {
//!         let right = output.argmax(-1)?.equal(target)?.convert(Dtype::Float32)?;
//!         self.right += right.sum(None)?.item()?;
//!         self.samples += f64::from(size);
//!         Ok(())
//!     }
//!
//!     fn finish(&mut self) -> Result<Vec<Report>, String> {
//!         Ok(vec![Report::new("share", self.right / self.samples, self.samples)])
//!     }
//! }
//!
//! register!(Share, metric);
//! ```

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
