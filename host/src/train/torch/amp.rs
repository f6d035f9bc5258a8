//! Taking a loss scale out of gradients, in one launch with the search for infinities.

use tch::Tensor;

use super::TorchError;
use super::ffi::{self, pointers};

/// `gradient ← gradient · inverse_scale` for each; `found_inf` becomes 1 if any element is not
/// finite, and is left alone otherwise. Nothing waits for the device.
///
/// Both numbers are `f32` tensors `[1]` on the gradients' device. PyTorch's `GradScaler` calls the
/// same kernel.
///
/// # Errors
/// Numbers of another kind, size or device; gradients on several devices.
pub fn unscale_(
    gradients: &[&Tensor],
    found_inf: &Tensor,
    inverse_scale: &Tensor,
) -> Result<(), TorchError> {
    let list = pointers(gradients);
    let (found, inverse) = (found_inf.as_ptr(), inverse_scale.as_ptr());
    // SAFETY: all pointers are those of borrowed tensors, and the list has `list.len()` of them.
    unsafe { ffi::callbox_amp_unscale_(list.as_ptr(), list.len(), found, inverse) }
        .check("unscale_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: f32) -> Tensor {
        Tensor::from_slice(&[value])
    }

    #[test]
    fn gradients_are_unscaled_and_infinities_found() {
        let (a, b) = (Tensor::from_slice(&[2.0_f32, 4.0]), Tensor::from_slice(&[8.0_f32]));
        let found = number(0.0);
        unscale_(&[&a, &b], &found, &number(0.5)).unwrap();
        assert_eq!(Vec::<f32>::try_from(&a).unwrap(), [1.0, 2.0]);
        assert_eq!(Vec::<f32>::try_from(&b).unwrap(), [4.0]);
        assert_eq!(found.double_value(&[0]), 0.0);
        for broken in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
            let found = number(0.0);
            unscale_(&[&a, &number(broken)], &found, &number(1.0)).unwrap();
            assert_eq!(found.double_value(&[0]), 1.0, "{broken}");
        }
    }

    #[test]
    fn a_scale_of_several_numbers_is_refused() {
        let error = unscale_(&[&number(1.0)], &number(0.0), &Tensor::from_slice(&[1.0_f32, 2.0]));
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with("unscale_: inv_scale must be a 1-element tensor"), "{error}");
    }
}
