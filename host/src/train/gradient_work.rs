//! What callbacks ask to be done to gradients, done on their device without reading anything back.

use tch::Tensor;

use super::params::Params;
use super::torch::{
    During, TorchError, add_scalar, add_scaled_, clamp_, foreach_clamp_, foreach_mul_,
    foreach_mul_tensor_, grad_norm, gradients, mul_scalar_, no_grad, normal_, unit_norm,
};
use crate::callback::GradientWork;
use crate::random::Stream;

/// What PyTorch's `clip_grad_norm_` adds to the norm that it divides by.
const NORM_EPS: f64 = 1e-6;

/// The least norm that adaptive clipping divides by, as in the paper's code.
const LEAST_NORM: f64 = 1e-6;

/// The weights that have a gradient.
struct Live<'a> {
    /// Place among the model's weights, weight, gradient.
    entries: Vec<(u64, &'a Tensor, Tensor)>,
}

/// Scales, clips by value, clips adaptively, clips by norm and adds noise, in this order and as far as
/// it is asked for. Clips and noise only where a step follows (`steps`). A weight without a gradient
/// counts for nothing.
///
/// # Errors
/// What libtorch refuses, such as no memory on the device.
pub fn apply(
    work: &GradientWork,
    params: &Params,
    steps: bool,
    noise_seed: u64,
) -> Result<(), TorchError> {
    let _guard = no_grad();
    let live = Live::of(params)?;
    if live.entries.is_empty() {
        return Ok(());
    }
    if !work.scales.is_empty() {
        foreach_mul_(&live.gradients(), in_range(work.scale()))?;
    }
    if steps { live.bound(work, noise_seed) } else { Ok(()) }
}

impl<'a> Live<'a> {
    fn of(params: &'a Params) -> Result<Self, TorchError> {
        let weights: Vec<&Tensor> = params.weights().map(|param| &param.tensor).collect();
        let found = (0..).zip(&weights).zip(gradients(&weights)?);
        let entries = found.filter_map(|((place, weight), grad)| Some((place, *weight, grad?)));
        Ok(Self { entries: entries.collect() })
    }

    fn gradients(&self) -> Vec<&Tensor> {
        self.entries.iter().map(|(_, _, gradient)| gradient).collect()
    }

    fn bound(&self, work: &GradientWork, noise_seed: u64) -> Result<(), TorchError> {
        if let Some(bound) = work.value.map(in_range) {
            foreach_clamp_(&self.gradients(), -bound, bound)?;
        }
        for (factor, floor) in work.adaptive() {
            for (_, weight, gradient) in &self.entries {
                clip_units(weight, gradient, in_range(factor), in_range(floor))?;
            }
        }
        if let Some(bound) = work.norm.map(in_range) {
            clip_norm(&self.gradients(), bound)?;
        }
        let variance = work.noise_variance();
        if variance > 0.0 {
            self.add_noise(variance.sqrt(), noise_seed)?;
        }
        Ok(())
    }

    /// Each weight has a seed of its own, which does not hang on which others have a gradient.
    fn add_noise(&self, deviation: f64, seed: u64) -> Result<(), TorchError> {
        for (place, _, gradient) in &self.entries {
            let noise = gradient.f_empty_like().during("gradient noise")?;
            let seed = Stream::new(seed, "gradient-noise", 0, *place).bits();
            normal_(&noise, deviation, seed)?;
            add_scaled_(gradient, &noise, 1.0)?;
        }
        Ok(())
    }
}

/// libtorch refuses a number that float32 cannot hold, and no callback's number may end a run.
fn in_range(number: f64) -> f64 {
    number.clamp(f32::MIN.into(), f32::MAX.into())
}

/// As PyTorch's `clip_grad_norm_`, in its order of operations. A norm that is not finite spoils all.
fn clip_norm(gradients: &[&Tensor], bound: f64) -> Result<(), TorchError> {
    let total = add_scalar(&grad_norm(gradients)?, NORM_EPS)?;
    let coefficient = total.f_reciprocal().during("clip-grad-norm")?;
    mul_scalar_(&coefficient, bound)?;
    clamp_(&coefficient, 0.0, 1.0)?;
    foreach_mul_tensor_(gradients, &coefficient)
}

/// Brock et al., High-performance large-scale image recognition without normalization, 2021: where
/// `‖gᵢ‖ > factor · max(‖wᵢ‖, floor)`, unit i's gradient is scaled down to that norm.
fn clip_units(
    weight: &Tensor,
    gradient: &Tensor,
    factor: f64,
    floor: f64,
) -> Result<(), TorchError> {
    let what = "clip-grad-adaptive";
    let bound = unit_norm(weight)?;
    clamp_(&bound, floor, f64::INFINITY)?;
    mul_scalar_(&bound, factor)?;
    let norm = unit_norm(gradient)?;
    let exceeds = norm.f_gt_tensor(&bound).during(what)?;
    clamp_(&norm, LEAST_NORM, f64::INFINITY)?;
    let ones = norm.f_ones_like().during(what)?;
    let ratio = bound.f_div(&norm).during(what)?.f_where_self(&exceeds, &ones).during(what)?;
    let _ = gradient.shallow_clone().f_mul_(&ratio).during(what)?;
    Ok(())
}

#[cfg(test)]
mod tests;
