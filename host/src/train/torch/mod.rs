//! What `tch` does not reach of libtorch, behind a fallible face.
//!
//! `tch` stays the way to tensors. Missing in it, or panicking instead of reporting, are: operations
//! with a scalar, the size of a storage, fused and multi-tensor kernels, random states and generators, setting and unsetting
//! a gradient, autocast, and modes that end with a panic; of TorchScript, buffers and PyTorch's names. They go through
//! `shim.cpp` and `script.cpp`, which catch every C++ exception.
//!
//! This is the only module of the training island with unsafe code, and the only one that touches
//! a tensor's raw pointer. Names that end in `_` work in place, as libtorch's do; a `&Tensor` is a
//! handle, and its content may change behind it.

#![allow(unsafe_code, reason = "the one audited place where libtorch is called through pointers")]

mod amp;
mod autocast;
mod cuda;
mod error;
mod ffi;
mod foreach;
mod fused;
mod generator;
mod grad;
mod rng;
mod scalar;
mod script;
mod storage;

pub use amp::unscale_;
pub use autocast::{Autocast, autocast, without_autocast};
pub use cuda::{cuda_device_count, open_cuda, pin_memory};
pub use error::{During, TorchError};
pub use foreach::{
    foreach_add_scalar_, foreach_add_scaled, foreach_add_scaled_, foreach_addcdiv_,
    foreach_addcmul, foreach_addcmul_, foreach_clamp_, foreach_copy_, foreach_increment_,
    foreach_lerp_, foreach_mul_, foreach_mul_tensor_, foreach_sqrt, foreach_sqrt_,
};
pub use fused::{AdamLists, AdamStep, SgdLists, SgdStep, fused_adam_, fused_sgd_};
pub use generator::{normal_, uniform_};
pub use grad::{
    GradMode, backward, enable_grad, grad_enabled, grad_norm, gradient, gradients, no_grad,
    set_gradient, unit_norm, unset_gradient, unset_gradients,
};
pub use rng::{
    manual_seed, num_threads, rng_state, set_num_threads, set_rng_state, use_one_thread,
};
pub use scalar::{
    add_scalar, add_scalar_, add_scaled_, clamp, clamp_, fill_, lerp, lerp_, mul_scalar,
    mul_scalar_,
};
pub use script::{Form, Script, ScriptTensor};
pub use storage::storage_bytes;

#[cfg(test)]
pub(crate) use rng::seeding;

/// libtorch's library folder at build time: where the CUDA libraries are looked for.
pub const LIBTORCH: &str = env!("CALLBOX_LIBTORCH");
