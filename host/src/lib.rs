//! A native training loop on libtorch whose callbacks are sandboxed WebAssembly components.
//!
//! In reading order:
//! - [`train`]: the loop ([`train::fit`]), what it trains and with what. Knows libtorch, never wasmtime.
//! - [`callback`]: what loop and callbacks say to each other, and the handler that makes one
//!   decision of many answers. Plain values; knows neither.
//! - [`plugin`]: the sandbox. Knows wasmtime, never libtorch.
//! - [`bridge`]: a sandboxed plugin as a callback; the one place where the two meet.
//! - [`observe`]: those who watch a run.
//! - [`cli`]: the command line.
//! - [`text`]: guests' words and file names, made fit to show.
//!
//! Without the feature `torch`, everything that needs libtorch is left out.

pub mod bridge;
pub mod callback;
pub mod cli;
mod nearest;
pub mod observe;
pub mod plugin;
pub mod text;
#[cfg(feature = "torch")]
pub mod train;
