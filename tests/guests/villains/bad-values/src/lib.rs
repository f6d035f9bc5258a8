//! Gives a list of two signals: a harmless report, and one that breaks a rule.
//!
//! The host must refuse the whole list, name the rule, count a violation and leave the instance
//! alive. `innocent` may never reach the history.

use callbox_sdk::prelude::*;

params! {
    /// What tests choose.
    pub struct Params {
        /// Which rule to break.
        what: String = "nan-lr", choices [
            "nan-lr", "infinite-lr", "negative-lr", "huge-lr", "negative-scale", "nan-scale",
            "mom-one", "unknown-group", "not-owned", "undeclared-power", "undeclared-report",
            "negative-weight", "nan-clip", "negative-clip", "negative-noise", "unknown-other", "ragged-table",
            "ragged-histogram", "stale-tensor", "unknown-slot"
        ];
        /// Break it at this many events; 0: at all.
        times: u32 = 1;
    }
}

/// Means no harm.
pub struct BadValues {
    params: Params,
    granted: Vec<Power>,
    events: u32,
}

impl Callback for BadValues {
    type Params = Params;

    fn about() -> Descriptor {
        about!()
            .wants([Power::Control, Power::Lr, Power::Mom, Power::Gradients])
            .wants([Power::Weights, Power::Sampler])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let granted = Power::ALL.into_iter().filter(|power| run.grants(*power)).collect();
        Ok(Self { params, granted, events: 0 })
    }

    fn plan(&self) -> Plan {
        let what = self.params.what.as_str();
        let hook = match what {
            "nan-clip" | "negative-clip" | "negative-noise" => Hook::BackwardEnd,
            "stale-tensor" => Hook::EpochEnd,
            _ => Hook::BatchEnd,
        };
        let plan = Plan::on(hook).reports("innocent", Better::Neither);
        let plan = if hook == Hook::EpochEnd { plan } else { plan.phase(Phase::Train) };
        let plan = match what {
            "not-owned" => plan.powers([Power::Lr]),
            "undeclared-power" => plan,
            "mom-one" => plan.owns(HyperName::Mom),
            "nan-clip" | "negative-clip" | "negative-noise" => plan.powers([Power::Gradients]),
            "stale-tensor" => plan.powers([Power::Sampler]),
            "unknown-slot" => plan.powers([Power::Weights]),
            _ => plan.owns(HyperName::Lr),
        };
        self.as_far_as_granted(plan)
    }

    fn on_backward_end(&mut self, _state: &State) -> Answer {
        self.answer()
    }

    fn on_batch_end(&mut self, _state: &State) -> Answer {
        self.answer()
    }

    fn on_epoch_end(&mut self, _state: &State) -> Answer {
        self.answer()
    }
}

impl BadValues {
    /// It takes part without powers as well, and asks all the same.
    fn as_far_as_granted(&self, mut plan: Plan) -> Plan {
        let is_granted = |name: &str| self.granted.iter().any(|power| power.name() == name);
        plan.powers.retain(|name| is_granted(name));
        plan.owns.retain(|name| is_granted(name.power().name()));
        plan
    }

    fn answer(&mut self) -> Answer {
        self.events += 1;
        if self.params.times != 0 && self.events > self.params.times {
            return signal::none();
        }
        Ok(vec![signal::report("innocent", 1.0), bad(&self.params.what)])
    }
}

fn bad(what: &str) -> Signal {
    match what {
        "infinite-lr" => signal::set(HyperName::Lr, f64::INFINITY),
        "negative-lr" => signal::set(HyperName::Lr, -0.1),
        "huge-lr" => signal::set(HyperName::Lr, 1e9),
        "negative-scale" => signal::scale(HyperName::Lr, -1.0),
        "nan-scale" => signal::scale(HyperName::Lr, f64::NAN),
        "mom-one" => signal::set(HyperName::Mom, 1.0),
        "unknown-group" => signal::set_group(HyperName::Lr, 99, 0.1),
        "not-owned" => signal::set(HyperName::Lr, 0.1),
        "undeclared-power" => signal::stop_training("without the power to"),
        "undeclared-report" => signal::report("never-declared", 1.0),
        "negative-weight" => signal::report_weighted("innocent", 1.0, -1.0),
        "nan-clip" => signal::clip_grad_norm(f64::NAN),
        "negative-clip" => signal::clip_grad_value(-1.0),
        "negative-noise" => signal::noise_grad(-1.0),
        "unknown-other" => signal::other("no-host-knows-this", vec![1.0]),
        "ragged-table" => signal::table("ragged", vec!["row".into()], vec![], vec![1.0]),
        "ragged-histogram" => signal::histogram("ragged", vec![0.0], vec![1.0]),
        "stale-tensor" => signal::sample_weights(0xdead_beef_u64),
        "unknown-slot" => signal::restore("never-taken"),
        _ => signal::set(HyperName::Lr, f64::NAN),
    }
}

register!(BadValues);
