//! Declarations of `shim.cpp` and `script.cpp`, and the two conversions that every caller needs.

use std::ffi::{CStr, c_char, c_int};

use tch::Tensor;
use torch_sys::C_tensor;

use super::TorchError;

/// What a function of the shim returns: null, or a text that is ours to free.
#[repr(transparent)]
#[must_use]
pub(super) struct Failure(*mut c_char);

impl Failure {
    /// Turns the shim's answer into a result and frees its text.
    pub(super) fn check(self, operation: &str) -> Result<(), TorchError> {
        if self.0.is_null() {
            return Ok(());
        }
        // SAFETY: only the shim makes a `Failure`; not null, it is a C string from `strdup` that nobody
        // else holds, and `self` is consumed here, so that it is read and freed once.
        unsafe {
            let message = CStr::from_ptr(self.0).to_string_lossy().into_owned();
            callbox_free(self.0);
            Err(TorchError::new(operation, &message))
        }
    }
}

/// A tensor as the shim sees it.
pub(super) type Raw = *const C_tensor;
/// A list of tensors as the shim sees it.
pub(super) type RawList = *const Raw;

/// The pointers of a list, valid as long as the tensors are borrowed.
pub(super) fn pointers(list: &[&Tensor]) -> Vec<Raw> {
    list.iter().map(|tensor| tensor.as_ptr()).collect()
}

/// Takes over a tensor that the shim has made.
pub(super) fn adopt(raw: *mut C_tensor) -> Tensor {
    // SAFETY: called only with what a shim function wrote to `out`: a new `at::Tensor` that nobody
    // else owns. `Tensor`'s drop deletes it.
    unsafe { Tensor::from_ptr(raw) }
}

/// A thread's autocast settings for one kind of device; `CallboxAutocast` in the shim.
#[repr(C)]
#[derive(Debug, Default)]
pub(super) struct AutocastBefore {
    cuda: bool,
    enabled: bool,
    cache: bool,
    dtype: i8,
}

/// `CallboxScript` in the shim.
#[repr(C)]
pub(super) struct RawScript {
    _opaque: [u8; 0],
}

/// `CallboxNamed` in the shim.
#[repr(C)]
pub(super) struct RawNamed {
    _opaque: [u8; 0],
}

unsafe extern "C" {
    pub(super) fn callbox_free(message: *mut c_char);

    pub(super) fn callbox_storage_bytes(out: *mut u64, this: Raw) -> Failure;

    pub(super) fn callbox_mul_scalar(out: *mut *mut C_tensor, this: Raw, factor: f64) -> Failure;
    pub(super) fn callbox_add_scalar(out: *mut *mut C_tensor, this: Raw, value: f64) -> Failure;
    pub(super) fn callbox_clamp(out: *mut *mut C_tensor, this: Raw, low: f64, high: f64)
    -> Failure;
    pub(super) fn callbox_lerp(
        out: *mut *mut C_tensor,
        this: Raw,
        end: Raw,
        weight: f64,
    ) -> Failure;
    pub(super) fn callbox_mul_scalar_(this: Raw, factor: f64) -> Failure;
    pub(super) fn callbox_add_scalar_(this: Raw, value: f64) -> Failure;
    pub(super) fn callbox_add_scaled_(this: Raw, other: Raw, factor: f64) -> Failure;
    pub(super) fn callbox_lerp_(this: Raw, end: Raw, weight: f64) -> Failure;
    pub(super) fn callbox_clamp_(this: Raw, low: f64, high: f64) -> Failure;
    pub(super) fn callbox_fill_(this: Raw, value: f64) -> Failure;

    pub(super) fn callbox_grad_mode(enabled: bool) -> bool;
    pub(super) fn callbox_grad_enabled() -> bool;
    pub(super) fn callbox_gradient(out: *mut *mut C_tensor, this: Raw) -> Failure;
    pub(super) fn callbox_gradients(
        out: *mut *mut C_tensor,
        list: RawList,
        length: usize,
    ) -> Failure;
    pub(super) fn callbox_unset_gradient(this: Raw) -> Failure;
    pub(super) fn callbox_unset_gradients(list: RawList, length: usize) -> Failure;
    pub(super) fn callbox_set_gradient(this: Raw, gradient: Raw) -> Failure;
    pub(super) fn callbox_grad_norm(
        out: *mut *mut C_tensor,
        list: RawList,
        length: usize,
    ) -> Failure;
    pub(super) fn callbox_unit_norm(out: *mut *mut C_tensor, this: Raw) -> Failure;

    pub(super) fn callbox_autocast_enter(
        before: *mut AutocastBefore,
        cuda: bool,
        dtype: i8,
    ) -> Failure;
    pub(super) fn callbox_autocast_pause(before: *mut AutocastBefore, cuda: bool) -> Failure;
    pub(super) fn callbox_autocast_leave(before: *const AutocastBefore) -> Failure;
    pub(super) fn callbox_amp_unscale_(
        list: RawList,
        length: usize,
        found_inf: Raw,
        inverse_scale: Raw,
    ) -> Failure;
    pub(super) fn callbox_normal_(this: Raw, deviation: f64, seed: u64) -> Failure;
    pub(super) fn callbox_uniform_(this: Raw, low: f64, high: f64, seed: u64) -> Failure;

    pub(super) fn callbox_foreach_mul_(list: RawList, length: usize, factor: f64) -> Failure;
    pub(super) fn callbox_foreach_mul_tensor_(list: RawList, length: usize, factor: Raw)
    -> Failure;
    pub(super) fn callbox_foreach_add_scalar_(list: RawList, length: usize, value: f64) -> Failure;
    pub(super) fn callbox_foreach_copy_(list: RawList, sources: RawList, length: usize) -> Failure;
    pub(super) fn callbox_foreach_clamp_(
        list: RawList,
        length: usize,
        low: f64,
        high: f64,
    ) -> Failure;
    pub(super) fn callbox_foreach_increment_(list: RawList, length: usize) -> Failure;
    pub(super) fn callbox_foreach_add_scaled_(
        list: RawList,
        others: RawList,
        length: usize,
        factor: f64,
    ) -> Failure;
    pub(super) fn callbox_foreach_add_scaled(
        out: *mut *mut C_tensor,
        list: RawList,
        others: RawList,
        length: usize,
        factor: f64,
    ) -> Failure;
    pub(super) fn callbox_foreach_addcmul_(
        list: RawList,
        left: RawList,
        right: RawList,
        length: usize,
        factor: f64,
    ) -> Failure;
    pub(super) fn callbox_foreach_addcmul(
        out: *mut *mut C_tensor,
        list: RawList,
        left: RawList,
        right: RawList,
        length: usize,
        factor: f64,
    ) -> Failure;
    pub(super) fn callbox_foreach_lerp_(
        list: RawList,
        ends: RawList,
        length: usize,
        weight: f64,
    ) -> Failure;
    pub(super) fn callbox_foreach_addcdiv_(
        list: RawList,
        left: RawList,
        right: RawList,
        length: usize,
        factor: f64,
    ) -> Failure;
    pub(super) fn callbox_foreach_sqrt(
        out: *mut *mut C_tensor,
        list: RawList,
        length: usize,
    ) -> Failure;
    pub(super) fn callbox_foreach_sqrt_(list: RawList, length: usize) -> Failure;

    pub(super) fn callbox_fused_adam_(
        params: RawList,
        grads: RawList,
        exp_avgs: RawList,
        exp_avg_sqs: RawList,
        max_exp_avg_sqs: RawList,
        steps: RawList,
        length: usize,
        lr: f64,
        beta1: f64,
        beta2: f64,
        weight_decay: f64,
        eps: f64,
        decoupled: bool,
    ) -> Failure;
    pub(super) fn callbox_fused_sgd_(
        params: RawList,
        grads: RawList,
        buffers: RawList,
        length: usize,
        lr: f64,
        momentum: f64,
        weight_decay: f64,
        nesterov: bool,
    ) -> Failure;

    pub(super) fn callbox_manual_seed(seed: u64) -> Failure;
    pub(super) fn callbox_rng_state(out: *mut *mut C_tensor, cuda_index: i64) -> Failure;
    pub(super) fn callbox_set_rng_state(state: Raw, cuda_index: i64) -> Failure;
    pub(super) fn callbox_set_num_threads(threads: c_int) -> Failure;
    pub(super) fn callbox_num_threads() -> c_int;
    pub(super) fn callbox_use_one_thread() -> Failure;

    pub(super) fn callbox_open_library(path: *const c_char) -> Failure;
    pub(super) fn callbox_pin_memory(out: *mut *mut C_tensor, this: Raw) -> Failure;
    pub(super) fn callbox_cuda_device_count(out: *mut i64) -> Failure;

    pub(super) fn callbox_script_load(
        out: *mut *mut RawScript,
        form: *mut i64,
        path: *const c_char,
        cuda_index: i64,
    ) -> Failure;
    pub(super) fn callbox_script_free(script: *mut RawScript);
    pub(super) fn callbox_script_tensors(
        out: *mut *mut RawNamed,
        script: *const RawScript,
    ) -> Failure;
    pub(super) fn callbox_script_train(script: *mut RawScript, on: bool) -> Failure;
    pub(super) fn callbox_script_forward(
        out: *mut *mut RawNamed,
        script: *mut RawScript,
        input: Raw,
    ) -> Failure;
    pub(super) fn callbox_named_length(named: *const RawNamed) -> usize;
    pub(super) fn callbox_named_name(named: *const RawNamed, index: usize) -> *const c_char;
    pub(super) fn callbox_named_is_buffer(named: *const RawNamed, index: usize) -> bool;
    pub(super) fn callbox_named_tensor(
        out: *mut *mut C_tensor,
        named: *const RawNamed,
        index: usize,
    ) -> Failure;
    pub(super) fn callbox_named_free(named: *mut RawNamed);
}
