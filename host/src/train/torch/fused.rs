//! Whole optimizer steps in one launch. PyTorch calls the same kernels with `fused=True`.

use std::ptr::null;

use tch::Tensor;

use super::TorchError;
use super::ffi::{self, pointers};
use super::foreach::same_length;

/// The lists of an Adam step; entry i of each belongs to parameter i.
#[derive(Debug, Default)]
pub struct AdamLists<'a> {
    /// Weights, changed in place.
    pub params: Vec<&'a Tensor>,
    /// Their gradients.
    pub grads: Vec<&'a Tensor>,
    /// Running means of the gradients, changed in place.
    pub exp_avgs: Vec<&'a Tensor>,
    /// Running means of their squares, changed in place.
    pub exp_avg_sqs: Vec<&'a Tensor>,
    /// Steps taken *including* this one: single `f32` numbers on the weights' device.
    pub steps: Vec<&'a Tensor>,
    /// Greatest means of squares so far, changed in place, for `AMSGrad`; `None` for Adam.
    pub max_exp_avg_sqs: Option<Vec<&'a Tensor>>,
}

/// The numbers of an Adam step.
#[derive(Debug, Clone, Copy)]
pub struct AdamStep {
    /// Learning rate.
    pub lr: f64,
    /// Decay of the gradients' mean.
    pub beta1: f64,
    /// Decay of the squares' mean.
    pub beta2: f64,
    /// Weight decay.
    pub weight_decay: f64,
    /// Added to the denominator.
    pub eps: f64,
    /// Decoupled decay (AdamW) instead of L2 (Adam).
    pub decoupled: bool,
}

/// One step of Adam, or of AdamW if `step.decoupled`.
///
/// # Errors
/// Lists of different length, tensors of different kinds or devices.
pub fn fused_adam_(lists: &AdamLists<'_>, step: AdamStep) -> Result<(), TorchError> {
    let AdamLists { params, grads, exp_avgs, exp_avg_sqs, steps, max_exp_avg_sqs } = lists;
    let greatest = max_exp_avg_sqs.as_deref();
    same_length("fused_adam_", params, &[grads, exp_avgs, exp_avg_sqs, steps])?;
    same_length("fused_adam_", params, greatest.as_slice())?;
    let greatest = greatest.map(pointers);
    let [params, grads, exp_avgs, exp_avg_sqs, steps] =
        [params, grads, exp_avgs, exp_avg_sqs, steps].map(|list| pointers(list));
    // SAFETY: the pointers are those of borrowed tensors, and all lists have `params.len()` of them; the
    // shim takes null for the list that may be missing.
    unsafe {
        ffi::callbox_fused_adam_(
            params.as_ptr(),
            grads.as_ptr(),
            exp_avgs.as_ptr(),
            exp_avg_sqs.as_ptr(),
            greatest.as_ref().map_or(null(), |list| list.as_ptr()),
            steps.as_ptr(),
            params.len(),
            step.lr,
            step.beta1,
            step.beta2,
            step.weight_decay,
            step.eps,
            step.decoupled,
        )
    }
    .check("fused_adam_")
}

/// The lists of an SGD step; entry i of each belongs to parameter i.
#[derive(Debug, Default)]
pub struct SgdLists<'a> {
    /// Weights, changed in place.
    pub params: Vec<&'a Tensor>,
    /// Their gradients.
    pub grads: Vec<&'a Tensor>,
    /// Momentum buffers, changed in place; left alone while the momentum is 0.
    pub buffers: Vec<&'a Tensor>,
}

/// The numbers of an SGD step.
#[derive(Debug, Clone, Copy)]
pub struct SgdStep {
    /// Learning rate.
    pub lr: f64,
    /// Momentum, without dampening.
    pub momentum: f64,
    /// L2 weight decay.
    pub weight_decay: f64,
    /// Nesterov's momentum; without effect while the momentum is 0.
    pub nesterov: bool,
}

/// One step of SGD.
///
/// # Errors
/// Lists of different length, tensors of different kinds or devices.
pub fn fused_sgd_(lists: &SgdLists<'_>, step: SgdStep) -> Result<(), TorchError> {
    let SgdLists { params, grads, buffers } = lists;
    same_length("fused_sgd_", params, &[grads, buffers])?;
    let [params, grads, buffers] = [params, grads, buffers].map(|list| pointers(list));
    // SAFETY: the pointers are those of borrowed tensors, and all lists have `params.len()` of them.
    unsafe {
        ffi::callbox_fused_sgd_(
            params.as_ptr(),
            grads.as_ptr(),
            buffers.as_ptr(),
            params.len(),
            step.lr,
            step.momentum,
            step.weight_decay,
            step.nesterov,
        )
    }
    .check("fused_sgd_")
}
