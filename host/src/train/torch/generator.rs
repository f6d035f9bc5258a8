//! Noise from a seed alone: torch's own generators are not drawn from, so that noise which one
//! callback adds does not change what dropout draws.

use tch::Tensor;

use super::TorchError;
use super::ffi;

/// Fills a tensor with N(0, `deviation`²), drawn on its device from a generator seeded with `seed`.
///
/// The same seed, shape and kind give the same numbers on the same kind of device.
///
/// # Errors
/// A negative deviation; a tensor of whole numbers; a leaf that needs a gradient outside
/// [`no_grad`](super::no_grad).
pub fn normal_(tensor: &Tensor, deviation: f64, seed: u64) -> Result<(), TorchError> {
    // SAFETY: the pointer is that of a borrowed tensor.
    unsafe { ffi::callbox_normal_(tensor.as_ptr(), deviation, seed) }.check("normal_")
}

/// Fills a tensor uniformly from `low` to `high`, as [`normal_`] does.
///
/// # Errors
/// As [`normal_`]; `high` below `low`, or limits that the kind does not hold.
pub fn uniform_(tensor: &Tensor, low: f64, high: f64, seed: u64) -> Result<(), TorchError> {
    // SAFETY: the pointer is that of a borrowed tensor.
    unsafe { ffi::callbox_uniform_(tensor.as_ptr(), low, high, seed) }.check("uniform_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::torch::{rng_state, seeding};
    use tch::{Device, Kind};

    fn zeros(size: i64) -> Tensor {
        Tensor::zeros([size], (Kind::Float, Device::Cpu))
    }

    fn normal(seed: u64) -> Tensor {
        let tensor = zeros(10_000);
        normal_(&tensor, 2.0, seed).unwrap();
        tensor
    }

    fn uniform(seed: u64) -> Tensor {
        let tensor = zeros(10_000);
        uniform_(&tensor, -1.0, 3.0, seed).unwrap();
        tensor
    }

    #[test]
    fn a_seed_repeats_the_numbers_and_another_does_not() {
        for draw in [normal, uniform] {
            assert_eq!(draw(7), draw(7));
            assert_ne!(draw(7), draw(8));
        }
    }

    #[test]
    fn the_default_generator_is_not_drawn_from() {
        let _lock = seeding();
        let before = rng_state(Device::Cpu).unwrap();
        let _ = (normal(7), uniform(7));
        assert_eq!(rng_state(Device::Cpu).unwrap(), before);
    }

    #[test]
    fn the_numbers_are_distributed_as_promised() {
        // Within about five standard errors: 2/√10⁴ for the mean of the normal numbers.
        let near = |drawn: &Tensor, mean: f64, deviation: f64| {
            let found = (drawn.mean(None).double_value(&[]), drawn.std(true).double_value(&[]));
            let close = (found.0 - mean).abs() < 0.1 && (found.1 - deviation).abs() < 0.07;
            assert!(close, "{found:?}");
        };
        near(&normal(7), 0.0, 2.0);
        near(&uniform(7), 1.0, 4.0 / 12.0_f64.sqrt());
        let (least, most) = (uniform(7).min(), uniform(7).max());
        assert!(least.double_value(&[]) >= -1.0 && most.double_value(&[]) < 3.0);
    }

    #[test]
    fn what_makes_no_distribution_is_an_error() {
        let error = normal_(&zeros(2), -1.0, 0).unwrap_err().to_string();
        assert_eq!(error, "normal_: normal expects std >= 0.0, but found std -1");
        let error = uniform_(&zeros(2), 1.0, 0.0, 0).unwrap_err().to_string();
        assert!(error.starts_with("uniform_: "), "{error}");
        let whole = Tensor::zeros([2], (Kind::Int64, Device::Cpu));
        assert!(normal_(&whole, 1.0, 0).is_err());
    }
}
