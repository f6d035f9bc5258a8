//! What callbacks do to gradients between backward and step, all of them together.

use super::Signal;

/// Applied in the order of its fields. Clips and noise only where a step follows: what is kept for
/// the next batch is not to be clipped twice.
#[derive(Debug, Clone, PartialEq)]
pub struct GradientWork {
    /// A factor of all gradients: the product of everybody's.
    pub scale: f64,
    /// Each element is clamped to ± this: the least of everybody's.
    pub value: Option<f64>,
    /// Per output unit at most factor · max(norm(weight), floor), for each pair in turn.
    pub adaptive: Vec<(f64, f64)>,
    /// Global L2 norm at most this: the least of everybody's.
    pub norm: Option<f64>,
    /// Variance of the Gaussian noise that is added: the sum of everybody's.
    pub noise_variance: f64,
}

impl Default for GradientWork {
    fn default() -> Self {
        GradientWork {
            scale: 1.0,
            value: None,
            adaptive: Vec::new(),
            norm: None,
            noise_variance: 0.0,
        }
    }
}

impl GradientWork {
    /// Takes in one author's request; others are nothing to gradients.
    pub(super) fn fold(&mut self, signal: &Signal) {
        match signal {
            Signal::ScaleGrad(factor) => self.scale *= factor,
            Signal::ClipGradValue(bound) => self.value = Some(least(self.value, *bound)),
            Signal::ClipGradAdaptive(factor, floor) => self.adaptive.push((*factor, *floor)),
            Signal::ClipGradNorm(bound) => self.norm = Some(least(self.norm, *bound)),
            Signal::NoiseGrad(deviation) => self.noise_variance += deviation * deviation,
            _ => {}
        }
    }
}

fn least(so_far: Option<f64>, bound: f64) -> f64 {
    so_far.map_or(bound, |so_far| so_far.min(bound))
}
