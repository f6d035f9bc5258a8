//! A decoder-only transformer (Radford et al., Language models are unsupervised multitask learners,
//! 2019: GPT-2), with its names and initial values.

use tch::{Device, Kind, Tensor};

use super::{Model, ModelError, Output, at_least_one, probability, tokens};
use crate::train::data::DataSpec;
use crate::train::initial::normal;
use crate::train::layers::{Embedding, LayerNorm, Linear, dropout, gelu_tanh};
use crate::train::params::Params;
use crate::train::torch::{During, TorchError};

/// Deviation of the initial weights.
const DEVIATION: f64 = 0.02;

/// `[model]` with `kind = "gpt"`. It sees as many tokens at once as the data's sequences have.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GptConfig {
    /// Blocks of attention and perceptron.
    pub layers: i64,
    /// Heads of attention, among which the features are divided.
    pub heads: i64,
    /// Features of a token.
    pub width: i64,
    /// Share of what is dropped: of embeddings, of attention, and of what each block adds.
    pub dropout: f64,
    /// Whether linear layers and normalisations have a bias.
    pub bias: bool,
}

impl Default for GptConfig {
    fn default() -> Self {
        Self { layers: 4, heads: 4, width: 128, dropout: 0.1, bias: true }
    }
}

/// The model: tokens `[batch, time]` to logits `[batch, time, tokens]`.
///
/// Weights of linear layers are `[outputs, inputs]`, as `nn.Linear` has them and nanoGPT with it;
/// OpenAI's own GPT-2 and those who follow it have `c_attn`, `c_proj` and `c_fc` transposed. The head
/// shares the embedding's weights: PyTorch's `state_dict` has `lm_head.weight` beside
/// `transformer.wte.weight`, the same tensor; here it is registered once, as `transformer.wte.weight`.
///
/// Layer groups `embedding`, one for each block, `h.0` and so on, and `head`: the last normalisation.
#[derive(Debug)]
pub struct Gpt {
    params: Params,
    tokens: Embedding,
    positions: Embedding,
    blocks: Vec<Block>,
    norm: LayerNorm,
    head: Linear,
    context: i64,
    dropout: f64,
}

#[derive(Debug)]
struct Block {
    name: String,
    before_attention: LayerNorm,
    attention: Attention,
    before_perceptron: LayerNorm,
    widen: Linear,
    narrow: Linear,
    dropout: f64,
}

#[derive(Debug)]
struct Attention {
    name: String,
    /// Queries, keys and values of all heads.
    enter: Linear,
    leave: Linear,
    heads: i64,
    dropout: f64,
}

/// Builds layers as a configuration says.
struct Builder<'a> {
    params: &'a mut Params,
    config: &'a GptConfig,
}

impl Gpt {
    /// Builds the layers for tokens `[time]` and one class per token.
    ///
    /// # Errors
    /// A size below 1, a probability out of range, a width that the heads don't divide; data that are no
    /// tokens, or whose classes are other than its tokens; no memory.
    pub fn new(config: &GptConfig, data: &DataSpec, device: Device) -> Result<Self, ModelError> {
        let (vocabulary, context) = tokens("gpt", data)?;
        config.check(vocabulary, data.outputs())?;
        let (mut params, width) = (Params::new(device), config.width);
        params.begin_group("embedding");
        let table = |rows| normal(&[rows, width], DEVIATION);
        let tokens = Embedding::of(&mut params, "transformer.wte", &table(vocabulary)?)?;
        let positions = Embedding::of(&mut params, "transformer.wpe", &table(context)?)?;
        let mut blocks = Vec::new();
        for index in 0..config.layers {
            let name = format!("h.{index}");
            params.begin_group(&name);
            blocks.push(Builder { params: &mut params, config }.block(name)?);
        }
        params.begin_group("head");
        let norm = Builder { params: &mut params, config }.norm("transformer.ln_f")?;
        let head = Linear::tied(&mut params, "lm_head", tokens.weight(), None)?;
        let dropout = config.dropout;
        Ok(Self { params, tokens, positions, blocks, norm, head, context, dropout })
    }

    /// A vector for every place in the sequence: `[time, width]`.
    fn places(&self, input: &Tensor) -> Result<Tensor, TorchError> {
        let time = input.size().last().copied().unwrap_or(0);
        if time > self.context {
            let message = format!("a sequence of {time} tokens; it was made for {}", self.context);
            return Err(TorchError::new("gpt", &message));
        }
        let places = Tensor::f_arange(time, (Kind::Int64, input.device())).during("gpt")?;
        self.positions.forward(&places)
    }
}

impl GptConfig {
    fn check(&self, vocabulary: i64, outputs: i64) -> Result<(), ModelError> {
        at_least_one("layers", self.layers)?;
        let (heads, width) =
            (at_least_one("heads", self.heads)?, at_least_one("width", self.width)?);
        probability("dropout", self.dropout)?;
        if width % heads != 0 {
            return Err(ModelError::Heads { width, heads });
        }
        if vocabulary != outputs {
            let remedy = "choose another model, or other data";
            return Err(ModelError::Tied { kind: "gpt", vocabulary, outputs, remedy });
        }
        Ok(())
    }
}

impl Builder<'_> {
    fn block(&mut self, name: String) -> Result<Block, TorchError> {
        let GptConfig { width, heads, dropout, .. } = *self.config;
        let path = format!("transformer.{name}");
        Ok(Block {
            before_attention: self.norm(&format!("{path}.ln_1"))?,
            attention: Attention {
                enter: self.linear(&format!("{path}.attn.c_attn"), [width, 3 * width])?,
                leave: self.residual(&format!("{path}.attn.c_proj"), [width, width])?,
                name: format!("attention `{path}.attn`"),
                heads,
                dropout,
            },
            before_perceptron: self.norm(&format!("{path}.ln_2"))?,
            widen: self.linear(&format!("{path}.mlp.c_fc"), [width, 4 * width])?,
            narrow: self.residual(&format!("{path}.mlp.c_proj"), [4 * width, width])?,
            name,
            dropout,
        })
    }

    fn norm(&mut self, path: &str) -> Result<LayerNorm, TorchError> {
        let build = if self.config.bias { LayerNorm::new } else { LayerNorm::without_bias };
        build(self.params, path, self.config.width)
    }

    fn linear(&mut self, path: &str, sizes: [i64; 2]) -> Result<Linear, TorchError> {
        self.drawn(path, sizes, DEVIATION)
    }

    /// Ends a branch: the sum of 2·layers branches has the deviation of one.
    fn residual(&mut self, path: &str, sizes: [i64; 2]) -> Result<Linear, TorchError> {
        #[allow(clippy::cast_precision_loss, reason = "no model has 2^52 layers")]
        let branches = (2 * self.config.layers) as f64;
        self.drawn(path, sizes, DEVIATION / branches.sqrt())
    }

    fn drawn(
        &mut self,
        path: &str,
        [inputs, outputs]: [i64; 2],
        deviation: f64,
    ) -> Result<Linear, TorchError> {
        let weight = normal(&[outputs, inputs], deviation)?;
        let bias = self.config.bias.then(|| {
            let options = (Kind::Float, Device::Cpu);
            Tensor::f_zeros([outputs], options).during(path)
        });
        Linear::of(self.params, path, &weight, bias.transpose()?.as_ref())
    }
}

impl Attention {
    fn forward(&self, input: &Tensor, training: bool) -> Result<Tensor, TorchError> {
        dropout(&self.leave.forward(&self.attend(input, training)?)?, self.dropout, training)
    }

    /// What all heads gather, `[batch, time, width]`; no place sees a later one.
    fn attend(&self, input: &Tensor, training: bool) -> Result<Tensor, TorchError> {
        let size = input.size();
        let name = &self.name;
        let all = self.enter.forward(input)?.f_chunk(3, -1).during(name)?;
        let split = |part: &Tensor| {
            let heads = part.f_view([size[0], size[1], self.heads, size[2] / self.heads]);
            heads.and_then(|heads| heads.f_transpose(1, 2)).during(name)
        };
        let [queries, keys, values] = &all[..] else {
            return Err(TorchError::new(name, "expected queries, keys and values"));
        };
        let (queries, keys, values) = (split(queries)?, split(keys)?, split(values)?);
        let p = if training { self.dropout } else { 0.0 };
        let (mask, scale) = (None::<&Tensor>, None);
        Tensor::f_scaled_dot_product_attention(
            &queries, &keys, &values, mask, p, true, scale, false,
        )
        .and_then(|heads| heads.f_transpose(1, 2))
        .and_then(|heads| heads.f_reshape(size.as_slice()))
        .during(name)
    }
}

impl Block {
    fn forward(&self, input: &Tensor, training: bool) -> Result<Tensor, TorchError> {
        let add = |x: &Tensor, branch: &Tensor| x.f_add(branch).during(&self.name);
        let normed = self.before_attention.forward(input)?;
        let x = add(input, &self.attention.forward(&normed, training)?)?;
        let wide = gelu_tanh(&self.widen.forward(&self.before_perceptron.forward(&x)?)?)?;
        add(&x, &dropout(&self.narrow.forward(&wide)?, self.dropout, training)?)
    }
}

impl Model for Gpt {
    fn forward(&mut self, input: &Tensor, training: bool) -> Result<Output, TorchError> {
        let x = self.tokens.forward(input)?.f_add(&self.places(input)?).during("gpt")?;
        let mut x = dropout(&x, self.dropout, training)?;
        let mut named = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            x = block.forward(&x, training)?;
            named.push((block.name.clone(), x.shallow_clone()));
        }
        Ok(Output { main: self.head.forward(&self.norm.forward(&x)?)?, named })
    }

    fn params(&self) -> &Params {
        &self.params
    }

    /// Of every block, `[batch, time, width]`.
    fn activations(&self) -> Vec<String> {
        self.blocks.iter().map(|block| block.name.clone()).collect()
    }
}
