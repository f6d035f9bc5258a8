//! A callback of `callbox:plugin@0.9.0`, a contract that does not exist.
//!
//! The host must read the version from the names of imports and exports before it links anything,
//! and say which version it wanted and what to rebuild. The folder `wit` beside this file is 0.1.0
//! under that other number.

use bindings::callbox::plugin::log;
use bindings::callbox::plugin::types::{
    Descriptor, Hook, Outcome, Plan, Run, Setting, Signal, State, Transforms,
};

/// The world of the other contract; the bindings are not for people.
#[allow(unsafe_code, missing_docs, unreachable_pub, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ path: "wit", world: "callback-plugin" });

    #[cfg(target_arch = "wasm32")]
    use super::WrongVersion;
    #[cfg(target_arch = "wasm32")]
    export!(WrongVersion);
}

/// Came too early, or too late.
pub struct WrongVersion;

impl bindings::exports::callbox::plugin::callback::Guest for WrongVersion {
    fn describe() -> Descriptor {
        Descriptor {
            name: "wrong-version".to_owned(),
            version: "0.9.0".to_owned(),
            summary: "A callback of a contract that does not exist".to_owned(),
            params: Vec::new(),
            needs: Vec::new(),
            wants: Vec::new(),
            state_version: 1,
        }
    }

    fn start(_run: Run, _settings: Vec<Setting>) -> Result<Plan, String> {
        log::write(log::Level::Error, "no host should have linked this plugin");
        let transforms =
            Transforms { input: false, output: false, loss: false, in_validation: false };
        Ok(Plan {
            subscriptions: Vec::new(),
            transforms,
            monitors: Vec::new(),
            reports: Vec::new(),
            powers: Vec::new(),
            owns: Vec::new(),
            run_before: Vec::new(),
            run_after: Vec::new(),
        })
    }

    fn on_event(_hook: Hook, _state: State) -> Result<Vec<Signal>, String> {
        Ok(Vec::new())
    }

    fn finish(_state: State, _outcome: Outcome) -> Result<Vec<Signal>, String> {
        Ok(Vec::new())
    }

    fn save() -> Result<Vec<u8>, String> {
        Ok(Vec::new())
    }

    fn load(_saved: Vec<u8>) -> Result<(), String> {
        Ok(())
    }
}
