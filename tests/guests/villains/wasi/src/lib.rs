//! A plugin that also imports WASI preview 1, as a build for `wasm32-wasip1` would.
//!
//! The host gives no plugin a clock, a file or a random number, so it must refuse this one and say
//! which target avoids the import.

use callbox_sdk::prelude::*;

/// Rolls the host's dice.
pub struct Wasi;

impl Callback for Wasi {
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
        log::info!("the die shows {}", roll());
        signal::none()
    }
}

#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "a raw import")]
fn roll() -> u8 {
    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    unsafe extern "C" {
        fn random_get(buffer: *mut u8, length: usize) -> i32;
    }
    let mut die = 0;
    // SAFETY: one byte is asked for, and there is one.
    unsafe { random_get(&raw mut die, 1) };
    die
}

#[cfg(not(target_arch = "wasm32"))]
fn roll() -> u8 {
    4
}

register!(Wasi);
