//! The 1cycle policy: the learning rate rises once and falls once along cosines, momentum mirrors
//! it.
//!
//! From lr-max / div up to lr-max over the first pct-start of the run, then down to lr-max /
//! final-div. The value given after batch k is in effect for batch k+1, so the very last one is
//! never used. Groups keep the ratios with which their learning rates started: lr-max is the last
//! group's.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Highest learning rate of the last layer group.
        lr_max: f64 = 0.01, min 0.0;
        /// The cycle starts at lr-max / div.
        div: f64 = 25.0, min 1.0;
        /// The cycle ends at lr-max / final-div; 0 means div * 10,000.
        final_div: f64 = 0.0, min 0.0;
        /// Part of the run in which the learning rate rises.
        pct_start: f64 = 0.3, min 0.0, max 1.0;
        /// Momentum where the learning rate is lowest.
        mom_max: f64 = 0.95, min 0.0, max 0.9999;
        /// Momentum where the learning rate is highest.
        mom_min: f64 = 0.85, min 0.0, max 0.9999;
    }
}

/// One cycle over a run of known length.
pub struct OneCycle {
    params: Params,
    /// Highest learning rate of each layer group.
    peaks: Vec<f64>,
    /// Training batches of the rise, and of the fall.
    rise: u64,
    fall: u64,
    drives_mom: bool,
}

impl Callback for OneCycle {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Lr]).wants([Power::Mom])
    }

    fn start(run: &Run, mut params: Params) -> Result<Self, String> {
        let planned = run.planned_iterations.ok_or("a cycle needs an end: length unknown")?;
        if params.final_div == 0.0 {
            params.final_div = params.div * 1e4;
        }
        let peaks: Vec<f64> = run.lr_ratios().map(|ratio| params.lr_max * ratio).collect();
        for lr in peaks.iter().flat_map(|peak| [*peak, peak / params.final_div]) {
            run.allows(Power::Lr, lr)?;
        }
        let rise = (planned as f64 * params.pct_start) as u64;
        let drives_mom = run.grants(Power::Mom) && run.hypers.iter().all(|h| h.mom.is_some());
        Ok(Self { params, peaks, rise, fall: planned - rise, drives_mom })
    }

    fn plan(&self) -> Plan {
        let plan = Plan::on(Hook::TrainBegin)
            .and_on(Hook::BatchEnd)
            .phase(Phase::Train)
            .owns(HyperName::Lr);
        if self.drives_mom { plan.owns(HyperName::Mom) } else { plan }
    }

    fn on_train_begin(&mut self, state: &State) -> Answer {
        Ok(self.values(state.iteration))
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        Ok(self.values(state.iteration + 1))
    }
}

impl OneCycle {
    /// What the batch of this number trains with. It depends on nothing else, so there is nothing
    /// to save.
    fn values(&self, batch: u64) -> Vec<Signal> {
        let Params { div, final_div, mom_max, mom_min, .. } = self.params;
        let lr = |peak: f64| self.cycle(batch, peak / div, peak, peak / final_div);
        let set = |(group, peak): (u32, &f64)| signal::set_group(HyperName::Lr, group, lr(*peak));
        let mut signals: Vec<Signal> = (0..).zip(&self.peaks).map(set).collect();
        if self.drives_mom {
            let mom = self.cycle(batch, mom_max, mom_min, mom_max);
            signals.push(signal::set(HyperName::Mom, mom));
        }
        signals
    }

    fn cycle(&self, batch: u64, low: f64, high: f64, end: f64) -> f64 {
        if batch < self.rise {
            return anneal::cosine(low, high, batch as f64 / self.rise as f64);
        }
        let fallen = (batch - self.rise) as f64 / self.fall.max(1) as f64;
        anneal::cosine(high, end, fallen)
    }
}

register!(OneCycle);

#[cfg(test)]
mod tests;
