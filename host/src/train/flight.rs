//! Losses of the batch in flight, kept on the device for who reads them at its later hooks.

use tch::Tensor;

use super::error::{FitError, Result};
use super::losses::{self, Smooth};
use super::torch::During;
use crate::callback::{Hook, Losses};

/// What is known of the current batch's loss.
#[derive(Default)]
pub(super) struct Flight {
    current: Option<Loss>,
    /// The last training batch's, for hooks outside a batch.
    trained: Option<Loss>,
}

/// A loss before and after the transforms; detached, or the whole graph would live on.
struct Loss {
    raw: Tensor,
    /// `None`: nobody changed it.
    changed: Option<Tensor>,
}

impl Loss {
    fn shallow_clone(&self) -> Self {
        let changed = self.changed.as_ref().map(Tensor::shallow_clone);
        Loss { raw: self.raw.shallow_clone(), changed }
    }
}

impl Flight {
    /// The next batch: nothing is known.
    pub(super) fn take_off(&mut self) {
        self.current = None;
    }

    /// Its loss exists, as the model gave it.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub(super) fn put_raw(&mut self, loss: &Tensor, training: bool) -> Result {
        let loss = Loss { raw: detached(loss)?, changed: None };
        if training {
            self.trained = Some(loss.shallow_clone());
        }
        self.current = Some(loss);
        Ok(())
    }

    /// Transforms have made another of it. Training only.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub(super) fn put_changed(&mut self, loss: &Tensor) -> Result {
        let changed = detached(loss)?;
        for known in [&mut self.trained, &mut self.current].into_iter().flatten() {
            known.changed = Some(changed.shallow_clone());
        }
        Ok(())
    }

    /// The losses known at a hook. Waits for the device.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub(super) fn losses(&self, hook: Option<Hook>, smooth: &Smooth) -> Result<Losses> {
        let in_batch = hook.is_some_and(Hook::is_in_batch);
        let refused = FitError::line("reading the loss");
        let read = |tensor: &Tensor| losses::read(tensor).map_err(&refused);
        let (raw, last) = match if in_batch { &self.current } else { &self.trained } {
            Some(Loss { raw, changed: None }) => (read(raw)?, None),
            Some(Loss { raw, changed: Some(last) }) => (read(raw)?, Some(read(last)?)),
            None => (f64::NAN, None),
        };
        let smooth = smooth.read().map_err(&refused)?;
        Ok(Losses { raw, last: last.unwrap_or(raw), smooth })
    }
}

fn detached(loss: &Tensor) -> Result<Tensor> {
    loss.f_detach().during("detach").map_err(FitError::line("loss"))
}
