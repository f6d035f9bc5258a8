//! The losses that a run file can name.

use std::fmt;

use tch::{Kind, Reduction, Tensor};

use super::model::Output;
use super::target;
use super::torch::{During, TorchError};

/// What is minimised: `[loss]` of a run file. Each is a mean over the batch.
///
/// All take class numbers `[batch]` (`i64`) or class probabilities `[batch, classes]`, as mixing
/// augmentations make them.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "LossTable", into = "LossTable")]
pub enum Loss {
    /// `−Σ t·log softmax(logits)` over the classes, of logits `[batch, classes]`.
    CrossEntropy {
        /// s in [0, 1]: the target is `t·(1 − s) + s / classes`, as in PyTorch.
        label_smoothing: f64,
    },
    /// `(output − target)²`, the mean over all elements. The output is compared as it is, without a
    /// softmax, with a target of its shape; class numbers count as one-hot rows.
    Mse,
    /// `|output − target|`, otherwise as [`Loss::Mse`]; also known as L1.
    Mae,
}

impl Default for Loss {
    fn default() -> Self {
        Self::cross_entropy()
    }
}

impl Loss {
    /// Cross-entropy without label smoothing.
    #[must_use]
    pub const fn cross_entropy() -> Self {
        Self::CrossEntropy { label_smoothing: 0.0 }
    }

    /// The loss of a batch: a single number on the device, with its graph.
    ///
    /// # Errors
    /// Shapes that don't fit, a class number out of range.
    pub fn of(self, output: &Output, target: &Tensor) -> Result<Tensor, TorchError> {
        self.reduced(output, target, Reduction::Mean)
    }

    /// The loss of each sample, `[batch]`, with its graph; its mean is that of the batch.
    ///
    /// Cross-entropy leaves out samples of the class −100, PyTorch's default: they have 0 here, and
    /// do not count in [`Loss::of`].
    ///
    /// # Errors
    /// Shapes that don't fit, a class number out of range.
    pub fn per_sample(self, output: &Output, target: &Tensor) -> Result<Tensor, TorchError> {
        let each = self.reduced(output, target, Reduction::None)?;
        if each.dim() < 2 {
            return Ok(each);
        }
        let rows = each.f_flatten(1, -1).during(self.name())?;
        rows.f_mean_dim(1, false, None::<Kind>).during(self.name())
    }

    /// The name in a run file.
    #[must_use]
    pub fn name(self) -> &'static str {
        LossTable::from(self).kind.name()
    }

    fn reduced(
        self,
        output: &Output,
        target: &Tensor,
        reduction: Reduction,
    ) -> Result<Tensor, TorchError> {
        let (output, name) = (&output.main, self.name());
        match self {
            Self::CrossEntropy { label_smoothing } => {
                cross_entropy(output, target, label_smoothing, reduction)
            }
            Self::Mse => output.f_mse_loss(&target::like(target, output, name)?, reduction),
            Self::Mae => output.f_l1_loss(&target::like(target, output, name)?, reduction),
        }
        .during(name)
    }
}

fn cross_entropy(
    logits: &Tensor,
    target: &Tensor,
    label_smoothing: f64,
    reduction: Reduction,
) -> Result<Tensor, tch::TchError> {
    // libtorch wants probabilities in the logits' kind; class numbers stay whole.
    let target = match target.kind() {
        Kind::Int64 => target.shallow_clone(),
        _ => target.f_to_kind(logits.kind())?,
    };
    // -100 is PyTorch's default for targets to leave out.
    logits.f_cross_entropy_loss(&target, None::<&Tensor>, reduction, -100, label_smoothing)
}

/// The loss as the run file writes it.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct LossTable {
    kind: LossKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label_smoothing: Option<f64>,
}

#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LossKind {
    CrossEntropy,
    Mse,
    Mae,
}

impl LossKind {
    fn name(self) -> &'static str {
        match self {
            Self::CrossEntropy => "cross-entropy",
            Self::Mse => "mse",
            Self::Mae => "mae",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A loss that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum LossError {
    /// Label smoothing out of range.
    #[error("loss.label-smoothing must be in [0, 1], got {0}")]
    Smoothing(f64),
    /// Label smoothing of another loss.
    #[error("loss.label-smoothing belongs to kind `cross-entropy`; kind `{0}` has none")]
    NoSmoothing(&'static str),
}

impl TryFrom<LossTable> for Loss {
    type Error = LossError;

    fn try_from(LossTable { kind, label_smoothing }: LossTable) -> Result<Self, LossError> {
        match (kind, label_smoothing) {
            (LossKind::CrossEntropy, Some(value)) if !(0.0..=1.0).contains(&value) => {
                Err(LossError::Smoothing(value))
            }
            (LossKind::CrossEntropy, value) => {
                Ok(Self::CrossEntropy { label_smoothing: value.unwrap_or(0.0) })
            }
            (_, Some(_)) => Err(LossError::NoSmoothing(kind.name())),
            (LossKind::Mse, None) => Ok(Self::Mse),
            (LossKind::Mae, None) => Ok(Self::Mae),
        }
    }
}

impl From<Loss> for LossTable {
    fn from(loss: Loss) -> Self {
        let plain = |kind| LossTable { kind, label_smoothing: None };
        match loss {
            Loss::CrossEntropy { label_smoothing } => {
                let given = (label_smoothing != 0.0).then_some(label_smoothing);
                LossTable { kind: LossKind::CrossEntropy, label_smoothing: given }
            }
            Loss::Mse => plain(LossKind::Mse),
            Loss::Mae => plain(LossKind::Mae),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::torch;

    fn loss(logits: &[f64], target: &Tensor) -> Result<Tensor, TorchError> {
        let logits = Tensor::from_slice(logits).view([-1, 2]);
        Loss::cross_entropy().of(&logits.into(), target)
    }

    #[test]
    fn cross_entropy_is_the_mean_of_negative_log_probabilities() {
        // softmax(0, ln 3) = (1/4, 3/4).
        let logits = [0.0, 3.0_f64.ln(), 0.0, 3.0_f64.ln()];
        let value = loss(&logits, &Tensor::from_slice(&[0_i64, 1])).unwrap().double_value(&[]);
        let expected = -(0.25_f64.ln() + 0.75_f64.ln()) / 2.0;
        assert!((value - expected).abs() < 1e-12, "{value}");
        // Probabilities in another kind than the logits, as augmentations make them.
        let even = Tensor::from_slice(&[0.5_f32, 0.5, 0.5, 0.5]).view([2, 2]);
        let value = loss(&logits, &even).unwrap().double_value(&[]);
        assert!((value - expected).abs() < 1e-12, "{value}");
    }

    #[test]
    fn targets_that_do_not_fit_are_errors() {
        let error = loss(&[0.0, 0.0], &Tensor::from_slice(&[0_i64, 1])).unwrap_err().to_string();
        assert!(error.starts_with("cross-entropy: Expected input batch_size (1)"), "{error}");
        let error = loss(&[0.0, 0.0], &Tensor::from_slice(&[2_i64])).unwrap_err().to_string();
        assert_eq!(error, "cross-entropy: Target 2 is out of bounds.");
        let output = Output::from(Tensor::from_slice(&[0.0, 0.0]).view([1, 2]));
        let error = Loss::Mse.of(&output, &Tensor::from_slice(&[2_i64])).unwrap_err().to_string();
        assert!(error.starts_with("mse: Class values must be smaller than num_classes"), "{error}");
    }

    #[test]
    fn every_loss_has_a_gradient_for_each_sample() {
        for loss in [Loss::CrossEntropy { label_smoothing: 0.1 }, Loss::Mse, Loss::Mae] {
            let gradient = |reduce: fn(Loss, &Output, &Tensor) -> Tensor| {
                let logits = Tensor::from_slice(&[0.5, -0.5, 2.0, 1.0]).view([2, 2]);
                let output = Output::from(logits.set_requires_grad(true));
                let loss = reduce(loss, &output, &Tensor::from_slice(&[0_i64, 1]));
                torch::backward(&loss).unwrap();
                output.main.grad()
            };
            let of = gradient(|loss, output, target| loss.of(output, target).unwrap());
            let mean = gradient(|loss, output, target| {
                loss.per_sample(output, target).unwrap().mean(None::<Kind>)
            });
            let difference = (of - mean).abs().max().double_value(&[]);
            assert!(difference < 1e-12, "{loss}: {difference}");
        }
    }

    #[test]
    fn a_run_file_names_it() {
        let read = |text: &str| toml::from_str::<Loss>(text);
        let refused = |text: &str| read(text).unwrap_err().message().to_owned();
        assert_eq!(read("kind = 'cross-entropy'").unwrap(), Loss::default());
        let smooth = "kind = \"cross-entropy\"\nlabel-smoothing = 0.1\n";
        assert_eq!(read(smooth).unwrap(), Loss::CrossEntropy { label_smoothing: 0.1 });
        assert_eq!(toml::to_string(&read(smooth).unwrap()).unwrap(), smooth);
        assert_eq!(read("kind = 'mae'").unwrap(), Loss::Mae);
        assert_eq!(
            refused("kind = 'msee'"),
            "unknown variant `msee`, expected one of `cross-entropy`, `mse`, `mae`"
        );
        assert_eq!(
            refused("kind = 'cross-entropy'\nlabel-smoothing = 1.5"),
            "loss.label-smoothing must be in [0, 1], got 1.5"
        );
        assert_eq!(
            refused("kind = 'mse'\nlabel-smoothing = 0.1"),
            "loss.label-smoothing belongs to kind `cross-entropy`; kind `mse` has none"
        );
    }
}
