//! Residual networks (He et al., Deep residual learning for image recognition, 2016), with
//! torchvision's names and initial values; the one of depth 50 has its stride in the 3×3 convolution,
//! as there.

use tch::{Device, Tensor};

use super::{Model, ModelError, Output, at_least_one, numbers};
use crate::train::data::DataSpec;
use crate::train::initial::kaiming_normal_fan_out;
use crate::train::layers::{BatchNorm2d, Conv2d, Linear, global_average, max_pool_3, relu};
use crate::train::params::Params;
use crate::train::torch::{During, TorchError};

/// `[model]` with `kind = "resnet"`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResnetConfig {
    /// Layers with weights: 18, 34 or 50.
    pub depth: Depth,
    /// What comes before the first stage.
    pub stem: Stem,
    /// Channels of the first stage; each of the three others has twice as many as the one before it,
    /// and at depth 50 they leave a stage fourfold.
    pub width: i64,
}

impl Default for ResnetConfig {
    fn default() -> Self {
        Self { depth: Depth::Eighteen, stem: Stem::Imagenet, width: 64 }
    }
}

/// How many layers have weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub enum Depth {
    /// Blocks of two convolutions, two in each stage.
    Eighteen,
    /// Blocks of two convolutions; 3, 4, 6 and 3.
    ThirtyFour,
    /// Blocks of three convolutions, the middle one a quarter as wide; 3, 4, 6 and 3.
    Fifty,
}

/// How an image enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stem {
    /// A 3×3 convolution: small images keep their size.
    Cifar,
    /// A 7×7 convolution with stride 2 and a 3×3 max-pool with stride 2: a quarter of height and width.
    Imagenet,
}

/// A depth that there is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("model.depth must be 18, 34 or 50, got {0}")]
pub struct DepthError(u32);

impl TryFrom<u32> for Depth {
    type Error = DepthError;

    fn try_from(depth: u32) -> Result<Self, DepthError> {
        match depth {
            18 => Ok(Self::Eighteen),
            34 => Ok(Self::ThirtyFour),
            50 => Ok(Self::Fifty),
            other => Err(DepthError(other)),
        }
    }
}

impl From<Depth> for u32 {
    fn from(depth: Depth) -> Self {
        match depth {
            Depth::Eighteen => 18,
            Depth::ThirtyFour => 34,
            Depth::Fifty => 50,
        }
    }
}

impl Depth {
    /// Blocks of the four stages.
    fn blocks(self) -> [usize; 4] {
        match self {
            Self::Eighteen => [2, 2, 2, 2],
            Self::ThirtyFour | Self::Fifty => [3, 4, 6, 3],
        }
    }

    /// Channels that leave a stage of this width.
    fn leaving(self, width: i64) -> i64 {
        if self == Self::Fifty { 4 * width } else { width }
    }

    /// Output channels, kernel and stride of a block's convolutions.
    fn convolutions(self, width: i64, stride: i64) -> Vec<[i64; 3]> {
        match self {
            Self::Eighteen | Self::ThirtyFour => vec![[width, 3, stride], [width, 3, 1]],
            Self::Fifty => vec![[width, 1, 1], [width, 3, stride], [4 * width, 1, 1]],
        }
    }
}

/// The model; layer groups `stem`, `layer1` to `layer4` and `head`.
#[derive(Debug)]
pub struct Resnet {
    params: Params,
    stem: Normed,
    pools: bool,
    stages: Vec<Stage>,
    head: Linear,
}

#[derive(Debug)]
struct Stage {
    name: String,
    blocks: Vec<Block>,
}

#[derive(Debug)]
struct Block {
    name: String,
    layers: Vec<Normed>,
    /// Where the block changes the shape.
    shortcut: Option<Normed>,
}

/// A convolution and its normalisation.
#[derive(Debug)]
struct Normed {
    conv: Conv2d,
    norm: BatchNorm2d,
}

impl Resnet {
    /// Builds the layers for images `[channels, height, width]`.
    ///
    /// # Errors
    /// A width below 1; data that are no images; no memory.
    pub fn new(config: &ResnetConfig, data: &DataSpec, device: Device) -> Result<Self, ModelError> {
        numbers("resnet", data)?;
        let [channels, _, _] = data.input_shape[..] else {
            return Err(ModelError::Input {
                kind: "resnet",
                needed: "[channels, height, width]",
                found: data.input_shape.clone(),
            });
        };
        let width = at_least_one("width", config.width)?;
        let mut params = Params::new(device);
        params.begin_group("stem");
        let (kernel, stride) = if config.stem == Stem::Cifar { (3, 1) } else { (7, 2) };
        let shape = [width, channels, kernel, kernel];
        let stem = Normed::new(&mut params, ["conv1", "bn1"], shape, stride)?;
        let (mut stages, mut inputs) = (Vec::new(), width);
        for (index, &blocks) in config.depth.blocks().iter().enumerate() {
            let (name, width) = (format!("layer{}", index + 1), width << index);
            params.begin_group(&name);
            let first = if index == 0 { 1 } else { 2 };
            let mut stage = Stage { name, blocks: Vec::new() };
            for block in 0..blocks {
                let name = format!("{}.{block}", stage.name);
                let stride = if block == 0 { first } else { 1 };
                let block = Block::new(&mut params, name, config.depth, inputs, width, stride)?;
                stage.blocks.push(block);
                inputs = config.depth.leaving(width);
            }
            stages.push(stage);
        }
        params.begin_group("head");
        let head = Linear::new(&mut params, "fc", inputs, data.outputs())?;
        Ok(Self { params, stem, pools: config.stem == Stem::Imagenet, stages, head })
    }
}

impl Normed {
    /// Of a convolution's weight `[outputs, inputs, kernel, kernel]`.
    fn new(
        params: &mut Params,
        [conv, norm]: [&str; 2],
        shape: [i64; 4],
        stride: i64,
    ) -> Result<Self, TorchError> {
        let conv = Conv2d::of(params, conv, &kaiming_normal_fan_out(shape)?, stride)?;
        Ok(Self { conv, norm: BatchNorm2d::new(params, norm, shape[0])? })
    }

    fn forward(&mut self, input: &Tensor, training: bool) -> Result<Tensor, TorchError> {
        self.norm.forward(&self.conv.forward(input)?, training)
    }
}

impl Block {
    fn new(
        params: &mut Params,
        name: String,
        depth: Depth,
        inputs: i64,
        width: i64,
        stride: i64,
    ) -> Result<Self, TorchError> {
        let (mut layers, mut channels) = (Vec::new(), inputs);
        for (number, [outputs, kernel, stride]) in (1..).zip(depth.convolutions(width, stride)) {
            let paths = [format!("{name}.conv{number}"), format!("{name}.bn{number}")];
            let shape = [outputs, channels, kernel, kernel];
            layers.push(Normed::new(params, [&paths[0], &paths[1]], shape, stride)?);
            channels = outputs;
        }
        let shortcut = (stride != 1 || inputs != channels).then(|| {
            let paths = [format!("{name}.downsample.0"), format!("{name}.downsample.1")];
            Normed::new(params, [&paths[0], &paths[1]], [channels, inputs, 1, 1], stride)
        });
        Ok(Self { shortcut: shortcut.transpose()?, name, layers })
    }

    fn forward(&mut self, input: &Tensor, training: bool) -> Result<Tensor, TorchError> {
        let mut x = input.shallow_clone();
        let last = self.layers.len() - 1;
        for (index, layer) in self.layers.iter_mut().enumerate() {
            x = layer.forward(&x, training)?;
            if index < last {
                x = relu(&x)?;
            }
        }
        let around = match &mut self.shortcut {
            Some(shortcut) => shortcut.forward(input, training)?,
            None => input.shallow_clone(),
        };
        relu(&x.f_add(&around).during(&self.name)?)
    }
}

impl Model for Resnet {
    fn forward(&mut self, input: &Tensor, training: bool) -> Result<Output, TorchError> {
        let mut x = relu(&self.stem.forward(input, training)?)?;
        if self.pools {
            x = max_pool_3(&x)?;
        }
        let mut named = Vec::with_capacity(self.stages.len());
        for stage in &mut self.stages {
            for block in &mut stage.blocks {
                x = block.forward(&x, training)?;
            }
            named.push((stage.name.clone(), x.shallow_clone()));
        }
        Ok(Output { main: self.head.forward(&global_average(&x)?)?, named })
    }

    fn params(&self) -> &Params {
        &self.params
    }

    /// Of every stage, after its last block.
    fn activations(&self) -> Vec<String> {
        self.stages.iter().map(|stage| stage.name.clone()).collect()
    }

    fn takes_any_size(&self) -> bool {
        true
    }
}
