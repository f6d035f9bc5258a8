//! Plans and answers what its parameters say, so that a test can provoke each refusal and each
//! conflict.
//!
//! The host must refuse at the start what the contract forbids a plan (an unknown metric, a power
//! that was not declared, every 0, two owners, a transform without the export), and journal a
//! violation for an `err`.

use callbox_sdk::prelude::*;

params! {
    /// What tests choose. Empty texts and lists: not at all.
    pub struct Params {
        /// The hook to subscribe to.
        hook: String = "batch-end";
        /// In which phase; empty: any.
        phase: String = "train", choices ["", "train", "valid", "test"];
        /// The subscription's `every`.
        every: u32 = 1;
        /// Subscribe this many times.
        subscriptions: u32 = 1;
        /// Fill in losses, hypers and monitored, and log them.
        reads: bool = false;
        /// Metrics to monitor.
        monitors: Vec<String> = &[];
        /// Hyper-parameters to own, by name.
        owns: Vec<String> = &[];
        /// The plan's powers; none of those that `owns` implies are added.
        powers: Vec<String> = &[];
        /// Metrics that the plan says it will report.
        reports: Vec<String> = &[];
        /// Plugins whose transforms come later.
        run_before: Vec<String> = &[];
        /// Plugins whose transforms come earlier.
        run_after: Vec<String> = &[];
        /// Say that there is a transform, without the export.
        transforms: bool = false;
        /// At each event, set lr to the first number.
        set_lr: Vec<f64> = &[];
        /// At each event, scale lr by the first number.
        scale_lr: Vec<f64> = &[];
        /// At each event, report this metric as 1.
        report: String = "";
        /// The error of `start`.
        start_error: String = "";
        /// The error of every event.
        event_error: String = "";
        /// The error of `finish`.
        finish_error: String = "";
        /// The error of `save`.
        save_error: String = "";
        /// The error of `load`.
        load_error: String = "";
    }
}

/// Says what it was told.
pub struct Answers {
    params: Params,
    hook: Hook,
}

/// All hooks answer alike.
macro_rules! answer_each {
    ($($method:ident)+) => {
        $(fn $method(&mut self, state: &State) -> Answer {
            self.answer(state)
        })+
    };
}

impl Callback for Answers {
    type Params = Params;

    fn about() -> Descriptor {
        let hypers = [Power::Lr, Power::Mom, Power::Wd, Power::Beta];
        about!().wants([Power::Control, Power::Gradients]).wants(hypers)
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        said(&params.start_error)?;
        let hook = Hook::ALL.into_iter().find(|hook| hook.name() == params.hook);
        let hook = hook.ok_or_else(|| format!("there is no hook `{}`", params.hook))?;
        Ok(Self { params, hook })
    }

    fn plan(&self) -> Plan {
        let params = &self.params;
        let reads = if params.reads { Reads::all() - Reads::LATE } else { Reads::empty() };
        let phases = [Phase::Train, Phase::Valid, Phase::Test];
        let mut plan = Plan::default().monitors(&params.monitors).powers(&params.powers);
        for _ in 0..params.subscriptions {
            plan = plan.and_on(self.hook).every(params.every).reads(reads);
            if let Some(phase) = phases.into_iter().find(|phase| phase.name() == params.phase) {
                plan = plan.phase(phase);
            }
        }
        for report in &params.reports {
            plan = plan.reports(report, Better::Neither);
        }
        // Not by the builder, which would add the powers.
        plan.owns = params.owns.iter().filter_map(|name| hyper(name)).collect();
        plan.transforms.loss = params.transforms;
        plan.run_before.clone_from(&params.run_before);
        plan.run_after.clone_from(&params.run_after);
        plan
    }

    answer_each! {
        on_train_begin on_epoch_begin on_batch_begin on_loss_begin on_backward_begin on_backward_end
        on_step_end on_batch_end on_valid_begin on_valid_end on_epoch_end
    }

    fn on_finish(&mut self, _state: &State, _outcome: &Outcome) -> Answer {
        said(&self.params.finish_error)?;
        signal::none()
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        said(&self.params.save_error)?;
        Ok(b"saved".into())
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        said(&self.params.load_error)?;
        log::info!("loaded {} bytes", saved.len());
        Ok(())
    }
}

impl Answers {
    fn answer(&self, state: &State) -> Answer {
        said(&self.params.event_error)?;
        if self.params.reads {
            let lr = state.hypers.first().map_or(f64::NAN, |hyper| hyper.lr);
            let loss = state.losses.map_or(f64::NAN, |losses| losses.last);
            let monitored = &state.monitored;
            log::info!("iteration={} lr={lr} loss={loss} monitored={monitored:?}", state.iteration);
        }
        let set = self.params.set_lr.first().map(|value| signal::set(HyperName::Lr, *value));
        let scale =
            self.params.scale_lr.first().map(|factor| signal::scale(HyperName::Lr, *factor));
        let name = self.params.report.as_str();
        let report = (!name.is_empty()).then(|| signal::report(name, 1.0));
        Ok([set, scale, report].into_iter().flatten().collect())
    }
}

fn hyper(name: &str) -> Option<HyperName> {
    let names = [HyperName::Lr, HyperName::Mom, HyperName::Wd, HyperName::Beta];
    names.into_iter().find(|hyper| hyper.power().name() == name)
}

/// An error, where there is a text for one.
fn said(error: &str) -> Result<(), String> {
    if error.is_empty() { Ok(()) } else { Err(error.to_owned()) }
}

register!(Answers);
