//! Stochastic gradient descent with momentum, without dampening, as PyTorch's `SGD`:
//!
//! g ← g + wd·p (L2), b ← mom·b + g, p ← p − lr·b; without momentum p ← p − lr·g.
//!
//! Nesterov (Sutskever et al., 2013) steps along g + mom·b instead of b. While the momentum is 0 that
//! is plain descent, and no error as in PyTorch: a callback may raise it later.

use super::Hypers;
use super::group::Live;
use crate::train::torch::{SgdLists, SgdStep, TorchError, fused_sgd_};

pub(super) fn step(live: &Live<'_>, hypers: &Hypers, nesterov: bool) -> Result<(), TorchError> {
    let lists = SgdLists { params: live.params(), grads: live.grads(), buffers: live.state(0) };
    let step = SgdStep { lr: hypers.lr, momentum: hypers.mom, weight_decay: hypers.wd, nesterov };
    fused_sgd_(&lists, step)
}
