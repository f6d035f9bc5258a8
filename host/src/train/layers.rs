//! The layers that the models need, on fallible operations, with PyTorch's names and initial values.
//!
//! Images are `[batch, channels, height, width]`.

use std::rc::Rc;

use tch::{Device, Kind, Tensor};

use super::norm::{Norm, Statistics};
use super::params::{ParamKind, Params, bias_uniform, kaiming_uniform};
use super::torch::{During, TorchError};

/// Tensors are made on the CPU; the registry moves them.
const FLOAT: (Kind, Device) = (Kind::Float, Device::Cpu);

/// `y = x·Wᵀ + b`: `[batch, inputs]` to `[batch, outputs]`.
#[derive(Debug)]
pub struct Linear {
    name: String,
    weight: Tensor,
    bias: Tensor,
}

impl Linear {
    /// Registers `{path}.weight` `[outputs, inputs]` and `{path}.bias` `[outputs]`.
    ///
    /// # Errors
    /// No memory, negative sizes.
    pub fn new(
        params: &mut Params,
        path: &str,
        inputs: i64,
        outputs: i64,
    ) -> Result<Self, TorchError> {
        let shape = [outputs, inputs];
        let (weight, bias) = (kaiming_uniform(&shape)?, bias_uniform(&shape)?);
        Ok(Self {
            name: format!("linear layer `{path}`"),
            weight: params.add(format!("{path}.weight"), ParamKind::Weight, &weight)?,
            bias: params.add(format!("{path}.bias"), ParamKind::Bias, &bias)?,
        })
    }

    /// Applies the layer.
    ///
    /// # Errors
    /// An input whose last dimension is not `inputs`.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor, TorchError> {
        input.f_linear(&self.weight, Some(&self.bias)).during(&self.name)
    }
}

/// A square convolution with stride 1 that keeps height and width, without a bias: a
/// [`BatchNorm2d`] follows, which has one.
#[derive(Debug)]
pub struct Conv2d {
    name: String,
    weight: Tensor,
    padding: i64,
}

impl Conv2d {
    /// Registers `{path}.weight` `[outputs, inputs, kernel, kernel]`; `kernel` is odd.
    ///
    /// # Errors
    /// No memory, negative sizes.
    pub fn new(
        params: &mut Params,
        path: &str,
        [inputs, outputs]: [i64; 2],
        kernel: i64,
    ) -> Result<Self, TorchError> {
        let weight = kaiming_uniform(&[outputs, inputs, kernel, kernel])?;
        Ok(Self {
            name: format!("convolution `{path}`"),
            weight: params.add(format!("{path}.weight"), ParamKind::Weight, &weight)?,
            padding: kernel / 2,
        })
    }

    /// Applies the layer: `[batch, inputs, h, w]` to `[batch, outputs, h, w]`.
    ///
    /// # Errors
    /// An input with other channels or dimensions.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor, TorchError> {
        let padding = [self.padding; 2];
        input.f_conv2d(&self.weight, None::<&Tensor>, [1, 1], padding, [1, 1], 1).during(&self.name)
    }
}

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

/// `max(x, 0)`.
///
/// # Errors
/// What libtorch refuses.
pub fn relu(input: &Tensor) -> Result<Tensor, TorchError> {
    input.f_relu().during("relu")
}

/// The greatest of every 2×2 square: halves height and width, rounding down.
///
/// # Errors
/// An image of less than 2×2.
pub fn max_pool_2(input: &Tensor) -> Result<Tensor, TorchError> {
    input.f_max_pool2d([2, 2], [2, 2], [0, 0], [1, 1], false).during("max-pool")
}

/// `[batch, …]` to `[batch, features]`.
///
/// # Errors
/// An input without dimensions.
pub fn flatten(input: &Tensor) -> Result<Tensor, TorchError> {
    input.f_flatten(1, -1).during("flatten")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::torch::{backward, gradient, manual_seed, seeding};

    #[test]
    fn shapes_and_names_are_pytorchs() {
        let _lock = seeding();
        let mut params = Params::new(Device::Cpu);
        let conv = Conv2d::new(&mut params, "conv", [1, 4], 3).unwrap();
        let mut norm = BatchNorm2d::new(&mut params, "norm", 4).unwrap();
        let head = Linear::new(&mut params, "head", 64, 10).unwrap();
        let x = conv.forward(&Tensor::ones([2, 1, 8, 8], FLOAT)).unwrap();
        let x = max_pool_2(&relu(&norm.forward(&x, true).unwrap()).unwrap()).unwrap();
        assert_eq!(x.size(), [2, 4, 4, 4]);
        assert_eq!(head.forward(&flatten(&x).unwrap()).unwrap().size(), [2, 10]);
        let names: Vec<_> = params.iter().map(|p| p.name.as_str()).collect();
        let expected = [
            "conv.weight",
            "norm.weight",
            "norm.bias",
            "norm.running_mean",
            "norm.running_var",
            "norm.num_batches_tracked",
            "head.weight",
            "head.bias",
        ];
        assert_eq!(names, expected);
    }

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

    #[test]
    fn a_wrong_input_names_the_layer() {
        let _lock = seeding();
        let mut params = Params::new(Device::Cpu);
        let layer = Linear::new(&mut params, "layers.0", 3, 2).unwrap();
        let error = layer.forward(&Tensor::ones([1, 5], FLOAT)).unwrap_err().to_string();
        assert_eq!(
            error,
            "linear layer `layers.0`: mat1 and mat2 shapes cannot be multiplied (1x5 and 3x2)"
        );
    }

    /// `torch.manual_seed(0); torch.nn.Linear(3, 2)` in PyTorch 2.11.
    #[test]
    fn a_seed_gives_pytorchs_own_weights() {
        let _lock = seeding();
        manual_seed(0).unwrap();
        let mut params = Params::new(Device::Cpu);
        Linear::new(&mut params, "fc", 3, 2).unwrap();
        let values = |name: &str| {
            Vec::<f32>::try_from(params.get(name).unwrap().tensor.flatten(0, -1)).unwrap()
        };
        assert_eq!(values("fc.weight"), LINEAR_WEIGHT);
        assert_eq!(values("fc.bias"), LINEAR_BIAS);
    }

    const LINEAR_WEIGHT: [f32; 6] =
        [-0.0043225177, 0.30971584, -0.47518533, -0.4248946, -0.22236897, 0.15482073];
    const LINEAR_BIAS: [f32; 2] = [-0.011439145, 0.45777494];
}
