//! Monitors learning rates, as Lightning's LearningRateMonitor.
//!
//! It reports every layer group's learning rate as `lr-adam`, with several groups as `lr-adam-body`,
//! `lr-adam-head` and so on; if asked to, also `lr-adam-momentum` (beta1 of Adam) and
//! `lr-adam-weight-decay`. Names are Lightning's, with the optimizer's name in them, in the contract's
//! letters. By step it is what the optimizer has stepped with; by epoch it is what the epoch's first
//! step begins with, but for what others set at the epoch's begin itself. Lightning looks at its
//! schedulers for the interval; here it is set.

use callbox_sdk::prelude::*;
use callbox_sdk::types::Hyper;

params! {
    /// What the user may set.
    pub struct Params {
        /// When to report: at training steps, or once in an epoch.
        interval: String = "step", choices ["step", "epoch"];
        /// Steps from one report to the next; by epoch it means nothing.
        every: u32 = 1, min 1;
        /// Momentum too, where the optimizer has one.
        momentum: bool = false;
        /// Weight decay too.
        weight_decay: bool = false;
    }
}

/// Reports and remembers nothing.
pub struct LrMonitor {
    params: Params,
    names: Vec<String>,
}

impl Callback for LrMonitor {
    type Params = Params;

    fn about() -> Descriptor {
        about!()
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let mut names = Vec::new();
        for (index, hyper) in run.hypers.iter().enumerate() {
            let group = run.metric_of_group(&metric_name(&["lr", &run.optimizer]), index);
            let all = of_group(&params, hyper);
            names.extend(all.map(|(what, _)| metric_name(&[&group, what])));
        }
        Ok(Self { params, names })
    }

    fn plan(&self) -> Plan {
        let plan = match self.params.interval.as_str() {
            "epoch" => Plan::on(Hook::EpochBegin),
            _ => Plan::on(Hook::BatchEnd).phase(Phase::Train).every(self.params.every),
        };
        let plan = plan.reads(Reads::HYPERS);
        self.names.iter().fold(plan, |plan, name| plan.reports(name, Better::Neither))
    }

    fn on_epoch_begin(&mut self, state: &State) -> Answer {
        self.on_batch_end(state)
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        let values = state.hypers.iter().flat_map(|hyper| of_group(&self.params, hyper));
        let reports = self.names.iter().zip(values);
        Ok(reports.map(|(name, (_, value))| signal::report(name, value)).collect())
    }
}

/// What is asked for, and the group has.
fn of_group(params: &Params, hyper: &Hyper) -> impl Iterator<Item = (&'static str, f64)> {
    let momentum = hyper.mom.filter(|_| params.momentum);
    let decay = params.weight_decay.then_some(hyper.wd);
    let all = [("", Some(hyper.lr)), ("momentum", momentum), ("weight-decay", decay)];
    all.into_iter().filter_map(|(what, value)| Some((what, value?)))
}

register!(LrMonitor);

#[cfg(test)]
mod tests;
