//! Breaks at one iteration, in a way of the user's choice, and remembers how often it was brought
//! back.
//!
//! The host must go on without it, restart it with what it saved last, and say what happened and
//! where: after `panic` the log has the message and its place before the trap; after `unreachable`
//! there is only the trap; the message of `huge-panic` has a megabyte of it, with escapes. `division` is how Rust divides by zero: a panic with a message of its
//! own.

use callbox_sdk::prelude::*;

params! {
    /// What tests choose.
    pub struct Params {
        /// How to break.
        how: String = "unreachable", choices ["unreachable", "panic", "huge-panic", "division"];
        /// Where to break.
        place: String = "on-event", choices ["start", "on-event", "finish", "save", "load"];
        /// In on-event: at every batch from this iteration on.
        at_iteration: u32 = 0;
        /// Break only as long as it was loaded fewer times than this; 0: always.
        until_loaded: u32 = 0;
        /// A power to plan, so that its loss matters; empty: none.
        power: String = "control", choices ["", "control"];
    }
}

/// Falls, and counts how often it got up.
pub struct Trap {
    params: Params,
    loads: u32,
}

impl Callback for Trap {
    type Params = Params;

    fn about() -> Descriptor {
        about!().wants([Power::Control])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        let this = Self { params, loads: 0 };
        this.reach("start");
        Ok(this)
    }

    fn plan(&self) -> Plan {
        let power = self.params.power.as_str();
        Plan::on(Hook::BatchEnd)
            .phase(Phase::Train)
            .powers((!power.is_empty()).then_some(power))
            .reports("loads", Better::Neither)
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        if state.iteration >= u64::from(self.params.at_iteration) {
            self.reach("on-event");
        }
        Ok(vec![signal::report("loads", f64::from(self.loads))])
    }

    fn on_finish(&mut self, _state: &State, _outcome: &Outcome) -> Answer {
        self.reach("finish");
        Ok(vec![signal::report("loads", f64::from(self.loads))])
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        self.reach("save");
        Ok(saved::to_bytes(&self.loads))
    }

    fn load(&mut self, saved: &[u8]) -> Result<(), String> {
        self.reach("load");
        self.loads = saved::from_bytes::<u32>(saved)? + 1;
        log::info!("loaded {} times", self.loads);
        Ok(())
    }
}

impl Trap {
    fn reach(&self, place: &str) {
        let Params { until_loaded, .. } = self.params;
        if self.params.place == place && (until_loaded == 0 || self.loads < until_loaded) {
            fall(&self.params.how);
        }
    }
}

#[inline(never)]
fn fall(how: &str) {
    match how {
        "panic" => panic!("the floor is gone"),
        "huge-panic" => panic!("{}", "\x1b[31mfalling\n".repeat(1 << 17)),
        "division" => {
            let zero = std::hint::black_box(0_u32);
            log::info!("never logged: {}", 1 / zero);
        }
        _ => unreachable(),
    }
}

/// The bare instruction, without a word before it.
#[cfg(target_arch = "wasm32")]
fn unreachable() {
    core::arch::wasm32::unreachable()
}

#[cfg(not(target_arch = "wasm32"))]
fn unreachable() {
    std::process::abort()
}

register!(Trap);
