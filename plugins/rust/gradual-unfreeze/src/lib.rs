//! Gradual unfreezing: trains the last layer group alone at first, then one more every few epochs.
//!
//! Howard and Ruder, Universal language model fine-tuning for text classification, 2018 (ULMFiT):
//! the layers that know least of the old task learn first, and what was learnt before is not
//! forgotten at once. The paper unfreezes a group per epoch; fastai's users do it by hand with
//! `freeze_to`. Here epoch e trains the last `1 + e / every` groups.
//!
//! Frozen groups have no gradients and no steps, weight decay included. Their normalisation goes on
//! moving its running statistics, as in PyTorch and fastai, unless freeze-norms keeps them as they
//! are until the group is unfrozen, as Keras does.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Epochs after which one more group is unfrozen.
        every: u32 = 1, min 1;
        /// Keep the normalisation statistics of frozen groups as they are.
        freeze_norms: bool = false;
    }
}

/// Counts the groups that learn.
pub struct GradualUnfreeze {
    params: Params,
    groups: u32,
    /// Groups that learn, from the last one down.
    open: u32,
}

impl Callback for GradualUnfreeze {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Weights])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let groups = run.groups.len() as u32;
        if groups < 2 {
            return Err("this model has one layer group: there is nothing to unfreeze".to_owned());
        }
        if (groups - 1).saturating_mul(params.every) >= run.n_epochs {
            let first = &run.groups[0];
            log::warn!("`{first}` stays frozen: {} epochs are too few", run.n_epochs);
        }
        Ok(Self { params, groups, open: 1 })
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::TrainBegin).and_on(Hook::EpochBegin).powers([Power::Weights])
    }

    fn on_train_begin(&mut self, _state: &State) -> Answer {
        self.open = 1;
        Ok(self.signals(0..self.groups - 1, false))
    }

    /// All that are due, since a resumed run begins in the middle.
    fn on_epoch_begin(&mut self, state: &State) -> Answer {
        let before = self.open;
        self.open = (state.epoch / self.params.every).saturating_add(1).clamp(before, self.groups);
        Ok(self.signals(self.groups - self.open..self.groups - before, true))
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(saved::to_bytes(&self.open))
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        self.open = saved::from_bytes(saved)?;
        Ok(())
    }
}

impl GradualUnfreeze {
    fn signals(&self, groups: std::ops::Range<u32>, on: bool) -> Vec<Signal> {
        let mut signals = Vec::new();
        for group in groups {
            signals.push(signal::set_trainable(group, on));
            if self.params.freeze_norms {
                signals.push(signal::set_norm_frozen(group, !on));
            }
        }
        signals
    }
}

register!(GradualUnfreeze);
small_heap!();

#[cfg(test)]
mod tests;
