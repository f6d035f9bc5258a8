//! The area under the ROC curve.

use std::cmp::Ordering;
use std::ops::Range;

use tch::{Device, Kind, Tensor};

use super::Metric;
use crate::train::model::Output;
use crate::train::target::{class_count, classes};
use crate::train::torch::{During, TorchError, no_grad};

/// The chance that a sample of a class scores higher for it than one of another class, in [0, 1];
/// equal scores count half.
///
/// Two classes: scored by the difference of their logits. More: by softmax, one class against the
/// rest, and the mean over classes (macro). As scikit-learn's `roc_auc_score`, with
/// `multi_class="ovr"`. NaN if a class has no sample, or a score is NaN.
///
/// The area needs every score at once: until the pass ends, the device keeps all logits and classes,
/// `samples · (classes · 4 + 8)` bytes in `f32`: 200 MB for 50,000 samples of 1,000 classes. They are
/// sorted on the CPU in `f64`, which takes 16 bytes there for each logit.
#[derive(Debug, Default)]
pub struct Auc {
    /// Logits `[batch, classes]` and class numbers `[batch]`, on the device; of sequences all tokens
    /// are one row each.
    batches: Vec<(Tensor, Tensor)>,
}

impl Metric for Auc {
    fn name(&self) -> &'static str {
        "auc"
    }

    fn higher_is_better(&self) -> bool {
        true
    }

    fn begin(&mut self) {
        *self = Self::default();
    }

    fn update(&mut self, output: &Output, target: &Tensor) -> Result<(), TorchError> {
        let _guard = no_grad();
        let logits = &output.main;
        if class_count(logits, "auc")? < 2 {
            return Err(TorchError::new("auc", "expected two classes or more, found one"));
        }
        let classes = classes(logits, target, "auc")?;
        if logits.size()[..classes.dim()] != classes.size()[..] {
            let message = format!("{:?} outputs and {:?} targets", logits.size(), target.size());
            return Err(TorchError::new("auc", &message));
        }
        let rows = logits.f_flatten(0, -2).and_then(|rows| rows.f_detach()).during("auc")?;
        self.batches.push((rows, classes.f_flatten(0, -1).during("auc")?));
        Ok(())
    }

    fn finish(&mut self) -> Result<f64, TorchError> {
        let batches = std::mem::take(&mut self.batches);
        if batches.is_empty() {
            return Ok(f64::NAN);
        }
        let _guard = no_grad();
        let (logits, classes): (Vec<_>, Vec<_>) = batches.into_iter().unzip();
        let classes = Vec::<i64>::try_from(&on_cpu(classes, Kind::Int64)?).during("auc")?;
        let scores = scores(&on_cpu(logits, Kind::Double)?).during("auc")?;
        let areas = scores.classes.clone().zip(0..).map(|(class, column)| {
            let column = scores.columns.f_select(1, column)?.f_contiguous()?;
            Ok(area(&Vec::try_from(&column)?, &classes, class))
        });
        Ok(mean(&areas.collect::<Result<Vec<f64>, _>>().during("auc")?))
    }
}

fn on_cpu(batches: Vec<Tensor>, kind: Kind) -> Result<Tensor, TorchError> {
    let here = batches.into_iter().map(|batch| batch.f_to_device(Device::Cpu));
    let here = here.collect::<Result<Vec<_>, _>>().during("auc")?;
    Tensor::f_cat(&here, 0).during("auc")?.f_to_kind(kind).during("auc")
}

/// The classes whose areas count, and all samples' scores for each.
struct Scores {
    classes: Range<i64>,
    /// `[samples, classes]`.
    columns: Tensor,
}

fn scores(logits: &Tensor) -> Result<Scores, tch::TchError> {
    let classes = logits.size()[1];
    if classes == 2 {
        // Not the softmax: it is 1 for every difference above 37.
        let margin = logits.f_select(1, 1)?.f_sub(&logits.f_select(1, 0)?)?;
        return Ok(Scores { classes: 1..2, columns: margin.f_unsqueeze(1)? });
    }
    Ok(Scores { classes: 0..classes, columns: logits.f_softmax(-1, Kind::Double)? })
}

/// The area of one class against the rest, by ranks (Mann and Whitney's U over its maximum).
#[allow(clippy::cast_precision_loss, reason = "half a unit of 2^53 pairs is below every digit")]
fn area(scores: &[f64], classes: &[i64], class: i64) -> f64 {
    if scores.iter().any(|score| score.is_nan()) {
        return f64::NAN;
    }
    let mut samples: Vec<(f64, bool)> =
        scores.iter().zip(classes).map(|(&score, &of)| (score, of == class)).collect();
    samples.sort_unstable_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal));
    let (mut inside, mut outside, mut won_twice) = (0_u64, 0_u64, 0_u128);
    for equal in samples.chunk_by(|a, b| a.0 == b.0) {
        let within = equal.iter().filter(|(_, of_class)| *of_class).count() as u64;
        let without = equal.len() as u64 - within;
        won_twice += u128::from(within) * u128::from(2 * outside + without);
        inside += within;
        outside += without;
    }
    // 0 / 0 if either side has no sample.
    won_twice as f64 / (2.0 * inside as f64 * outside as f64)
}

#[allow(clippy::cast_precision_loss, reason = "no model has 2^53 classes")]
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auc(rows: &[[f32; 2]], classes: &[i64]) -> f64 {
        let mut metric = Auc::default();
        let output = Tensor::from_slice(&rows.concat()).view([-1, 2]);
        metric.update(&output.into(), &Tensor::from_slice(classes)).unwrap();
        metric.finish().unwrap()
    }

    #[test]
    fn equal_scores_count_half() {
        assert_eq!(area(&[1.0, 1.0, 2.0, 0.0], &[1, 0, 1, 0], 1), 3.5 / 4.0);
        assert_eq!(area(&[0.0, -0.0], &[1, 0], 1), 0.5);
        assert_eq!(area(&[0.0, 1.0], &[1, 0], 0), 1.0);
    }

    #[test]
    fn sure_models_are_told_apart() {
        // Both have probability 1 in float32 and in float64.
        assert_eq!(auc(&[[0.0, 40.0], [0.0, 50.0]], &[0, 1]), 1.0);
    }

    #[test]
    fn what_has_no_area_is_nan() {
        assert!(auc(&[[0.0, 1.0], [1.0, 0.0]], &[1, 1]).is_nan());
        assert!(auc(&[[0.0, f32::NAN], [1.0, 0.0]], &[1, 0]).is_nan());
        assert!(Auc::default().finish().unwrap().is_nan());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let refused = |shape: [i64; 2], classes: &[i64]| {
            let output = Tensor::from_slice(&[0.0, 1.0]).view(shape).into();
            let target = Tensor::from_slice(classes);
            Auc::default().update(&output, &target).unwrap_err().to_string()
        };
        assert_eq!(refused([2, 1], &[0, 0]), "auc: expected two classes or more, found one");
        assert_eq!(refused([1, 2], &[0, 0]), "auc: [1, 2] outputs and [2] targets");
    }
}
