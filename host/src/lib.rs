//! A native training loop on libtorch whose callbacks are sandboxed WebAssembly components.

pub mod plugin;
