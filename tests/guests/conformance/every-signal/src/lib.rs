//! Gives one signal of the user's choice once, at the first event of a hook at or after an
//! iteration.
//!
//! The host must do what the contract's table says about it: carry it out where it is legal,
//! journal it as inapplicable where it is not.

use callbox_sdk::prelude::*;

params! {
    /// What tests choose.
    pub struct Params {
        /// The signal's name in the contract, such as `stop-epoch`.
        signal: String = "stop-training";
        /// The hook to give it at, or `finish`.
        at: String = "batch-end";
        /// In which phase; empty: any.
        phase: String = "train", choices ["", "train", "valid", "test"];
        /// Not before this many training batches are completed.
        iteration: u32 = 0;
        /// The signal's number.
        value: f64 = 1.0;
        /// The signal's second number.
        second: f64 = 1.0;
        /// The layer group; -1 means all where that is possible, else 0.
        group: i64 = -1, min -1;
        /// true: freeze; false: unfreeze.
        flag: bool = true;
        /// set or scale for set-hyper; the operation for slot, such as `evaluate-with`.
        op: String = "set";
        /// Name of a hyper-parameter, slot, report, table, histogram, checkpoint or experiment.
        name: String = "lr";
        /// Reason of a stop.
        reason: String = "asked by a test";
        /// Give it at every such event, not only once.
        always: bool = false;
    }
}

/// Waits for its moment.
pub struct EverySignal {
    params: Params,
    /// `None`: at `finish`.
    hook: Option<Hook>,
    name: HyperName,
    done: bool,
}

/// Every hook may be the moment.
macro_rules! answer_each {
    ($($method:ident $hook:ident,)+) => {
        $(fn $method(&mut self, state: &State) -> Answer {
            self.answer(Some(Hook::$hook), state)
        })+
    };
}

impl Callback for EverySignal {
    type Params = Params;

    fn about() -> Descriptor {
        about!().wants(Power::ALL.into_iter().filter(|power| *power != Power::Transform))
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        let hook = Hook::ALL.into_iter().find(|hook| hook.name() == params.at);
        if hook.is_none() && params.at != "finish" {
            return Err(format!("there is no hook `{}`", params.at));
        }
        let name = HYPER_NAMES.into_iter().find(|name| name.power().name() == params.name);
        let this = Self { params, hook, name: name.unwrap_or(HyperName::Lr), done: false };
        // A mistyped name is an error of the test, not of the loop.
        this.signal()?;
        Ok(this)
    }

    fn plan(&self) -> Plan {
        let plan = self.hook.map_or_else(Plan::default, |hook| {
            let phase = [Phase::Train, Phase::Valid, Phase::Test]
                .into_iter()
                .find(|phase| phase.name() == self.params.phase);
            phase.map_or_else(|| Plan::on(hook), |phase| Plan::on(hook).phase(phase))
        });
        let plan = plan.powers(self.power());
        match self.params.signal.as_str() {
            "report" => plan.reports(self.params.name.as_str(), Better::Neither),
            "set-hyper" if self.params.op == "set" => plan.owns(self.name),
            _ => plan,
        }
    }

    answer_each! {
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

    fn on_finish(&mut self, state: &State, _outcome: &Outcome) -> Answer {
        self.answer(None, state)
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        Ok(saved::to_bytes(&self.done))
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        self.done = saved::from_bytes(saved)?;
        Ok(())
    }
}

const HYPER_NAMES: [HyperName; 4] = [HyperName::Lr, HyperName::Mom, HyperName::Wd, HyperName::Beta];

impl EverySignal {
    fn answer(&mut self, hook: Option<Hook>, state: &State) -> Answer {
        let due = state.iteration >= u64::from(self.params.iteration);
        if hook != self.hook || !due || self.done {
            return signal::none();
        }
        self.done = !self.params.always;
        Ok(vec![self.signal()?])
    }

    fn signal(&self) -> Result<Signal, String> {
        let Params { value, second, flag, .. } = self.params;
        let (name, reason) = (self.params.name.as_str(), self.params.reason.as_str());
        let group = self.group();
        Ok(match self.params.signal.as_str() {
            "stop-training" => signal::stop_training(reason),
            "stop-epoch" => signal::stop_epoch(reason),
            "stop-validation" => signal::stop_validation(reason),
            "skip-validation" => signal::skip_validation(),
            "validate-now" => signal::validate_now(),
            "skip-batch" => signal::skip_batch(),
            "skip-backward" => signal::skip_backward(),
            "skip-step" => signal::skip_step(),
            "keep-gradients" => signal::keep_gradients(),
            "set-hyper" => return self.hyper(group),
            "scale-grad" => signal::scale_grad(value),
            "clip-grad-value" => signal::clip_grad_value(value),
            "clip-grad-norm" => signal::clip_grad_norm(value),
            "clip-grad-adaptive" => signal::clip_grad_adaptive(value, second),
            "noise-grad" => signal::noise_grad(value),
            "set-trainable" => signal::set_trainable(group.unwrap_or(0), !flag),
            "set-norm-frozen" => signal::set_norm_frozen(group.unwrap_or(0), flag),
            "refresh-norm-statistics" => signal::refresh_norm_statistics(),
            "slot" => return self.slot(),
            "sample-weights" => signal::sample_weights(value as u64),
            "report" => signal::report_weighted(name, value, second),
            "table" => signal::table(name, vec!["row".into()], vec!["column".into()], vec![value]),
            "histogram" => signal::histogram(name, vec![0.0, value], vec![second]),
            "checkpoint" => signal::checkpoint(name),
            "other" => signal::other(name, vec![value]),
            unknown => return Err(format!("there is no signal `{unknown}`")),
        })
    }

    fn hyper(&self, group: Option<u32>) -> Result<Signal, String> {
        let (name, value) = (self.name, self.params.value);
        match (self.params.op.as_str(), group) {
            ("set", None) => Ok(signal::set(name, value)),
            ("set", Some(group)) => Ok(signal::set_group(name, group, value)),
            ("scale", None) => Ok(signal::scale(name, value)),
            ("scale", Some(group)) => Ok(signal::scale_group(name, group, value)),
            (op, _) => Err(format!("there is no operation `{op}` on hyper-parameters")),
        }
    }

    fn slot(&self) -> Result<Signal, String> {
        let name = self.params.name.as_str();
        Ok(match self.params.op.as_str() {
            "snapshot" => signal::snapshot(name),
            "restore" => signal::restore(name),
            "blend" => signal::blend(name, self.params.value),
            "evaluate-with" => signal::evaluate_with(name),
            "adopt" => signal::adopt(name),
            "forget" => signal::forget(name),
            op => return Err(format!("there is no operation `{op}` on slots")),
        })
    }

    fn group(&self) -> Option<u32> {
        u32::try_from(self.params.group).ok()
    }

    fn power(&self) -> Option<Power> {
        match self.params.signal.as_str() {
            "set-hyper" => Some(self.name.power()),
            "scale-grad" | "clip-grad-value" | "clip-grad-norm" | "clip-grad-adaptive"
            | "noise-grad" => Some(Power::Gradients),
            "set-trainable" | "set-norm-frozen" | "refresh-norm-statistics" | "slot" => {
                Some(Power::Weights)
            }
            "sample-weights" => Some(Power::Sampler),
            "checkpoint" => Some(Power::Checkpoint),
            "report" | "table" | "histogram" | "other" => None,
            _ => Some(Power::Control),
        }
    }
}

register!(EverySignal);
