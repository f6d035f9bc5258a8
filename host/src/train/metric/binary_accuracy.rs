//! The share of right yes-or-no answers.

use tch::{Kind, Tensor};

use super::Metric;
use super::mean::SampleMean;
use crate::train::model::Output;
use crate::train::target::like;
use crate::train::torch::{During, TorchError, no_grad};

const NAME: &str = "binary-accuracy";

/// Share of answers, over all samples and labels, whose logit is above 0 (a probability above one half)
/// where the target is above one half, and not where it is not; in [0, 1]. Class numbers become one-hot
/// rows. It is scikit-learn's `accuracy_score` of all labels in one list.
#[derive(Debug, Default)]
pub struct BinaryAccuracy {
    mean: SampleMean,
}

impl Metric for BinaryAccuracy {
    fn name(&self) -> &'static str {
        NAME
    }

    fn higher_is_better(&self) -> bool {
        true
    }

    fn begin(&mut self) {
        *self = Self::default();
    }

    fn update(&mut self, output: &Output, target: &Tensor) -> Result<(), TorchError> {
        let _guard = no_grad();
        // A half rounds to the even number, which is 0.
        let target = like(target, &output.main, NAME)?.f_round().during(NAME)?;
        let is_so = target.f_to_kind(Kind::Bool).during(NAME)?;
        let zeros = output.main.f_zeros_like().during(NAME)?;
        let told = output.main.f_gt_tensor(&zeros).during(NAME)?;
        self.mean.add(&told.f_eq_tensor(&is_so).during(NAME)?, NAME)
    }

    fn finish(&mut self) -> Result<f64, TorchError> {
        self.mean.finish(NAME)
    }
}
