//! F1, from counts per class.

use tch::{Kind, Tensor};

use super::Metric;
use crate::train::model::Output;
use crate::train::target::{class_count, classes};
use crate::train::torch::{During, TorchError, no_grad};

/// The mean over classes of 2·hits / (predicted + actual), in [0, 1]: macro F1.
///
/// As scikit-learn's `f1_score(average="macro", zero_division=0)`: a class that was predicted but has
/// no sample, or the other way round, counts as 0; a class that occurred in neither is left out of
/// the mean.
#[derive(Debug, Default)]
pub struct F1 {
    /// On the device, `[classes, 3]`, `i64`: per class its hits, its predictions, its samples.
    counts: Option<Tensor>,
}

impl Metric for F1 {
    fn name(&self) -> &'static str {
        "f1"
    }

    fn higher_is_better(&self) -> bool {
        true
    }

    fn begin(&mut self) {
        *self = Self::default();
    }

    fn update(&mut self, output: &Output, target: &Tensor) -> Result<(), TorchError> {
        let _guard = no_grad();
        let batch = counts(&output.main, target)?;
        self.counts = Some(match self.counts.take() {
            None => batch,
            Some(counts) => counts.f_add(&batch).during("f1")?,
        });
        Ok(())
    }

    fn finish(&mut self) -> Result<f64, TorchError> {
        match self.counts.take() {
            None => Ok(f64::NAN),
            Some(counts) => Ok(macro_f1(&Vec::<Vec<i64>>::try_from(&counts).during("f1")?)),
        }
    }
}

/// Hits, predictions and samples, or tokens, per class: `[classes, 3]`.
fn counts(logits: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
    let actual = classes(logits, target, "f1")?;
    let predicted = logits.f_argmax(-1, false).during("f1")?;
    let hits = predicted.f_eq_tensor(&actual).and_then(|hit| hit.f_to_kind(Kind::Int64));
    // Of sequences, all tokens in one row.
    let flat = |numbers: &Tensor| numbers.f_flatten(0, -1).during("f1");
    let (hits, predicted, actual) = (flat(&hits.during("f1")?)?, flat(&predicted)?, flat(&actual)?);
    let one_each = hits.f_ones_like().during("f1")?;
    let size = class_count(logits, "f1")?;
    let none = Tensor::f_zeros([size], (Kind::Int64, logits.device())).during("f1")?;
    // Of whole numbers, so that the order of additions on a GPU does not matter.
    let columns = [(&actual, &hits), (&predicted, &one_each), (&actual, &one_each)]
        .map(|(class, amount)| none.f_index_add(0, class, amount).during("f1"));
    let [hits, predicted, actual] = columns;
    Tensor::f_stack(&[hits?, predicted?, actual?], 1).during("f1")
}

/// The mean of the classes that occur; NaN of none.
#[allow(clippy::cast_precision_loss, reason = "no pass has 2^53 samples")]
fn macro_f1(classes: &[Vec<i64>]) -> f64 {
    let occurring = classes.iter().filter_map(|counts| match counts[..] {
        [hits, predicted, actual] if predicted + actual > 0 => {
            Some(2.0 * hits as f64 / (predicted + actual) as f64)
        }
        _ => None,
    });
    let (sum, number) = occurring.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
    sum / number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_classes_count_as_they_do_in_scikit_learn() {
        // Class 0: 1 hit of 2 predictions and 1 sample. Class 1: sample without prediction.
        assert_eq!(macro_f1(&[vec![1, 2, 1], vec![0, 0, 1], vec![0, 0, 0]]), (2.0 / 3.0) / 2.0);
        assert!(macro_f1(&[vec![0, 0, 0]]).is_nan());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let output = Output::from(Tensor::from_slice(&[1.0, 0.0, 0.0, 1.0]).view([2, 2]));
        let refused = |target: &[i64]| {
            let target = Tensor::from_slice(target);
            F1::default().update(&output, &target).unwrap_err().to_string()
        };
        let error = refused(&[0, 1, 1]);
        assert!(error.starts_with("f1: The size of tensor a (2) must match"), "{error}");
        let error = refused(&[0, 7]);
        assert!(error.starts_with("f1: index out of range"), "{error}");
    }
}
