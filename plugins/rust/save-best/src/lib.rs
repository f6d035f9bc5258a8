//! Writes a checkpoint whenever a metric improves, always under the same name.
//!
//! fastai's `SaveModelCallback`, Lightning's and Keras's `ModelCheckpoint` with the best one kept.
//! The checkpoint is whole: a run can be resumed from it, or a model taken out of it. A partial
//! validation never counts, nor does an epoch without one; NaN is never best. Where the validation
//! was of an average of weights (`ema`, `swa`), what is written are the current weights none the
//! less. The best value so far is part of every checkpoint, so that a resumed run does not
//! overwrite a better one.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// The metric to watch: train-loss, valid-loss or one of the run's metrics.
        monitor: String = "valid-loss";
        /// Name of the checkpoint: lower-case letters, digits and hyphens.
        name: String = "best";
        /// An improvement is a change by more than this.
        min_delta: f64 = 0.0, min 0.0;
        /// Which is better; auto: what the run says, else lower for a loss or an error.
        mode: String = "auto", choices ["auto", "min", "max"];
    }
}

/// Watches one metric.
pub struct SaveBest {
    name: String,
    watch: Watch,
}

impl Callback for SaveBest {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Checkpoint])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let Params { monitor, name, min_delta, mode } = params;
        let plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if !(1..=64).contains(&name.len()) || !name.bytes().all(plain) || name == "last" {
            return Err(format!(
                "`{name}` cannot be a checkpoint's name: use 1 to 64 lower-case letters, digits and \
                 hyphens, and not `last`, which is the program's own"
            ));
        }
        Ok(Self { name, watch: Watch::start(run, &monitor, &mode, min_delta)? })
    }

    fn plan(&self) -> Plan {
        self.watch.plan().powers([Power::Checkpoint])
    }

    fn on_valid_end(&mut self, state: &State) -> Answer {
        self.watch.on_valid_end(state);
        signal::none()
    }

    fn on_epoch_end(&mut self, state: &State) -> Answer {
        match self.watch.on_epoch_end(state)? {
            Some(Reading { improved: true, .. }) => Ok(vec![signal::checkpoint(&self.name)]),
            _ => signal::none(),
        }
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(saved::to_bytes(&self.watch.memory))
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        self.watch.memory = saved::from_bytes(saved)?;
        Ok(())
    }
}

register!(SaveBest);
small_heap!();

#[cfg(test)]
mod tests;
