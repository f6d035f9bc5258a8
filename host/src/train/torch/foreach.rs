//! Operations on whole lists of tensors: one launch on CUDA instead of one per tensor.
//!
//! Lists that belong together must have the same length.

use std::ptr::null_mut;

use tch::Tensor;

use super::TorchError;
use super::ffi::{self, adopt, pointers};

/// `tᵢ ← tᵢ · factor`.
///
/// # Errors
/// What libtorch refuses.
pub fn foreach_mul_(list: &[&Tensor], factor: f64) -> Result<(), TorchError> {
    let list = pointers(list);
    // SAFETY: the list's pointers are those of borrowed tensors.
    unsafe { ffi::callbox_foreach_mul_(list.as_ptr(), list.len(), factor) }.check("foreach_mul_")
}

/// `tᵢ ← tᵢ · factor` with a factor that lies on the device, so that nothing is read back.
///
/// # Errors
/// A factor that is not a single number, or on another device.
pub fn foreach_mul_tensor_(list: &[&Tensor], factor: &Tensor) -> Result<(), TorchError> {
    let list = pointers(list);
    // SAFETY: all pointers are those of borrowed tensors.
    unsafe { ffi::callbox_foreach_mul_tensor_(list.as_ptr(), list.len(), factor.as_ptr()) }
        .check("foreach_mul_tensor_")
}

/// `tᵢ ← tᵢ + value`.
///
/// # Errors
/// What libtorch refuses.
pub fn foreach_add_scalar_(list: &[&Tensor], value: f64) -> Result<(), TorchError> {
    let list = pointers(list);
    // SAFETY: the list's pointers are those of borrowed tensors.
    unsafe { ffi::callbox_foreach_add_scalar_(list.as_ptr(), list.len(), value) }
        .check("foreach_add_scalar_")
}

/// `tᵢ ← sᵢ`; an empty list is nothing to do. Shapes should be equal: libtorch would broadcast.
///
/// # Errors
/// Lists of different length, shapes that don't fit.
pub fn foreach_copy_(list: &[&Tensor], sources: &[&Tensor]) -> Result<(), TorchError> {
    same_length("foreach_copy_", list, &[sources])?;
    if list.is_empty() {
        return Ok(());
    }
    let (list, sources) = (pointers(list), pointers(sources));
    // SAFETY: the pointers are those of borrowed tensors, and both lists have `list.len()` of them.
    unsafe { ffi::callbox_foreach_copy_(list.as_ptr(), sources.as_ptr(), list.len()) }
        .check("foreach_copy_")
}

/// `tᵢ ← min(max(tᵢ, low), high)`; what is not a number stays.
///
/// # Errors
/// What libtorch refuses.
pub fn foreach_clamp_(list: &[&Tensor], low: f64, high: f64) -> Result<(), TorchError> {
    let list = pointers(list);
    // SAFETY: the list's pointers are those of borrowed tensors.
    unsafe { ffi::callbox_foreach_clamp_(list.as_ptr(), list.len(), low, high) }
        .check("foreach_clamp_")
}

/// `tᵢ ← tᵢ + 1`; cheap for single `f32` numbers on the CPU, which is what step counts are.
///
/// # Errors
/// What libtorch refuses.
pub fn foreach_increment_(list: &[&Tensor]) -> Result<(), TorchError> {
    let list = pointers(list);
    // SAFETY: the list's pointers are those of borrowed tensors.
    unsafe { ffi::callbox_foreach_increment_(list.as_ptr(), list.len()) }
        .check("foreach_increment_")
}

/// `tᵢ ← tᵢ + factor · oᵢ`.
///
/// # Errors
/// Lists of different length, shapes that don't fit.
pub fn foreach_add_scaled_(
    list: &[&Tensor],
    others: &[&Tensor],
    factor: f64,
) -> Result<(), TorchError> {
    same_length("foreach_add_scaled_", list, &[others])?;
    let (list, others) = (pointers(list), pointers(others));
    // SAFETY: the pointers are those of borrowed tensors, and both lists have `list.len()` of them.
    unsafe { ffi::callbox_foreach_add_scaled_(list.as_ptr(), others.as_ptr(), list.len(), factor) }
        .check("foreach_add_scaled_")
}

/// `tᵢ + factor · oᵢ`, new tensors.
///
/// # Errors
/// Lists of different length, shapes that don't fit.
pub fn foreach_add_scaled(
    list: &[&Tensor],
    others: &[&Tensor],
    factor: f64,
) -> Result<Vec<Tensor>, TorchError> {
    same_length("foreach_add_scaled", list, &[others])?;
    let (list, others) = (pointers(list), pointers(others));
    let mut out = vec![null_mut(); list.len()];
    // SAFETY: the pointers are those of borrowed tensors; all three lists have `list.len()` places.
    unsafe {
        ffi::callbox_foreach_add_scaled(
            out.as_mut_ptr(),
            list.as_ptr(),
            others.as_ptr(),
            list.len(),
            factor,
        )
    }
    .check("foreach_add_scaled")?;
    Ok(out.into_iter().map(adopt).collect())
}

/// `tᵢ ← tᵢ + factor · lᵢ · rᵢ`.
///
/// # Errors
/// Lists of different length, shapes that don't fit.
pub fn foreach_addcmul_(
    list: &[&Tensor],
    left: &[&Tensor],
    right: &[&Tensor],
    factor: f64,
) -> Result<(), TorchError> {
    same_length("foreach_addcmul_", list, &[left, right])?;
    let (list, left, right) = (pointers(list), pointers(left), pointers(right));
    let length = list.len();
    // SAFETY: the pointers are those of borrowed tensors, and all lists have `length` of them.
    unsafe {
        ffi::callbox_foreach_addcmul_(list.as_ptr(), left.as_ptr(), right.as_ptr(), length, factor)
    }
    .check("foreach_addcmul_")
}

/// `tᵢ + factor · lᵢ · rᵢ`, new tensors.
///
/// # Errors
/// Lists of different length, shapes that don't fit.
pub fn foreach_addcmul(
    list: &[&Tensor],
    left: &[&Tensor],
    right: &[&Tensor],
    factor: f64,
) -> Result<Vec<Tensor>, TorchError> {
    same_length("foreach_addcmul", list, &[left, right])?;
    let [list, left, right] = [list, left, right].map(pointers);
    let mut out = vec![null_mut(); list.len()];
    // SAFETY: the pointers are those of borrowed tensors; all four lists have `list.len()` places.
    unsafe {
        ffi::callbox_foreach_addcmul(
            out.as_mut_ptr(),
            list.as_ptr(),
            left.as_ptr(),
            right.as_ptr(),
            list.len(),
            factor,
        )
    }
    .check("foreach_addcmul")?;
    Ok(out.into_iter().map(adopt).collect())
}

/// `tᵢ ← tᵢ + weight · (eᵢ − tᵢ)`.
///
/// # Errors
/// Lists of different length, shapes that don't fit.
pub fn foreach_lerp_(list: &[&Tensor], ends: &[&Tensor], weight: f64) -> Result<(), TorchError> {
    same_length("foreach_lerp_", list, &[ends])?;
    let (list, ends) = (pointers(list), pointers(ends));
    // SAFETY: the pointers are those of borrowed tensors, and both lists have `list.len()` of them.
    unsafe { ffi::callbox_foreach_lerp_(list.as_ptr(), ends.as_ptr(), list.len(), weight) }
        .check("foreach_lerp_")
}

/// `tᵢ ← tᵢ + factor · lᵢ / rᵢ`.
///
/// # Errors
/// Lists of different length, shapes that don't fit.
pub fn foreach_addcdiv_(
    list: &[&Tensor],
    left: &[&Tensor],
    right: &[&Tensor],
    factor: f64,
) -> Result<(), TorchError> {
    same_length("foreach_addcdiv_", list, &[left, right])?;
    let (list, left, right) = (pointers(list), pointers(left), pointers(right));
    let length = list.len();
    // SAFETY: the pointers are those of borrowed tensors, and all lists have `length` of them.
    unsafe {
        ffi::callbox_foreach_addcdiv_(list.as_ptr(), left.as_ptr(), right.as_ptr(), length, factor)
    }
    .check("foreach_addcdiv_")
}

/// `√tᵢ`, new tensors.
///
/// # Errors
/// What libtorch refuses.
pub fn foreach_sqrt(list: &[&Tensor]) -> Result<Vec<Tensor>, TorchError> {
    let list = pointers(list);
    let mut out = vec![null_mut(); list.len()];
    // SAFETY: the pointers are those of borrowed tensors; `out` has a place for each.
    unsafe { ffi::callbox_foreach_sqrt(out.as_mut_ptr(), list.as_ptr(), list.len()) }
        .check("foreach_sqrt")?;
    Ok(out.into_iter().map(adopt).collect())
}

/// `tᵢ ← √tᵢ`.
///
/// # Errors
/// What libtorch refuses.
pub fn foreach_sqrt_(list: &[&Tensor]) -> Result<(), TorchError> {
    let list = pointers(list);
    // SAFETY: the list's pointers are those of borrowed tensors.
    unsafe { ffi::callbox_foreach_sqrt_(list.as_ptr(), list.len()) }.check("foreach_sqrt_")
}

/// The shim reads every list as far as the first one goes, so that lengths are checked here.
pub(super) fn same_length(
    operation: &str,
    list: &[&Tensor],
    others: &[&[&Tensor]],
) -> Result<(), TorchError> {
    match others.iter().find(|other| other.len() != list.len()) {
        None => Ok(()),
        Some(other) => {
            let message = format!("lists of {} and {} tensors", list.len(), other.len());
            Err(TorchError::new(operation, &message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(tensor: &Tensor) -> Vec<f64> {
        Vec::try_from(tensor).unwrap()
    }

    #[test]
    fn the_arithmetic_holds() {
        let (a, b) = (Tensor::from_slice(&[4.0, 9.0]), Tensor::from_slice(&[1.0]));
        let (c, d) = (Tensor::from_slice(&[2.0, 3.0]), Tensor::from_slice(&[2.0]));
        let sums = foreach_add_scaled(&[&a, &b], &[&c, &d], 10.0).unwrap();
        assert_eq!((values(&sums[0]), values(&sums[1])), (vec![24.0, 39.0], vec![21.0]));
        assert_eq!(values(&foreach_sqrt(&[&a]).unwrap()[0]), [2.0, 3.0]);
        foreach_mul_(&[&a, &b], 2.0).unwrap();
        foreach_add_scalar_(&[&a, &b], 1.0).unwrap();
        foreach_add_scaled_(&[&b], &[&d], 0.5).unwrap();
        assert_eq!((values(&a), values(&b)), (vec![9.0, 19.0], vec![4.0]));
        foreach_addcmul_(&[&b], &[&d], &[&d], 2.0).unwrap();
        foreach_addcdiv_(&[&b], &[&d], &[&d], 1.0).unwrap();
        foreach_mul_tensor_(&[&b], &Tensor::from(0.5)).unwrap();
        assert_eq!(values(&b), [6.5]);
        let differences = foreach_addcmul(&[&b], &[&d], &[&d], -1.0).unwrap();
        assert_eq!((values(&differences[0]), values(&b)), (vec![2.5], vec![6.5]));
        foreach_lerp_(&[&b], &[&d], 0.5).unwrap();
        foreach_add_scalar_(&[&b], -0.25).unwrap();
        foreach_sqrt_(&[&b]).unwrap();
        assert_eq!(values(&b), [2.0]);
        foreach_copy_(&[&b, &a], &[&c, &d]).unwrap_err();
        foreach_copy_(&[&a, &b], &[&c, &d]).unwrap();
        foreach_copy_(&[], &[]).unwrap();
        assert_eq!((values(&a), values(&b)), (vec![2.0, 3.0], vec![2.0]));
        let wild = Tensor::from_slice(&[f64::NAN, -9.0, 0.5, f64::INFINITY]);
        foreach_clamp_(&[&wild], -1.0, 2.0).unwrap();
        assert!(values(&wild)[0].is_nan() && values(&wild)[1..] == [-1.0, 0.5, 2.0]);
        let (count, list) = (Tensor::from(1.0_f32), Tensor::from_slice(&[1.0, 2.0]));
        foreach_increment_(&[&count]).unwrap();
        foreach_increment_(&[&count, &list]).unwrap();
        assert_eq!((count.double_value(&[]), values(&list)), (3.0, vec![2.0, 3.0]));
    }

    #[test]
    fn lists_of_different_length_are_refused() {
        let a = Tensor::from_slice(&[1.0]);
        let error = foreach_add_scaled_(&[&a, &a], &[&a], 1.0).unwrap_err().to_string();
        assert_eq!(error, "foreach_add_scaled_: lists of 2 and 1 tensors");
    }
}
