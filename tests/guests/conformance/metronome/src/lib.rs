//! Stands at the seven hooks of a training batch and answers each with as many signals as it is
//! told: none costs what a call costs.
//!
//! The host must call it at every one of them; what it asks for (a factor of 1) changes nothing.

use callbox_sdk::prelude::*;

params! {
    /// What benchmarks choose.
    pub struct Params {
        /// Signals per event.
        signals: u32 = 0, max 256.0;
        /// Fill in losses, hypers and one monitored metric everywhere.
        reads: bool = false;
    }
}

/// Keeps the beat.
pub struct Metronome(Params);

/// The hooks of a training batch, and the one before it.
const HOOKS: [Hook; 7] = [
    Hook::EpochBegin,
    Hook::BatchBegin,
    Hook::LossBegin,
    Hook::BackwardBegin,
    Hook::BackwardEnd,
    Hook::StepEnd,
    Hook::BatchEnd,
];

impl Callback for Metronome {
    type Params = Params;

    fn about() -> Descriptor {
        about!().needs([Power::Lr])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        Ok(Self(params))
    }

    fn plan(&self) -> Plan {
        let mut plan = self.on(Plan::on(HOOKS[0]));
        for hook in &HOOKS[1..] {
            plan = self.on(plan.and_on(*hook));
        }
        let plan = plan.powers([Power::Lr]);
        if self.0.reads { plan.monitors(["train-loss"]) } else { plan }
    }

    fn on_epoch_begin(&mut self, _state: &State) -> Answer {
        self.beat()
    }

    fn on_batch_begin(&mut self, _state: &State) -> Answer {
        self.beat()
    }

    fn on_loss_begin(&mut self, _state: &State) -> Answer {
        self.beat()
    }

    fn on_backward_begin(&mut self, _state: &State) -> Answer {
        self.beat()
    }

    fn on_backward_end(&mut self, _state: &State) -> Answer {
        self.beat()
    }

    fn on_step_end(&mut self, _state: &State) -> Answer {
        self.beat()
    }

    fn on_batch_end(&mut self, _state: &State) -> Answer {
        self.beat()
    }
}

impl Metronome {
    fn on(&self, plan: Plan) -> Plan {
        let plan = plan.phase(Phase::Train);
        if self.0.reads {
            plan.reads(Reads::LOSSES | Reads::HYPERS | Reads::MONITORED)
        } else {
            plan
        }
    }

    fn beat(&self) -> Answer {
        Ok((0..self.0.signals).map(|_| signal::scale(HyperName::Lr, 1.0)).collect())
    }
}

register!(Metronome);
