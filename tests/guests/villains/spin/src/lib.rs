//! Never returns from the export that `place` names.
//!
//! The host must interrupt it when its time is over, say where it was, and treat it by its fault
//! policy.

use callbox_sdk::prelude::*;

params! {
    /// What tests choose.
    pub struct Params {
        /// Where to spin.
        place: String = "on-event", choices ["start", "on-event", "finish", "save", "load"];
        /// In on-event: not before this many training batches are completed.
        iteration: u32 = 0;
    }
}

/// Goes round and round.
pub struct Spin(Params);

impl Callback for Spin {
    type Params = Params;

    fn about() -> Descriptor {
        about!().wants([Power::Control])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        let this = Self(params);
        this.reach("start");
        Ok(this)
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::BatchEnd).phase(Phase::Train)
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        if state.iteration >= u64::from(self.0.iteration) {
            self.reach("on-event");
        }
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
        Ok(())
    }
}

impl Spin {
    fn reach(&self, place: &str) {
        if self.0.place == place {
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

register!(Spin);
