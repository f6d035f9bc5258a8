//! RMSprop (Tieleman and Hinton, 2012), as PyTorch's:
//!
//! g ← g + wd·p (L2), v ← α·v + (1 − α)·g², d = g/(√v + eps); with momentum b ← mom·b + d, p ← p − lr·b,
//! otherwise p ← p − lr·d. Centred (Graves, 2013), m ← α·m + (1 − α)·g and v − m² is in v's place in d.
//! As in PyTorch that is NaN where a gradient has hardly changed for so long that v − m² rounds below 0.

use tch::Tensor;

use super::Hypers;
use super::group::Live;
use crate::train::torch::{
    TorchError, foreach_add_scalar_, foreach_add_scaled, foreach_add_scaled_, foreach_addcdiv_,
    foreach_addcmul, foreach_addcmul_, foreach_lerp_, foreach_mul_, foreach_sqrt, foreach_sqrt_,
};

pub(super) fn step(
    live: &Live<'_>,
    hypers: &Hypers,
    eps: f64,
    centered: bool,
) -> Result<(), TorchError> {
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
    let roots = match centered {
        true => deviations(&squares, &live.state(2), &grads, alpha)?,
        false => foreach_sqrt(&squares)?,
    };
    let roots: Vec<_> = roots.iter().collect();
    foreach_add_scalar_(&roots, eps)?;

    if hypers.mom == 0.0 {
        return foreach_addcdiv_(&params, &grads, &roots, -hypers.lr);
    }
    foreach_mul_(&buffers, hypers.mom)?;
    foreach_addcdiv_(&buffers, &grads, &roots, 1.0)?;
    foreach_add_scaled_(&params, &buffers, -hypers.lr)
}

/// Takes the gradients into their means, and gives √(v − m²).
fn deviations(
    squares: &[&Tensor],
    means: &[&Tensor],
    grads: &[&Tensor],
    alpha: f64,
) -> Result<Vec<Tensor>, TorchError> {
    foreach_lerp_(means, grads, 1.0 - alpha)?;
    let variances = foreach_addcmul(squares, means, means, -1.0)?;
    foreach_sqrt_(&variances.iter().collect::<Vec<_>>())?;
    Ok(variances)
}
