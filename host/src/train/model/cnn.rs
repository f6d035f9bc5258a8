//! A small convolutional network: three blocks of convolution, batch normalisation and ReLU, the
//! last two halving the image and doubling the channels, then one linear head.

use tch::{Device, Tensor};

use super::{Model, ModelError, Output, at_least_one, numbers};
use crate::train::data::DataSpec;
use crate::train::layers::{BatchNorm2d, Conv2d, Linear, flatten, max_pool_2, relu};
use crate::train::params::Params;
use crate::train::torch::TorchError;

/// `[model]` with `kind = "cnn"`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CnnConfig {
    /// Channels of the first block; the second has twice, the third four times as many.
    pub width: i64,
}

impl Default for CnnConfig {
    fn default() -> Self {
        Self { width: 16 }
    }
}

/// The model. In PyTorch: `self.blocks = nn.ModuleList(…)`, each with `conv` and `norm`, and
/// `self.head = nn.Linear(…)`.
#[derive(Debug)]
pub struct Cnn {
    params: Params,
    blocks: Vec<Block>,
    head: Linear,
}

#[derive(Debug)]
struct Block {
    name: String,
    conv: Conv2d,
    norm: BatchNorm2d,
    halve: bool,
}

impl Cnn {
    /// Builds the layers for images `[channels, height, width]`; layer groups `body` and `head`.
    ///
    /// # Errors
    /// A width below 1; data that are no images, or too small to halve twice; no memory.
    pub fn new(config: &CnnConfig, data: &DataSpec, device: Device) -> Result<Self, ModelError> {
        numbers("cnn", data)?;
        let [channels, height, width] = image(data)?;
        let first = at_least_one("width", config.width)?;
        let mut params = Params::new(device);
        params.begin_group("body");
        let blocks = vec![
            Block::new(&mut params, 0, [channels, first], false)?,
            Block::new(&mut params, 1, [first, 2 * first], true)?,
            Block::new(&mut params, 2, [2 * first, 4 * first], true)?,
        ];
        params.begin_group("head");
        let features = 4 * first * (height / 4) * (width / 4);
        let head = Linear::new(&mut params, "head", features, data.outputs())?;
        Ok(Self { params, blocks, head })
    }
}

impl Block {
    fn new(
        params: &mut Params,
        index: usize,
        channels: [i64; 2],
        halve: bool,
    ) -> Result<Self, TorchError> {
        let name = format!("blocks.{index}");
        let conv = Conv2d::new(params, &format!("{name}.conv"), channels, 3)?;
        let norm = BatchNorm2d::new(params, &format!("{name}.norm"), channels[1])?;
        Ok(Self { name, conv, norm, halve })
    }

    fn forward(&mut self, input: &Tensor, training: bool) -> Result<Tensor, TorchError> {
        let x = relu(&self.norm.forward(&self.conv.forward(input)?, training)?)?;
        if self.halve { max_pool_2(&x) } else { Ok(x) }
    }
}

fn image(data: &DataSpec) -> Result<[i64; 3], ModelError> {
    match data.input_shape[..] {
        [channels, height, width] if height >= 4 && width >= 4 => Ok([channels, height, width]),
        _ => Err(ModelError::Input {
            kind: "cnn",
            needed: "[channels, height ≥ 4, width ≥ 4]",
            found: data.input_shape.clone(),
        }),
    }
}

impl Model for Cnn {
    fn forward(&mut self, input: &Tensor, training: bool) -> Result<Output, TorchError> {
        let mut x = input.shallow_clone();
        let mut named = Vec::with_capacity(self.blocks.len());
        for block in &mut self.blocks {
            x = block.forward(&x, training)?;
            named.push((block.name.clone(), x.shallow_clone()));
        }
        Ok(Output { main: self.head.forward(&flatten(&x)?)?, named })
    }

    fn params(&self) -> &Params {
        &self.params
    }

    /// Of every block, after its ReLU and, where it has one, its pooling.
    fn activations(&self) -> Vec<String> {
        self.blocks.iter().map(|block| block.name.clone()).collect()
    }
}
