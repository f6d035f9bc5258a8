//! Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, 2019), as PyTorch's:
//!
//! m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², p ← p − lr·m̂/(√v̂ + eps), where m̂ = m/(1 − β₁ᵗ) and
//! v̂ = v/(1 − β₂ᵗ). Before, g ← g + wd·p (L2), or p ← p·(1 − lr·wd) (decoupled). `AMSGrad` (Reddi et al.,
//! 2018) puts the greatest v so far in v's place.
//!
//! Every weight counts its own t, so that one that was frozen is corrected for the steps that it took.

use super::Hypers;
use super::group::Live;
use crate::train::torch::{AdamLists, AdamStep, TorchError, foreach_increment_, fused_adam_};

pub(super) fn step(
    live: &Live<'_>,
    hypers: &Hypers,
    eps: f64,
    amsgrad: bool,
    decoupled: bool,
) -> Result<(), TorchError> {
    let lists = AdamLists {
        params: live.params(),
        grads: live.grads(),
        exp_avgs: live.state(0),
        exp_avg_sqs: live.state(1),
        steps: live.state(2),
        max_exp_avg_sqs: amsgrad.then(|| live.state(3)),
    };
    foreach_increment_(&lists.steps)?;
    let step = AdamStep {
        lr: hypers.lr,
        beta1: hypers.mom,
        beta2: hypers.beta.unwrap_or(0.999),
        weight_decay: hypers.wd,
        eps,
        decoupled,
    };
    fused_adam_(&lists, step)
}
