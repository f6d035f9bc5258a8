//! `[model]` of a run file, and what makes no model.

use tch::Device;

use super::{
    Cnn, CnnConfig, Gpt, GptConfig, LstmLm, LstmLmConfig, Mlp, MlpConfig, Model, Resnet,
    ResnetConfig, ScriptConfig, ScriptModelError, TorchScript,
};
use crate::train::data::DataSpec;
use crate::train::torch::TorchError;

/// `[model]` of a run file.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ModelConfig {
    /// A multi-layer perceptron.
    Mlp(MlpConfig),
    /// A small convolutional network.
    Cnn(CnnConfig),
    /// A residual network.
    Resnet(ResnetConfig),
    /// A language model of LSTM cells.
    LstmLm(LstmLmConfig),
    /// A small transformer.
    Gpt(GptConfig),
    /// A module that PyTorch has exported.
    Torchscript(ScriptConfig),
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
    /// A share of what is dropped that is none.
    #[error("model.{key} must be at least 0 and below 1, got {value}")]
    Probability {
        /// The key in the run file's `[model]`.
        key: &'static str,
        /// What it holds.
        value: f64,
    },
    /// Features that the heads don't divide.
    #[error("model.width = {width} is no multiple of model.heads = {heads}; change one of them")]
    Heads {
        /// Features.
        width: i64,
        /// Heads.
        heads: i64,
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
    /// Tokens for a model of numbers.
    #[error(
        "model kind `{0}` needs inputs of numbers, but the data's are tokens; choose `lstm-lm` or \
         `gpt`, or other data"
    )]
    Tokens(&'static str),
    /// Numbers for a model of tokens.
    #[error(
        "model kind `{0}` needs sequences of tokens with a class for each, but the data's inputs are \
         no such sequences; choose another model, or text for data"
    )]
    NoTokens(&'static str),
    /// Shared weights of two sizes.
    #[error(
        "model kind `{kind}` shares weights between tokens and outputs, but the data has \
         {vocabulary} tokens and {outputs} outputs; {remedy}"
    )]
    Tied {
        /// The model's kind.
        kind: &'static str,
        /// Tokens.
        vocabulary: i64,
        /// Outputs.
        outputs: i64,
        /// What to do.
        remedy: &'static str,
    },
    /// A module from PyTorch that cannot be trained here.
    #[error(transparent)]
    Script(#[from] ScriptModelError),
    /// libtorch refused.
    #[error(transparent)]
    Torch(#[from] TorchError),
}

impl ModelConfig {
    /// The keys that name files.
    pub const PATHS: [&str; 1] = ["path"];

    /// Builds the model for the data, drawing its weights from torch's generator: seed it before.
    ///
    /// # Errors
    /// Sizes or data that make no model; no memory on the device.
    pub fn build(&self, data: &DataSpec, device: Device) -> Result<Box<dyn Model>, ModelError> {
        Ok(match self {
            Self::Mlp(config) => Box::new(Mlp::new(config, data, device)?),
            Self::Cnn(config) => Box::new(Cnn::new(config, data, device)?),
            Self::Resnet(config) => Box::new(Resnet::new(config, data, device)?),
            Self::LstmLm(config) => Box::new(LstmLm::new(config, data, device)?),
            Self::Gpt(config) => Box::new(Gpt::new(config, data, device)?),
            Self::Torchscript(config) => Box::new(TorchScript::new(config, data, device)?),
        })
    }
}

pub(super) fn at_least_one(key: &'static str, value: i64) -> Result<i64, ModelError> {
    if value < 1 { Err(ModelError::Size { key, value }) } else { Ok(value) }
}

pub(super) fn probability(key: &'static str, value: f64) -> Result<f64, ModelError> {
    if (0.0..1.0).contains(&value) {
        Ok(value)
    } else {
        Err(ModelError::Probability { key, value })
    }
}

/// Refuses tokens.
pub(super) fn numbers(kind: &'static str, data: &DataSpec) -> Result<(), ModelError> {
    if data.vocabulary.is_some() { Err(ModelError::Tokens(kind)) } else { Ok(()) }
}

/// The data's number of tokens, and how many a sequence has.
pub(super) fn tokens(kind: &'static str, data: &DataSpec) -> Result<(i64, i64), ModelError> {
    match (data.vocabulary, data.classes(), &data.input_shape[..]) {
        (Some(vocabulary), Some(_), &[time]) => Ok((vocabulary, time)),
        _ => Err(ModelError::NoTokens(kind)),
    }
}
