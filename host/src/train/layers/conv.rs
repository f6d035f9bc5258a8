//! Convolutions of images.

use tch::Tensor;

use crate::train::initial::kaiming_uniform;
use crate::train::params::{ParamKind, Params};
use crate::train::torch::{During, TorchError};

/// A square convolution that pads its input with half a kernel of zeros, without a bias: a
/// [`BatchNorm2d`](super::BatchNorm2d) follows, which has one.
#[derive(Debug)]
pub struct Conv2d {
    name: String,
    weight: Tensor,
    stride: i64,
    padding: i64,
}

impl Conv2d {
    /// With stride 1, so that it keeps height and width. Registers `{path}.weight`
    /// `[outputs, inputs, kernel, kernel]`; `kernel` is odd.
    ///
    /// # Errors
    /// No memory, negative sizes.
    pub fn new(
        params: &mut Params,
        path: &str,
        [inputs, outputs]: [i64; 2],
        kernel: i64,
    ) -> Result<Self, TorchError> {
        Self::of(params, path, &kaiming_uniform(&[outputs, inputs, kernel, kernel])?, 1)
    }

    /// With a weight `[outputs, inputs, kernel, kernel]` to start from; registers `{path}.weight`.
    /// Height and width are divided by the stride, rounding up.
    ///
    /// # Errors
    /// No memory; a weight of another shape.
    pub fn of(
        params: &mut Params,
        path: &str,
        weight: &Tensor,
        stride: i64,
    ) -> Result<Self, TorchError> {
        let name = format!("convolution `{path}`");
        let [_, _, _, kernel] = weight.size()[..] else {
            return Err(TorchError::new(&name, "expected a weight of four dimensions"));
        };
        let weight = params.add(format!("{path}.weight"), ParamKind::Weight, weight)?;
        Ok(Self { name, weight, stride, padding: kernel / 2 })
    }

    /// Applies the layer: `[batch, inputs, h, w]` to `[batch, outputs, ⌈h/stride⌉, ⌈w/stride⌉]`.
    ///
    /// # Errors
    /// An input with other channels or dimensions.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor, TorchError> {
        let (stride, padding) = ([self.stride; 2], [self.padding; 2]);
        input.f_conv2d(&self.weight, None::<&Tensor>, stride, padding, [1, 1], 1).during(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;
    use crate::train::layers::FLOAT;

    #[test]
    fn a_stride_divides_the_image_rounding_up() {
        let mut params = Params::new(Device::Cpu);
        for (kernel, stride, size) in
            [(3, 1, [7, 4]), (3, 2, [4, 2]), (1, 2, [4, 2]), (7, 2, [4, 2])]
        {
            let weight = Tensor::ones([5, 2, kernel, kernel], FLOAT);
            let conv = Conv2d::of(&mut params, "conv", &weight, stride).unwrap();
            let output = conv.forward(&Tensor::ones([1, 2, 7, 4], FLOAT)).unwrap();
            assert_eq!(output.size(), [1, 5, size[0], size[1]], "{kernel}, {stride}");
        }
        let error = Conv2d::of(&mut params, "c", &Tensor::ones([5, 2], FLOAT), 1).unwrap_err();
        assert_eq!(error.to_string(), "convolution `c`: expected a weight of four dimensions");
    }
}
