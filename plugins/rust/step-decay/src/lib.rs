//! Step decay: the learning rate is multiplied by factor every few epochs, or at the epochs that
//! are given as milestones.
//!
//! `lr = lr-max * factor^n`, with n the whole part of epoch / every: PyTorch's `StepLR`; or the
//! number of milestones that are not above the epoch: its `MultiStepLR`, where a milestone given
//! twice counts twice. Epochs count from 0, so that milestone 30 is before the thirty-first. As it
//! is called at the start of an epoch and no oftener, it costs nothing. Other layer groups keep
//! their ratios to the last.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Learning rate of the last layer group at the start.
        lr_max: f64 = 0.01, min 0.0;
        /// What each step multiplies it by.
        factor: f64 = 0.1, min 0.0;
        /// Epochs from one step to the next, where there are no milestones.
        every: u32 = 30, min 1;
        /// Epochs, from 0, before which it steps.
        milestones: Vec<f64> = &[];
    }
}

/// Nothing but the number of the epoch moves it, so there is nothing to save.
pub struct StepDecay {
    params: Params,
    lr: schedule::Owned,
}

impl Callback for StepDecay {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Lr])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let last = value(&params, run.n_epochs.saturating_sub(1));
        let lr = schedule::Owned::new(run, HyperName::Lr, [params.lr_max, last])?;
        Ok(Self { params, lr })
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::TrainBegin).and_on(Hook::EpochBegin).owns(HyperName::Lr)
    }

    fn on_train_begin(&mut self, state: &State) -> Answer {
        self.lr.set(value(&self.params, state.epoch))
    }

    fn on_epoch_begin(&mut self, state: &State) -> Answer {
        self.lr.set(value(&self.params, state.epoch))
    }
}

fn value(params: &Params, epoch: u32) -> f64 {
    let Params { lr_max, factor, every, milestones } = params;
    let steps = match milestones.len() {
        0 => (epoch / every) as usize,
        _ => milestones.iter().filter(|milestone| **milestone <= f64::from(epoch)).count(),
    };
    lr_max * factor.powi(i32::try_from(steps).unwrap_or(i32::MAX))
}

register!(StepDecay);
small_heap!();

#[cfg(test)]
mod tests;
