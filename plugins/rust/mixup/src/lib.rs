//! MixUp: trains on weighted means of two samples and of their targets.
//!
//! Input and target become `λ·x + (1 − λ)·x[partner]`, where the partner of each sample is given by
//! a random permutation of the batch and λ by `x ~ Beta(alpha, alpha)`, λ = max(x, 1 − x): each
//! sample keeps its greater part. From Zhang et al., mixup: Beyond empirical risk minimization, 2018.
//! As in fastai, `fastai` draws a λ for every sample, alpha 0.4; as in Composer, `composer` draws one
//! for the batch, alpha 0.2.
//!
//! Class numbers become rows of class probabilities. Cross-entropy is linear in its target, so its
//! loss is fastai's `λ·L(y1) + (1 − λ)·L(y2)` to the last digits. The squared error has another value
//! but the same gradient; the absolute error has another gradient, that of the mixed target. Targets
//! with fractions are mixed as they are.
//!
//! Inputs must have fractions: tokens cannot be mixed, and every such batch is a violation. Training
//! loss and accuracy are those of mixed samples, above those of validation. What reads a target as a
//! class sees the greater part. With layers that look at the whole batch, such as batch norm, the
//! batch that they see is mixed.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Whose defaults: fastai draws a weight for every sample, composer one for the batch.
        preset: String = "fastai", choices ["fastai", "composer"];
        /// Both parameters of the Beta distribution; 0 means the preset's, 0.4 or 0.2.
        alpha: f64 = 0.0, min 0.0, max 1000.0;
    }
}

/// Mixes every batch of training.
pub struct Mixup {
    alpha: f64,
    per_sample: bool,
    classes: u64,
}

impl Callback for Mixup {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Transform])
    }

    fn start(run: &Run, Params { preset, alpha }: Params) -> Result<Self, String> {
        let per_sample = preset == "fastai";
        let usual = if per_sample { 0.4 } else { 0.2 };
        let alpha = if alpha > 0.0 { alpha } else { usual };
        Ok(Self { alpha, per_sample, classes: run.class_counts.len() as u64 })
    }

    fn plan(&self) -> Plan {
        Plan::default().transforms_input()
    }
}

impl Transform for Mixup {
    fn on_batch_begin(
        &mut self,
        state: &State,
        input: Tensor,
        target: Tensor,
    ) -> Result<Option<(Tensor, Tensor)>, String> {
        let rows = target.class_rows(self.classes)?;
        let partner = tensors::random_permutation(state.batch_size.into())?;
        let given = self.given(state.batch_size)?;
        Ok(Some((mixed(input, partner, given)?, mixed(rows, partner, given)?)))
    }
}

impl Mixup {
    /// The part that comes from the partner: min(x, 1 - x) is (1 - x) - max(1 - 2x, 0).
    fn given(&self, batch_size: u32) -> Result<Tensor, Failure> {
        let weights = if self.per_sample { u64::from(batch_size) } else { 1 };
        let drawn = tensors::random_beta(&[weights], self.alpha, self.alpha)?;
        drawn.affine(-1.0, 1.0)?.sub(drawn.affine(-2.0, 1.0)?.clamp(0.0, 1.0)?)
    }
}

/// Each row of `a` with its partner's, by a weight for each row or one for all.
fn mixed(a: Tensor, partner: Tensor, given: Tensor) -> Result<Tensor, String> {
    let mut weight = given.convert(a.kind()?)?;
    for _ in 1..a.shape()?.len() {
        weight = weight.unsqueeze(-1)?;
    }
    a.lerp(a.pick(0, partner)?, weight)
        .map_err(|failure| format!("only samples with fractions can be mixed: {failure}"))
}

register!(Mixup, transform);
small_heap!();

#[cfg(test)]
mod tests;
