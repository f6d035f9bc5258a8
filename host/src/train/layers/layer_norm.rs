//! Normalisation of each vector by itself.

use tch::Tensor;

use super::FLOAT;
use crate::train::params::{ParamKind, Params};
use crate::train::torch::{During, TorchError};

/// Layer normalisation over the last dimension, the same in training and evaluation. eps 1e-5, as in
/// PyTorch.
#[derive(Debug)]
pub struct LayerNorm {
    name: String,
    weight: Tensor,
    bias: Option<Tensor>,
}

impl LayerNorm {
    /// Added to the variance.
    const EPS: f64 = 1e-5;

    /// Registers `{path}.weight` (ones) and `{path}.bias` (zeros), both `[features]`.
    ///
    /// # Errors
    /// No memory, a negative size.
    pub fn new(params: &mut Params, path: &str, features: i64) -> Result<Self, TorchError> {
        let mut norm = Self::without_bias(params, path, features)?;
        let zeros = Tensor::f_zeros([features], FLOAT).during(&norm.name)?;
        norm.bias = Some(params.add(format!("{path}.bias"), ParamKind::Norm, &zeros)?);
        Ok(norm)
    }

    /// Registers `{path}.weight` alone.
    ///
    /// # Errors
    /// No memory, a negative size.
    pub fn without_bias(
        params: &mut Params,
        path: &str,
        features: i64,
    ) -> Result<Self, TorchError> {
        let name = format!("layer normalisation `{path}`");
        let ones = Tensor::f_ones([features], FLOAT).during(&name)?;
        let weight = params.add(format!("{path}.weight"), ParamKind::Norm, &ones)?;
        Ok(Self { name, weight, bias: None })
    }

    /// Applies the layer to `[…, features]`.
    ///
    /// # Errors
    /// Another number of features.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor, TorchError> {
        let (weight, bias) = (Some(&self.weight), self.bias.as_ref());
        input.f_layer_norm(self.weight.size(), weight, bias, Self::EPS, true).during(&self.name)
    }
}
