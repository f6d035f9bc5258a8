//! The losses that a run file can name.

use tch::{Reduction, Tensor};

use super::model::Output;
use super::torch::{During, TorchError};

/// `loss` of a run file.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// `−log softmax(logits)[target]`, averaged over the batch.
    #[default]
    CrossEntropy,
}

impl Loss {
    /// The loss of a batch: a single number on the device, with its graph.
    ///
    /// Cross-entropy takes logits `[batch, classes]` and class numbers `[batch]` (`i64`), or class
    /// probabilities `[batch, classes]` (`f32`), as mixing augmentations make them.
    ///
    /// # Errors
    /// Shapes that don't fit, a class number out of range.
    pub fn of(self, output: &Output, target: &Tensor) -> Result<Tensor, TorchError> {
        match self {
            Self::CrossEntropy => cross_entropy(&output.main, target),
        }
    }
}

fn cross_entropy(logits: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
    // -100 is PyTorch's default for targets to leave out; no label smoothing.
    logits
        .f_cross_entropy_loss(target, None::<&Tensor>, Reduction::Mean, -100, 0.0)
        .during("cross-entropy")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(logits: &[f64], target: &Tensor) -> Result<Tensor, TorchError> {
        let logits = Tensor::from_slice(logits).view([-1, 2]);
        Loss::CrossEntropy.of(&logits.into(), target)
    }

    #[test]
    fn cross_entropy_is_the_mean_of_negative_log_probabilities() {
        // softmax(0, ln 3) = (1/4, 3/4).
        let logits = [0.0, 3.0_f64.ln(), 0.0, 3.0_f64.ln()];
        let value = loss(&logits, &Tensor::from_slice(&[0_i64, 1])).unwrap().double_value(&[]);
        let expected = -(0.25_f64.ln() + 0.75_f64.ln()) / 2.0;
        assert!((value - expected).abs() < 1e-12, "{value}");
        let even = Tensor::from_slice(&[0.5, 0.5, 0.5, 0.5]).view([2, 2]);
        let value = loss(&logits, &even).unwrap().double_value(&[]);
        assert!((value - expected).abs() < 1e-12, "{value}");
    }

    #[test]
    fn targets_that_do_not_fit_are_errors() {
        let error = loss(&[0.0, 0.0], &Tensor::from_slice(&[0_i64, 1])).unwrap_err().to_string();
        assert!(error.starts_with("cross-entropy: Expected input batch_size (1)"), "{error}");
        let error = loss(&[0.0, 0.0], &Tensor::from_slice(&[2_i64])).unwrap_err().to_string();
        assert_eq!(error, "cross-entropy: Target 2 is out of bounds.");
    }

    #[test]
    fn a_run_file_names_it() {
        #[derive(serde::Deserialize)]
        struct Run {
            loss: Loss,
        }
        let run: Run = toml::from_str("loss = 'cross-entropy'").unwrap();
        assert_eq!(run.loss, Loss::CrossEntropy);
        assert!(toml::from_str::<Run>("loss = 'mse'").is_err());
    }
}
