//! MixUp, as fastai does it: each sample is mixed with a random other one of its batch, by a weight
//! of its own from Beta(alpha, alpha); the greater part stays. Targets become rows of
//! probabilities.
//!
//! The host must train on the mixed batch, with a loss that takes such targets, in training only;
//! two runs with one seed must agree to the last bit. A line reads `mixed iteration=3 kept=[0.9,
//! 0.7] partner=[2, 0] sum=1`, where the sum is that of a mean target row.

use callbox_sdk::prelude::*;

params! {
    /// What tests choose.
    pub struct Params {
        /// Both parameters of the Beta distribution.
        alpha: f64 = 0.4, min 0.0;
        /// Classes of the target, where the run does not count them.
        classes: u32 = 10;
        /// How many weights to log.
        shows: u32 = 2;
    }
}

/// Mixes every batch of training.
pub struct Mixer {
    params: Params,
    classes: u64,
}

impl Callback for Mixer {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Transform])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let classes = match run.class_counts.len() {
            0 => params.classes.into(),
            known => known as u64,
        };
        Ok(Self { params, classes })
    }

    fn plan(&self) -> Plan {
        Plan::default().transforms_input()
    }
}

impl Transform for Mixer {
    fn on_batch_begin(
        &mut self,
        state: &State,
        input: Tensor,
        target: Tensor,
    ) -> Result<Option<(Tensor, Tensor)>, String> {
        let shape = input.shape()?;
        let size = *shape.first().ok_or("the batch has no dimension")?;
        let kept = self.kept(size)?;
        let partner = tensors::random_permutation(size)?;
        let given = kept.affine(-1.0, 1.0)?;

        let mut by_sample = given;
        for _ in 1..shape.len() {
            by_sample = by_sample.unsqueeze(-1)?;
        }
        let input = input.lerp(input.pick(0, partner)?, by_sample)?;
        let rows = target.one_hot(self.classes)?;
        let target = rows.lerp(rows.pick(0, partner)?, given.unsqueeze(-1)?)?;

        let shown = size.min(self.params.shows.into());
        log::info!(
            "mixed iteration={} kept={:?} partner={:?} sum={}",
            state.iteration,
            kept.read_part(0, shown)?,
            partner.read_integers_part(0, shown)?,
            target.sum(None)?.item()? / size as f64,
        );
        Ok(Some((input, target)))
    }
}

impl Mixer {
    /// The part of each sample that stays: max(x, 1 - x) is (1 - x) + max(2x - 1, 0).
    fn kept(&self, size: u64) -> Result<Tensor, Failure> {
        let drawn = tensors::random_beta(&[size], self.params.alpha, self.params.alpha)?;
        drawn.affine(-1.0, 1.0)?.add(drawn.affine(2.0, -1.0)?.clamp(0.0, 1.0)?)
    }
}

register!(Mixer, transform);
