//! Returns memory from `on-event` that is not what it says.
//!
//! All exports are the generated ones but for `on-event`: that one lays its result out by hand, as
//! the canonical ABI has it for 32 bits, and lies. The host must end the call with a fault of this
//! plugin, in little time and little memory.

#[cfg(target_arch = "wasm32")]
mod lies;

use std::sync::OnceLock;

use callbox_sdk::bindings::exports::callbox::plugin::callback::Guest;
use callbox_sdk::params::Parameters;
use callbox_sdk::prelude::*;
use callbox_sdk::types::Setting;

params! {
    /// What tests choose.
    pub struct Params {
        /// length: ten million signals in a short list; pointer: a list outside memory; unaligned:
        /// a list at an odd address; alias: 200,000 reasons that are one text; case: a signal that
        /// does not exist; result: neither ok nor err; utf8: a reason that is no text.
        lie: String = "length", choices [
            "length", "pointer", "unaligned", "alias", "case", "result", "utf8"
        ];
    }
}

/// Honest until the first event.
pub struct Liar;

static LIE: OnceLock<String> = OnceLock::new();

impl Guest for Liar {
    fn describe() -> Descriptor {
        Descriptor { params: Params::declare(), ..about!().wants([Power::Control]) }
    }

    fn start(run: Run, settings: Vec<Setting>) -> Result<Plan, String> {
        let lie = Params::read(&settings)?.lie;
        log::info!("the lie will be `{}`", LIE.get_or_init(|| lie));
        let power = run.grants(Power::Control).then_some(Power::Control);
        Ok(Plan::on(Hook::BatchEnd).phase(Phase::Train).powers(power))
    }

    fn on_event(_hook: Hook, _state: State) -> Result<Vec<Signal>, String> {
        Err("the forged export stands in its place".to_owned())
    }

    fn finish(_state: State, _outcome: Outcome) -> Result<Vec<Signal>, String> {
        signal::none()
    }

    fn save() -> Result<Vec<u8>, String> {
        Ok(Vec::new())
    }

    fn load(_saved: Vec<u8>) -> Result<(), String> {
        Ok(())
    }
}

/// The generated exports, as the macro `export` looks them up, with one of them replaced: a name
/// that is written out goes before one from a glob.
#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "generated code is called as generated code calls it")]
#[allow(
    clippy::too_many_arguments,
    clippy::extra_unused_type_parameters,
    reason = "a forged export must look like the true one"
)]
mod forged {
    pub(crate) mod exports {
        pub(crate) mod callbox {
            pub(crate) mod plugin {
                pub(crate) mod callback {
                    pub(crate) use callbox_sdk::bindings::exports::callbox::plugin::callback::*;

                    pub(crate) unsafe fn _export_on_event_cabi<T>(
                        _: i32,
                        _: i32,
                        _: i32,
                        _: i64,
                        _: i64,
                        _: i32,
                        _: i32,
                        _: i32,
                        _: f64,
                        _: f64,
                        _: f64,
                        _: i32,
                        _: *mut u8,
                        _: usize,
                        _: *mut u8,
                        _: usize,
                    ) -> *mut u8 {
                        let which = crate::LIE.get().map_or("", String::as_str);
                        Box::into_raw(Box::new(crate::lies::lie(which))).cast()
                    }

                    pub(crate) unsafe fn __post_return_on_event<T>(_: *mut u8) {}
                }
            }
        }
    }

    use super::Liar;
    callbox_sdk::bindings::export!(Liar with_types_in self);
}
