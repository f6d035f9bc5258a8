//! Stops training when a metric no longer improves.
//!
//! As in fastai v1, it stops when the number of bad epochs in a row is *greater* than patience:
//! patience 0 stops at the first. (Keras, fastai v2 and Lightning stop when it is reached: their n
//! is n - 1 here.) An epoch is bad when the metric is not better than the best so far by more than
//! min-delta; NaN never is. An epoch without a whole validation is neither good nor bad.
//!
//! restore-best ends with the best epoch's weights, as Keras does, whoever stopped the training or
//! nobody; but not after an error. No checkpoint holds the copy: a resumed run has one from its
//! next improvement on, and what must outlive a run is `save-best`'s affair.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// The metric to watch: train-loss, valid-loss or one of the run's metrics.
        monitor: String = "valid-loss";
        /// Bad epochs in a row to put up with.
        patience: u32 = 0;
        /// An improvement is a change by more than this.
        min_delta: f64 = 0.0, min 0.0;
        /// Which is better; auto: what the run says, else lower for a loss or an error.
        mode: String = "auto", choices ["auto", "min", "max"];
        /// Stop as soon as the metric is as good as this; no number, no goal.
        threshold: Vec<f64> = &[];
        /// End with the weights of the best epoch; takes the power weights.
        restore_best: bool = false;
    }
}

/// Watches one metric.
pub struct EarlyStopping {
    params: Params,
    watch: Watch,
    bad_epochs: u32,
    /// Whether the slot `best` holds the best epoch's weights.
    kept: bool,
}

impl Callback for EarlyStopping {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Control]).wants([Power::Weights]).state_version(3)
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        if params.threshold.len() > 1 {
            return Err("threshold is one number, or none".to_owned());
        }
        if params.restore_best && !run.grants(Power::Weights) {
            return Err("restore-best needs `weights`, which this run does not grant".to_owned());
        }
        let watch = Watch::start(run, &params.monitor, &params.mode, params.min_delta)?;
        Ok(Self { params, watch, bad_epochs: 0, kept: false })
    }

    fn plan(&self) -> Plan {
        let plan = self.watch.plan().powers([Power::Control]);
        let restores = self.params.restore_best;
        if restores { plan.and_on(Hook::TrainBegin).powers([Power::Weights]) } else { plan }
    }

    /// A stage begins without slots, also one that is resumed.
    fn on_train_begin(&mut self, _state: &State) -> Answer {
        self.kept = false;
        signal::none()
    }

    fn on_valid_end(&mut self, state: &State) -> Answer {
        self.watch.on_valid_end(state);
        signal::none()
    }

    fn on_epoch_end(&mut self, state: &State) -> Answer {
        let Some(Reading { value, improved }) = self.watch.on_epoch_end(state)? else {
            return signal::none();
        };
        self.bad_epochs = if improved { 0 } else { self.bad_epochs + 1 };
        let mut signals = Vec::new();
        if improved && self.params.restore_best {
            self.kept = true;
            signals.push(signal::blend("best", 1.0));
        }
        let metric = self.watch.metric();
        // Whole numbers only, which every language writes alike; the table has the values.
        let reason = match self.watch.best() {
            _ if self.params.threshold.iter().any(|goal| self.watch.is_at_least(value, *goal)) => {
                format!("{metric} has reached the threshold")
            }
            _ if self.bad_epochs <= self.params.patience => return Ok(signals),
            Some((_, epoch)) => format!("{metric} has not improved since epoch {epoch}"),
            None => format!("{metric} has been NaN in every epoch"),
        };
        signals.push(signal::stop_training(reason));
        Ok(signals)
    }

    fn on_finish(&mut self, _state: &State, outcome: &Outcome) -> Answer {
        let fails = matches!(outcome, Outcome::Failed(_));
        Ok(if self.kept && !fails { vec![signal::adopt("best")] } else { vec![] })
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(saved::to_bytes(&(self.watch.memory, self.bad_epochs, self.kept)))
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        (self.watch.memory, self.bad_epochs, self.kept) = saved::from_bytes(saved)?;
        Ok(())
    }
}

register!(EarlyStopping);
small_heap!();

#[cfg(test)]
mod tests;
