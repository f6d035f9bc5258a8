//! A plugin that also imports `wasi:cli/environment`, as a build for `wasm32-wasip2` would.
//!
//! The host must refuse it by the name of the import, before linking, and say which target avoids
//! it.

use callbox_sdk::prelude::*;

/// A world with that one import; a component may combine several worlds.
#[allow(unsafe_code, missing_docs, unreachable_pub, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ path: "wit", world: "x-environment", generate_all });
}

/// Reads what is none of its business.
pub struct WasiComponent;

impl Callback for WasiComponent {
    type Params = ();

    fn about() -> Descriptor {
        about!()
    }

    fn start(_run: &Run, _params: ()) -> Result<Self, String> {
        Ok(Self)
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::BatchEnd)
    }

    fn on_batch_end(&mut self, _state: &State) -> Answer {
        for (name, value) in bindings::wasi::cli::environment::get_environment() {
            log::info!("{name}={value}");
        }
        signal::none()
    }
}

register!(WasiComponent);
