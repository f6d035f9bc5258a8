//! Never returns from the export that `place` names.
//!
//! The host must interrupt it when its time is over, say where it was, and treat it by its fault
//! policy.

use callbox_sdk::prelude::*;

params! {
    /// What tests choose.
    pub struct Params {
        /// Where to spin. Nothing loads before something broke, so with `load` it breaks first.
        place: String = "on-event", choices [
            "start", "on-event", "finish", "save", "load", "transform-input", "transform-output",
            "transform-loss", "metric-begin", "metric-update", "metric-finish"
        ];
        /// In on-event: not before this many training batches are completed.
        iteration: u32 = 0;
    }
}

/// Goes round and round.
pub struct Spin {
    params: Params,
    may_transform: bool,
    loaded: bool,
}

impl Callback for Spin {
    type Params = Params;

    fn about() -> Descriptor {
        about!().wants([Power::Control, Power::Transform])
    }

    fn start(run: &Run, params: Params) -> Result<Self, String> {
        let may_transform = run.grants(Power::Transform);
        let this = Self { params, may_transform, loaded: false };
        this.reach("start");
        Ok(this)
    }

    fn plan(&self) -> Plan {
        let plan = Plan::on(Hook::BatchEnd).phase(Phase::Train);
        let plan = match self.params.place.starts_with("metric") {
            true => plan.reports("turns", Better::Neither),
            false => plan,
        };
        match self.may_transform && self.params.place.starts_with("transform") {
            true => plan.transforms_input().transforms_output().transforms_loss(),
            false => plan,
        }
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        if state.iteration >= u64::from(self.params.iteration) {
            self.reach("on-event");
        }
        assert!(self.params.place != "load" || self.loaded, "so that it is loaded");
        signal::none()
    }

    fn on_finish(&mut self, _state: &State, _outcome: &Outcome) -> Answer {
        self.reach("finish");
        signal::none()
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        self.reach("save");
        Ok(vec![1])
    }

    fn load(&mut self, _saved: &[u8]) -> Result<(), String> {
        self.reach("load");
        self.loaded = true;
        Ok(())
    }
}

impl Transform for Spin {
    fn on_batch_begin(
        &mut self,
        _state: &State,
        _input: Tensor,
        _target: Tensor,
    ) -> Result<Option<(Tensor, Tensor)>, String> {
        self.reach("transform-input");
        Ok(None)
    }

    fn on_loss_begin(&mut self, _state: &State, _output: Tensor) -> Result<Option<Tensor>, String> {
        self.reach("transform-output");
        Ok(None)
    }

    fn on_backward_begin(
        &mut self,
        _state: &State,
        _loss: Tensor,
    ) -> Result<Option<Tensor>, String> {
        self.reach("transform-loss");
        Ok(None)
    }
}

impl Metric for Spin {
    fn begin(&mut self) {
        self.reach("metric-begin");
    }

    fn update(&mut self, _output: Tensor, _target: Tensor, _size: u32) -> Result<(), String> {
        self.reach("metric-update");
        Ok(())
    }

    fn finish(&mut self) -> Result<Vec<Report>, String> {
        self.reach("metric-finish");
        Ok(Vec::new())
    }
}

impl Spin {
    fn reach(&self, place: &str) {
        if self.params.place == place {
            spin();
        }
    }
}

#[inline(never)]
fn spin() -> ! {
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

register!(Spin, transform, metric);
