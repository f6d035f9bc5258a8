//! A multi-layer perceptron: flattened inputs, hidden layers with ReLU, one linear head.

use tch::{Device, Tensor};

use super::{Model, ModelError, Output, at_least_one, numbers};
use crate::train::data::DataSpec;
use crate::train::layers::{Linear, flatten, relu};
use crate::train::params::Params;
use crate::train::torch::TorchError;

/// `[model]` with `kind = "mlp"`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MlpConfig {
    /// Sizes of the hidden layers; without any, the model is a linear classifier.
    pub hidden: Vec<i64>,
}

impl Default for MlpConfig {
    fn default() -> Self {
        Self { hidden: vec![32] }
    }
}

/// The model. In PyTorch: `self.layers = nn.ModuleList(nn.Linear(…) …)`.
#[derive(Debug)]
pub struct Mlp {
    params: Params,
    body: Vec<Linear>,
    head: Linear,
    /// Of the hidden layers, in their order.
    names: Vec<String>,
}

impl Mlp {
    /// Builds the layers for the data; layer groups `body` and `head`.
    ///
    /// # Errors
    /// A hidden size below 1; no memory on the device.
    pub fn new(config: &MlpConfig, data: &DataSpec, device: Device) -> Result<Self, ModelError> {
        numbers("mlp", data)?;
        let mut params = Params::new(device);
        let mut inputs: i64 = data.input_shape.iter().product();
        let mut body = Vec::with_capacity(config.hidden.len());
        let names: Vec<String> = (0..config.hidden.len()).map(|i| format!("layers.{i}")).collect();
        params.begin_group("body");
        for (path, &size) in names.iter().zip(&config.hidden) {
            let outputs = at_least_one("hidden", size)?;
            body.push(Linear::new(&mut params, path, inputs, outputs)?);
            inputs = outputs;
        }
        params.begin_group("head");
        let path = format!("layers.{}", body.len());
        let head = Linear::new(&mut params, &path, inputs, data.outputs())?;
        Ok(Self { params, body, head, names })
    }
}

impl Model for Mlp {
    fn forward(&mut self, input: &Tensor, _training: bool) -> Result<Output, TorchError> {
        let mut x = flatten(input)?;
        let mut named = Vec::with_capacity(self.body.len());
        for (layer, name) in self.body.iter().zip(&self.names) {
            x = relu(&layer.forward(&x)?)?;
            named.push((name.clone(), x.shallow_clone()));
        }
        Ok(Output { main: self.head.forward(&x)?, named })
    }

    fn params(&self) -> &Params {
        &self.params
    }

    /// Of every hidden layer, after its ReLU.
    fn activations(&self) -> Vec<String> {
        self.names.clone()
    }
}
