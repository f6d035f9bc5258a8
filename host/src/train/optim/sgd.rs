//! Stochastic gradient descent with momentum, without dampening, as PyTorch's `SGD`:
//!
//! g ← g + wd·p (L2), b ← mom·b + g, p ← p − lr·b; without momentum p ← p − lr·g.

use super::Hypers;
use super::group::Live;
use crate::train::torch::{SgdLists, SgdStep, TorchError, fused_sgd_};

pub(super) fn step(live: &Live<'_>, hypers: &Hypers) -> Result<(), TorchError> {
    let lists = SgdLists { params: live.params(), grads: live.grads(), buffers: live.state(0) };
    fused_sgd_(&lists, SgdStep { lr: hypers.lr, momentum: hypers.mom, weight_decay: hypers.wd })
}
