//! Metrics: numbers over a whole pass, accumulated batch by batch.

use tch::{Kind, Tensor};

use super::model::Output;
use super::torch::{During, TorchError, no_grad};

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

/// Share of samples whose greatest logit is that of their class, in [0, 1].
#[derive(Debug, Default)]
pub struct Accuracy {
    /// Right answers so far, on the device.
    correct: Option<Tensor>,
    seen: i64,
}

impl Metric for Accuracy {
    fn name(&self) -> &'static str {
        "accuracy"
    }

    fn higher_is_better(&self) -> bool {
        true
    }

    fn begin(&mut self) {
        *self = Self::default();
    }

    fn update(&mut self, output: &Output, target: &Tensor) -> Result<(), TorchError> {
        let _guard = no_grad();
        let batch = correct(&output.main, target)?;
        self.seen += target.size().first().copied().unwrap_or(0);
        self.correct = Some(match self.correct.take() {
            None => batch,
            Some(sum) => sum.f_add(&batch).during("accuracy")?,
        });
        Ok(())
    }

    #[allow(clippy::cast_precision_loss, reason = "no pass has 2^53 samples")]
    fn finish(&mut self) -> Result<f64, TorchError> {
        match self.correct.take() {
            None => Ok(f64::NAN),
            Some(sum) => {
                let correct = sum.f_int64_value(&[]).during("accuracy")?;
                Ok(correct as f64 / self.seen as f64)
            }
        }
    }
}

/// The accuracy of one batch: logits `[batch, classes]`, class numbers or probabilities as target.
/// A single number on the device; average it over batches by their sizes.
///
/// # Errors
/// Shapes that don't fit.
pub fn accuracy(logits: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
    hits(logits, target)?.f_mean(Kind::Float).during("accuracy")
}

/// Right answers in a batch: a single `i64` on the device.
fn correct(logits: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
    hits(logits, target)?.f_sum(Kind::Int64).during("accuracy")
}

/// Which samples are right: `[batch]`.
fn hits(logits: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
    let predicted = logits.f_argmax(-1, false).during("accuracy")?;
    let class = match target.dim() {
        1 => target.shallow_clone(),
        // Mixed targets are probabilities: the likeliest class counts.
        _ => target.f_argmax(-1, false).during("accuracy")?,
    };
    predicted.f_eq_tensor(&class).during("accuracy")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logits(rows: &[[f64; 2]]) -> Output {
        Tensor::from_slice(&rows.concat()).view([-1, 2]).into()
    }

    #[test]
    fn accuracy_counts_samples_not_batches() {
        let mut metric = Accuracy::default();
        let right = logits(&[[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]);
        let zeros = Tensor::from_slice(&[0_i64, 0, 0]);
        for _pass in 0..2 {
            metric.begin();
            metric.update(&right, &zeros).unwrap();
            metric.update(&logits(&[[0.0, 1.0]]), &Tensor::from_slice(&[0_i64])).unwrap();
            assert_eq!(metric.finish().unwrap(), 0.75);
        }
        assert!(metric.finish().unwrap().is_nan());
    }

    #[test]
    fn a_batch_has_its_own_value() {
        let output = logits(&[[1.0, 0.0], [0.0, 1.0]]);
        let value = accuracy(&output.main, &Tensor::from_slice(&[0_i64, 0])).unwrap();
        assert_eq!(value.double_value(&[]), 0.5);
        let mixed = Tensor::from_slice(&[0.7, 0.3, 0.2, 0.8]).view([2, 2]);
        assert_eq!(accuracy(&output.main, &mixed).unwrap().double_value(&[]), 1.0);
    }

    #[test]
    fn targets_of_another_length_are_refused() {
        let error = Accuracy::default()
            .update(&logits(&[[1.0, 0.0], [0.0, 1.0]]), &Tensor::from_slice(&[0_i64, 0, 0]))
            .unwrap_err();
        assert!(error.to_string().starts_with("accuracy: The size of tensor a (2) must match"));
    }
}
