//! Goes back to good weights when the loss spikes, and passes over the bad batches.
//!
//! A spike is a loss that is not finite, or too far above the running mean of good ones. Then the
//! last copy of weights, optimizer and model state comes back, the batch makes no step, and the data
//! goes on, as with PaLM (Chowdhery et al., 2022, section 5.1). All is judged before the step, when
//! the loss is that of the weights as they are: a copy holds weights whose own loss was good, never
//! those that a bad step left. What is high within `cool-down` is neither a spike nor good.
//!
//! On a GPU every batch waits for its loss. What `accumulate` keeps of a spike goes into the next
//! step. No checkpoint holds the copy, and a plugin that was made anew takes another.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// A loss above so many times the running mean is a spike; 0: none is.
        factor: f64 = 3.0, min 0.0;
        /// A loss above the mean by so many standard deviations is one too; 0: none is.
        deviations: f64 = 0.0, min 0.0;
        /// Weight of the past in the mean.
        smoothing: f64 = 0.98, min 0.0, max 0.9999;
        /// Good losses before there is a mean to compare with.
        warm_up: u32 = 20, min 1;
        /// Good batches from one copy to the next.
        snapshot_every: u32 = 100, min 1;
        /// Batches after a spike in which a high loss is none.
        cool_down: u32 = 10;
        /// Factor on the learning rate per spike; 1, or where lr is not granted down to 0: none.
        lr_factor: f64 = 0.5, min 0.01, max 1.0;
        /// Good batches in which one such factor is taken back; 0: never.
        recovery: u32 = 0;
        /// Spikes to put up with; one more stops the training.
        limit: u32 = 10;
    }
}

/// Judges every loss before its step.
pub struct LossSpikeGuard {
    params: Params,
    past: Running,
    scale: f64,
    spikes: u32,
    /// Batches of the cool-down that are left.
    cooling: u32,
    /// Good batches, with the copy's own; 0: there is none.
    good: u32,
}

impl Callback for LossSpikeGuard {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Control, Power::Weights]).wants([Power::Lr])
    }

    fn start(run: &Run, mut params: Params) -> Result<Self, String> {
        if run.allows(Power::Lr, 0.0).is_err() {
            params.lr_factor = 1.0;
        }
        let past = Running::new(params.smoothing);
        Ok(Self { params, past, scale: 1.0, spikes: 0, cooling: 0, good: 0 })
    }

    fn plan(&self) -> Plan {
        let powers = [Power::Control, Power::Weights, Power::Lr];
        let powers = powers.into_iter().take(if self.params.lr_factor < 1.0 { 3 } else { 2 });
        Plan::on(Hook::BackwardEnd).phase(Phase::Train).reads(Reads::LOSSES).powers(powers)
    }

    fn on_backward_end(&mut self, state: &State) -> Answer {
        let loss = state.losses.ok_or("the losses were not filled in")?.last;
        let Params { factor, deviations, warm_up, snapshot_every, .. } = self.params;
        let Params { cool_down, lr_factor, recovery, limit, .. } = self.params;
        let high = self.past.count() >= u64::from(warm_up)
            && self.past.is_exceeded_by(loss, factor, deviations);
        let (mut signals, before) = (Vec::new(), self.scale);
        let spikes = !loss.is_finite() || (high && self.cooling == 0);
        self.cooling = if spikes { cool_down } else { self.cooling.saturating_sub(1) };
        if spikes {
            self.spikes += 1;
            self.scale *= lr_factor;
            signals.push(signal::skip_step());
            if self.good > 0 {
                self.good = 1;
                signals.push(signal::restore("good"));
            }
            let stop = || signal::stop_training(format!("more than {limit} loss spikes"));
            signals.extend((self.spikes > limit).then(stop));
        } else if !high {
            self.past.add(loss);
            let is_due = self.good.is_multiple_of(snapshot_every);
            signals.extend(is_due.then(|| signal::snapshot("good")));
            self.good += 1;
            if recovery > 0 {
                let back = anneal::exponential(1.0, 1.0 / lr_factor, 1.0 / f64::from(recovery));
                self.scale = (self.scale * back).min(1.0);
            }
        }
        let scale = (self.scale != before).then(|| signal::scale(HyperName::Lr, self.scale));
        signals.extend(scale);
        Ok(signals)
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(saved::to_bytes(&(self.past.memory, self.scale, self.spikes, self.cooling)))
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        (self.past.memory, self.scale, self.spikes, self.cooling) = saved::from_bytes(saved)?;
        Ok(())
    }
}

register!(LossSpikeGuard);
small_heap!();

#[cfg(test)]
mod tests;
