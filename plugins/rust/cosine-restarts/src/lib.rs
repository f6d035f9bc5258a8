//! Cosine annealing with warm restarts: the learning rate falls from lr-max to lr-min along half a
//! cosine wave and jumps back, in cycles of which each is cycle-mult times as long as the one
//! before.
//!
//! SGDR (Loshchilov & Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017), moved
//! by every batch as there: `lr = lr-min + (lr-max - lr-min) / 2 * (1 + cos(pi * done / length))`,
//! as PyTorch's `CosineAnnealingWarmRestarts` gives it. The defaults are cycles of 1, 2, 4, ...
//! epochs, as fastai's `fit_sgdr` has them. Other layer groups keep their ratios to the last, below
//! lr-min too.
//!
//! A good run ends where a cycle does: with cycles of 1, 2, 4, ... epochs after 1, 3, 7, 15, ...; a
//! warning tells where this one does not.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Epochs of the first cycle.
        cycle_epochs: u32 = 1, min 1;
        /// Batches of the first cycle instead, as an endless loader needs it; 0: epochs count.
        cycle_steps: u32 = 0;
        /// Each cycle is this many times as long as the one before.
        cycle_mult: u32 = 2, min 1;
        /// Learning rate of the last layer group at the end of a cycle.
        lr_min: f64 = 0.0, min 0.0;
        /// Learning rate of the last layer group at the start of a cycle.
        lr_max: f64 = 0.01, min 0.0;
    }
}

/// Nothing but the number of the batch moves it, so there is nothing to save.
pub struct CosineRestarts {
    params: Params,
    /// Batches of the first cycle.
    length: u64,
    lr: schedule::Owned,
}

impl Callback for CosineRestarts {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Lr])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let length = match (params.cycle_steps, run.train_batches) {
            (0, None) => {
                return Err("epochs of this run have no length: set cycle-steps".to_owned());
            }
            (0, Some(batches)) => batches.saturating_mul(params.cycle_epochs.into()).max(1),
            (steps, _) => steps.into(),
        };
        if params.lr_min > params.lr_max {
            return Err("lr-min is above lr-max: a cycle falls".to_owned());
        }
        let lr = schedule::Owned::new(run, HyperName::Lr, [params.lr_max, params.lr_min])?;
        let this = Self { params, length, lr };
        if run.planned_iterations.is_some_and(|planned| this.cycle(planned).0 > 0) {
            log::warn!("the run ends before a cycle does, with a learning rate above lr-min");
        }
        Ok(this)
    }

    fn plan(&self) -> Plan {
        self.lr.plan()
    }

    fn on_train_begin(&mut self, state: &State) -> Answer {
        self.set(state.iteration)
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        self.set(state.iteration + 1)
    }
}

impl CosineRestarts {
    /// For the batch of this number.
    fn set(&mut self, batch: u64) -> Answer {
        let (done, length) = self.cycle(batch);
        let Params { lr_min, lr_max, .. } = self.params;
        self.lr.set(anneal::cosine(lr_max, lr_min, done as f64 / length as f64))
    }

    /// Of the cycle that this batch is in: batches done, and its length.
    fn cycle(&self, batch: u64) -> (u64, u64) {
        let (mut done, mut length) = (batch, self.length);
        if self.params.cycle_mult == 1 {
            return (done % length, length);
        }
        while done >= length {
            done -= length;
            length = length.saturating_mul(self.params.cycle_mult.into());
        }
        (done, length)
    }
}

register!(CosineRestarts);
small_heap!();

#[cfg(test)]
mod tests;
