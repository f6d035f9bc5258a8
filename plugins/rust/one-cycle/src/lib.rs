//! The 1cycle policy: the learning rate rises once and falls once, momentum mirrors it.
//!
//! `fastai1` (its `OneCycleScheduler`) rises along a cosine from lr-max / div over the first
//! pct-start of the run, in whole batches, and falls along another to lr-max / final-div. `fastai2`
//! (its `fit_one_cycle`) does too, with the peak between two batches where pct-start says so.
//! `thread`, the notebook of 2018, has three straight lines: up in pct-start of the run, as long
//! down again, and in what is left on to the end, while momentum stays. Whole batches may leave one
//! or two over, which the notebook drops; here they train with the end.
//!
//! The value given after batch k is in effect for batch k+1, so the very last one is never
//! used. Groups keep the ratios with which their learning rates started: lr-max is the last
//! group's.

use callbox_sdk::prelude::*;

params! {
    /// What the user may set.
    pub struct Params {
        /// Whose cycle it is, in shape and wherever another parameter is left alone.
        preset: String = "fastai1", choices ["thread", "fastai1", "fastai2"];
        /// Highest learning rate of the last layer group.
        lr_max: f64 = 0.01, min 0.0;
        /// The cycle starts at lr-max / div; 0 means 25, for thread 10.
        div: f64 = 0.0, min 0.0;
        /// The cycle ends at lr-max / final-div; 0 means div * 10,000, for thread div * 100, for
        /// fastai2 100,000.
        final_div: f64 = 0.0, min 0.0;
        /// Part of the run in which the learning rate rises; -1 means 0.3, for fastai2 0.25, for
        /// thread 0.45.
        pct_start: f64 = -1.0, min -1.0, max 1.0;
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
    /// Batches at which it is highest, at which its last fall begins, and at which that is over.
    knees: [f64; 3],
    way: schedule::Way,
    drives_mom: bool,
}

impl Callback for OneCycle {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Lr]).wants([Power::Mom])
    }

    fn start(run: &Run, mut params: Params) -> Result<Self, String> {
        let planned = run.planned_iterations.ok_or("a cycle needs an end: length unknown")? as f64;
        let (thread, fastai2) = (params.preset == "thread", params.preset == "fastai2");
        let (div, final_div, pct_start, way) = match params.preset.as_str() {
            "thread" => (10.0, 100.0, 0.45, anneal::linear as schedule::Way),
            "fastai2" => (25.0, 1e4, 0.25, anneal::cosine as schedule::Way),
            _ => (25.0, 1e4, 0.3, anneal::cosine as schedule::Way),
        };
        if params.div == 0.0 {
            params.div = div;
        }
        if params.final_div == 0.0 {
            params.final_div = if fastai2 { 1e5 } else { params.div * final_div };
        }
        if params.pct_start < 0.0 {
            params.pct_start = pct_start;
        }
        if params.div < 1.0 {
            return Err("div is below 1: the cycle would start above lr-max".to_owned());
        }
        let peaks: Vec<f64> = run.lr_ratios().map(|ratio| params.lr_max * ratio).collect();
        for lr in peaks.iter().flat_map(|peak| [*peak, peak / params.final_div]) {
            run.allows(Power::Lr, lr)?;
        }
        let rise = planned * params.pct_start;
        let rise = if fastai2 { rise } else { rise.trunc() };
        // 1 - 2 * 0.45 is a little less than 0.1.
        let rest = (planned * (1.0 - 2.0 * params.pct_start) + 1e-6).trunc();
        let knees =
            if thread { [rise, 2.0 * rise, 2.0 * rise + rest] } else { [rise, rise, planned] };
        let drives_mom = run.grants(Power::Mom) && run.hypers.iter().all(|h| h.mom.is_some());
        Ok(Self { params, peaks, knees, way, drives_mom })
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
        let [peak, knee, last] = self.knees;
        let part = |from, to| schedule::part(batch, from, to);
        match batch as f64 {
            batch if batch < peak => (self.way)(low, high, part(0.0, peak)),
            batch if batch < knee => (self.way)(high, low, part(peak, knee)),
            _ => (self.way)(if knee > peak { low } else { high }, end, part(knee, last)),
        }
    }
}

register!(OneCycle);
small_heap!();

#[cfg(test)]
mod tests;
