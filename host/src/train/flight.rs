//! Tensors of the batch in flight, kept for who reads them at its later hooks.

use tch::Tensor;

use super::data::Batch;
use super::error::{FitError, Result};
use super::losses::{self, Smooth};
use super::model::Output;
use super::torch::During;
use crate::callback::{Hook, Losses};

/// What is known of the current batch.
#[derive(Default)]
pub(super) struct Flight {
    /// What the loss compares with.
    pub target: Option<Tensor>,
    /// The model's output; kept where metrics are measured.
    pub output: Option<Output>,
    loss: Option<Tensor>,
    /// The last training batch's, for hooks outside a batch.
    trained: Option<Tensor>,
}

impl Flight {
    /// The next batch: nothing is known but its target.
    pub(super) fn take_off(&mut self, batch: &Batch) {
        self.target = Some(batch.target.shallow_clone());
        self.output = None;
        self.loss = None;
    }

    /// Its loss exists.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub(super) fn put_loss(&mut self, loss: &Tensor, training: bool) -> Result {
        // Detached, or the whole graph would live on until the next batch.
        let loss = loss.f_detach().during("detach").map_err(FitError::line("loss"))?;
        if training {
            self.trained = Some(loss.shallow_clone());
        }
        self.loss = Some(loss);
        Ok(())
    }

    /// The losses known at a hook. Waits for the device.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub(super) fn losses(&self, hook: Option<Hook>, smooth: &Smooth) -> Result<Losses> {
        let in_batch = hook.is_some_and(Hook::is_in_batch);
        let refused = FitError::line("reading the loss");
        let last = match if in_batch { &self.loss } else { &self.trained } {
            Some(loss) => losses::read(loss).map_err(&refused)?,
            None => f64::NAN,
        };
        let smooth = smooth.read().map_err(&refused)?;
        Ok(Losses { raw: last, last, smooth })
    }
}
