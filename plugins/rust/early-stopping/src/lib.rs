//! Stops training when a metric no longer improves.
//!
//! As in fastai v1, training stops when the number of bad epochs in a row is *greater* than
//! patience: patience 0 stops at the first bad epoch. An epoch is bad when the metric is not better
//! than the best so far by more than min-delta; NaN is never better. An epoch without a whole
//! validation is neither good nor bad.

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
        /// Whether lower or higher is better; auto: as the run says, else lower for a loss or an
        /// error.
        mode: String = "auto", choices ["auto", "min", "max"];
    }
}

/// Watches one metric.
pub struct EarlyStopping {
    params: Params,
    lower_is_better: bool,
    /// Whether the metric is new only after a validation.
    needs_validation: bool,
    /// Whether a whole validation was done in this epoch.
    validated: bool,
    /// The best value so far and the epoch that it is of, from 1 as in the epoch table.
    best: Option<(f64, u32)>,
    bad_epochs: u32,
}

impl Callback for EarlyStopping {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Control]).state_version(2)
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let needs_validation = params.monitor != "train-loss";
        if needs_validation && run.valid_batches.is_none() {
            return Err(format!(
                "`{}` needs a validation, and this run has none: monitor train-loss",
                params.monitor
            ));
        }
        let lower_is_better = lower_is_better(run, &params);
        let (validated, best, bad_epochs) = (false, None, 0);
        Ok(Self { params, lower_is_better, needs_validation, validated, best, bad_epochs })
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::ValidEnd)
            .and_on(Hook::EpochEnd)
            .reads(Reads::MONITORED)
            .monitors([self.params.monitor.as_str()])
            .powers([Power::Control])
    }

    fn on_valid_end(&mut self, state: &State) -> Answer {
        self.validated |= !state.partial;
        signal::none()
    }

    fn on_epoch_end(&mut self, state: &State) -> Answer {
        let validated = std::mem::take(&mut self.validated);
        if self.needs_validation && (!validated || state.partial) {
            return signal::none();
        }
        let value = *state.monitored.first().ok_or("the monitored metric was not filled in")?;
        if self.improves(value) {
            (self.best, self.bad_epochs) = (Some((value, state.epoch + 1)), 0);
            return signal::none();
        }
        self.bad_epochs += 1;
        if self.bad_epochs <= self.params.patience {
            return signal::none();
        }
        Ok(vec![signal::stop_training(self.reason())])
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(saved::to_bytes(&(self.best, self.bad_epochs, self.validated)))
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        (self.best, self.bad_epochs, self.validated) = saved::from_bytes(saved)?;
        Ok(())
    }
}

impl EarlyStopping {
    fn improves(&self, value: f64) -> bool {
        let delta = self.params.min_delta;
        match self.best {
            None => !value.is_nan(),
            Some((best, _)) if self.lower_is_better => value + delta < best,
            Some((best, _)) => value - delta > best,
        }
    }

    /// Whole numbers only, which every language writes alike; the table has the metric's values.
    fn reason(&self) -> String {
        let metric = &self.params.monitor;
        match self.best {
            Some((_, epoch)) => format!("{metric} has not improved since epoch {epoch}"),
            None => format!("{metric} has been NaN in every epoch"),
        }
    }
}

fn lower_is_better(run: &Run, params: &Params) -> bool {
    match params.mode.as_str() {
        "min" => true,
        "max" => false,
        _ => match run.higher_is_better(&params.monitor) {
            Some(higher) => !higher,
            None => {
                let lower = ["loss", "error"].iter().any(|word| params.monitor.contains(word));
                let better = if lower { "lower" } else { "higher" };
                log::warn!(
                    "`{}` does not say which is better: taking {better}; set mode",
                    params.monitor
                );
                lower
            }
        },
    }
}

register!(EarlyStopping);

#[cfg(test)]
mod tests;
