//! The losses that a run file can name.

mod fit;
#[cfg(test)]
mod oracle;
mod table;

use std::fmt;

use tch::{Kind, Reduction, Tensor};

pub use fit::MisfitError;
pub use table::LossError;

use super::model::Output;
use super::target;
use super::torch::{During, TorchError};
use table::LossTable;

/// What is minimised: `[loss]` of a run file. Each is a mean over the batch.
///
/// All take class numbers `[batch]` (`i64`) or class probabilities `[batch, classes]`, as mixing
/// augmentations make them; of sequences, class numbers `[batch, time]` or probabilities
/// `[batch, time, classes]` for outputs `[batch, time, classes]`: classes are the last dimension,
/// whereas PyTorch's functions have them second.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "LossTable", into = "LossTable")]
pub enum Loss {
    /// `−Σ t·log softmax(logits)` over the classes, of logits `[batch, classes]`; of sequences the
    /// mean over all tokens.
    CrossEntropy {
        /// s in [0, 1]: the target is `t·(1 − s) + s / classes`, as in PyTorch.
        label_smoothing: f64,
    },
    /// `−t·log σ(output) − (1 − t)·log(1 − σ(output))`, the mean over all elements: every output is a
    /// question of its own. Targets are in [0, 1] and of the output's shape; class numbers count as
    /// one-hot rows.
    BceWithLogits,
    /// `(output − target)²`, the mean over all elements. The output is compared as it is, without a
    /// softmax, with a target of its shape; class numbers count as one-hot rows.
    Mse,
    /// `|output − target|`, otherwise as [`Loss::Mse`]; also known as L1.
    Mae,
    /// `d²/(2β)` where `d = |output − target|` is below β, and `d − β/2` from there on; otherwise as
    /// [`Loss::Mse`].
    SmoothL1 {
        /// β > 0: below it errors count squared.
        beta: f64,
    },
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

    /// The loss of each sample, `[batch]`, with its graph: of a sequence the mean over its tokens.
    /// Their mean is that of the batch.
    ///
    /// Cross-entropy leaves out targets of the class −100, PyTorch's default: they have 0 here, and
    /// do not count in [`Loss::of`].
    ///
    /// # Errors
    /// Shapes that don't fit, a class number out of range.
    pub fn per_sample(self, output: &Output, target: &Tensor) -> Result<Tensor, TorchError> {
        let each = self.each(output, target)?;
        if each.dim() < 2 {
            return Ok(each);
        }
        let rows = each.f_flatten(1, -1).during(self.name())?;
        rows.f_mean_dim(1, false, None::<Kind>).during(self.name())
    }

    /// The loss of everything that has one, with its graph: cross-entropy of every sample `[batch]`
    /// or token `[batch, time]`, the others of every element of the output.
    ///
    /// # Errors
    /// Shapes that don't fit, a class number out of range.
    pub fn each(self, output: &Output, target: &Tensor) -> Result<Tensor, TorchError> {
        self.reduced(output, target, Reduction::None)
    }

    /// What outputs say in the unit of their targets: class probabilities, probabilities, or the numbers
    /// themselves. Of the outputs' shape, in `f64`.
    ///
    /// # Errors
    /// What libtorch refuses.
    pub fn answers(self, output: &Tensor) -> Result<Tensor, TorchError> {
        let name = self.name();
        let output = output.f_detach().during(name)?.f_to_kind(Kind::Double).during(name)?;
        match self {
            Self::CrossEntropy { .. } => output.f_softmax(-1, Kind::Double).during(name),
            Self::BceWithLogits => output.f_sigmoid().during(name),
            Self::Mse | Self::Mae | Self::SmoothL1 { .. } => Ok(output),
        }
    }

    /// The name in a run file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CrossEntropy { .. } => "cross-entropy",
            Self::BceWithLogits => "bce-with-logits",
            Self::Mse => "mse",
            Self::Mae => "mae",
            Self::SmoothL1 { .. } => "smooth-l1",
        }
    }

    fn reduced(
        self,
        output: &Output,
        target: &Tensor,
        reduction: Reduction,
    ) -> Result<Tensor, TorchError> {
        let (output, name) = (&output.main, self.name());
        let like = || target::like(target, output, name);
        match self {
            Self::CrossEntropy { label_smoothing } => {
                return cross_entropy(output, target, label_smoothing, reduction);
            }
            Self::BceWithLogits => {
                let none = None::<&Tensor>;
                output.f_binary_cross_entropy_with_logits(&like()?, none, none, reduction)
            }
            Self::Mse => output.f_mse_loss(&like()?, reduction),
            Self::Mae => output.f_l1_loss(&like()?, reduction),
            Self::SmoothL1 { beta } => output.f_smooth_l1_loss(&like()?, reduction, beta),
        }
        .during(name)
    }
}

/// Of logits `[batch, classes]` or `[batch, …, classes]`: the mean over all targets, or the loss of
/// each, `[batch]` or `[batch, …]`.
fn cross_entropy(
    logits: &Tensor,
    target: &Tensor,
    label_smoothing: f64,
    reduction: Reduction,
) -> Result<Tensor, TorchError> {
    let name = "cross-entropy";
    let of_rows = |logits: &Tensor, target: &Tensor| {
        // libtorch wants probabilities in the logits' kind; class numbers stay whole.
        let target = match target.kind() {
            Kind::Int64 => target.shallow_clone(),
            _ => target.f_to_kind(logits.kind())?,
        };
        // -100 is PyTorch's default for targets to leave out.
        logits.f_cross_entropy_loss(&target, None::<&Tensor>, reduction, -100, label_smoothing)
    };
    if logits.dim() < 3 {
        return of_rows(logits, target).during(name);
    }
    target::check_sequences(logits, target, name)?;
    // libtorch would look for the classes in the second dimension.
    let rows = logits.f_flatten(0, -2).during(name)?;
    let targets = target.f_flatten(0, if target.dim() < logits.dim() { -1 } else { -2 });
    let loss = of_rows(&rows, &targets.during(name)?).during(name)?;
    match (loss.dim(), logits.size().split_last()) {
        (1, Some((_, tokens))) => loss.f_reshape(tokens).during(name),
        _ => Ok(loss),
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
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
        for loss in [
            Loss::CrossEntropy { label_smoothing: 0.1 },
            Loss::BceWithLogits,
            Loss::Mse,
            Loss::Mae,
            Loss::SmoothL1 { beta: 0.7 },
        ] {
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
}
