//! Never returns from `describe`.
//!
//! The host asks this of a stranger before it knows anything about it, so a deadline must already
//! be set.

use callbox_sdk::prelude::*;

/// Has a lot to say about itself.
pub struct SpinDescribe;

impl Callback for SpinDescribe {
    type Params = ();

    fn about() -> Descriptor {
        let mut turns = 0_u64;
        loop {
            turns = std::hint::black_box(turns.wrapping_add(1));
        }
    }

    fn start(_run: &Run, _params: ()) -> Result<Self, String> {
        Ok(Self)
    }

    fn plan(&self) -> Plan {
        Plan::default()
    }
}

register!(SpinDescribe);
