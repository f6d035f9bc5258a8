//! RMSprop (Tieleman and Hinton, 2012), as PyTorch's, not centred:
//!
//! g ← g + wd·p (L2), v ← α·v + (1 − α)·g², d = g/(√v + eps); with momentum b ← mom·b + d, p ← p − lr·b,
//! otherwise p ← p − lr·d.

use super::Hypers;
use super::group::Live;
use crate::train::torch::{
    TorchError, foreach_add_scalar_, foreach_add_scaled, foreach_add_scaled_, foreach_addcdiv_,
    foreach_addcmul_, foreach_mul_, foreach_sqrt,
};

pub(super) fn step(live: &Live<'_>, hypers: &Hypers, eps: f64) -> Result<(), TorchError> {
    let (params, squares, buffers) = (live.params(), live.state(0), live.state(1));
    let alpha = hypers.beta.unwrap_or(0.99);

    // A new list: the gradients stay what callbacks saw.
    let decayed = match hypers.wd {
        0.0 => None,
        wd => Some(foreach_add_scaled(&live.grads(), &params, wd)?),
    };
    let grads = decayed.as_ref().map_or_else(|| live.grads(), |list| list.iter().collect());

    foreach_mul_(&squares, alpha)?;
    foreach_addcmul_(&squares, &grads, &grads, 1.0 - alpha)?;
    let roots = foreach_sqrt(&squares)?;
    let roots: Vec<_> = roots.iter().collect();
    foreach_add_scalar_(&roots, eps)?;

    if hypers.mom == 0.0 {
        return foreach_addcdiv_(&params, &grads, &roots, -hypers.lr);
    }
    foreach_mul_(&buffers, hypers.mom)?;
    foreach_addcdiv_(&buffers, &grads, &roots, 1.0)?;
    foreach_add_scaled_(&params, &buffers, -hypers.lr)
}
