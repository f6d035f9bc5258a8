//! Normalisation by a batch's statistics.

use std::rc::Rc;

use tch::{Device, Kind, Tensor};

use super::FLOAT;
use crate::train::norm::{Norm, Statistics};
use crate::train::params::{ParamKind, Params};
use crate::train::torch::{During, TorchError};

/// Batch normalisation per channel: by the batch's statistics in training, by the running ones
/// otherwise, and where its layer group is frozen. Momentum 0.1 and eps 1e-5, as in PyTorch.
#[derive(Debug)]
pub struct BatchNorm2d {
    name: String,
    weight: Tensor,
    bias: Tensor,
    norm: Rc<Norm>,
    one: Tensor,
}

impl BatchNorm2d {
    /// Share of the batch's statistics in the running ones.
    const MOMENTUM: f64 = 0.1;
    /// Added to the variance.
    const EPS: f64 = 1e-5;

    /// Registers `weight` (ones), `bias`, `running_mean` (zeros), `running_var` (ones), all
    /// `[channels]`, and `num_batches_tracked`, a single `i64`.
    ///
    /// # Errors
    /// No memory, a negative size.
    pub fn new(params: &mut Params, path: &str, channels: i64) -> Result<Self, TorchError> {
        let name = format!("batch normalisation `{path}`");
        let ones = || Tensor::f_ones([channels], FLOAT).during(&name);
        let zeros = || Tensor::f_zeros([channels], FLOAT).during(&name);
        let count = Tensor::f_zeros([0; 0], (Kind::Int64, Device::Cpu)).during(&name)?;
        let one = Tensor::f_ones([0; 0], (Kind::Int64, params.device())).during(&name)?;
        let mut add = |suffix: &str, kind, value: &Tensor| {
            params.add(format!("{path}.{suffix}"), kind, value)
        };
        let weight = add("weight", ParamKind::Norm, &ones()?)?;
        let bias = add("bias", ParamKind::Norm, &zeros()?)?;
        let statistics = Statistics {
            mean: add("running_mean", ParamKind::Buffer, &zeros()?)?,
            variance: add("running_var", ParamKind::Buffer, &ones()?)?,
            batches: add("num_batches_tracked", ParamKind::Buffer, &count)?,
        };
        Ok(Self { weight, bias, norm: params.add_norm(statistics), one, name })
    }

    /// Applies the layer to `[batch, channels, h, w]`; in training it moves the running statistics,
    /// unless its group is frozen, or its [`Norm`] pools them.
    ///
    /// # Errors
    /// Other channels; in training, a single value per channel.
    pub fn forward(&mut self, input: &Tensor, training: bool) -> Result<Tensor, TorchError> {
        let Statistics { mean, variance, batches } = self.norm.statistics();
        if !training || self.norm.is_frozen() {
            return self.normalise(input, [mean, variance], None);
        }
        let values = input.numel() / self.weight.numel().max(1);
        // PyTorch refuses it in Python; libtorch makes the running variance NaN.
        if values == 1 {
            let text = "expected more than one value per channel when training";
            return Err(TorchError::new(&self.name, text));
        }
        if self.norm.is_pooling() {
            return self.pool(input, values);
        }
        let _ = batches.shallow_clone().f_add_(&self.one).during(&self.name)?;
        self.normalise(input, [mean, variance], Some(Self::MOMENTUM))
    }

    /// By the batch's statistics, which go to the pool: with a momentum of 1 they are all that is
    /// left in what they move.
    fn pool(&self, input: &Tensor, values: usize) -> Result<Tensor, TorchError> {
        let moved = || self.norm.statistics().mean.f_zeros_like().during(&self.name);
        let (mean, variance) = (moved()?, moved()?);
        let output = self.normalise(input, [&mean, &variance], Some(1.0))?;
        self.norm.pool(values, &mean, &variance)?;
        Ok(output)
    }

    /// By these statistics, or by the batch's, which then move these with the momentum given.
    fn normalise(
        &self,
        input: &Tensor,
        [mean, variance]: [&Tensor; 2],
        momentum: Option<f64>,
    ) -> Result<Tensor, TorchError> {
        let (weight, bias) = (Some(&self.weight), Some(&self.bias));
        let (mean, variance) = (Some(mean), Some(variance));
        let (training, momentum) = (momentum.is_some(), momentum.unwrap_or(0.0));
        input
            .f_batch_norm(weight, bias, mean, variance, training, momentum, Self::EPS, true)
            .during(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::torch::{backward, gradient};

    #[test]
    fn batch_norm_counts_and_moves_in_training_only() {
        let mut params = Params::new(Device::Cpu);
        let mut norm = BatchNorm2d::new(&mut params, "n", 1).unwrap();
        // Mean 2, unbiased variance 8/3.
        let x = Tensor::from_slice(&[0.0_f32, 2.0, 2.0, 4.0]).view([1, 1, 2, 2]);
        let batches = || params.get("n.num_batches_tracked").unwrap().tensor.int64_value(&[]);
        let _ = norm.forward(&x, false).unwrap();
        assert_eq!(batches(), 0);
        let y = norm.forward(&x, true).unwrap();
        assert!(y.mean(Kind::Float).double_value(&[]).abs() < 1e-6);
        assert_eq!(batches(), 1);
        let buffer = |name: &str| params.get(name).unwrap().tensor.double_value(&[0]);
        assert!((buffer("n.running_mean") - 0.2).abs() < 1e-6);
        assert!((buffer("n.running_var") - (0.9 + 0.1 * 8.0 / 3.0)).abs() < 1e-6);
    }

    #[test]
    fn a_frozen_group_normalises_as_in_evaluation_and_still_learns() {
        let mut params = Params::new(Device::Cpu);
        params.begin_group("body");
        let mut body = BatchNorm2d::new(&mut params, "body", 2).unwrap();
        params.begin_group("head");
        let mut head = BatchNorm2d::new(&mut params, "head", 2).unwrap();
        let x = Tensor::arange(16, FLOAT).view([2, 2, 2, 2]);
        let evaluated = body.forward(&x, false).unwrap();
        params.set_norm_frozen(0, true);
        params.set_norm_frozen(2, true);
        assert_eq!(params.norm_frozen(), [true, false]);
        let frozen = body.forward(&x, true).unwrap();
        assert_eq!(frozen, evaluated);
        // A single value per channel is none too few for what does not measure it.
        assert!(body.forward(&Tensor::ones([1, 2, 1, 1], FLOAT), true).is_ok());
        assert_ne!(head.forward(&x, true).unwrap(), evaluated);
        let value = |name: &str| params.get(name).unwrap().tensor.f_double_value(&[0]).unwrap();
        assert_eq!((value("body.running_mean"), value("body.running_var")), (0.0, 1.0));
        assert_ne!(value("head.running_mean"), 0.0);
        backward(&frozen.square().sum(None)).unwrap();
        for name in ["body.weight", "body.bias"] {
            assert!(gradient(&params.get(name).unwrap().tensor).unwrap().is_some());
        }
        params.set_norm_frozen(0, false);
        assert_ne!(body.forward(&x, true).unwrap(), evaluated);
    }
}
