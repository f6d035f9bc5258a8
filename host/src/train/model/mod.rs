//! The models: what they are to the loop, and their part of a run file.

mod cnn;
mod config;
mod gpt;
mod lstm_lm;
mod mlp;
#[cfg(test)]
mod oracle;
mod resnet;
#[cfg(test)]
mod tests;
mod torchscript;

use tch::Tensor;

pub use cnn::{Cnn, CnnConfig};
pub use config::{ModelConfig, ModelError};
pub use gpt::{Gpt, GptConfig};
pub use lstm_lm::{LstmLm, LstmLmConfig};
pub use mlp::{Mlp, MlpConfig};
pub use resnet::{Depth, Resnet, ResnetConfig, Stem};
pub use torchscript::{ScriptConfig, ScriptModelError, TorchScript};

use super::params::Params;
use super::torch::TorchError;
use config::{at_least_one, numbers, probability, tokens};

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
