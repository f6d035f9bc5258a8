//! Operations with a number: in `tch` they panic when libtorch reports an error.

use std::ptr::null_mut;

use tch::Tensor;

use super::TorchError;
use super::ffi::{self, adopt};

/// `tensor · factor`, a new tensor.
///
/// # Errors
/// What libtorch refuses, such as an undefined tensor.
pub fn mul_scalar(tensor: &Tensor, factor: f64) -> Result<Tensor, TorchError> {
    let mut out = null_mut();
    // SAFETY: the pointer is that of a borrowed tensor; `out` is written on success only.
    unsafe { ffi::callbox_mul_scalar(&mut out, tensor.as_ptr(), factor) }.check("mul_scalar")?;
    Ok(adopt(out))
}

/// `tensor + value`, a new tensor.
///
/// # Errors
/// What libtorch refuses, such as an undefined tensor.
pub fn add_scalar(tensor: &Tensor, value: f64) -> Result<Tensor, TorchError> {
    let mut out = null_mut();
    // SAFETY: the pointer is that of a borrowed tensor; `out` is written on success only.
    unsafe { ffi::callbox_add_scalar(&mut out, tensor.as_ptr(), value) }.check("add_scalar")?;
    Ok(adopt(out))
}

/// `min(max(tensor, low), high)`, a new tensor; whole numbers become `f32`.
///
/// # Errors
/// What libtorch refuses, such as an undefined tensor.
pub fn clamp(tensor: &Tensor, low: f64, high: f64) -> Result<Tensor, TorchError> {
    let mut out = null_mut();
    // SAFETY: the pointer is that of a borrowed tensor; `out` is written on success only.
    unsafe { ffi::callbox_clamp(&mut out, tensor.as_ptr(), low, high) }.check("clamp")?;
    Ok(adopt(out))
}

/// `start + weight · (end − start)`, a new tensor.
///
/// # Errors
/// Shapes that don't broadcast, different kinds or devices.
pub fn lerp(start: &Tensor, end: &Tensor, weight: f64) -> Result<Tensor, TorchError> {
    let mut out = null_mut();
    // SAFETY: both pointers are those of borrowed tensors; `out` is written on success only.
    unsafe { ffi::callbox_lerp(&mut out, start.as_ptr(), end.as_ptr(), weight) }.check("lerp")?;
    Ok(adopt(out))
}

/// `tensor ← tensor · factor`.
///
/// # Errors
/// What libtorch refuses, such as a leaf that needs a gradient outside [`no_grad`](super::no_grad).
pub fn mul_scalar_(tensor: &Tensor, factor: f64) -> Result<(), TorchError> {
    // SAFETY: the pointer is that of a borrowed tensor.
    unsafe { ffi::callbox_mul_scalar_(tensor.as_ptr(), factor) }.check("mul_scalar_")
}

/// `tensor ← tensor + value`.
///
/// # Errors
/// As [`mul_scalar_`]; an integer tensor takes no fractions.
pub fn add_scalar_(tensor: &Tensor, value: f64) -> Result<(), TorchError> {
    // SAFETY: the pointer is that of a borrowed tensor.
    unsafe { ffi::callbox_add_scalar_(tensor.as_ptr(), value) }.check("add_scalar_")
}

/// `tensor ← tensor + factor · other`.
///
/// # Errors
/// As [`mul_scalar_`], and shapes that don't broadcast.
pub fn add_scaled_(tensor: &Tensor, other: &Tensor, factor: f64) -> Result<(), TorchError> {
    // SAFETY: both pointers are those of borrowed tensors.
    unsafe { ffi::callbox_add_scaled_(tensor.as_ptr(), other.as_ptr(), factor) }
        .check("add_scaled_")
}

/// `tensor ← tensor + weight · (end − tensor)`.
///
/// # Errors
/// As [`mul_scalar_`], and shapes that don't broadcast.
pub fn lerp_(tensor: &Tensor, end: &Tensor, weight: f64) -> Result<(), TorchError> {
    // SAFETY: both pointers are those of borrowed tensors.
    unsafe { ffi::callbox_lerp_(tensor.as_ptr(), end.as_ptr(), weight) }.check("lerp_")
}

/// `tensor ← min(max(tensor, low), high)`.
///
/// # Errors
/// As [`mul_scalar_`].
pub fn clamp_(tensor: &Tensor, low: f64, high: f64) -> Result<(), TorchError> {
    // SAFETY: the pointer is that of a borrowed tensor.
    unsafe { ffi::callbox_clamp_(tensor.as_ptr(), low, high) }.check("clamp_")
}

/// Sets every element to `value`.
///
/// # Errors
/// As [`mul_scalar_`].
pub fn fill_(tensor: &Tensor, value: f64) -> Result<(), TorchError> {
    // SAFETY: the pointer is that of a borrowed tensor.
    unsafe { ffi::callbox_fill_(tensor.as_ptr(), value) }.check("fill_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(tensor: &Tensor) -> Vec<f64> {
        Vec::try_from(tensor).unwrap()
    }

    #[test]
    fn the_arithmetic_holds() {
        let x = Tensor::from_slice(&[1.0, 2.0]);
        let y = Tensor::from_slice(&[5.0, -2.0]);
        assert_eq!(values(&mul_scalar(&x, 3.0).unwrap()), [3.0, 6.0]);
        assert_eq!(values(&add_scalar(&x, 3.0).unwrap()), [4.0, 5.0]);
        assert_eq!(values(&lerp(&x, &y, 0.25).unwrap()), [2.0, 1.0]);
        assert_eq!(values(&clamp(&y, -1.0, 1.0).unwrap()), [1.0, -1.0]);
        mul_scalar_(&x, 2.0).unwrap();
        add_scalar_(&x, 1.0).unwrap();
        add_scaled_(&x, &y, 0.5).unwrap();
        assert_eq!(values(&x), [5.5, 4.0]);
        lerp_(&x, &y, 0.5).unwrap();
        clamp_(&x, 2.0, 5.0).unwrap();
        assert_eq!(values(&x), [5.0, 2.0]);
        fill_(&x, 7.0).unwrap();
        assert_eq!(values(&x), [7.0, 7.0]);
    }

    #[test]
    fn what_panics_in_tch_is_an_error_here() {
        let x = Tensor::from_slice(&[1.0, 2.0]);
        let y = Tensor::from_slice(&[1.0, 2.0, 3.0]);
        let error = add_scaled_(&x, &y, 1.0).unwrap_err().to_string();
        assert!(error.starts_with("add_scaled_: The size of tensor a (2) must match"), "{error}");
        assert!(!error.contains('\n'), "{error}");
        let whole = Tensor::from_slice(&[1_i64]);
        assert!(mul_scalar_(&whole, 0.5).is_err());
    }
}
