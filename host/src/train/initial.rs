//! Initial values of weights: those of PyTorch's layers, of residual networks, and of transformers.
//!
//! All are drawn on the CPU whatever the device, so that a seed means the same weights everywhere.

use tch::{Device, Kind, Tensor};

use super::torch::{During, TorchError};

/// A weight of `shape`, drawn from torch's CPU generator as PyTorch's layers draw theirs:
/// `kaiming_uniform_(a=√5)`, whose bound is 1/√fan-in.
///
/// Drawn on the CPU whatever the device, so that a seed means the same weights everywhere.
///
/// # Errors
/// A shape that libtorch refuses.
pub fn kaiming_uniform(shape: &[i64]) -> Result<Tensor, TorchError> {
    // In PyTorch's own order of operations, so that the bound agrees to the last bit.
    let gain = (2.0 / (1.0 + 5.0_f64.sqrt().powi(2))).sqrt();
    let deviation = gain / fan_in(shape).sqrt();
    uniform(shape, 3.0_f64.sqrt() * deviation)
}

/// A bias of a layer whose weight has `weight_shape`: uniform in ±1/√fan-in, as in PyTorch.
///
/// # Errors
/// A shape that libtorch refuses.
pub fn bias_uniform(weight_shape: &[i64]) -> Result<Tensor, TorchError> {
    uniform(&weight_shape[..1], 1.0 / fan_in(weight_shape).sqrt())
}

/// Inputs that one output sums over: all dimensions of the weight but the first.
#[allow(clippy::cast_precision_loss, reason = "no layer has 2^53 inputs")]
fn fan_in(shape: &[i64]) -> f64 {
    shape[1..].iter().product::<i64>() as f64
}

/// Uniform in ±bound, drawn from torch's CPU generator.
///
/// # Errors
/// A shape that libtorch refuses.
pub fn uniform(shape: &[i64], bound: f64) -> Result<Tensor, TorchError> {
    let mut tensor = Tensor::f_empty(shape, (Kind::Float, Device::Cpu)).during("initialise")?;
    tensor.f_uniform_(-bound, bound).during("initialise")
}

/// Normal with mean 0 and this deviation, drawn from torch's CPU generator.
///
/// # Errors
/// A shape that libtorch refuses.
pub fn normal(shape: &[i64], deviation: f64) -> Result<Tensor, TorchError> {
    let mut tensor = Tensor::f_empty(shape, (Kind::Float, Device::Cpu)).during("initialise")?;
    tensor.f_normal_(0.0, deviation).during("initialise")
}

/// The weight of a convolution `[outputs, inputs, height, width]` before a ReLU, as residual networks
/// begin: normal with deviation √(2 / (outputs·height·width)), PyTorch's
/// `kaiming_normal_(mode="fan_out")`.
///
/// # Errors
/// A shape that libtorch refuses.
#[allow(clippy::cast_precision_loss, reason = "no layer has 2^53 outputs")]
pub fn kaiming_normal_fan_out(shape: [i64; 4]) -> Result<Tensor, TorchError> {
    let [outputs, _, height, width] = shape;
    normal(&shape, (2.0 / (outputs * height * width) as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::torch::{manual_seed, seeding};

    #[test]
    fn initial_values_fill_pytorchs_bounds() {
        let _lock = seeding();
        manual_seed(1).unwrap();
        let bound = 1.0 / (16.0_f64 * 9.0).sqrt();
        let weight = kaiming_uniform(&[32, 16, 3, 3]).unwrap();
        let deviation = weight.std(true).double_value(&[]);
        assert!(weight.abs().max().double_value(&[]) <= bound * (1.0 + 1e-6));
        assert!((deviation - bound / 3.0_f64.sqrt()).abs() < 0.02 * bound, "{deviation}");
        assert!(weight.mean(Kind::Float).double_value(&[]).abs() < 0.05 * bound);
        let bias = bias_uniform(&[32, 16, 3, 3]).unwrap();
        assert_eq!(bias.size(), [32]);
        assert!(bias.abs().max().double_value(&[]) <= bound * (1.0 + 1e-6));
    }

    #[test]
    fn a_seed_repeats_the_values() {
        let _lock = seeding();
        let draw = || {
            manual_seed(5).unwrap();
            kaiming_uniform(&[8, 8]).unwrap()
        };
        assert_eq!(draw(), draw());
    }

    #[test]
    fn a_residual_network_begins_with_the_deviation_of_its_outputs() {
        let _lock = seeding();
        manual_seed(1).unwrap();
        let weight = kaiming_normal_fan_out([32, 16, 3, 3]).unwrap();
        let (found, expected) = (weight.std(true).double_value(&[]), (2.0_f64 / 288.0).sqrt());
        assert!((found / expected - 1.0).abs() < 0.03, "{found} for {expected}");
        assert!(weight.mean(Kind::Float).double_value(&[]).abs() < 0.05 * expected);
    }
}
