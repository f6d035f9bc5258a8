//! Gradient accumulation: one step for the gradients of several batches, as if they had been one.
//!
//! The gradient of the large batch is `sum(n_i * g_i) / N`, where `g_i` is the gradient of the mean
//! loss over the `n_i` samples of batch i, and `N = sum(n_i)`. Scaling multiplies the gradients kept
//! so far too. So after batch i everything is scaled by `n_i / n_(i+1)`, and after the last, m, by
//! `n_m / N`: from batch i on the factors multiply to `n_i / N`. Where all batches have one size,
//! that is a single division by their number.
//!
//! This needs the next batch's size. Only the last batch of an epoch is known to differ, and the
//! run tells by how much; with other batches of unequal size the weights are approximate. The last
//! window of an epoch may hold fewer batches: it steps with the epoch's last batch. (Where an epoch
//! is stopped before, the window goes on in the next one.) Schedules go on counting batches, not
//! steps. Nothing is saved, since no checkpoint holds the gradients of an open window.
//!
//! Layers that look at the whole batch, such as batch norm, still see the small ones.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Batches per step.
        batches: u32 = 2, min 1;
    }
}

/// Counts the batches of a window.
pub struct Accumulate {
    batches: u32,
    /// As the run plans them; `None` for an endless loader.
    train_batches: Option<u64>,
    n_samples: Option<u64>,
    /// Of the current window: batches done, and their samples.
    done: u32,
    samples: u64,
}

impl Callback for Accumulate {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Control, Power::Gradients])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let Run { train_batches, n_samples, .. } = *run;
        Ok(Self { batches: params.batches, train_batches, n_samples, done: 0, samples: 0 })
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::BackwardEnd).phase(Phase::Train).powers([Power::Control, Power::Gradients])
    }

    fn on_backward_end(&mut self, state: &State) -> Answer {
        let size = f64::from(state.batch_size);
        self.done += 1;
        self.samples += u64::from(state.batch_size);
        if self.done < self.batches && !self.ends_epoch(state) {
            let scale = signal::scale_grad(size / self.next_size(state));
            return Ok(vec![scale, signal::skip_step(), signal::keep_gradients()]);
        }
        let scale = signal::scale_grad(size / self.samples as f64);
        (self.done, self.samples) = (0, 0);
        Ok(vec![scale])
    }
}

impl Accumulate {
    fn ends_epoch(&self, state: &State) -> bool {
        self.train_batches == Some(u64::from(state.num_batch) + 1)
    }

    /// Samples of the batch after this one: as many, but what is left for the last of an epoch.
    fn next_size(&self, state: &State) -> f64 {
        let size = u64::from(state.batch_size);
        let left = match (self.train_batches, self.n_samples) {
            (Some(batches), Some(samples)) if u64::from(state.num_batch) + 2 == batches => {
                samples.saturating_sub(size * (batches - 1))
            }
            _ => size,
        };
        // A run that counts its samples otherwise tells nothing about the last batch.
        let next = if (1..=size).contains(&left) { left } else { size };
        next as f64
    }
}

register!(Accumulate);

#[cfg(test)]
mod tests;
