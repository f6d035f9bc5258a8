//! Gradients: the mode as a guard, the backward pass, reading and unsetting.

use std::marker::PhantomData;
use std::ptr::null_mut;

use tch::Tensor;

use super::ffi::{self, adopt, pointers};
use super::{During, TorchError};

/// Holds this thread's gradient mode; dropping it, also while unwinding, restores the mode before.
#[must_use = "the mode is restored as soon as the guard is dropped"]
#[derive(Debug)]
pub struct GradMode {
    before: bool,
    // The mode belongs to a thread, so the guard must not leave it.
    thread: PhantomData<*const ()>,
}

/// Records no gradients until the guard is dropped.
pub fn no_grad() -> GradMode {
    switch(false)
}

/// Records gradients until the guard is dropped, within [`no_grad`] too.
pub fn enable_grad() -> GradMode {
    switch(true)
}

/// Whether this thread records gradients.
#[must_use]
pub fn grad_enabled() -> bool {
    // SAFETY: reads a thread-local flag.
    unsafe { ffi::callbox_grad_enabled() }
}

fn switch(enabled: bool) -> GradMode {
    // SAFETY: sets a thread-local flag.
    let before = unsafe { ffi::callbox_grad_mode(enabled) };
    GradMode { before, thread: PhantomData }
}

impl Drop for GradMode {
    fn drop(&mut self) {
        // SAFETY: sets a thread-local flag.
        unsafe { ffi::callbox_grad_mode(self.before) };
    }
}

/// Adds the gradients of `loss`, a single number, to its leaves, and frees the graph.
///
/// # Errors
/// A loss that is no single number, or that depends on nothing that needs a gradient.
pub fn backward(loss: &Tensor) -> Result<(), TorchError> {
    loss.f_backward().during("backward")
}

/// The gradient of a leaf; a handle, not a copy. `None` if there is none.
///
/// # Errors
/// An undefined tensor.
pub fn gradient(tensor: &Tensor) -> Result<Option<Tensor>, TorchError> {
    let mut out = null_mut();
    // SAFETY: the pointer is that of a borrowed tensor; `out` stays null without a gradient.
    unsafe { ffi::callbox_gradient(&mut out, tensor.as_ptr()) }.check("gradient")?;
    Ok((!out.is_null()).then(|| adopt(out)))
}

/// The gradients of a list of leaves, as [`gradient`] gives them, in one call.
///
/// # Errors
/// An undefined tensor.
pub fn gradients(list: &[&Tensor]) -> Result<Vec<Option<Tensor>>, TorchError> {
    let list = pointers(list);
    let mut out = vec![null_mut(); list.len()];
    // SAFETY: the pointers are those of borrowed tensors; `out` has a place for each.
    let answer = unsafe { ffi::callbox_gradients(out.as_mut_ptr(), list.as_ptr(), list.len()) };
    // Before the answer is looked at: what was found before a failure is ours too.
    let found = out.into_iter().map(|raw| (!raw.is_null()).then(|| adopt(raw))).collect();
    answer.check("gradients")?;
    Ok(found)
}

/// Removes a gradient. Not zeroed: an optimizer with momentum moves a weight whose gradient is zero.
///
/// # Errors
/// An undefined tensor.
pub fn unset_gradient(tensor: &Tensor) -> Result<(), TorchError> {
    // SAFETY: the pointer is that of a borrowed tensor.
    unsafe { ffi::callbox_unset_gradient(tensor.as_ptr()) }.check("unset_gradient")
}

/// Removes the gradients of a list in one call.
///
/// # Errors
/// An undefined tensor.
pub fn unset_gradients(list: &[&Tensor]) -> Result<(), TorchError> {
    let list = pointers(list);
    // SAFETY: the pointers are those of borrowed tensors.
    unsafe { ffi::callbox_unset_gradients(list.as_ptr(), list.len()) }.check("unset_gradients")
}

/// Replaces a leaf's gradient, whether or not it has one. A handle, not a copy, and without a graph.
///
/// # Errors
/// A tensor that is no leaf; a gradient of another shape, kind or device.
pub fn set_gradient(tensor: &Tensor, gradient: &Tensor) -> Result<(), TorchError> {
    // SAFETY: both pointers are those of borrowed tensors.
    unsafe { ffi::callbox_set_gradient(tensor.as_ptr(), gradient.as_ptr()) }.check("set_gradient")
}

/// The L2 norm of all tensors' elements together: a single number on their device, not read back.
///
/// # Errors
/// An empty list, tensors on different devices.
pub fn grad_norm(gradients: &[&Tensor]) -> Result<Tensor, TorchError> {
    let list = pointers(gradients);
    let mut out = null_mut();
    // SAFETY: the list's pointers are those of borrowed tensors; `out` is written on success only.
    unsafe { ffi::callbox_grad_norm(&mut out, list.as_ptr(), list.len()) }.check("grad_norm")?;
    Ok(adopt(out))
}

/// The L2 norm of what each output unit sums over, not read back: `[units, 1, …]` over all dimensions
/// but the first; of a vector or a single number, one norm without dimensions.
///
/// # Errors
/// What libtorch refuses, such as whole numbers.
pub fn unit_norm(tensor: &Tensor) -> Result<Tensor, TorchError> {
    let mut out = null_mut();
    // SAFETY: the pointer is that of a borrowed tensor; `out` is written on success only.
    unsafe { ffi::callbox_unit_norm(&mut out, tensor.as_ptr()) }.check("unit_norm")?;
    Ok(adopt(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_nest_and_survive_a_panic() {
        assert!(grad_enabled());
        let panicked = std::panic::catch_unwind(|| {
            let _off = no_grad();
            assert!(!grad_enabled());
            let _on = enable_grad();
            assert!(grad_enabled());
            std::panic::resume_unwind(Box::new("as a callback would"));
        });
        assert!(panicked.is_err());
        assert!(grad_enabled());
    }

    #[test]
    fn a_gradient_appears_and_goes() {
        let leaf = Tensor::from_slice(&[3.0, 4.0]).set_requires_grad(true);
        assert!(gradient(&leaf).unwrap().is_none());
        backward(&(&leaf * &leaf).sum(None)).unwrap();
        let grad = gradient(&leaf).unwrap().unwrap();
        assert_eq!(Vec::<f64>::try_from(&grad).unwrap(), [6.0, 8.0]);
        assert_eq!(grad_norm(&[&grad]).unwrap().double_value(&[]), 10.0);
        unset_gradient(&leaf).unwrap();
        assert!(gradient(&leaf).unwrap().is_none());
    }

    #[test]
    fn a_list_has_gaps_where_there_is_no_gradient() {
        let leaf = |value: f64| Tensor::from_slice(&[value]).set_requires_grad(true);
        let (a, b, c) = (leaf(1.0), leaf(2.0), leaf(3.0));
        backward(&(&a * &c).sum(None)).unwrap();
        let found = gradients(&[&a, &b, &c]).unwrap();
        let values: Vec<_> =
            found.iter().map(|g| g.as_ref().map(|g| g.double_value(&[0]))).collect();
        assert_eq!(values, [Some(3.0), None, Some(1.0)]);
        unset_gradients(&[&a, &b]).unwrap();
        let found = gradients(&[&a, &b, &c]).unwrap();
        assert!(found[0].is_none() && found[2].is_some());
        assert!(gradients(&[]).unwrap().is_empty());
        let error = gradients(&[&a, &Tensor::new()]).unwrap_err().to_string();
        assert!(error.starts_with("gradients: "), "{error}");
    }

    #[test]
    fn a_gradient_is_replaced_by_one_that_fits() {
        let leaf = Tensor::from_slice(&[3.0, 4.0]).set_requires_grad(true);
        set_gradient(&leaf, &Tensor::from_slice(&[1.0, 2.0])).unwrap();
        backward(&leaf.sum(None)).unwrap();
        let grad = gradient(&leaf).unwrap().unwrap();
        assert_eq!(Vec::<f64>::try_from(&grad).unwrap(), [2.0, 3.0]);
        let refused = |tensor: &Tensor, gradient: &Tensor| {
            set_gradient(tensor, gradient).unwrap_err().to_string()
        };
        assert_eq!(
            refused(&leaf, &Tensor::from_slice(&[1.0])),
            "set_gradient: the gradient has shape [1], the tensor [2]"
        );
        assert_eq!(
            refused(&leaf, &Tensor::from_slice(&[1.0_f32, 2.0])),
            "set_gradient: the gradient is Float, the tensor Double"
        );
        let error = refused(&(&leaf * &leaf), &Tensor::from_slice(&[1.0, 2.0]));
        assert_eq!(error, "set_gradient: only a leaf keeps a gradient");
        assert_eq!(gradient(&leaf).unwrap().unwrap(), grad);
    }

    #[test]
    fn a_units_norm_is_over_all_but_the_first_dimension() {
        let values = Tensor::from_slice(&[3.0, 4.0, 0.0, 2.0]);
        assert_eq!(unit_norm(&values).unwrap(), Tensor::from(29.0_f64.sqrt()));
        let units = unit_norm(&values.view([2, 1, 2])).unwrap();
        assert_eq!(units, Tensor::from_slice(&[5.0, 2.0]).view([2, 1, 1]));
        assert!(unit_norm(&Tensor::from_slice(&[1_i64])).is_err());
    }

    #[test]
    fn backward_refuses_what_has_no_graph() {
        let error = backward(&Tensor::from_slice(&[1.0])).unwrap_err().to_string();
        assert!(
            error.starts_with("backward: element 0 of tensors does not require grad"),
            "{error}"
        );
    }
}
