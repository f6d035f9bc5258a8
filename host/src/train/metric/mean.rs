//! The mean over the samples of a pass, of what has a value for each sample, or each token of it.

use tch::{Kind, Tensor};

use crate::train::torch::{During, TorchError};

/// A sum on the device, in float64: batches of any size weigh as many values as they have.
#[derive(Debug, Default)]
pub(super) struct SampleMean {
    sum: Option<Tensor>,
    seen: i64,
}

impl SampleMean {
    /// Takes in the values of a batch, `[batch]` or `[batch, …]`. Does not wait for the device.
    pub(super) fn add(&mut self, values: &Tensor, metric: &str) -> Result<(), TorchError> {
        let batch = values.f_sum(Kind::Double).during(metric)?;
        self.seen += values.size().iter().product::<i64>();
        self.sum = Some(match self.sum.take() {
            None => batch,
            Some(sum) => sum.f_add(&batch).during(metric)?,
        });
        Ok(())
    }

    /// The mean, and a fresh start; NaN of nothing. Waits for the device.
    #[allow(clippy::cast_precision_loss, reason = "no pass has 2^53 samples")]
    pub(super) fn finish(&mut self, metric: &str) -> Result<f64, TorchError> {
        let SampleMean { sum, seen } = std::mem::take(self);
        match sum {
            None => Ok(f64::NAN),
            Some(sum) => Ok(sum.f_double_value(&[]).during(metric)? / seen as f64),
        }
    }
}
