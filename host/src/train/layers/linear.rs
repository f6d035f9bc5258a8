//! Linear maps.

use tch::Tensor;

use crate::train::initial::{bias_uniform, kaiming_uniform};
use crate::train::params::{ParamKind, Params};
use crate::train::torch::{During, TorchError};

/// `y = x·Wᵀ + b`: `[batch, inputs]` to `[batch, outputs]`.
#[derive(Debug)]
pub struct Linear {
    name: String,
    weight: Tensor,
    bias: Option<Tensor>,
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
        Self::of(params, path, &weight, Some(&bias))
    }

    /// With a weight `[outputs, inputs]` and perhaps a bias `[outputs]` to start from; registers
    /// `{path}.weight` and, if there is one, `{path}.bias`.
    ///
    /// # Errors
    /// No memory.
    pub fn of(
        params: &mut Params,
        path: &str,
        weight: &Tensor,
        bias: Option<&Tensor>,
    ) -> Result<Self, TorchError> {
        let weight = params.add(format!("{path}.weight"), ParamKind::Weight, weight)?;
        Self::tied(params, path, &weight, bias)
    }

    /// With a weight `[outputs, inputs]` that another layer has registered; registers at most
    /// `{path}.bias`. PyTorch's `state_dict` has `{path}.weight` as well, which is the same tensor.
    ///
    /// # Errors
    /// No memory.
    pub fn tied(
        params: &mut Params,
        path: &str,
        weight: &Tensor,
        bias: Option<&Tensor>,
    ) -> Result<Self, TorchError> {
        let bias = bias.map(|bias| params.add(format!("{path}.bias"), ParamKind::Bias, bias));
        let (weight, bias) = (weight.shallow_clone(), bias.transpose()?);
        Ok(Self { name: format!("linear layer `{path}`"), weight, bias })
    }

    /// Applies the layer.
    ///
    /// # Errors
    /// An input whose last dimension is not `inputs`.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor, TorchError> {
        input.f_linear(&self.weight, self.bias.as_ref()).during(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;
    use crate::train::layers::FLOAT;
    use crate::train::torch::{manual_seed, seeding};

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
