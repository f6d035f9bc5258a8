//! A native training loop on libtorch whose callbacks are sandboxed WebAssembly components.
//!
//! In reading order:
//! - [`train`]: the loop ([`train::fit`]), what it trains and with what. Knows libtorch, never wasmtime.
//! - [`callback`]: what loop and callbacks say to each other, and the handler that makes one
//!   decision of many answers. Plain values; knows neither.
//! - [`plugin`]: the sandbox. Knows wasmtime, never libtorch.
//! - [`bridge`]: a sandboxed plugin as a callback; the one place where the two meet.
//! - [`observe`]: those who watch a run.
//! - [`trace`]: a run written down, hook by hook, and played again for plugins.
//! - [`cli`]: the command line.
//! - [`plot`]: pictures of curves, as SVG and PNG.
//! - [`random`]: streams of random numbers, keyed by their place in a run.
//! - [`text`]: guests' words and file names, made fit to show.
//!
//! Without the feature `torch`, everything that needs libtorch is left out.

pub mod bridge;
pub mod callback;
pub mod cli;
mod nearest;
mod number;
pub mod observe;
mod plain_file;
pub mod plot;
pub mod plugin;
pub mod random;
pub mod text;
pub mod trace;
#[cfg(feature = "torch")]
pub mod train;
