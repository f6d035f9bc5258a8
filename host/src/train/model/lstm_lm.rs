//! The language model of Merity, Keskar and Socher, Regularizing and optimizing LSTM language models,
//! 2017 (AWD-LSTM): an embedding, layers of LSTM cells, and a decoder that shares the embedding's
//! weights, with dropout of five kinds.

use tch::{Device, Kind, Tensor};

use super::{Model, ModelError, Output, at_least_one, probability, tokens};
use crate::train::data::DataSpec;
use crate::train::initial::uniform;
use crate::train::layers::{Embedding, Linear, Lstm, LstmState, locked_dropout};
use crate::train::params::Params;
use crate::train::torch::{During, TorchError};

/// Bound of the initial embedding and decoder, as in the paper's own code.
const BOUND: f64 = 0.1;

/// `[model]` with `kind = "lstm-lm"`. The defaults are those of fastai's `awd_lstm_lm_config`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct LstmLmConfig {
    /// Features of a token's vector.
    pub embedding: i64,
    /// Features of a layer; the last layer has `embedding` where the weights are tied.
    pub hidden: i64,
    /// Layers of LSTM cells.
    pub layers: i64,
    /// Whether the decoder shares the embedding's weights.
    pub tie: bool,
    /// Share of tokens without a vector in a batch.
    pub embed_dropout: f64,
    /// Share of features that do not enter the first layer, the same ones at all times.
    pub input_dropout: f64,
    /// Share of features that do not pass between two layers, the same ones at all times.
    pub hidden_dropout: f64,
    /// Share of weights from state to state that are dropped in a batch.
    pub weight_dropout: f64,
    /// Share of features that do not leave the last layer, the same ones at all times.
    pub output_dropout: f64,
}

impl Default for LstmLmConfig {
    fn default() -> Self {
        Self {
            embedding: 400,
            hidden: 1152,
            layers: 3,
            tie: true,
            embed_dropout: 0.02,
            input_dropout: 0.25,
            hidden_dropout: 0.15,
            weight_dropout: 0.2,
            output_dropout: 0.1,
        }
    }
}

/// The model: tokens `[batch, time]` to logits `[batch, time, tokens]`.
///
/// In PyTorch: `encoder` (`nn.Embedding`), `rnns` (a `ModuleList` of `nn.LSTM` of one layer each) and
/// `decoder` (`nn.Linear`). With tied weights PyTorch's `state_dict` has `decoder.weight` beside
/// `encoder.weight`, the same tensor; here it is registered once, as `encoder.weight`.
///
/// Layer groups `embedding`, one for each of `rnns`, and `decoder`: its bias and, where they are not
/// tied, its weights.
#[derive(Debug)]
pub struct LstmLm {
    params: Params,
    encoder: Embedding,
    rnns: Vec<Lstm>,
    decoder: Linear,
    config: LstmLmConfig,
    /// Of every layer, without a graph; empty before the first batch.
    states: Vec<LstmState>,
}

impl LstmLm {
    /// Builds the layers for tokens `[time]` and one class per token.
    ///
    /// # Errors
    /// A size below 1, a probability out of range; data that are no tokens, or whose classes are other
    /// than its tokens where the weights are tied; no memory.
    pub fn new(config: &LstmLmConfig, data: &DataSpec, device: Device) -> Result<Self, ModelError> {
        let (vocabulary, _time) = tokens("lstm-lm", data)?;
        config.check(vocabulary, data.outputs())?;
        let mut params = Params::new(device);
        params.begin_group("embedding");
        let vectors = uniform(&[vocabulary, config.embedding], BOUND)?;
        let encoder = Embedding::of(&mut params, "encoder", &vectors)?;
        let (mut rnns, mut features) = (Vec::new(), config.embedding);
        for layer in 0..config.layers {
            let path = format!("rnns.{layer}");
            params.begin_group(&path);
            let is_last = layer == config.layers - 1;
            let leaving = if is_last && config.tie { config.embedding } else { config.hidden };
            rnns.push(Lstm::new(&mut params, &path, features, leaving)?);
            features = leaving;
        }
        params.begin_group("decoder");
        let options = (Kind::Float, Device::Cpu);
        let bias = Tensor::f_zeros([data.outputs()], options).during("decoder")?;
        let decoder = if config.tie {
            Linear::tied(&mut params, "decoder", encoder.weight(), Some(&bias))?
        } else {
            let weight = uniform(&[data.outputs(), features], BOUND)?;
            Linear::of(&mut params, "decoder", &weight, Some(&bias))?
        };
        Ok(Self { params, encoder, rnns, decoder, config: config.clone(), states: Vec::new() })
    }

    /// The state before a batch; none, which means zeros, if what is kept is of a batch of another size:
    /// its rows continue no text of this one.
    fn begin(&self, batch: i64) -> Vec<Option<&LstmState>> {
        let kept = self.states.iter().filter(|state| state.batch() == batch).map(Some);
        kept.chain(std::iter::repeat(None)).take(self.rnns.len()).collect()
    }
}

impl LstmLmConfig {
    fn check(&self, vocabulary: i64, outputs: i64) -> Result<(), ModelError> {
        at_least_one("embedding", self.embedding)?;
        at_least_one("hidden", self.hidden)?;
        at_least_one("layers", self.layers)?;
        probability("embed-dropout", self.embed_dropout)?;
        probability("input-dropout", self.input_dropout)?;
        probability("hidden-dropout", self.hidden_dropout)?;
        probability("weight-dropout", self.weight_dropout)?;
        probability("output-dropout", self.output_dropout)?;
        if self.tie && vocabulary != outputs {
            let remedy = "set model.tie = false, or choose other data";
            return Err(ModelError::Tied { kind: "lstm-lm", vocabulary, outputs, remedy });
        }
        Ok(())
    }
}

impl Model for LstmLm {
    fn forward(&mut self, input: &Tensor, training: bool) -> Result<Output, TorchError> {
        let config = &self.config;
        let vectors = self.encoder.forward_dropped(input, config.embed_dropout, training)?;
        let mut x = locked_dropout(&vectors, config.input_dropout, training)?;
        let begin = self.begin(input.size().first().copied().unwrap_or(0));
        let mut states = Vec::with_capacity(self.rnns.len());
        let mut raw = x.shallow_clone();
        for (layer, (rnn, state)) in self.rnns.iter().zip(begin).enumerate() {
            if layer > 0 {
                x = locked_dropout(&raw, config.hidden_dropout, training)?;
            }
            let (outputs, state) = rnn.forward(&x, state, config.weight_dropout, training)?;
            states.push(state.detached()?);
            raw = outputs;
        }
        let dropped = locked_dropout(&raw, config.output_dropout, training)?;
        let main = self.decoder.forward(&dropped)?;
        self.states = states;
        let named = vec![("rnn.raw".to_owned(), raw), ("rnn.dropped".to_owned(), dropped)];
        Ok(Output { main, named })
    }

    fn params(&self) -> &Params {
        &self.params
    }

    /// The last layer's outputs `[batch, time, features]`, before and after `output-dropout`: what
    /// temporal activation regularisation and activation regularisation read.
    fn activations(&self) -> Vec<String> {
        vec!["rnn.raw".to_owned(), "rnn.dropped".to_owned()]
    }

    /// Output and cells of every layer, `[1, batch, features]`. A batch of another size begins with
    /// zeros.
    fn hidden(&self) -> Vec<Tensor> {
        let pairs = self.states.iter().flat_map(|state| [&state.output, &state.cells]);
        pairs.map(Tensor::shallow_clone).collect()
    }

    fn set_hidden(&mut self, hidden: &[Tensor]) -> Result<(), TorchError> {
        let (pairs, rest) = hidden.as_chunks::<2>();
        if !hidden.is_empty() && (pairs.len() != self.rnns.len() || !rest.is_empty()) {
            let (given, needed) = (hidden.len(), 2 * self.rnns.len());
            let text = format!("{given} tensors were given, and the model has {needed}");
            return Err(TorchError::new("hidden state", &text));
        }
        let states = pairs.iter().map(|[output, cells]| {
            LstmState { output: output.shallow_clone(), cells: cells.shallow_clone() }.detached()
        });
        self.states = states.collect::<Result<_, _>>()?;
        Ok(())
    }
}
