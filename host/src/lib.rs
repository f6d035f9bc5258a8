//! callbox: a training loop on libtorch whose callbacks are sandboxed WebAssembly components.

#[cfg(feature = "torch")]
pub mod train;
