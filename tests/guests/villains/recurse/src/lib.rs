//! Calls itself until the stack is gone.
//!
//! Rust's stack lies in linear memory, before its data: when it is used up, the access is out of
//! bounds. With `frames = "small"` the guest's own stack is spared and the host's is used up first.
//! Either way the host must end this plugin alone, and speak of recursion.

use callbox_sdk::prelude::*;

params! {
    /// What tests choose.
    pub struct Params {
        /// large: a kilobyte of linear memory per call; small: next to none.
        frames: String = "large", choices ["large", "small"];
    }
}

/// Looks into two mirrors.
pub struct Recurse(Params);

impl Callback for Recurse {
    type Params = Params;

    fn about() -> Descriptor {
        about!().wants([Power::Control])
    }

    fn start(_run: &Run, params: Params) -> Result<Self, String> {
        Ok(Self(params))
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::BatchEnd).phase(Phase::Train).reports("depth", Better::Neither)
    }

    fn on_batch_end(&mut self, state: &State) -> Answer {
        let depth = match self.0.frames.as_str() {
            "small" => small(state.iteration + 1),
            _ => large(state.iteration + 1),
        };
        Ok(vec![signal::report("depth", depth as f64)])
    }
}

/// The result of the inner call is used after it, so that no compiler makes a loop of it.
#[inline(never)]
fn large(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 128]);
    if frame[0] == 0 { 0 } else { large(depth + 1) ^ frame[127] }
}

#[inline(never)]
fn small(depth: u64) -> u64 {
    if depth == 0 { 0 } else { small(depth.wrapping_add(1)).rotate_left(7) ^ depth }
}

register!(Recurse);
