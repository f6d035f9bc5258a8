//! The tensor workbench on libtorch: what a callback does with the batch in flight, by number.
//!
//! [`Bench`] knows what can be read and opens a desk for every callback; a desk resolves numbers,
//! counts against budgets, and runs each operation with its checks made *before* libtorch sees it:
//! shapes that would take all memory are refused, and so are class numbers and indices out of
//! range, which on CUDA would end the process's use of the device. What libtorch still refuses, and
//! what panics, is an error value for the callback. The thread's gradient mode is as before after
//! every call.
//!
//! # Types of elements
//! `add`, `sub`, `mul` and `choose` promote as PyTorch does. `affine` and `clamp` make float32 of
//! whole numbers. `lerp` wants equal types with fractions; `mean`, `log-softmax`, `resize` want
//! fractions; `put` wants equal types; `choose` wants a boolean condition, `pick` and `one-hot`
//! whole numbers, `square` anything but booleans. Half precision is taken as float32 in losses and
//! summaries; float16 with bfloat16 gives float32.
//!
//! # Memory
//! Before libtorch is called, there must be room for the result and for the copies that libtorch makes
//! on its way to it: what is converted first, log-softmax and one-hot rows of a loss. On CUDA some of
//! these copies are not made; the answer is the same on every device. Bytes count until the tensors'
//! numbers are stale. While a graph is recorded, each use of a tensor in it counts that tensor's bytes
//! once more, views included: so much will backward make for its gradient.
//!
//! # What waits for the device
//! Reading (`item`, `read`, `read-integers`, `summaries`, `gradient-norm`, sample weights), and the
//! check of class numbers and indices in `one-hot`, `pick`, `loss-of`, and in a changed target.
//!
//! # Graphs
//! Recorded in the transforms at loss-begin and backward-begin, while training. Everywhere else
//! results are detached. A weight is always detached, and a view: it moves with the next step.

mod arithmetic;
mod bench;
mod beta;
mod budget;
mod call;
mod classes;
mod compute;
mod desk;
mod draws;
mod facts;
mod flows;
mod kinds;
mod reading;
mod reductions;
mod shaping;
mod sizes;
mod slots;
mod summary;
mod weights;

#[cfg(test)]
mod tests;

pub use bench::Bench;
pub use flows::{InputFlow, LossFlow, OutputFlow};
pub use slots::HANDLES;
