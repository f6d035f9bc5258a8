//! Shares of right answers.

use std::num::NonZero;

use tch::{Kind, Tensor};

use super::Metric;
use super::mean::SampleMean;
use crate::train::model::Output;
use crate::train::target::classes;
use crate::train::torch::{During, TorchError, no_grad};

/// Share of samples, or of tokens, whose greatest logit is that of their class, in [0, 1].
#[derive(Debug, Default)]
pub struct Accuracy {
    mean: SampleMean,
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
        self.mean.add(&hits(&output.main, target)?, "accuracy")
    }

    fn finish(&mut self) -> Result<f64, TorchError> {
        self.mean.finish("accuracy")
    }
}

/// Share of samples, or of tokens, whose class is among the k greatest logits, in [0, 1].
///
/// Which of equal logits count as greater is libtorch's choice, as in PyTorch's `topk`.
#[derive(Debug)]
pub struct TopK {
    name: String,
    k: NonZero<u32>,
    mean: SampleMean,
}

impl TopK {
    /// Of the k greatest logits. A batch with fewer classes than k is an error.
    #[must_use]
    pub fn new(k: NonZero<u32>) -> Self {
        TopK { name: format!("top-{k}"), k, mean: SampleMean::default() }
    }

    /// Which samples are right: `[batch]`; of sequences which tokens are, `[batch, time]`.
    fn hits(&self, logits: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
        let class = classes(logits, target, &self.name)?.f_unsqueeze(-1).during(&self.name)?;
        let (_, top) = logits.f_topk(self.k.get().into(), -1, true, false).during(&self.name)?;
        let equal = top.f_eq_tensor(&class).during(&self.name)?;
        equal.f_any_dim(-1, false).during(&self.name)
    }
}

impl Metric for TopK {
    fn name(&self) -> &str {
        &self.name
    }

    fn higher_is_better(&self) -> bool {
        true
    }

    fn begin(&mut self) {
        self.mean = SampleMean::default();
    }

    fn update(&mut self, output: &Output, target: &Tensor) -> Result<(), TorchError> {
        let _guard = no_grad();
        let hits = self.hits(&output.main, target)?;
        self.mean.add(&hits, &self.name)
    }

    fn finish(&mut self) -> Result<f64, TorchError> {
        self.mean.finish(&self.name)
    }
}

/// The accuracy of one batch: logits `[batch, classes]` or `[batch, time, classes]`, class numbers or
/// probabilities as target.
/// A single number on the device; average it over batches by their sizes.
///
/// # Errors
/// Shapes that don't fit.
pub fn accuracy(logits: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
    hits(logits, target)?.f_mean(Kind::Float).during("accuracy")
}

/// Which samples are right: `[batch]`; of sequences which tokens are, `[batch, time]`.
fn hits(logits: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
    let predicted = logits.f_argmax(-1, false).during("accuracy")?;
    predicted.f_eq_tensor(&classes(logits, target, "accuracy")?).during("accuracy")
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
    fn of_sequences_every_token_counts() {
        let output = logits(&[[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]]).main.view([2, 2, 2]);
        let target = Tensor::from_slice(&[0_i64, 1, 0, 1]).view([2, 2]);
        assert_eq!(accuracy(&output, &target).unwrap().double_value(&[]), 0.75);
        let mut metrics: [Box<dyn Metric>; 2] =
            [Box::new(Accuracy::default()), Box::new(TopK::new(NonZero::new(1).unwrap()))];
        for metric in &mut metrics {
            metric.update(&output.shallow_clone().into(), &target).unwrap();
            // Shorter sequences weigh as many tokens as they have.
            let (short, of_short) = (output.narrow(1, 0, 1), target.narrow(1, 0, 1));
            metric.update(&short.into(), &of_short).unwrap();
            assert_eq!(metric.finish().unwrap(), 5.0 / 6.0, "{}", metric.name());
        }
    }

    #[test]
    fn targets_of_another_length_are_refused() {
        let output = logits(&[[1.0, 0.0], [0.0, 1.0]]);
        let target = Tensor::from_slice(&[0_i64, 0, 0]);
        let error = Accuracy::default().update(&output, &target).unwrap_err();
        assert!(error.to_string().starts_with("accuracy: The size of tensor a (2) must match"));
        let mut top = TopK::new(NonZero::new(2).unwrap());
        let error = top.update(&output, &target).unwrap_err().to_string();
        assert!(error.starts_with("top-2: The size of tensor a (2) must match"), "{error}");
    }
}
