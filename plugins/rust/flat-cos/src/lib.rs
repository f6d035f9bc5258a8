//! Flat, then a cosine: the learning rate stays at lr-max for the first pct-start of the run and
//! falls along half a cosine wave to lr-max / div-final in the rest.
//!
//! It is fastai v2's `fit_flat_cos`, with its defaults; the fall may begin between two batches. The
//! value for batch k is set before batch k, so the very last one is never used. Other layer groups
//! keep their ratios to the last. Optimizers that need no warm-up, such as RAdam, are where it is
//! used; with others a `warmup` lives beside it.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Learning rate of the last layer group until it falls.
        lr_max: f64 = 0.01, min 0.0;
        /// It falls to lr-max / div-final.
        div_final: f64 = 100_000.0, min 1.0;
        /// Part of the run in which it is flat.
        pct_start: f64 = 0.75, min 0.0, max 1.0;
    }
}

/// Nothing but the number of the batch moves it, so there is nothing to save.
pub struct FlatCos {
    params: Params,
    length: f64,
    lr: schedule::Owned,
}

impl Callback for FlatCos {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Lr])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let ends = [params.lr_max, params.lr_max / params.div_final];
        let lr = schedule::Owned::new(run, HyperName::Lr, ends)?;
        Ok(Self { params, length: schedule::length(run)?, lr })
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

impl FlatCos {
    /// For the batch of this number.
    fn set(&mut self, batch: u64) -> Answer {
        let Params { lr_max, div_final, pct_start } = self.params;
        let fallen = schedule::part(batch, self.length * pct_start, self.length);
        self.lr.set(anneal::cosine(lr_max, lr_max / div_final, fallen))
    }
}

register!(FlatCos);
small_heap!();

#[cfg(test)]
mod tests;
