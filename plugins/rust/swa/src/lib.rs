//! Stochastic weight averaging: ends with the mean of the last epochs' weights.
//!
//! Izmailov et al., Averaging weights leads to wider optima and better generalization, 2018, as
//! PyTorch and Lightning do it: from epoch `start * epochs` on, the weights at each epoch's end enter
//! an equal mean. In the end it replaces them, with new running statistics. No checkpoint holds it.
//!
//! `lr` keeps the weights moving: as by `SWALR` it is reached in anneal-epochs along a cosine, whose
//! first epoch has still the old rate. It is the last group's, and groups keep their ratios. Leave it
//! at 0 beside a schedule. `evaluate` costs a pass per epoch, and works until an epoch is cut.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Part of the epochs after which averaging begins.
        start: f64 = 0.75, min 0.0, max 1.0;
        /// Constant learning rate of the last layer group while averaging; 0: leave it alone.
        lr: f64 = 0.0, min 0.0;
        /// Epochs in which the learning rate gets there.
        anneal_epochs: u32 = 10;
        /// Validate with the mean.
        evaluate: bool = false;
    }
}

/// Counts what is in the mean.
pub struct Swa {
    params: Params,
    /// The epoch that is averaged first.
    first: u32,
    train_batches: Option<u64>,
    /// Learning rate of each layer group, at the run's start and while averaging.
    rates: Vec<(f64, f64)>,
    /// Epochs in the mean, and the last of them.
    epochs: u32,
    last: Option<u32>,
}

impl Callback for Swa {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Weights]).wants([Power::Lr])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let first = ((params.start * f64::from(run.n_epochs)) as u32).min(run.n_epochs.max(1) - 1);
        let rates = run.hypers.iter().zip(run.lr_ratios());
        let rates: Vec<_> = rates.map(|(from, ratio)| (from.lr, ratio * params.lr)).collect();
        for (from, to) in rates.iter().filter(|_| params.lr > 0.0) {
            run.allows(Power::Lr, *from).and(run.allows(Power::Lr, *to))?;
        }
        Ok(Self { params, first, train_batches: run.train_batches, rates, epochs: 0, last: None })
    }

    fn plan(&self) -> Plan {
        let plan = Plan::on(Hook::TrainBegin).and_on(Hook::EpochEnd).powers([Power::Weights]);
        let plan = if self.params.evaluate { plan.and_on(Hook::ValidBegin) } else { plan };
        if self.params.lr > 0.0 { plan.and_on(Hook::EpochBegin).owns(HyperName::Lr) } else { plan }
    }

    /// A stage begins without slots, also one that is resumed.
    fn on_train_begin(&mut self, _state: &State) -> Answer {
        (self.epochs, self.last) = (0, None);
        signal::none()
    }

    fn on_epoch_begin(&mut self, state: &State) -> Answer {
        let anneal = f64::from(self.params.anneal_epochs);
        let since = f64::from(state.epoch) - f64::from(self.first);
        let done = if anneal == 0.0 { since + 1.0 } else { since / anneal };
        let lr = |(from, to): &(f64, f64)| anneal::cosine(*from, *to, done);
        let set = |(group, rates)| signal::set_group(HyperName::Lr, group, lr(rates));
        Ok((0..).zip(&self.rates).filter(|_| since >= 0.0 && done <= 1.0).map(set).collect())
    }

    /// Not amidst an epoch: its weights do not count yet.
    fn on_valid_begin(&mut self, state: &State) -> Answer {
        let end = self.train_batches.map(|batches| batches * (u64::from(state.epoch) + 1));
        let ends = end == Some(state.iteration) && state.epoch >= self.first;
        let rest = [signal::evaluate_with("mean"), signal::refresh_norm_statistics()];
        Ok(if ends { self.count(state).into_iter().chain(rest).collect() } else { vec![] })
    }

    fn on_epoch_end(&mut self, state: &State) -> Answer {
        Ok(self.count(state).into_iter().collect())
    }

    fn on_finish(&mut self, _state: &State, outcome: &Outcome) -> Answer {
        let adopts = self.epochs > 0 && !matches!(outcome, Outcome::Failed(_));
        let signals = [signal::adopt("mean"), signal::refresh_norm_statistics()];
        Ok(signals.into_iter().filter(|_| adopts).collect())
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(saved::to_bytes(&(self.epochs, self.last)))
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        (self.epochs, self.last) = saved::from_bytes(saved)?;
        Ok(())
    }
}

impl Swa {
    fn count(&mut self, state: &State) -> Option<Signal> {
        let epoch = state.epoch;
        let counts = epoch >= self.first && self.last.replace(epoch) != Some(epoch);
        self.epochs += u32::from(counts);
        counts.then(|| signal::blend("mean", 1.0 / f64::from(self.epochs)))
    }
}

register!(Swa);
small_heap!();

#[cfg(test)]
mod tests;
