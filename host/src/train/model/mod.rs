//! The models: what they are to the loop, and their part of a run file.

mod cnn;
mod mlp;

use tch::{Device, Tensor};

pub use cnn::{Cnn, CnnConfig};
pub use mlp::{Mlp, MlpConfig};

use super::data::DataSpec;
use super::params::Params;
use super::torch::TorchError;

/// What a model gives for a batch.
#[derive(Debug)]
pub struct Output {
    /// What the loss and the metrics read: for a classifier, logits `[batch, classes]`.
    pub main: Tensor,
    /// Further results that callbacks may read, by name.
    pub named: Vec<(String, Tensor)>,
}

impl From<Tensor> for Output {
    fn from(main: Tensor) -> Self {
        Self { main, named: Vec::new() }
    }
}

impl Output {
    /// Another handle to the same tensors.
    #[must_use]
    pub fn shallow_clone(&self) -> Self {
        let named = self.named.iter().map(|(name, tensor)| (name.clone(), tensor.shallow_clone()));
        Self { main: self.main.shallow_clone(), named: named.collect() }
    }
}

/// What the loop needs of a model.
pub trait Model {
    /// Computes the output for a batch `[batch, …]` of the data's inputs.
    ///
    /// # Errors
    /// An input of another shape; no memory.
    fn forward(&mut self, input: &Tensor, training: bool) -> Result<Output, TorchError>;

    /// The registry of its tensors.
    fn params(&self) -> &Params;

    /// Names of the results in [`Output::named`], in their order.
    fn activations(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether [`forward`](Self::forward) takes images `[batch, channels, height, width]` of any
    /// height and width from 1 up, as a network does that ends in global pooling: callbacks may then
    /// give it smaller or larger ones than the data has.
    fn takes_any_size(&self) -> bool {
        false
    }

    /// What the model carries from batch to batch beside its buffers, as a recurrent network does:
    /// handles, in an order of its own, without a graph: the model detaches it between batches, and
    /// replaces the tensors instead of changing them, since others may hold them too. Empty: it
    /// carries nothing, or has seen no batch yet.
    fn hidden(&self) -> Vec<Tensor> {
        Vec::new()
    }

    /// Goes on from what [`hidden`](Self::hidden) gave; an empty list resets it.
    ///
    /// # Errors
    /// What is no hidden state of this model.
    fn set_hidden(&mut self, hidden: &[Tensor]) -> Result<(), TorchError> {
        match hidden.len() {
            0 => Ok(()),
            some => {
                let text = format!("{some} tensors were given, and the model has none");
                Err(TorchError::new("hidden state", &text))
            }
        }
    }
}

/// `[model]` of a run file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ModelConfig {
    /// A multi-layer perceptron.
    Mlp(MlpConfig),
    /// A small convolutional network.
    Cnn(CnnConfig),
}

/// A model that cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A size that makes no layer.
    #[error("model.{key} must be at least 1, got {value}")]
    Size {
        /// The key in the run file's `[model]`.
        key: &'static str,
        /// What it holds.
        value: i64,
    },
    /// Data that this model cannot take.
    #[error(
        "model kind `{kind}` needs inputs of shape {needed}, but the data has {found:?}; \
         choose another model or other data"
    )]
    Input {
        /// The model's kind.
        kind: &'static str,
        /// The shape it needs.
        needed: &'static str,
        /// The data's shape.
        found: Vec<i64>,
    },
    /// libtorch refused.
    #[error(transparent)]
    Torch(#[from] TorchError),
}

impl ModelConfig {
    /// Builds the model for the data, drawing its weights from torch's generator: seed it before.
    ///
    /// # Errors
    /// Sizes or data that make no model; no memory on the device.
    pub fn build(&self, data: &DataSpec, device: Device) -> Result<Box<dyn Model>, ModelError> {
        Ok(match self {
            Self::Mlp(config) => Box::new(Mlp::new(config, data, device)?),
            Self::Cnn(config) => Box::new(Cnn::new(config, data, device)?),
        })
    }
}

fn at_least_one(key: &'static str, value: i64) -> Result<i64, ModelError> {
    if value < 1 { Err(ModelError::Size { key, value }) } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::torch::seeding;
    use tch::Kind;

    fn digits() -> DataSpec {
        DataSpec { input_shape: vec![1, 8, 8], classes: 10 }
    }

    fn config(text: &str) -> Result<ModelConfig, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn configurations_are_read_and_checked() {
        let mlp = config("kind = 'mlp'\nhidden = [64, 32]").unwrap();
        assert_eq!(mlp, ModelConfig::Mlp(MlpConfig { hidden: vec![64, 32] }));
        assert_eq!(config("kind = 'cnn'").unwrap(), ModelConfig::Cnn(CnnConfig { width: 16 }));
        let error = config("kind = 'cnn'\nhidden = [3]").unwrap_err().to_string();
        assert!(error.contains("unknown field `hidden`"), "{error}");
        let error = config("kind = 'rnn'").unwrap_err().to_string();
        assert!(error.contains("expected `mlp` or `cnn`"), "{error}");
    }

    #[test]
    fn every_model_maps_a_batch_to_logits() {
        let _lock = seeding();
        for text in ["kind = 'mlp'", "kind = 'mlp'\nhidden = []", "kind = 'cnn'\nwidth = 4"] {
            let mut model = config(text).unwrap().build(&digits(), Device::Cpu).unwrap();
            let input = Tensor::zeros([3, 1, 8, 8], (Kind::Float, Device::Cpu));
            let output = model.forward(&input, true).unwrap();
            assert_eq!(output.main.size(), [3, 10], "{text}");
            let named: Vec<String> = output.named.into_iter().map(|(name, _)| name).collect();
            assert_eq!(named, model.activations(), "{text}");
            assert_eq!(model.params().groups(), ["body", "head"], "{text}");
        }
    }

    #[test]
    fn names_are_pytorchs() {
        let _lock = seeding();
        let names = |text: &str| -> Vec<String> {
            let model = config(text).unwrap().build(&digits(), Device::Cpu).unwrap();
            model.params().iter().map(|param| param.name.clone()).collect()
        };
        assert_eq!(
            names("kind = 'mlp'"),
            ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]
        );
        let cnn = names("kind = 'cnn'");
        assert_eq!(cnn.len(), 3 * 6 + 2);
        assert_eq!(cnn[..2], ["blocks.0.conv.weight", "blocks.0.norm.weight"]);
        assert_eq!(cnn[18..], ["head.weight", "head.bias"]);
    }

    #[test]
    fn what_makes_no_model_is_named() {
        let _lock = seeding();
        let build = |text: &str, spec: &DataSpec| {
            config(text).unwrap().build(spec, Device::Cpu).map(drop).unwrap_err().to_string()
        };
        assert_eq!(
            build("kind = 'mlp'\nhidden = [0]", &digits()),
            "model.hidden must be at least 1, got 0"
        );
        let flat = DataSpec { input_shape: vec![64], classes: 10 };
        assert_eq!(
            build("kind = 'cnn'", &flat),
            "model kind `cnn` needs inputs of shape [channels, height ≥ 4, width ≥ 4], \
             but the data has [64]; choose another model or other data"
        );
    }

    #[test]
    fn a_model_without_hidden_state_takes_none() {
        let _lock = seeding();
        let mut model = config("kind = 'mlp'").unwrap().build(&digits(), Device::Cpu).unwrap();
        assert!(model.hidden().is_empty());
        model.set_hidden(&[]).unwrap();
        let error = model.set_hidden(&[Tensor::from(1.0)]).unwrap_err().to_string();
        assert_eq!(error, "hidden state: 1 tensors were given, and the model has none");
    }

    #[test]
    fn a_wrong_batch_is_an_error() {
        let _lock = seeding();
        let mut model = config("kind = 'mlp'").unwrap().build(&digits(), Device::Cpu).unwrap();
        let input = Tensor::zeros([3, 7], (Kind::Float, Device::Cpu));
        let error = model.forward(&input, false).unwrap_err().to_string();
        assert!(error.starts_with("linear layer `layers.0`: mat1 and mat2"), "{error}");
    }
}
