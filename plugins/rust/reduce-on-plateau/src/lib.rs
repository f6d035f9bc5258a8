//! Reduces the learning rate when a metric no longer improves: after more than patience bad epochs
//! in a row it is multiplied by factor, again and again, down to min-factor of what it would be and
//! not below the least that the run grants.
//!
//! The presets are fastai v1's `ReduceLROnPlateauCallback`, v2's `ReduceLROnPlateau`, which reduces
//! *at* patience bad epochs, and PyTorch's `ReduceLROnPlateau`, whose min-delta is a part of the
//! best value and which takes no notice of bad epochs for cooldown epochs after a reduction. NaN is
//! a bad epoch. An epoch without a whole validation is neither good nor bad.
//!
//! It differs from all of them in that it `scale`s and owns nothing: it lives beside a schedule,
//! and layer groups keep their ratios, which fastai v1 flattens. So the floor is a factor, not a
//! learning rate (fastai v1: 0.001), and PyTorch's `eps` is left out. Beside a schedule that falls
//! by itself a plateau is often the schedule's.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Whose rule it is, and whose value wherever another parameter is left alone.
        preset: String = "fastai1", choices ["fastai1", "fastai2", "pytorch"];
        /// The metric to watch: train-loss, valid-loss or one of the run's metrics.
        monitor: String = "valid-loss";
        /// What the learning rate is multiplied by; 0 means 0.1, for fastai1 0.2.
        factor: f64 = 0.0, min 0.0, max 1.0;
        /// Bad epochs in a row to put up with; -1 means 0, for fastai2 1, for pytorch 10.
        patience: i64 = -1, min -1;
        /// An improvement is a change by more than this, for pytorch times the best; -1 means 0,
        /// for pytorch 0.0001.
        min_delta: f64 = -1.0, min -1.0;
        /// Epochs after a reduction that do not count as bad.
        cooldown: u32 = 0;
        /// The least that all reductions together multiply by.
        min_factor: f64 = 0.0, min 0.0, max 1.0;
        /// Whether lower or higher is better; auto: as the run says, else lower for a loss or an
        /// error.
        mode: String = "auto", choices ["auto", "min", "max"];
    }
}

/// Watches one metric.
pub struct ReduceOnPlateau {
    params: Params,
    watch: Watch,
    /// 1 where lower is better, else -1: times this, lower is.
    sign: f64,
    /// The least of the groups, and the least that this run grants.
    lr: f64,
    lr_min: f64,
    /// Times sign.
    best: f64,
    bad_epochs: i64,
    /// Epochs of the cooldown that are left.
    cooling: u32,
    /// Of all reductions.
    factor: f64,
}

impl Callback for ReduceOnPlateau {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Lr])
    }

    fn start(run: &Run, mut params: Params) -> Result<Self, String> {
        let watch = Watch::start(run, &params.monitor, &params.mode, 0.0)?;
        let (factor, patience, min_delta) = match params.preset.as_str() {
            "fastai1" => (0.2, 0, 0.0),
            "fastai2" => (0.1, 1, 0.0),
            _ => (0.1, 10, 1e-4),
        };
        if params.factor == 0.0 {
            params.factor = factor;
        }
        if params.patience < 0 {
            params.patience = patience;
        }
        if params.preset == "fastai2" {
            params.patience = params.patience.max(1) - 1;
        }
        if params.min_delta < 0.0 {
            params.min_delta = min_delta;
        }
        let lr = run.hypers.iter().map(|hyper| hyper.lr).fold(f64::INFINITY, f64::min);
        let grant = run.granted.iter().find(|grant| grant.power == Power::Lr.name());
        let lr_min = grant.and_then(|grant| grant.min).unwrap_or(0.0);
        let sign = if watch.is_at_least(0.0, 1.0) { 1.0 } else { -1.0 };
        let (best, factor) = (f64::INFINITY, 1.0);
        Ok(Self { params, watch, sign, lr, lr_min, best, bad_epochs: 0, cooling: 0, factor })
    }

    fn plan(&self) -> Plan {
        self.watch.plan().and_on(Hook::TrainBegin).powers([Power::Lr])
    }

    /// Of a run that goes on: a factor is its author's to give again.
    fn on_train_begin(&mut self, _state: &State) -> Answer {
        Ok(self.scale(self.factor < 1.0))
    }

    fn on_valid_end(&mut self, state: &State) -> Answer {
        self.watch.on_valid_end(state);
        signal::none()
    }

    fn on_epoch_end(&mut self, state: &State) -> Answer {
        let Some(reading) = self.watch.on_epoch_end(state)? else { return signal::none() };
        let factor = (self.factor * self.params.factor).max(self.params.min_factor);
        let plateau = self.is_plateau(reading.value * self.sign);
        let reduces = plateau && factor < self.factor && factor * self.lr >= self.lr_min;
        if reduces {
            self.factor = factor;
        }
        Ok(self.scale(reduces))
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        let Self { best, bad_epochs, cooling, factor, .. } = *self;
        Ok(saved::to_bytes(&(self.watch.memory, best, bad_epochs, cooling, factor)))
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        (self.watch.memory, self.best, self.bad_epochs, self.cooling, self.factor) =
            saved::from_bytes(saved)?;
        Ok(())
    }
}

impl ReduceOnPlateau {
    fn scale(&self, does: bool) -> Vec<Signal> {
        if does { vec![signal::scale(HyperName::Lr, self.factor)] } else { Vec::new() }
    }

    /// Counts an epoch, lower values being better; whether there were too many bad ones, which are
    /// then counted anew.
    fn is_plateau(&mut self, value: f64) -> bool {
        let Params { min_delta, patience, cooldown, .. } = self.params;
        let improves = match self.params.preset.as_str() {
            "pytorch" => value < self.best * (1.0 - self.sign * min_delta),
            _ => value + min_delta < self.best,
        };
        self.bad_epochs += 1;
        if improves {
            (self.best, self.bad_epochs) = (value, 0);
        }
        if self.cooling > 0 {
            (self.cooling, self.bad_epochs) = (self.cooling - 1, 0);
        }
        let plateau = self.bad_epochs > patience;
        if plateau {
            (self.cooling, self.bad_epochs) = (cooldown, 0);
        }
        plateau
    }
}

register!(ReduceOnPlateau);
small_heap!();

#[cfg(test)]
mod tests;
