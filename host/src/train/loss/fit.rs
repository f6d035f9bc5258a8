//! Whether a loss and the data's targets fit, so that it is said before anything is trained.

use tch::Tensor;

use super::Loss;
use crate::train::data::{DataSpec, Targets};
use crate::train::torch::{During, TorchError};

/// A loss that makes no sense with the data.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum MisfitError {
    /// Numbers have no classes.
    #[error(
        "kind `{0}` compares classes, and the data's targets are numbers; use `mse`, `mae` or \
         `smooth-l1`, or `bce-with-logits` where they are probabilities"
    )]
    Classes(&'static str),
    /// Numbers that are no probabilities.
    #[error(
        "kind `bce-with-logits` needs targets in [0, 1], and the data's go from {least} to \
         {greatest}; use `mse`, `mae` or `smooth-l1`, or scale the targets"
    )]
    Range {
        /// Of all targets; NaN if one is.
        least: f64,
        /// Of all targets; NaN if one is.
        greatest: f64,
    },
    /// libtorch refused.
    #[error(transparent)]
    Torch(#[from] TorchError),
}

impl Loss {
    /// Whether it fits the data. Class numbers fit every loss: where it compares numbers, they count
    /// as one-hot rows.
    ///
    /// `table` has the targets of the training data, where they are known before they come.
    ///
    /// # Errors
    /// Targets of another kind, or out of the loss's range.
    pub fn check(self, data: &DataSpec, table: Option<&Tensor>) -> Result<(), MisfitError> {
        match (self, data.targets, table) {
            (Self::CrossEntropy { .. }, Targets::Numbers(_), _) => {
                Err(MisfitError::Classes(self.name()))
            }
            (Self::BceWithLogits, Targets::Numbers(_), Some(targets)) => probabilities(targets),
            _ => Ok(()),
        }
    }
}

/// Waits for the device.
fn probabilities(targets: &Tensor) -> Result<(), MisfitError> {
    if targets.numel() == 0 {
        return Ok(());
    }
    let what = "comparing targets with [0, 1]";
    let (least, greatest) = targets.f_aminmax(None, false).during(what)?;
    let [least, greatest] = [least, greatest].map(|one| one.f_double_value(&[]).during(what));
    match (least?, greatest?) {
        (least, greatest) if least >= 0.0 && greatest <= 1.0 => Ok(()),
        (least, greatest) => Err(MisfitError::Range { least, greatest }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers() -> DataSpec {
        DataSpec { targets: Targets::Numbers(2), ..DataSpec::of_classes(vec![3], 0) }
    }

    fn targets(values: &[f32]) -> Tensor {
        Tensor::from_slice(values).view([-1, 2])
    }

    #[test]
    fn class_numbers_fit_every_loss() {
        let data = DataSpec::of_classes(vec![3], 4);
        let table = Tensor::from_slice(&[0_i64, 3]);
        let all = [Loss::cross_entropy(), Loss::BceWithLogits, Loss::Mse, Loss::Mae];
        for loss in all.into_iter().chain([Loss::SmoothL1 { beta: 1.0 }]) {
            assert_eq!(loss.check(&data, Some(&table)), Ok(()), "{loss}");
        }
    }

    #[test]
    fn numbers_have_no_cross_entropy() {
        assert_eq!(Loss::Mse.check(&numbers(), Some(&targets(&[-3.0, 7.0]))), Ok(()));
        let error = Loss::cross_entropy().check(&numbers(), None).unwrap_err().to_string();
        assert_eq!(
            error,
            "kind `cross-entropy` compares classes, and the data's targets are numbers; use `mse`, \
             `mae` or `smooth-l1`, or `bce-with-logits` where they are probabilities"
        );
    }

    #[test]
    fn binary_cross_entropy_needs_probabilities() {
        let check = |values: &[f32]| Loss::BceWithLogits.check(&numbers(), Some(&targets(values)));
        assert_eq!(check(&[0.0, 0.3, 1.0, 0.5]), Ok(()));
        assert_eq!(check(&[]), Ok(()));
        assert_eq!(Loss::BceWithLogits.check(&numbers(), None), Ok(()), "a stream is not known");
        assert_eq!(
            check(&[-1.0, 2.5]).unwrap_err().to_string(),
            "kind `bce-with-logits` needs targets in [0, 1], and the data's go from -1 to 2.5; use \
             `mse`, `mae` or `smooth-l1`, or scale the targets"
        );
        assert!(check(&[0.5, f32::NAN]).is_err());
    }
}
