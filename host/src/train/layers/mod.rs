//! The layers that the models need, on fallible operations, with PyTorch's names and initial values.
//!
//! Images are `[batch, channels, height, width]`, sequences `[batch, time, features]`.

mod batch_norm;
mod conv;
mod dropout;
mod embedding;
mod layer_norm;
mod linear;
mod lstm;
mod shaping;

use tch::{Device, Kind};

pub use batch_norm::BatchNorm2d;
pub use conv::Conv2d;
pub use dropout::{dropout, locked_dropout, row_dropout};
pub use embedding::Embedding;
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use lstm::{Lstm, LstmState};
pub use shaping::{flatten, gelu_tanh, global_average, max_pool_2, max_pool_3, relu};

/// Tensors are made on the CPU; the registry moves them.
const FLOAT: (Kind, Device) = (Kind::Float, Device::Cpu);

#[cfg(test)]
mod tests {
    use tch::Tensor;

    use super::*;
    use crate::train::params::Params;
    use crate::train::torch::seeding;

    #[test]
    fn shapes_and_names_are_pytorchs() {
        let _lock = seeding();
        let mut params = Params::new(Device::Cpu);
        let conv = Conv2d::new(&mut params, "conv", [1, 4], 3).unwrap();
        let mut norm = BatchNorm2d::new(&mut params, "norm", 4).unwrap();
        let head = Linear::new(&mut params, "head", 64, 10).unwrap();
        let x = conv.forward(&Tensor::ones([2, 1, 8, 8], FLOAT)).unwrap();
        let x = max_pool_2(&relu(&norm.forward(&x, true).unwrap()).unwrap()).unwrap();
        assert_eq!(x.size(), [2, 4, 4, 4]);
        assert_eq!(head.forward(&flatten(&x).unwrap()).unwrap().size(), [2, 10]);
        let names: Vec<_> = params.iter().map(|p| p.name.as_str()).collect();
        let expected = [
            "conv.weight",
            "norm.weight",
            "norm.bias",
            "norm.running_mean",
            "norm.running_var",
            "norm.num_batches_tracked",
            "head.weight",
            "head.bias",
        ];
        assert_eq!(names, expected);
    }
}
