//! Polynomial decay: `lr = lr-end + (lr-max - lr-end) * (1 - k / n)^power` for batch k of n.
//!
//! With lr-end 0 that is PyTorch's `PolynomialLR`, with the rest Keras' `PolynomialDecay` and
//! fastai v1's `annealing_poly`. Power 1, their default, is a straight line; 0.9 is DeepLab's. n is
//! the run's length times `until`; afterwards the learning rate stays at lr-end. Other layer groups
//! keep their ratios to the last.
//!
//! fastai v2's `SchedPoly` is another curve, `(k / n)^power` of the way, which is slow at first.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Learning rate of the last layer group at the start.
        lr_max: f64 = 0.01, min 0.0;
        /// Learning rate of the last layer group at the end.
        lr_end: f64 = 0.0, min 0.0;
        /// The exponent: above 1 it falls faster at first, below 1 at last.
        power: f64 = 1.0, min 0.0, max 1_000.0;
        /// Part of the run until lr-end is reached.
        until: f64 = 1.0, min 0.0, max 1.0;
    }
}

/// Nothing but the number of the batch moves it, so there is nothing to save.
pub struct Polynomial {
    params: Params,
    /// Batches until lr-end.
    length: f64,
    lr: schedule::Owned,
}

impl Callback for Polynomial {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Lr])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let lr = schedule::Owned::new(run, HyperName::Lr, [params.lr_max, params.lr_end])?;
        let length = schedule::length(run)? * params.until;
        Ok(Self { params, length, lr })
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

impl Polynomial {
    /// For the batch of this number.
    fn set(&mut self, batch: u64) -> Answer {
        let Params { lr_max, lr_end, power, .. } = self.params;
        let done = schedule::part(batch, 0.0, self.length);
        self.lr.set(anneal::polynomial(lr_max, lr_end, done, power))
    }
}

register!(Polynomial);
small_heap!();

#[cfg(test)]
mod tests;
