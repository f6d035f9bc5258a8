//! Subscribes to every hook in every phase and logs one line per event, at level info.
//!
//! The host must deliver the hooks in the contract's order, with the counters that the contract
//! promises, every n-th one only where asked, and `finish` once. A line reads `hook=batch-end
//! epoch=0 batch=3 iteration=3 samples=384 phase=train size=128 losses=no hypers=0 monitored=0`; in
//! `finish`, `outcome=completed` stands at its end.

use callbox_sdk::prelude::*;

params! {
    /// What tests choose.
    pub struct Params {
        /// Log every n-th occurrence of each hook.
        every: u32 = 1;
        /// Fill in losses, hypers and monitored everywhere.
        reads: bool = false;
        /// Metrics to monitor.
        monitors: Vec<String> = &[];
    }
}

/// Writes down what it sees.
pub struct EveryHook(Params);

/// One method per hook, all alike.
macro_rules! log_each {
    ($($method:ident $hook:ident,)+) => {
        $(fn $method(&mut self, state: &State) -> Answer {
            log::info!("{}", line(Hook::$hook.name(), state));
            signal::none()
        })+
    };
}

impl Callback for EveryHook {
    type Params = Params;

    fn about() -> Descriptor {
        about!()
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        Ok(Self(params))
    }

    fn plan(&self) -> Plan {
        let reads = if self.0.reads { Reads::all() - Reads::LATE } else { Reads::empty() };
        Hook::ALL
            .into_iter()
            .fold(Plan::default(), |plan, hook| plan.and_on(hook).every(self.0.every).reads(reads))
            .monitors(&self.0.monitors)
    }

    log_each! {
        on_train_begin TrainBegin,
        on_epoch_begin EpochBegin,
        on_batch_begin BatchBegin,
        on_loss_begin LossBegin,
        on_backward_begin BackwardBegin,
        on_backward_end BackwardEnd,
        on_step_end StepEnd,
        on_batch_end BatchEnd,
        on_valid_begin ValidBegin,
        on_valid_end ValidEnd,
        on_epoch_end EpochEnd,
    }

    fn on_finish(&mut self, state: &State, outcome: &Outcome) -> Answer {
        let outcome = match outcome {
            Outcome::Completed => "completed",
            Outcome::Stopped(_) => "stopped",
            Outcome::Failed(_) => "failed",
        };
        log::info!("{} outcome={outcome}", line("finish", state));
        signal::none()
    }
}

fn line(hook: &str, state: &State) -> String {
    let State { epoch, num_batch, iteration, samples, phase, batch_size, .. } = state;
    let losses = if state.losses.is_some() { "yes" } else { "no" };
    format!(
        "hook={hook} epoch={epoch} batch={num_batch} iteration={iteration} samples={samples} \
         phase={} size={batch_size} losses={losses} hypers={} monitored={}",
        phase.name(),
        state.hypers.len(),
        state.monitored.len(),
    )
}

register!(EveryHook);
