//! Describes itself differently every time it is asked.
//!
//! A new instance has no memory, no clock and no dice, so it begins with the same answer as the one
//! before: only a host that asks the same instance twice can notice, and then it must refuse the
//! plugin. `describe` asks for more powers each time.

use std::sync::atomic::{AtomicU32, Ordering};

use callbox_sdk::prelude::*;

/// Never twice the same.
pub struct WrongDescribe;

impl Callback for WrongDescribe {
    type Params = ();

    fn about() -> Descriptor {
        static ASKED: AtomicU32 = AtomicU32::new(0);
        let asked = ASKED.fetch_add(1, Ordering::Relaxed);
        let mut about = about!().needs(Power::ALL.into_iter().take(asked as usize));
        about.version = format!("0.1.{asked}");
        about
    }

    fn start(_run: &Run, _params: ()) -> Result<Self, String> {
        Ok(Self)
    }

    fn plan(&self) -> Plan {
        Plan::on(Hook::BatchEnd)
    }
}

register!(WrongDescribe);
