//! What callbacks do to gradients between backward and step, all of them together.

use super::Signal;

/// Applied in the order of its fields. Clips and noise only where a step follows: what is kept for
/// the next batch is not to be clipped twice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GradientWork {
    /// Factors of all gradients: everybody's.
    pub scales: Vec<f64>,
    /// Each element is clamped to ± this: the least of everybody's.
    pub value: Option<f64>,
    /// Per output unit at most factor · max(norm(weight), floor), for each pair in turn.
    pub adaptive: Vec<(f64, f64)>,
    /// Global L2 norm at most this: the least of everybody's.
    pub norm: Option<f64>,
    /// Variances of the Gaussian noise that is added: everybody's.
    pub variances: Vec<f64>,
}

impl GradientWork {
    /// The product of all factors.
    #[must_use]
    pub fn scale(&self) -> f64 {
        product(self.scales.clone())
    }

    /// The sum of all variances.
    #[must_use]
    pub fn noise_variance(&self) -> f64 {
        let mut variances = self.variances.clone();
        variances.sort_by(f64::total_cmp);
        variances.iter().sum()
    }

    /// All adaptive clips, in an order that does not depend on who asked for which.
    #[must_use]
    pub fn adaptive(&self) -> Vec<(f64, f64)> {
        let mut pairs = self.adaptive.clone();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        pairs
    }

    /// Takes in one author's request; others are nothing to gradients.
    pub(super) fn fold(&mut self, signal: &Signal) {
        match signal {
            Signal::ScaleGrad(factor) => self.scales.push(*factor),
            Signal::ClipGradValue(bound) => self.value = Some(least(self.value, *bound)),
            Signal::ClipGradAdaptive(factor, floor) => self.adaptive.push((*factor, *floor)),
            Signal::ClipGradNorm(bound) => self.norm = Some(least(self.norm, *bound)),
            Signal::NoiseGrad(deviation) => self.variances.push(deviation * deviation),
            _ => {}
        }
    }
}

/// A product of floats depends on the order of its factors: taken in that of their values, it does
/// not depend on who gave which.
#[must_use]
pub fn product(mut factors: Vec<f64>) -> f64 {
    factors.sort_by(f64::total_cmp);
    factors.iter().product()
}

fn least(so_far: Option<f64>, bound: f64) -> f64 {
    so_far.map_or(bound, |so_far| so_far.min(bound))
}
